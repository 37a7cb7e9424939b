"""Read which languages the built pages of posts state, to check the selections by language."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from publisher.config import is_language
from publisher.lint import selections
from publisher.sources.built.pages.page import PageError, parse

if TYPE_CHECKING:
    from collections.abc import Iterator

    from publisher.app.project import Project
    from publisher.entry import Entry
    from publisher.post import Diagnostic


def warnings(project: Project) -> Iterator[Diagnostic]:
    """Warn of selections that leave out what they name. Opens no page without such a selection."""
    languages = [*selections.selected_languages(project.config)]
    if not languages:
        return
    entries = project.entries.entries
    stated = [(entry, language) for entry in entries if (language := _stated(project, entry))]
    for one in selections.of_page_languages(languages, stated, project.config.site):
        yield project.of_setting(one.key, one.message)


def _stated(project: Project, entry: Entry) -> str | None:
    language = None
    if project.config.posts.from_pages:
        body = project.renderings.built_body(entry)
        language = body.language if body else None
    elif page := project.renderings.built_page(entry):
        with suppress(PageError):  # too large, too deep
            language = parse(page.data, page.path).head.language
    return language if language and is_language(language) else None
