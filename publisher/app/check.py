"""Find the problems that readers will have with the posts. Builds and sends nothing."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from typing import TYPE_CHECKING

from msgspec import Struct

from publisher import feeds, selection, sources
from publisher.app import source_texts
from publisher.app.doubts import ignored_files, unread_settings
from publisher.lint import clients, posts
from publisher.lint.built import BuiltReport
from publisher.post import Diagnostic
from publisher.sources.built.learning.text_parts import names_part
from publisher.sync.ledger import Ledger
from publisher.system.site_files import BuiltFiles, Files
from publisher.text.characters import short_line
from publisher.text.css_selectors import is_positional

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import PurePosixPath

    from publisher.app.doubts.unread_settings import Doubt
    from publisher.app.project import Project
    from publisher.config import Config
    from publisher.entry import Entry
    from publisher.lint.clients import ClientDiagnostic
    from publisher.sources.built.pages.pattern import AddressDifference


class Checked(Struct, frozen=True):
    """The diagnostics about each post by its path, and those about named readers if asked for.

    `setting_warnings` are those of the project, and those that only `check` gives; `unread` are the
    settings of the site that are not read. `built` says how the posts and their built pages differ,
    `addresses` how the URLs of the pages differ from those that the rules of the engine give.
    """

    diagnostics: Mapping[PurePosixPath, Sequence[Diagnostic]]
    client_diagnostics: Sequence[ClientDiagnostic] | None
    setting_warnings: Sequence[Diagnostic]
    unread: Sequence[Doubt]
    built: BuiltReport
    addresses: Sequence[AddressDifference]


def check(
    project: Project,
    *,
    now: dt.datetime | None = None,
    with_clients: bool = False,
    watch: Callable[[Sequence[Entry]], Iterator[Entry]] = iter,
) -> Checked:
    """Check every post. `watch` passes the entries on, and may show progress."""
    now = now or dt.datetime.now(dt.UTC)
    of_posts = posts.check(
        project.entries,
        project.config.site,
        files=_files(project.config),
        built=_built_files(project.config),
        shown=project.config.short,
        now=now,
        renderings=project.renderings,
        watch=watch,
    )
    diagnostics: defaultdict[PurePosixPath, list[Diagnostic]] = defaultdict(list)
    skipped = [one for skip in project.entries.skipped for one in skip.warnings]
    for one in dict.fromkeys((*project.diagnostics, *skipped, *_of_pages(project), *of_posts)):
        diagnostics[one.path].append(one)
    of_clients = _client_diagnostics(project, now) if with_clients else None
    unread = unread_settings.doubts(project.config)
    of_settings = (
        *project.setting_warnings,
        *_unsettled(project),
        *source_texts.warnings(project),
    )
    if not project.config.site.output:
        of_settings = (*of_settings, *_title(project, lambda _: None))
        return Checked(diagnostics, of_clients, of_settings, unread, BuiltReport(), ())
    from publisher.app import (  # noqa: PLC0415 - parse pages
        noindex,
        page_check,
        page_languages,
        unlisted,
    )

    of_settings = (*of_settings, *_title(project, page_check.site_title))
    differences = page_check.compared(project, watch)
    moved = page_check.addresses(project)
    of_robots, of_output = noindex.warnings(project)
    of_pages = page_check.without_content(project)
    for one in (*of_pages, *unlisted.warnings(project), *of_robots):
        diagnostics[one.path].append(one)
    if of_output:
        of_settings = (*of_settings, project.of_setting(("site", "output"), of_output))
    of_settings = (*of_settings, *page_languages.warnings(project))
    if drops := page_check.useless_drops(project):
        of_settings = (*of_settings, project.of_setting(("posts", "drop"), drops))
    if doubt := page_check.site_url_difference(project):
        # What the pages say shows what is right, so it comes in the place of a mere warning.
        of_settings = tuple(one for one in of_settings if one != project.url_warning)
        of_settings = (*of_settings, project.of_setting(("site", "url"), doubt))
    return Checked(diagnostics, of_clients, of_settings, unread, differences, moved)


def _of_pages(project: Project) -> Iterator[Diagnostic]:
    """Warn about posts that go out, but not with what the built page or the source shows now."""
    built = project.built
    for waiting in built.waiting:
        if waiting.stays:
            yield Diagnostic(waiting.path, 1, waiting.message)
        elif waiting.way_out:  # the others are skipped with the same reason
            yield Diagnostic(waiting.path, 1, waiting.way_out.message)
    for number, textless in enumerate(built.without_text):
        advice = "" if number else f"; {textless.advice}"
        yield Diagnostic(textless.path, 1, f"{textless.message}{advice}")
    yield from built.kept


def _unsettled(project: Project) -> Iterator[Diagnostic]:
    """Warn if posts may differ from those of the site, or some be published that it leaves out."""
    places = [f"`{one}`" for one in project.config.posts.drop if is_positional(one)]
    if places:
        verb = "says" if len(places) == 1 else "say"
        message = (
            f"{' and '.join(places)} {verb} only where something stands, which may be the text of "
            "the next post; select what to remove by a class or an id, or run "
            "`publisher init --learn`"
        )
        yield project.of_setting(("posts", "drop"), message)
    if parts := [f"`{one}`" for one in project.config.posts.body if names_part(one)]:
        message = (
            f"{' and '.join(parts)} may find only a part of the text of the next post; select the "
            "element around the whole text, or run `publisher init --learn`"
        )
        yield project.of_setting(("posts", "body"), message)
    if doubt := ignored_files.doubt(project.config):
        yield project.of_setting(("posts", "exclude"), ignored_files.advice(doubt))
    yield from unread_settings.problems(project.config)


def _title(project: Project, stated: Callable[[Project], str | None]) -> Iterator[Diagnostic]:
    """Warn if the title of the site is only the name of its folder; `stated` is that of its pages.

    A name with capitals or spaces may well be the title, too.
    """
    title, name = project.config.site.title, project.config.path.parent.name
    if title != name or not (name.islower() and name.isalnum()):
        return
    of_pages = stated(project)
    if of_pages is None:
        message = f'is "{title}", the name of the folder; is that the title of your site?'
        yield project.of_setting(("site", "title"), message)
    elif of_pages != title:
        other = short_line(of_pages, 60)
        message = f'is "{title}", the name of the folder, but the pages of the site say "{other}"'
        yield project.of_setting(("site", "title"), message)


def _client_diagnostics(project: Project, now: dt.datetime) -> list[ClientDiagnostic]:
    """Check the nodes and their items, then the feeds, as named readers parse them."""
    config, entries, render = project.config, project.entries.entries, project.renderings.of
    diagnostics: list[ClientDiagnostic] = []
    # Clients notice the age of a post only when its item is new to a node.
    with Ledger(config.state, read_only=True) as ledger:
        at_nodes = {id_ for address in ledger.item_counts() for id_ in ledger.recorded(address)}
    if config.xmpp:
        for one in entries:
            diagnostics += clients.of_age(one, now=now, at_nodes=at_nodes)
    for xmpp in config.xmpp:
        for node in xmpp.nodes:
            diagnostics += clients.of_node(node)
            for one in selection.select(entries, node.only, site=config.site, since=node.since):
                diagnostics += clients.of_item(render(one), config.site, node, account=xmpp.jid)
    topics = [one.document for one in project.outputs if one.is_topic]
    documents = [document for document in topics if document]
    in_html = {one.id(config.site) for one in documents if _is_html(one)}
    has_podcast = any(one.feed.podcast for one in documents)
    for document in documents:
        others = clients.Others(document.id(config.site) in in_html, has_podcast)
        short, data = feeds.build(document, config.site, render)
        shown = [render(one) for one in short.entries]
        diagnostics += clients.of_feed(short, shown, config.site, data, others)
    return list(dict.fromkeys(diagnostics))


def _is_html(document: feeds.FeedDocument) -> bool:
    """Whether the document shows its posts in full to programs that cannot read XHTML."""
    feed = document.feed
    is_html = feed.format == "rss" or feed.content_type == "html"
    return is_html and feed.content != "summary" and not feed.podcast


def _files(config: Config) -> Files | None:
    """The files of the site; None if the posts come from a feed, whose site may be elsewhere."""
    if config.posts.feed:
        return None
    return Files(
        config.posts.path, sources.site_of(config), config.site.root, sources.reach_of(config)
    )


def _built_files(config: Config) -> BuiltFiles | None:
    """The files that the site's generator built; None if their folder is unknown."""
    output = config.site.output
    return BuiltFiles(output, config.site.root) if output else None
