"""What the preview shows: the documents, made in memory, and each post with its problems."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from msgspec import Struct, field

from publisher import feeds
from publisher.app import project as projects
from publisher.app.check import check

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping, Sequence

    from publisher.app.check import Checked
    from publisher.app.project import Project
    from publisher.config import Config
    from publisher.entry import Entry
    from publisher.feeds.outputs import Output
    from publisher.post import Skip


class ShownDocument(Struct, frozen=True):
    """A file that `build` would write: its bytes, their media type, and its path for messages."""

    data: bytes
    media_type: str
    path: str
    entries: int
    problems: Sequence[str] = ()


class ShownPost(Struct, frozen=True):
    """A post, the path of its URL, and its problems as sentences.

    A post that is not published has a `reason`, and neither a date nor the path of a URL.
    """

    file: str
    title: str
    url_path: str = ""
    date: str = ""
    problems: Sequence[str] = ()
    reason: str = ""


class Shown(Struct, frozen=True):
    """Everything that the preview knows of a site.

    `documents` are by the decoded paths of their URLs, in the order of the configuration. `posts`
    come newest first, and after them those that are not published. `problems` are about settings
    and nodes.
    """

    title: str = ""
    documents: Mapping[str, ShownDocument] = field(default_factory=dict)
    posts: Sequence[ShownPost] = ()
    problems: Sequence[str] = ()

    def post_at(self, path: str) -> ShownPost | None:
        """The published post whose page has this path."""
        name = _page_name(path)
        posts = (one for one in self.posts if one.url_path)
        return next((one for one in posts if _page_name(one.url_path) == name), None)


def read(config: Config, now: dt.datetime | None = None) -> Shown:
    """Read the site as `build` and `check --readers` do. Raises PublisherError."""
    project = projects.read(config, now=now, every_page=True)
    checked = check(project, now=now, with_clients=True)
    of_readers = _of_readers(checked)
    posts = feeds.newest(project.entries.entries, "all")
    return Shown(
        config.site.title,
        {url_path(one.url): _document(one, project, of_readers) for one in project.outputs},
        [
            *(_published(one, project, checked, of_readers) for one in posts),
            *map(_skipped, project.entries.skipped),
        ],
        [*_of_settings(project, checked), *_of_nodes(of_readers)],
    )


def url_path(url: str) -> str:
    """The decoded path of a URL, e.g. `/feed.atom`."""
    return unquote(urlsplit(url).path) or "/"


def _page_name(path: str) -> str:
    """The same name for all the paths at which servers show one page."""
    return path.removesuffix("index.html").removesuffix(".html").rstrip("/")


def _of_readers(checked: Checked) -> Mapping[str, Sequence[str]]:
    """What readers will show, by the post, the feed or the node."""
    found: defaultdict[str, list[str]] = defaultdict(list)
    for one in checked.client_diagnostics or ():
        sentence = f"{one.reader}: {one.message}{one.caveat}"
        for subject in dict.fromkeys(filter(None, (one.subject, one.example))):
            found[subject].append(sentence)
    return found


def _document(
    output: Output, project: Project, of_readers: Mapping[str, Sequence[str]]
) -> ShownDocument:
    content = output.build(project.config, project.renderings.of)
    problems = [*filter(None, [content.warning]), *of_readers.get(str(output.path), ())]
    path = project.config.short(output.path)
    return ShownDocument(content.data, output.media_type, path, content.entries, problems)


def _published(
    entry: Entry, project: Project, checked: Checked, of_readers: Mapping[str, Sequence[str]]
) -> ShownPost:
    file = str(entry.post.path)
    of_post = sorted(checked.diagnostics.get(entry.post.path, ()), key=lambda one: one.line)
    problems = [f"line {one.line}: {one.message}" for one in of_post]
    return ShownPost(
        file,
        project.renderings.title(entry),
        url_path(entry.link),
        entry.published.astimezone(project.config.site.zone).date().isoformat(),
        problems=tuple(dict.fromkeys([*problems, *of_readers.get(file, ())])),
    )


def _skipped(skip: Skip) -> ShownPost:
    file = str(skip.path)
    title = skip.post.title if skip.post else None
    return ShownPost(file, title or file, reason=skip.reason)


def _of_settings(project: Project, checked: Checked) -> Sequence[str]:
    found = (*project.setting_errors, *checked.setting_warnings)
    return [f"{one.path.name}:{one.line}: {one.message}" for one in found]


def _of_nodes(of_readers: Mapping[str, Sequence[str]]) -> Sequence[str]:
    nodes = {name: found for name, found in of_readers.items() if name.startswith("node ")}
    return [f"{name}: {sentence}" for name, found in nodes.items() for sentence in found]
