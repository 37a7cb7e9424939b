"""Build the feeds, then make every node equal to the posts.

A new post is published, an edited one replaced in place, a removed one retracted; running again
does nothing and says nothing. Safe to run twice at once: the second run waits for the first.
"""

from __future__ import annotations

import sys
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING

from publisher import sync
from publisher.cli import choice, nodes, report
from publisher.cli import site as sites
from publisher.errors import UnsafePlanError
from publisher.sync import Clock, Result
from publisher.sync.ledger import Ledger
from publisher.sync.plan import Publish
from publisher.system.lock import lock

if TYPE_CHECKING:
    import argparse
    from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence

    from publisher.cli.nodes import Target
    from publisher.cli.site import Built, Site
    from publisher.config import Config
    from publisher.sync import Node, Step, Task
    from publisher.text.node_address import NodeAddress

EXAMPLE = """\
  publisher publish
  publisher publish --wait-for-url 300   (after a deployment)
  publisher publish --only _posts/2026-01-31-news.md --quiet"""

WATCHABLE = 5  # changes; fewer are over before a bar can be read


def add_arguments(parser: argparse.ArgumentParser) -> None:
    sites.add_arguments(parser)
    sites.add_waits(
        parser,
        retry=sync.RETRY_SECONDS,
        again="what a busy service refuses for the moment",
        before="a post is pushed, wait until its page is on the web",
    )
    choice.add_arguments(parser)


def run(arguments: argparse.Namespace) -> int:
    config = sites.load_config(arguments)
    if not config.xmpp:
        return _publish(config, arguments)
    with lock(config.state, wait=arguments.lock_wait, on_wait=sites.tell_wait):
        return _publish(config, arguments)


def _publish(config: Config, arguments: argparse.Namespace) -> int:
    if not config.posts.feed and not config.posts.path.is_dir():
        _check_emptiness(config, arguments, "is not there")
    site = sites.load(arguments, keeps=True)
    if not site.entries.posts:
        _check_emptiness(config, arguments, "is empty")
    built = sites.build(site, allow_empty=arguments.allow_retracts)
    sites.tell_failed(built)
    if not arguments.json:
        _tell_built(site, built)
    results = _push(site, arguments)
    if arguments.json:
        print(sites.document(site, nodes=report.as_json(results)))
    else:
        _tell_results(site, results, selected=bool(arguments.only or arguments.since))
    return report.exit_code(site, results, *(one.error for one in built))


def _check_emptiness(config: Config, arguments: argparse.Namespace, what: str) -> None:
    """No posts at all are a checkout gone wrong, sooner than a blog's end. UnsafePlanError."""
    if arguments.allow_retracts or not config.xmpp:
        return
    with Ledger(config.state, read_only=True) as ledger:
        if any(ledger.counts().values()):
            raise UnsafePlanError(
                f"{_source(config)} {what}, but posts of it were published; nothing "
                "was built or sent. If they are meant to go, let it be there and empty, and run "
                "again with --allow-retracts"
            )


def _source(config: Config) -> str:
    kind = "feed" if config.posts.feed else "folder"
    return f"the {kind} {config.posts.place}"


def _push(site: Site, arguments: argparse.Namespace) -> list[Result]:
    if not site.config.xmpp:
        return []
    with Ledger(site.config.state) as ledger:
        return _reconcile(site, ledger, arguments)


def _reconcile(site: Site, ledger: Ledger, arguments: argparse.Namespace) -> list[Result]:
    """Look only where something may have to be done."""
    found = nodes.targets(site, ledger, choice.choice(arguments))
    with ledger.together():
        for target in found:
            sync.locate(target.address, target.task, ledger)
    now = Clock().now()
    open_ = [target for target in found if not nodes.is_settled(target, ledger, now=now)]
    results = {
        target.address: sync.offline(target.address, target.task, ledger) for target in found
    }
    if open_:
        results |= _visit(site, ledger, open_, arguments, where=len(found) > 1)
    return [results[target.address] for target in found]


def _visit(
    site: Site,
    ledger: Ledger,
    open_: Sequence[Target],
    arguments: argparse.Namespace,
    *,
    where: bool,
) -> dict[NodeAddress, Result]:
    from publisher.cli import visits  # noqa: PLC0415 - slow, with all that goes out

    hold_back = _waiting(site, ledger, open_, arguments.wait_for_url)
    with _progress(enabled=not arguments.json, where=where) as on_step:

        async def work(node: Node, task: Task) -> Result:
            return await sync.reconcile(
                node,
                task,
                ledger,
                hold_back=hold_back,
                on_step=partial(on_step, node.address.node),
                retry_seconds=arguments.retry,
            )

        return {result.address: result for result in visits.visit(site, open_, work)}


