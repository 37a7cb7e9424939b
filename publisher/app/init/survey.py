"""Look at the posts that a configuration finds, before it is written."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from publisher.app import build
from publisher.app import project as projects
from publisher.app.init import post_templates
from publisher.app.no_posts import NAMED, date_key
from publisher.errors import ConfigError

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

    from publisher.app.project import Project
    from publisher.config import Config
    from publisher.entry import Entry


class Newest(Struct, frozen=True):
    """The newest published post: its day in the zone of the site, its title and its URL."""

    day: dt.date
    title: str
    url: str


class Survey(Struct, frozen=True):
    """How many posts there are, how many of them are published, and how many undated pages.

    `oldest` is the day of the first post. `undated` are the first pages, by their paths,
    `templates` are those for new posts, as values of `posts.exclude`, and `date_key` is the key
    that looks like the date of the pages.
    """

    posts: int
    published: int
    pages: int
    undated: Sequence[str] = ()
    newest: Newest | None = None
    oldest: dt.date | None = None
    templates: Sequence[str] = ()
    date_key: str = ""

    @property
    def is_mostly_undated(self) -> bool:
        return self.pages > self.posts


def survey(config: Config) -> Survey:
    """Read the posts. Raises ConfigError if the next command would refuse the configuration.

    Raises Unavailable if a feed cannot be downloaded.
    """
    project = projects.read(config)
    _require_free_files(project)
    entries, zone = project.entries, config.site.zone
    dated = sorted(entries.entries, key=lambda entry: entry.published)
    return Survey(
        entries.posts,
        len(entries.entries),
        len(entries.pages),
        [str(page.path) for page in entries.pages[:NAMED]],
        _newest(project, dated[-1]) if dated else None,
        dated[0].published.astimezone(zone).date() if dated else None,
        () if config.posts.feed else post_templates.find(project),
        date_key(entries.pages),
    )


def _require_free_files(project: Project) -> None:
    """Raise ConfigError if a feed cannot be written where the configuration puts it."""
    errors = [str(file.error) for file in build.preview(project) if file.error]
    if errors:
        raise ConfigError("the feeds cannot be written", errors)


def _newest(project: Project, entry: Entry) -> Newest:
    day = entry.published.astimezone(project.config.site.zone).date()
    return Newest(day, project.renderings.title(entry), entry.link)
