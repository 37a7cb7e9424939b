"""The record of a site generator: what publisher knows of it as data."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias

from publisher.post import NO_OPTIONS
from publisher.sources.engines.ignored import Ignored
from publisher.sources.engines.markups import MARKUPS
from publisher.sources.front_matter import block, formats, source_forms

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from publisher.config import Engine
    from publisher.post import BodySyntax, MarkdownOptions, Markup
    from publisher.sources.engines.detected import DetectedSite
    from publisher.sources.engines.ignored import FindIgnored
    from publisher.sources.engines.scripts import AddressScript
    from publisher.sources.engines.unread import Unread
    from publisher.sources.front_matter.block import FrontMatterReader
    from publisher.sources.front_matter.source_text import SourceReader
    from publisher.system.symlinks import Reach
    from publisher.text.yaml_document import Value

LATE_DATES = (
    "created_at", "created", "publishdate", "publishDate", "pubdate", "pubDate", "published_at",
)  # fmt: skip
FindScripts: TypeAlias = (
    "Callable[[Path, Path, Reach], Sequence[AddressScript]]"  # site, posts, what may be read
)


@dataclass(frozen=True, kw_only=True)
class EngineFacts:
    """The properties of one site generator; with its reader they are its EngineRecord.

    `settings` are the possible names of its settings file; the first that exists is read.
    `programs` are files that mark the folder of a site, too, but are never run. `posts_folder` is
    the usual folder of the posts, relative to the site. `detect` describes the site in a folder if
    it belongs to this engine and its settings are enough to tell; it raises ConfigError if they
    cannot be read.

    `markups` maps the extension of a file to its markup. `front_matter_readers` are the forms of
    front matter, in the order in which they are tried; `source_readers` are the same forms for
    `Post.source`, and must stay as they are. The keys `dates` have priority over the date in the
    file name, which has priority over the keys `late_dates`.

    `unread_settings` are those that change posts and are not read, see `unread.find`. `markdown`
    is what the settings change in Markdown, and `future` are the paths of keys, one of which is
    true if a post with a date in the future is published at once.

    `has_rules` is false if the addresses of posts are only guesses. `address_scripts` finds the
    programs of a site that compute these addresses: its arguments are the folders of the site and
    of the posts, and what may be read.

    `builds` is the shell command that builds a site for deployment, empty if it is not known.
    `reads_history`: dates may come from git even if `posts.updated` does not ask for them.
    `has_empty_notes`: empty files are normal, because a click on a link makes one.
    """

    name: Engine
    detect: Callable[[Path], DetectedSite | None] = lambda _: None
    syntax: BodySyntax
    settings: Sequence[str] = ()
    programs: Sequence[str] = ()
    posts_folder: str | None = None
    markups: Mapping[str, Markup] = field(default_factory=lambda: MARKUPS)
    front_matter_readers: Sequence[FrontMatterReader] = (
        block.fenced,
        formats.toml,
        formats.named,
        formats.braced,
    )
    source_readers: Sequence[SourceReader] = source_forms.FENCES
    dates: Sequence[str] = ("date",)
    late_dates: Sequence[str] = LATE_DATES
    has_rules: bool = True
    address_scripts: FindScripts = field(default=lambda *_: ())
    ignored: FindIgnored = lambda *_: Ignored()  # nothing
    unread_settings: Mapping[str, Unread] = field(default_factory=dict)
    markdown: Callable[[Mapping[str, Value]], MarkdownOptions] = field(default=lambda _: NO_OPTIONS)
    future: Sequence[Sequence[str]] = ()
    builds: str = ""
    reads_history: bool = False
    has_empty_notes: bool = False

    @property
    def site_files(self) -> Sequence[str]:
        """The files that mark the folder of a site."""
        return (*self.settings, *self.programs)
