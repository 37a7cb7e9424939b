"""The site as its generator built it: which page each post has, and what goes out of it.

`located` finds the pages, mostly without opening any; `examined` opens those of the posts that a
feed or a node needs, unless they are as they were. Neither writes; `remember` does, once.
"""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import TYPE_CHECKING, assert_never

from msgspec.structs import replace

from publisher.errors import PostError
from publisher.post import (
    BuiltFile,
    EarlierReadings,
    PageHash,
    PagesReport,
    Post,
    Skip,
)
from publisher.sources.built.bodies.leftovers import shows_removed
from publisher.sources.built.bodies.opened_page import title_of
from publisher.sources.built.doubtful_pages import Doubts
from publisher.sources.built.excerpts import require_whole_texts
from publisher.sources.built.finding.placement import Placement
from publisher.sources.built.folder import safety
from publisher.sources.built.lost_dates import require_dates
from publisher.sources.built.moved_posts import MOST_GONE, moved_posts
from publisher.sources.built.outcomes import Outcomes
from publisher.sources.built.page_reader import (
    Found,
    PageReader,
    StillStays,
    Unchanged,
    Unreadable,
)
from publisher.sources.built.pages import site_url
from publisher.sources.built.pages.page_dates import in_zone, without_builds
from publisher.sources.built.pages.words import source_words
from publisher.sources.built.state import unseen, waiting
from publisher.sources.built.state.conclusion import (
    Look,
    Stays,
    conclude,
    is_edited,
    may_show_removed,
)
from publisher.sources.built.state.page_memory import (
    NAME,
    DateMemory,
    PageMemory,
    Version,
    is_current,
)
from publisher.sources.built.state.recollection import Recollection
from publisher.sources.built.state.waiting import Facts, Wait, has_body
from publisher.sources.built.theme import require_known_theme
from publisher.sources.built.undated_files import with_dates

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence
    from collections.abc import Set as AbstractSet

    from publisher.config import Config
    from publisher.post import BuiltBody, Reading
    from publisher.sources.built.folder.output_folder import OutputFolder, Signature
    from publisher.sources.built.folder.source_files import SourceFiles
    from publisher.sources.built.pages.page_dates import PageDates
    from publisher.sources.built.state.page_memory import PostMemory
    from publisher.sources.built.undated_files import Schedule

_WANTS_TITLE = 0.75  # of the pages show the title of their post, so every page must


