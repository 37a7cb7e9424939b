"""What several commands need: the configuration, the posts, the feeds on disk, and how we talk."""

from __future__ import annotations

import argparse
import datetime as dt
import json
import math
import sys
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, Literal

from publisher import config as configs
from publisher import entry, feeds, sources
from publisher.content.cache import NOTHING, Kept
from publisher.errors import FeedError, UnsafePlanError
from publisher.feeds import outputs
from publisher.system import atomic_files, symlinks
from publisher.system.symlinks import LinkError
from publisher.text.characters import printable

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from publisher.claims import Published
    from publisher.config import Config
    from publisher.entry import Entries
    from publisher.feeds.outputs import Output
    from publisher.post import Remark

WAIT_SECONDS = 120.0


@dataclass(frozen=True, slots=True)
class Site:
    """A configuration and what its folder of posts gave."""

    config: Config
    entries: Entries
    kept: Kept = NOTHING


@dataclass(frozen=True, slots=True)
class Built:
    """A file on disk: how many entries it has, and what became of it."""

    path: Path
    format: str
    entries: int = 0
    state: Literal["written", "unchanged", "removed", "failed"] = "failed"
    remark: str = ""
    error: FeedError | None = None


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of every command that reads the posts."""
    parser.add_argument("--json", action="store_true", help="print one JSON document")
    parser.add_argument(
        "--now",
        type=_instant,
        metavar="TIME",
        help="the instant that decides what is scheduled (default: the clock's), "
        "e.g. 2026-12-24T08:00:00Z",
    )


def add_lock_wait(parser: argparse.ArgumentParser) -> None:
    """The option of every command that writes into the ledger."""
    parser.add_argument(
        "--lock-wait",
        type=seconds,
        default=60.0,
        metavar="SECONDS",
        help="how long to wait for another run (default: 60)",
    )


def add_waits(parser: argparse.ArgumentParser, *, retry: float, again: str, before: str) -> None:
    """The options of what goes out: how long to wait for another run, an answer, a deployment."""
    add_lock_wait(parser)
    parser.add_argument(
        "--retry",
        type=seconds,
        default=retry,
        metavar="SECONDS",
        help=f"how long to try again {again} (default: {retry:.0f})",
    )
    parser.add_argument(
        "--wait-for-url",
        type=seconds,
        nargs="?",
        const=WAIT_SECONDS,
        metavar="SECONDS",
        help=f"before {before} (default: do not wait; without a number: {WAIT_SECONDS:.0f})",
    )


def tell_wait() -> None:
    say("waiting for another run to end ...")


def load_config(arguments: argparse.Namespace) -> Config:
    """The configuration alone. Raises ConfigError."""
    return configs.load(arguments.config)


def load(arguments: argparse.Namespace, *, keeps: bool = False) -> Site:
    """The configuration and the posts; what is rendered of them is kept.

    Raises ConfigError, and LedgerError if posts dispute an id and the ledger cannot be read.
    """
    config = load_config(arguments)
    now = arguments.now or dt.datetime.now(dt.UTC)
    reading = sources.read(config, now=now)
    kept = Kept(config.state / "rendered", writes=keeps)
    made = entry.entries(reading, config.site, kept, partial(published, config))
    return Site(config, made, kept)


def published(config: Config) -> list[Published]:
    """What the ledger has of all nodes; nothing if there is no ledger. Raises LedgerError."""
    from publisher.sync.ledger import Ledger  # noqa: PLC0415 - only posts that dispute an id need it

    with Ledger(config.state, read_only=True) as ledger:
        return ledger.published()


def build(site: Site, *, allow_empty: bool = False) -> list[Built]:
    """Bring the files on disk up to date. One that cannot be written costs no other.

    Archives come before the feed that names them. Raises UnsafePlanError if there is no post at
    all, and feeds on disk would become empty.
    """
    wanted = [*outputs.outputs(site.config, site.entries)]
    if not (site.entries.posts or allow_empty):
        _refuse_to_empty(site, wanted)
    owners = {output.path: output for output in reversed(wanted)}
    built = {
        id(output): _build(site, output, clash=owners[output.path] is not output)
        for output in sorted(wanted, key=lambda one: one.kind != "old")
    }
    # A post that cannot be read may be the one that had the tag; of no posts at all nobody means
    # that whatever was built should go.
    sure = (site.entries.entries or allow_empty) and not site.entries.broken
    stale = outputs.stale(site.config, wanted) if sure else []
    for path in {output.path.parent: output.path for output in wanted}.values():
        atomic_files.sweep(path.parent, shared=outputs.shared(site.config, path))
    site.kept.sweep({one.item_id for one in site.entries.entries})
    removed = (_remove(path, site.config) for path in stale)
    return [*(built[id(output)] for output in wanted), *removed]


def _refuse_to_empty(site: Site, wanted: Sequence[Output]) -> None:
    """No posts at all are a checkout gone wrong, sooner than a blog's end."""
    full = [
        output.path for output in wanted if output.document and outputs.has_entries(output.path)
    ]
    if full:
        raise UnsafePlanError(
            f"there is no post in {site.config.posts.place}, but {full[0]} holds some; nothing was "
            "built. If they are meant to go: `build --allow-empty`, `publish --allow-retracts`"
        )


