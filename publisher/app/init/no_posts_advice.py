"""Say what makes posts of the files in which `init` finds none."""

from __future__ import annotations

from typing import TYPE_CHECKING

from publisher.sources.engines.any import RECORD as ANY

if TYPE_CHECKING:
    from collections.abc import Iterator

    from publisher.app.init.config_text import SiteFacts
    from publisher.app.init.survey import Survey


def ways(facts: SiteFacts, found: Survey) -> list[str]:
    """What to do about files without a date, each as a command to the user."""
    return [*_ways(facts, found)]


def _ways(facts: SiteFacts, found: Survey) -> Iterator[str]:
    if key := found.date_key:
        yield (
            f"if `{key}` is the date of these files, run again with --yes, and write "
            f"`keys: {{date: {key}}}` below posts in publisher.yaml"
        )
    if found.undated:
        more = f" and {found.pages - len(found.undated)} more"
        names = ", ".join(found.undated) + (more if found.pages > len(found.undated) else "")
        yield f"give these files a date in their front matter, e.g. `date: 2026-01-31`: {names}"
    is_built = facts.lesson is not None and bool(facts.lesson.output)
    if not is_built:
        yield "if the pages of your site show the dates, build it, and run again with --engine any"
    elif facts.posts.get("engine") != ANY.name:
        yield "if the pages of your site show the dates, run again with --engine any"
    if is_built:
        yield "or make posts of the built pages: `posts.pages` in config.example.yaml"
    yield "if your posts are in another folder, name it with --posts FOLDER"


def warning(found: Survey) -> str:
    """Why nothing will be published; empty if there is a post."""
    if found.published:
        return ""
    if found.posts:
        return "no post is published now, e.g. because all are drafts; `publisher check` says why"
    if found.pages:
        return "nothing will be published: no file has a date, so all of them are pages"
    return "nothing will be published yet: there is no post"
