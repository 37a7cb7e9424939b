"""Find the folder into which a site is built, by its posts, and learn where their text is."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Sequence
from typing import TYPE_CHECKING, TypeAlias, overload
from urllib.parse import urljoin

import msgspec
from msgspec import Struct, field
from msgspec.structs import replace

from publisher import sources
from publisher.app.events import PagesRead, ignore
from publisher.config.keys import OUTPUT_FOLDERS
from publisher.sources.built.bodies.body import removing
from publisher.sources.built.finding import media_names
from publisher.sources.built.finding.match import find
from publisher.sources.built.finding.page_words import PageWords, page_words
from publisher.sources.built.finding.pair import PostWords
from publisher.sources.built.finding.same_titles import SameTitles
from publisher.sources.built.folder.output_folder import OutputFolder
from publisher.sources.built.learning.learn import MAX_PAGES, learn, measured
from publisher.sources.built.learning.learning_page import LearnedPost
from publisher.sources.built.learning.text_parts import names_part
from publisher.sources.built.pages import site_metadata, site_url
from publisher.sources.built.pages.development import development_page
from publisher.sources.built.pages.page import PageError, parse
from publisher.sources.built.pages.page_url import HOME, is_copy
from publisher.sources.built.pages.site_metadata import SiteMetadata
from publisher.sources.built.pages.words import source_words, triples
from publisher.system.paths import is_folder
from publisher.system.site_files import BuiltFiles
from publisher.text.counts import number_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import PurePosixPath

    from publisher.app.events import OnEvent
    from publisher.config import Config
    from publisher.post import Post
    from publisher.sources.built.learning.furniture import StayingPart
    from publisher.sources.built.learning.learn import Learned, Pair
    from publisher.sources.built.pages.head import Head
    from publisher.sources.built.pages.page import BuiltPage
    from publisher.text.yaml_edit import New

DatedPost: TypeAlias = "tuple[Post, dt.datetime | None]"  # None: the source has no date
# Where generators build sites; those of the detected generator come first.
USUAL = ("_site", "public", "output", "build", "dist", "out", ".next/out", "site")
_LEAST_FOUND = 0.5  # of the posts; else the folder is not, or no longer, that of the site
_FEW = 20  # pages that show how all are built
_KEPT_PAGES = 300  # trees in memory at once; those of larger sites are parsed again when needed


class Lesson(Struct, frozen=True):
    """The folder of the built site, relative to the configuration, and what its pages showed.

    `found` of `posts` have a page there, and `metadata` is what these pages and the home page say
    of the site. `output` is empty if no folder holds the site; then `reason` says why. `reason` is
    also that of a refusal to take texts from the pages. `root_link` is a URL in the pages that
    shows that the site is at the root of its host, although its URL has a path; else empty. If
    `stays`, the selectors of the configuration stay, and `learned` has their figures.
    """

    posts: int
    output: str = ""
    found: int = 0
    learned: Learned | None = None
    reason: str = ""
    metadata: SiteMetadata = field(default_factory=SiteMetadata)
    root_link: str = ""
    stays: bool = False

    @property
    def takes_bodies(self) -> bool:
        return self.learned is not None and not self.reason

    @property
    def keys(self) -> Mapping[str, New]:
        """The keys of the section `posts`."""
        if not self.takes_bodies or self.learned is None:
            return {"from": "source"}
        keys = {"body": _short(self.learned.body), "drop": _short(self.learned.drop)}
        return {key: value for key, value in keys.items() if value}

    @property
    def summary(self) -> str:
        """The figures, for people: where the text is, and on how many pages."""
        if self.learned is None or self.reason:
            advice = (
                "run `publisher init --learn` after the next build"
                if self.learned is None
                else f"to take them from the pages, set `body: {_example(self.learned)}`, list in "
                "posts.drop what is not text, and remove posts.from"
            )
            return f"{self.figures}; {advice}"
        return self.figures

    @property
    def figures(self) -> str:
        """The same without advice, for the comment in publisher.yaml."""
        if self.learned is None or self.reason:
            return f"{self.reason}, so texts are rendered from their sources"
        pages = number_of(self.learned.matched, "page")
        return f"{found_in(self.learned.body)}: {self.learned.accepted} of {pages}"

    @property
    def staying(self) -> Sequence[str]:
        """What readers get around the texts because no selector names it, a sentence for each."""
        parts = self.learned.staying if self.learned and self.takes_bodies else ()
        return [_stays(one) for one in parts]


def _example(learned: Learned) -> str:
    return learned.body[0] if learned.body else "article"


def _stays(part: StayingPart) -> str:
    what = "the title" if part.is_title else f'"{part.words}" or the like'
    where = "above" if part.is_above else "below"
    return (
        f"{what} stays {where} the texts: it has no class or id by which posts.drop could name it. "
        "Give it one in the template of your site, build, and run `publisher init --learn`"
    )


def found_in(body: Sequence[str]) -> str:
    """How the figures, and the comment with them, begin."""
    places = " or ".join(f"`{selector}`" for selector in body)
    return f"the text of your posts is in {places}"


def _short(selectors: tuple[str, ...]) -> New:
    return selectors[0] if len(selectors) == 1 else selectors


def study(
    config: Config,
    output: Sequence[str],
    static: str = "",
    on_event: OnEvent = ignore,
    *,
    keeps_body: bool = False,
) -> Lesson:
    """Learn from the pages of the site, in the first folder with the most posts.

    `output` are the folders to try first, relative to the configuration, and `static` is one that
    is never the built site. With `keeps_body` the body of the configuration stays if a run takes
    texts with it and nothing better is learned. Raises ConfigError if the posts cannot be read.
    """
    posts = _posts(config)
    if not posts:
        return Lesson(0, reason="there is no post to learn from")
    folders = [*_folders(config, output, static)]
    tried = [_Trial(config, posts, name, on_event) for name in folders]
    best = max(tried, key=lambda trial: len(trial.pages), default=None)
    if best is None or len(best.pages) < _LEAST_FOUND * len(posts):
        return Lesson(len(posts), reason=_not_found(folders, best, len(posts)))
    if page := best.page_of_development():
        reason = (
            f"{best.name} was built by a development server: {page} links to this machine, "
            "or reloads itself. Build the site as you deploy it"
        )
        return Lesson(len(posts), reason=reason)
    learned = learn(best.pairs())
    own = _of_configuration(config, best, learned) if keeps_body else None
    chosen = own or _with_own_drop(config, best, learned)
    return Lesson(
        len(posts),
        best.name,
        len(best.pages),
        chosen,
        chosen.refusal or "",
        best.metadata(),
        best.root_link(),
        stays=own is not None,
    )


def _of_configuration(config: Config, trial: _Trial, learned: Learned) -> Learned | None:
    """The figures of `posts.body`, if a run takes texts with it and nothing better was learned."""
    if not config.posts.body:
        return None
    own = measured(trial.pairs(), config.posts.body, config.posts.drop)
    is_as_good = own.accepted >= learned.accepted and own.foreign <= learned.foreign
    if any(map(names_part, own.body)):
        is_as_good = False  # the texts of later posts may be more than that
    return own if own.refusal is None and (learned.refusal or is_as_good) else None


def _with_own_drop(config: Config, trial: _Trial, learned: Learned) -> Learned:
    """What was learned, and the selectors of `posts.drop` that still remove something beside it.

    Of these a person may have written some, e.g. for what stands on a few pages only.
    """
    more = {one for one in config.posts.drop if one not in learned.drop}
    if learned.refusal or not more:
        return learned
    useful: set[str] = set()
    for _, page in trial.pairs():
        useful |= removing(page, learned.body, learned.drop, more - useful)
        if useful == more:
            break
    drop = [one for one in config.posts.drop if one in useful or one in learned.drop]
    drop += [one for one in learned.drop if one not in drop]
    found = measured(trial.pairs(), learned.body, drop)
    return learned if found.refusal else replace(found, staying=learned.staying)


def _not_found(folders: Sequence[str], best: _Trial | None, posts: int) -> str:
    if best is None or not best.pages:
        return "no built site was found" + (f" in {', '.join(folders)}" if folders else "")
    return f"{best.name} has pages of only {len(best.pages)} of {number_of(posts, 'post')}"


def _posts(config: Config) -> Sequence[DatedPost]:
    """The published posts as their sources say, of every kind that pages can show, and their dates.

    If most files have no date, these count, too: the pages may date them.
    """
    site = msgspec.structs.replace(config.site, output=None)
    posts = msgspec.structs.replace(config.posts, from_="pages", body=(), drop=())
    plain = msgspec.structs.replace(config, site=site, posts=posts)
    reading = sources.read(plain, now=dt.datetime.now(dt.UTC))
    dated = [(post, post.published) for post in reading.posts]
    undated = [(page.post, None) for page in reading.pages]
    return [*dated, *undated] if len(undated) > len(dated) else dated


def _folders(config: Config, output: Sequence[str], static: str) -> Iterator[str]:
    """The folders that may be the built site: they have pages, and none of the posts."""
    top = config.path.parent
    usual = OUTPUT_FOLDERS[config.posts.engine] or ""
    inner = [f"{os.path.realpath(path)}/" for path in (config.posts.path, top)]
    for name in dict.fromkeys((*output, usual, *USUAL)):
        if not name or name == static or not is_folder(top / name):
            continue
        outer = f"{os.path.realpath(top / name).rstrip('/')}/"
        if not any(path.startswith(outer) for path in inner):
            yield name


class _Trial:
    """The pages of one folder, and the posts that they are of."""

    def __init__(
        self, config: Config, posts: Sequence[DatedPost], name: str, on_event: OnEvent
    ) -> None:
        self.name = name
        self._config = config
        self._posts = {post.path: post for post, _ in posts}
        self._on_event = on_event
        ours = [feed.path for feed in config.feeds] + ([config.page.path] if config.page else [])
        self._output = OutputFolder(config.path.parent / name, config.site.root, ours)
        self._heads: dict[PurePosixPath, Head] = {}
        self._titles = SameTitles([post for post, _ in posts])
        post_words, words = [self._post_words(*one) for one in posts], self._page_words()
        self.pages = find(post_words, words)
        url = self.metadata().url if self.pages else None
        if url and not site_url.is_same(url, config.site.url):
            # Now it shows which pages name another one of the site as the original.
            copies = {path for path, head in self._heads.items() if is_copy(path, head, url)}
            words = [replace(one, canonical_is_other=one.path in copies) for one in words]
            self.pages = find(post_words, words)

    def _post_words(self, post: Post, published: dt.datetime | None) -> PostWords:
        title = post.title or post.name
        return PostWords(
            post.path,
            title,
            triples(source_words(post.body, title=title)),
            published.astimezone(self._config.site.zone) if published else None,
            post.language,
            self._output.file_of(post.page),
            media=media_names.of_post(post),
            shares_title=self._titles.are_shared(post.path),
        )

    def _page_words(self) -> list[PageWords]:
        """The words of all pages that can be read."""
        try:
            paths = [*self._output.pages()]
        except OSError:
            return []
        found = []
        for number, path in enumerate(paths, 1):
            page = self._page(path)
            if page:
                self._heads[path] = page.head
                found.append(page_words(page, self._config.site.root))
            self._on_event(PagesRead(self.name, number, len(paths)))
        return found

    def _page(self, path: PurePosixPath) -> BuiltPage | None:
        try:
            return parse(self._output.read(path), path)
        except (OSError, PageError):
            return None

    def metadata(self) -> SiteMetadata:
        """What the pages of the posts and the home page say of the site."""
        heads = {path: self._heads[path] for path in sorted(self.pages.values())}
        home = self._heads.get(HOME)
        is_usable = home and not (home.is_redirect or home.local.is_certain or home.local.has_parts)
        return site_metadata.metadata(
            heads,
            home if is_usable else None,
            sitemap=sorted(self._output.sitemap_urls),
            feeds=sorted(self._output.feed_urls),
            output=self._output.pages(),
        )

    def root_link(self) -> str:
        """A link of the pages to a file that the site has if it is at the root of its host."""
        files = BuiltFiles(self._config.path.parent / self.name, self._config.site.root)
        for path in [*self.pages.values()][:_FEW]:
            page = self._page(path)
            for element in page.tree.iter("a", "img", "link", "script") if page else ():
                url = element.get("src") or element.get("href") or ""
                if url.startswith("/") and files.has_at_root(urljoin(files.root, url)):
                    return url
        return ""

    def page_of_development(self) -> PurePosixPath | None:
        """A page of a post, or the home page, if a development server built the site."""
        paths = dict.fromkeys((*self.pages.values(), HOME))
        return development_page(
            {path: self._heads[path].local for path in paths if path in self._heads}, HOME
        )

    def tell_learning(self, read: int, *, of: int) -> None:
        """Report how many of the posts' pages were read to learn from them, in their order."""
        self._on_event(PagesRead(self.name, min(read, of), of, "learning from"))

    def pairs(self) -> Sequence[Pair]:
        return _Pairs(self)

    def pair(self, post: PurePosixPath, page: PurePosixPath) -> Pair:
        source = self._posts[post]
        title = source.title or source.name
        words = tuple(source_words(source.body, title=title))
        return LearnedPost(title, words, source.body, source.syntax.template_language), parse(
            self._output.read(page), page
        )


class _Pairs(Sequence["Pair"]):
    """The posts and their pages, parsed when they are asked for: trees take much memory."""

    def __init__(self, trial: _Trial) -> None:
        self._trial = trial
        self._paths = sorted(trial.pages.items())
        self._kept: dict[int, Pair] = {}
        self._read = 0

    def __len__(self) -> int:
        return len(self._paths)

    @overload
    def __getitem__(self, index: int) -> Pair: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Pair]: ...
    def __getitem__(self, index: int | slice) -> Pair | Sequence[Pair]:
        if isinstance(index, slice):
            return [self[at] for at in range(*index.indices(len(self)))]
        self._read += 1
        if index in self._kept:
            return self._kept[index]
        self._trial.tell_learning(self._read, of=len(self) + min(len(self), MAX_PAGES))
        pair = self._trial.pair(*self._paths[index])
        if len(self._kept) < _KEPT_PAGES:
            self._kept[index] = pair
        return pair