class BuiltSite:
    """The pages of one output folder in one run: the bodies of its posts, as `post.BuiltBodies`.

    Its methods raise Unavailable and UnsafePlanError as `safety` says, and LedgerError.
    """

    def __init__(
        self, config: Config, output: OutputFolder, files: SourceFiles, *, anew: bool
    ) -> None:
        """With `anew`, pages are opened that are as they were, too."""
        self._config = config
        self._output = output
        self._files = files
        self._known = Recollection(PageMemory(config.state, anew=anew))
        self._placement = Placement(config, output, files, self._known)
        self._reader = PageReader(config, output, files, self._placement, self._known)
        self._doubts = Doubts(self._placement, self._known, config.site.zone)
        self._outcomes = Outcomes(config, output, files, self._placement, self._known)
        self._has_schedule = False
        self._url = self._known.memory.url

    def located(self, reading: Reading, schedule: Schedule | None) -> Reading:
        """The reading with the addresses of the posts. A post without a page is skipped.

        With a schedule, files without a date are posts if their pages state one.
        """
        self._has_schedule = schedule is not None
        undated = [page.post for page in reading.pages] if schedule else []
        others = {skip.path: skip.post for skip in reading.skipped}
        if not schedule:
            others |= {one.path: one.post if one.has_url else None for one in reading.pages}
        self._placement.place((*reading.posts, *undated), others, {post.path for post in undated})
        if schedule:
            found = {post.path: dates for post in undated if (dates := self._dates_of(post))}
            self._outcomes.dates = without_builds(self._dates_of_gone(reading) | found)
            reading = with_dates(reading, self._outcomes.dates, schedule)
            feeds = [feed.path for feed in self._config.feeds]
            counts = len(reading.posts), len(reading.pages)
            require_dates(*counts, feeds, self._output.folder)
        self._outcomes.published = {post.path: post.published for post in reading.posts}
        skipped = tuple(map(self._outcomes.without_fault, reading.skipped))
        placed = replace(reading, skipped=skipped, bodies=self, earlier=self._earlier)
        return self._with_moved(_with(placed, map(self._located, reading.posts)))

    def _with_moved(self, reading: Reading) -> Reading:
        """The reading with the last versions of files that were renamed and edited since the build.

        They are in no folder any more, and the new files wait for their pages.
        """
        kept = self._outcomes.moved_from([*self._moved_posts(reading)])
        posts = sorted((*reading.posts, *kept), key=lambda post: post.path)
        return replace(reading, posts=tuple(posts)) if kept else reading

    def _awaits_date(self, undated: Post) -> bool:
        """Whether a file without a date may be a post as soon as its page is built."""
        is_missing = self._has_schedule and self._placement.page(undated) is None
        return is_missing and self._placement.is_newer(undated.path)

    def _moved_posts(self, reading: Reading) -> Iterator[tuple[Post, Post]]:
        """The posts that are gone, whose pages are there, each with a new one without a page."""
        new = [skip.post for skip in reading.skipped if skip.status == "waiting" and skip.post]
        new += [one.post for one in reading.pages if self._awaits_date(one.post)]
        if not new or reading.broken:
            return
        rows = self._known.memory.posts
        gone = [path for path in sorted(rows.keys() - _paths(reading)) if is_current(rows[path])]
        there = [one for one in gone if PurePosixPath(rows[one].page) in self._placement.signatures]
        old = [one for one in map(self._outcomes.last, there[:MOST_GONE]) if one]
        yield from moved_posts(old, new)

    def _earlier(self, path: PurePosixPath) -> EarlierReadings:
        """The versions of a post that show readers the same as the one that goes out."""
        return EarlierReadings(frozenset(self._known.row(path).alike))

    def _dates_of(self, undated: Post) -> PageDates | None:
        """The dates of a post whose file has none; None if its page never stated one."""
        row, page = self._known.row(undated.path), self._placement.page(undated)
        dated, is_lost = self._reader.dated(page, row.dated) if page else (row.dated, False)
        if is_lost:
            self._outcomes.without_date.append(undated.path)
        self._known.change(undated.path, replace(row, dated=dated))
        return in_zone(dated.dates, self._config.site.zone)

    def _dates_of_gone(self, reading: Reading) -> dict[PurePosixPath, PageDates]:
        """The dates of the posts whose files had none, and are gone: their pages may be there."""
        for post in reading.posts:  # the file has a date now
            row = self._known.row(post.path)
            if row.dated.page:
                self._known.change(post.path, replace(row, dated=DateMemory()))
        zone, rows = self._config.site.zone, self._known.memory.posts
        gone = rows.keys() - _paths(reading)
        return {path: found for path in gone if (found := in_zone(rows[path].dated.dates, zone))}

    def _located(self, post: Post) -> Post | Skip:
        page = self._placement.page(post)
        if page:
            return post.at(self._placement.address(post, page))
        return self._outcomes.without(post)

    def examined(self, reading: Reading, needed: Collection[PurePosixPath]) -> Reading:
        """The reading with the needed posts as they go out. The same one if none changes.

        Only the pages of needed posts are opened that were not examined before.
        """
        done = self._outcomes.hashes
        fresh = [one for one in reading.posts if one.path in needed and one.path not in done]
        posts = {post.path: post for post in fresh}
        found = {post.path: self._look(post) for post in fresh}
        foreign = [post for post in fresh if self._doubts.is_doubtful(post, found[post.path])]
        if foreign:
            replaced = self._placement.search.again(foreign, settled=done)
            found |= {path: self._look(posts[path]) for path in replaced & posts.keys()}
        looks = [one for one in found.values() if isinstance(one, Look)]
        self._require_site(looks)
        wants_title = self._wants_title(found.values())
        outcomes = {
            path: self._outcome(posts[path], one, wants_title=wants_title)
            for path, one in found.items()
        }
        self._outcomes.require_bodies()
        opened = [(posts[path], one) for path, one in found.items() if isinstance(one, Look)]
        memory = self._config.state / NAME
        require_whole_texts((look for _, look in opened), memory)
        require_known_theme(
            opened,
            self._config.posts.drop,
            memory,
            wants_title=wants_title,
            is_forgotten=self._is_forgotten,
        )
        return _with(reading, (outcomes.get(post.path, post) for post in reading.posts))

    def _require_site(self, looks: Sequence[Look]) -> None:
        """Raise UnsafePlanError if the pages are not those of the site as it is deployed."""
        folder, url = self._output.folder, self._config.site.url
        safety.require_deployed(self._reader.development_page(looks), folder)
        stated = self._reader.stated_url(looks)
        memory = self._config.state / NAME
        safety.require_own_url(stated, self._known.memory.url, url, folder, memory)
        self._url = stated or self._url
        is_other = self._url and not site_url.is_same(self._url, url)
        self._outcomes.other_url = self._url if is_other else ""

    @property
    def _is_forgotten(self) -> bool:
        """Whether no body of a page is remembered, although there are feeds of an earlier run."""
        if any(has_body(row.taken) for row in self._known.memory.posts.values()):
            return False
        return any(feed.path.exists() for feed in self._config.feeds)

    def _look(self, post: Post) -> Found | None:
        """Look at the page of a post; None if its body does not come from it."""
        page = self._placement.page(post)
        if page is None or post.body_from_source or not self._config.posts.from_pages:
            return None
        return None if self._waits_elsewhere(post) else self._reader.look(post, page)

    def _wants_title(self, found: Iterable[Found | None]) -> bool:
        """Whether nearly all pages show the title of their post, so that the others are foreign."""
        shown = [
            one.opened.has_title if isinstance(one, Look) else one.row.has_title
            for one in found
            if isinstance(one, Look | Unchanged | StillStays)
        ]
        return sum(shown) >= _WANTS_TITLE * len(shown)

    def _outcome(self, post: Post, found: Found | None, *, wants_title: bool) -> Post | Skip:
        """The post as it goes out; it waits if its file has vanished since it was read."""
        if self._placement.page(post) is None:  # it is that of another post
            return self._outcomes.without(post)
        try:
            return self._concluded(post, found, wants_title=wants_title)
        except PostError as error:
            return self._outcomes.waits(post, self._known.row(post.path), error.message)

    def _concluded(
        self,
        post: Post,
        found: Found | None,
        *,
        wants_title: bool,
    ) -> Post | Skip:
        """The post as it goes out, if it does."""
        row = self._known.row(post.path)
        if waits := self._waits_elsewhere(post):
            return self._outcomes.waits(post, row, waits.reason)
        match found:
            case None:
                return self._from_source(post, row)
            case Unreadable(reason):
                return self._outcomes.waits(post, row, reason)
            case StillStays(row):
                return self._outcomes.waits_or_keeps(post, row)
            case Unchanged(row):
                row = replace(row, alike=self._alike(post, row, self._files.signature(post.path)))
                self._outcomes.refresh(post, row)
                return self._outcomes.goes(post, row)
            case Look():
                return self._looked(post, found, wants_title=wants_title)
            case _:
                assert_never(found)

    def _from_source(self, post: Post, row: PostMemory) -> Post | Skip:
        page = self._placement.page(post)
        if page:
            post = post.at(self._placement.address(post, page))
        return self._outcomes.from_source(post, row)

    def _waits_elsewhere(self, post: Post) -> Wait | None:
        """Whether the post waits for a page at its own address, whatever is on the one it has."""
        is_elsewhere = self._placement.is_elsewhere(post)
        is_former = self._placement.former(post) is not None
        if not (is_elsewhere or is_former):
            return None
        facts = Facts(
            has_page=True,
            is_newer=self._placement.is_newer(post.path),
            is_elsewhere=is_elsewhere,
            is_former=is_former,
            taken=self._known.row(post.path).taken,
        )
        decision = waiting.decide(facts)
        return decision if isinstance(decision, Wait) else None

    def _looked(self, post: Post, look: Look, *, wants_title: bool) -> Post | Skip:
        if self._doubts.is_refuted(post, look, wants_title=wants_title):
            self._placement.search.reject(post)
            return self._outcomes.without(post)
        look = self._doubts.without_others_text(post, look)
        removed = may_show_removed(look) and self._shows_removed(post, look)
        alike = self._alike(post, look.row, look.file_signature)
        conclusion = conclude(
            look,
            wants_title=wants_title,
            shows_removed=removed,
            alike=alike,
            old_words=self._old_words(post) if is_edited(look) else (),
            is_elsewhere=bool(self._outcomes.other_url),
        )
        if isinstance(conclusion, Stays):
            self._known.change(post.path, conclusion.row)
            return self._outcomes.waits_or_keeps(post, conclusion.row)
        last = self._known.version(post.path) if conclusion.body is None else None
        body = last.body if last else conclusion.body
        self._known.change(post.path, conclusion.row, Version(look.file, body))
        return self._outcomes.goes(post.at(look.address), conclusion.row)

    def _shows_removed(self, post: Post, look: Look) -> bool:
        """Whether the page shows what only the version has that was taken last."""
        old = self._outcomes.last(post.path)
        return old is not None and shows_removed(old.body, post.body, look.body.html)

    def _old_words(self, post: Post) -> Sequence[str]:
        """The words of the source that was taken last."""
        old = self._outcomes.last(post.path)
        return source_words(old.body, title=title_of(old)) if old else ()

    def _alike(self, post: Post, row: PostMemory, file_signature: Signature) -> tuple[str, ...]:
        """The versions of the source that readers cannot tell from the post as it is now."""
        if row.file_signature == file_signature:
            return row.alike
        return unseen.alike(self._outcomes.last(post.path) if row.taken else None, post, row.alike)

    def hash_of(self, post: Post) -> PageHash:
        return self._outcomes.hash_of(post)

    def of(self, post: Post) -> BuiltBody | None:
        if not self.hash_of(post).now:
            return None
        version = self._known.version(post.path)
        body = version.body if version else None
        return self._known.own_metadata(body) if body else None

    def page_of(self, post: Post) -> BuiltFile | None:
        page = self._placement.page(post)
        try:
            return BuiltFile(page, self._output.read(page)) if page else None
        except OSError:
            return None

    @property
    def report(self) -> PagesReport:
        """What the run has to say about the posts that were examined."""
        return self._outcomes.report

    def remember(self, reading: Reading) -> None:
        """Write what this run has learned, in one transaction; `reading` is the last one."""
        paths = None
        if not reading.broken:
            paths = _paths(reading) | {one.path for one in self._outcomes.moved}
        self._placement.search.settle()
        self._known.withdraw(self._without_last(reading))
        left = self._placement.left_pages()
        self._known.write(paths, len(self._placement.signatures), left, self._url)
        self._placement.write_cache()

    def _without_last(self, reading: Reading) -> AbstractSet[PurePosixPath]:
        """The files whose last versions do not go out any more, because that was intended.

        Nobody intended it of those that cannot be read.
        """
        broken = {skip.path for skip in reading.skipped if skip.broken}
        paths = self._known.memory.posts.keys() if broken else _paths(reading)
        return paths - broken - self._outcomes.hashes.keys()


def _paths(reading: Reading) -> set[PurePosixPath]:
    """The paths of all files that were read."""
    paths = {post.path for post in reading.posts}
    paths |= {skip.path for skip in reading.skipped}
    return paths | {page.path for page in reading.pages}


def _with(reading: Reading, outcomes: Iterable[Post | Skip]) -> Reading:
    """The reading with the outcome of each post; the same one if nothing changes."""
    found = [*outcomes]
    posts = tuple(one for one in found if isinstance(one, Post))
    if posts == reading.posts:
        return reading
    skips = [one for one in found if isinstance(one, Skip)]
    skipped = sorted((*reading.skipped, *skips), key=lambda skip: skip.path)
    return replace(reading, posts=posts, skipped=tuple(skipped))