def _build(site: Site, output: Output, *, clash: bool) -> Built:
    path = output.path
    if clash:
        message = f"{path} is the file of another feed already; give each a path of its own"
        return Built(path, output.format, error=FeedError(message))
    made = output.make(site.config)
    try:
        symlinks.require_file(path, outputs.shared(site.config, path))
        if not outputs.may_replace(path):
            message = f"{path} exists and was not made by publisher; name another file, or move it"
            return Built(path, output.format, error=FeedError(message))
        written = atomic_files.write(path, made.data, shared=outputs.shared(site.config, path))
    except (UnicodeEncodeError, OSError) as error:
        failed = _failed(site.config, path, error)
        return Built(path, output.format, made.entries, error=failed)
    return Built(
        path, output.format, made.entries, "written" if written else "unchanged", made.remark
    )


def _failed(config: Config, path: Path, error: OSError | UnicodeEncodeError) -> FeedError:
    match error:
        case LinkError(message=reason):
            return refused(config, path, reason)
        case UnicodeEncodeError():
            reason = "file names are ASCII; run with LC_ALL=C.UTF-8"
            return FeedError(f"{path} cannot be named here: {reason}")
        case _:
            return FeedError(f"{path} cannot be written: {error.strerror or error}")


def refused(config: Config, path: Path, reason: str) -> FeedError:
    """The error of an output that a link keeps from being written."""
    advice = configs.link_advice(config, "the path in the configuration")
    return FeedError(f"{path} is not written: {reason}; {advice}")


def _remove(path: Path, config: Config) -> Built:
    try:
        atomic_files.remove(path, shared=outputs.shared(config, path))
    except OSError as error:
        message = f"{path} is stale, and cannot be removed: {error.strerror or error}"
        return Built(path, "", error=FeedError(message))
    return Built(path, "", state="removed")


def remarks(site: Site) -> list[Remark]:
    """All warnings so far: of the reader, of the ids, of what was rendered, and what is gone."""
    told = [e.warnings for e in site.entries.entries if e.is_rendered]
    told += [skip.warnings for skip in site.entries.skipped if skip.status == "deleted"]
    found = {*site.entries.warnings, *(remark for some in told for remark in some)}
    return sorted(found, key=lambda remark: (remark.path, remark.line, remark.message))


def tell_skipped(site: Site, *, broken_only: bool) -> None:
    """Say which files are not published, each with the reason."""
    for skip in site.entries.skipped:
        place = site.config.posts.where(skip.path, skip.line)
        if skip.broken:
            say(f"error: {place}: {skip.reason}")
        elif not broken_only:
            say(f"skipped: {site.config.posts.where(skip.path)}: {skip.reason}")


def tell_failed(built: Sequence[Built]) -> None:
    """Say which files could not be written, and which are not as they were asked for."""
    for one in built:
        if one.error:
            say(f"error: {one.error}")
        if one.remark:
            say(f"warning: {one.path} {one.remark}")


def tell_remarks(site: Site, found: Iterable[Remark]) -> None:
    """Say what readers will see differently from what was meant."""
    for remark in found:
        say(f"warning: {site.config.posts.where(remark.path, remark.line)}: {remark.message}")


def count(number: int, one: str, many: str = "") -> str:
    """`1 post`, `2 posts`."""
    return f"{number} {one if number == 1 else many or one + 's'}"


def counted(built: Built) -> str:
    """How many entries a file has, where that says something."""
    return (
        f"  ({count(built.entries, 'entry', 'entries')})" if built.format in feeds.FORMATS else ""
    )


def say(text: str) -> None:
    """Talk: to stderr, so that stdout stays what was asked for.

    Some of the text may be a server's or a stranger's: control characters are left out.
    """
    print("\n".join(map(printable, text.split("\n"))), file=sys.stderr)


def document(site: Site, **parts: Any) -> str:
    """A JSON document of a command's parts, and of what was skipped and warned of."""
    skipped = [{"path": str(s.path), "reason": s.reason} for s in site.entries.skipped]
    warnings = [{"path": str(r.path), "line": r.line, "message": r.message} for r in remarks(site)]
    whole = {**parts, "skipped": skipped, "warnings": warnings}
    return json.dumps(whole, ensure_ascii=False, indent=2)


def exit_code(site: Site, errors: Sequence[Exception | None] = ()) -> int:
    """The worst: of the errors given, and 1 if any post is broken."""
    codes = [getattr(error, "exit_code", 1) for error in errors if error]
    return max([1 if site.entries.broken else 0, *codes])


def seconds(text: str) -> float:
    """A number of seconds on the command line."""
    try:
        found = float(text)
    except ValueError:
        found = math.nan
    if not (math.isfinite(found) and found >= 0):
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of seconds; e.g. 60")
    return found


def _instant(text: str) -> dt.datetime:
    try:
        found = dt.datetime.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(
            f"{text!r} is not a time; e.g. 2026-12-24T08:00:00Z"
        ) from None
    return found if found.tzinfo else found.replace(tzinfo=dt.UTC)