def _waiting(
    site: Site, ledger: Ledger, open_: Sequence[Target], seconds: float | None
) -> Callable[[Sequence[str]], Awaitable[Mapping[str, str]]]:
    """Which posts have no page yet, and why. All nodes together wait for `seconds`, not each."""
    links = {entry.item_id: entry.link for entry in site.entries.entries}
    if seconds is None:
        return _hold_nothing_back
    from publisher.cli.pages import Pages  # noqa: PLC0415 - slow, and few ask for it

    expected = [links[id_] for id_ in _expected(ledger, open_)]
    pages = Pages(seconds=seconds)

    async def hold_back(ids: Sequence[str]) -> Mapping[str, str]:
        if not ids:
            return {}
        missing = await pages.unreachable([links[id_] for id_ in ids], expected=expected)
        return {
            id_: f"{links[id_]} is not there yet ({missing[links[id_]]})"
            for id_ in ids
            if links[id_] in missing
        }

    return hold_back


async def _hold_nothing_back(_: Sequence[str]) -> Mapping[str, str]:
    return {}


def _expected(ledger: Ledger, open_: Sequence[Target]) -> list[str]:
    """The ids of the posts that will be published, as far as the ledger knows."""
    planned = (sync.offline(one.address, one.task, ledger).steps for one in open_)
    return [
        step.change.id for steps in planned for step in steps if isinstance(step.change, Publish)
    ]


@contextmanager
def _progress(*, enabled: bool, where: bool) -> Iterator[Callable[[str, Step, int], None]]:
    """One line for each change; above a bar, where somebody is watching a longer run.

    `where`: each line names its node.
    """

    def tell(node: str, step: Step, _total: int) -> None:
        report.tell_step(step, where=node if where else "")

    if not enabled:
        yield lambda _node, _step, _total: None
    elif not sys.stderr.isatty():
        yield tell
    else:
        with _bar() as advance:

            def on_step(node: str, step: Step, total: int) -> None:
                tell(node, step, total)
                advance(node, total)

            yield on_step


@contextmanager
def _bar() -> Iterator[Callable[[str, int], None]]:
    """How far, how fast, and how much longer; all nodes together."""
    from rich.console import Console  # noqa: PLC0415 - 0.1 s, and only for terminals
    from rich.progress import (  # noqa: PLC0415
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeRemainingColumn,
    )

    bar = Progress(
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[rate]}"),
        TimeRemainingColumn(),
        TextColumn("left"),
        console=Console(stderr=True),
        transient=True,
        redirect_stdout=sys.stdout.isatty(),
    )
    totals: dict[str, int] = {}
    with bar:
        task = bar.add_task("publishing", total=None, visible=False, rate="")

        def advance(node: str, total: int) -> None:
            totals[node] = total
            everything = sum(totals.values())
            speed = bar.tasks[task].speed
            rate = f"{speed:.0f} a second" if speed else ""
            bar.update(
                task, total=everything, advance=1, visible=everything >= WATCHABLE, rate=rate
            )

        yield advance


def _tell_built(site: Site, built: Sequence[Built]) -> None:
    sites.tell_skipped(site, broken_only=True)
    for one in built:
        if one.state in {"written", "removed"}:
            print(f"{one.state}  {one.path}{sites.counted(one)}")


def _tell_results(site: Site, results: Sequence[Result], *, selected: bool) -> None:
    pushed = {step.change.id for result in results for step in result.steps}
    paths = {entry.post.path for entry in site.entries.entries if entry.item_id in pushed}
    sites.tell_remarks(site, [r for r in sites.remarks(site) if r.path in paths])
    report.tell_errors(results)
    _tell_held(results)
    for result in results:
        if _wants_notes(site, result, selected=selected):
            report.tell_notes(result)
        for step in result.steps:
            if step.outcome == "unknown":
                report.tell_step(step)
        if any(step.outcome == "done" and report.is_seen(step) for step in result.steps):
            print(f"{result.address}: {report.summary(result, done=True)}")
            print(f"subscribe: {result.address.subscribe_uri}")
    if sys.stdout.isatty():
        _tell_nothing_to_push(site, results)


def _wants_notes(site: Site, result: Result, *, selected: bool) -> bool:
    """Whether something happened that the notes belong to, or somebody is watching.

    A hook says nothing where nothing changed.
    """
    happened = result.steps or result.error or result.repaired or site.entries.broken
    return bool(happened) or selected or sys.stdout.isatty()


def _tell_nothing_to_push(site: Site, results: Sequence[Result]) -> None:
    """Say that every node equals the posts, unless anything was said that limits it."""
    if not results or site.entries.broken:
        return
    if any(r.steps or r.error or r.notes or r.hints for r in results):
        return
    if all(result.looked for result in results):
        print("nothing to push: every node equals the posts")
    else:
        print("nothing to push: every node equalled the posts at the last look")


def _tell_held(results: Sequence[Result]) -> None:
    """Say why posts wait, once where they wait at several nodes."""
    steps = [step for result in results for step in result.steps]
    waiting = [step for step in steps if step.outcome == "planned" and step.reason]
    for id_, reason in dict.fromkeys((step.change.id, step.reason) for step in waiting):
        sites.say(f"note: {id_}: {reason}")
