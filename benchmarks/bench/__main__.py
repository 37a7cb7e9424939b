"""Compare what publisher costs with other programs, and print one table.

Run with: make bench [POSTS=1000] [ROWS=nothing,hook] [ROUNDS=3]
"""

from __future__ import annotations

import argparse
import compileall
import os
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn
from rich.progress import Progress as Bars

import publisher
from benchmarks.bench import feed_rows, live_rows, node_rows, watch_rows
from benchmarks.bench.measuring import BenchError
from benchmarks.bench.run import Bench, Progress, Row
from publisher import __version__
from publisher.errors import Unavailable

if TYPE_CHECKING:
    from collections.abc import Sequence

ROWS = [*feed_rows.ROWS, *node_rows.ROWS, *watch_rows.ROWS, *live_rows.ROWS]


def main() -> int:
    arguments = parsed()
    rows = [row for row in ROWS if not arguments.rows or row.name in arguments.rows]
    runs = [(row, posts) for row in rows for posts in arguments.posts or row.sizes]
    most = max(posts for _, posts in runs)
    failed: list[str] = []
    # As pip does when it installs publisher; else each run would compile what it imports, or only
    # the first one, as the environment says.
    compileall.compile_dir(Path(publisher.__file__).parent, quiet=2)
    with (
        tempfile.TemporaryDirectory(prefix="publisher-bench-") as name,
        Terminal(runs) as progress,
        Bench(Path(name).resolve(), arguments.rounds, most, progress) as bench,
    ):
        for row, posts in runs:
            progress.begin_row(row, posts)
            try:
                row.run(bench, posts)
            except (BenchError, Unavailable) as error:
                failed.append(f"{row.name}, {posts:,} posts: {error}")
            except KeyboardInterrupt:
                failed.append(
                    f"{row.name}, {posts:,} posts: interrupted; the rest was not measured"
                )
                break
    print("\n\n".join(filter(None, [heading(), bench.report.table(), bench.report.growth()])))
    for problem in failed:
        print(problem, file=sys.stderr)
    return int(bool(failed))


def parsed() -> argparse.Namespace:
    described = "\n".join(f"  {row.name:12}{row.shows}" for row in ROWS)
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.bench",
        description=__doc__,
        epilog=f"rows:\n{described}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "--posts", type=numbers, default=[], help="sizes of the sites, e.g. 100,1000"
    )
    parser.add_argument("--rows", type=names, default=[], help="rows to measure (default: all)")
    parser.add_argument("--rounds", type=positive, help="rounds of each row")
    return parser.parse_args()


def numbers(text: str) -> list[int]:
    return [positive(part) for part in text.split(",") if part]


def positive(text: str) -> int:
    if not text.isdecimal() or not int(text):
        raise argparse.ArgumentTypeError(f"{text} is not a number above 0")
    return int(text)


def names(text: str) -> list[str]:
    chosen = [part for part in text.split(",") if part]
    known = [row.name for row in ROWS]
    if unknown := [name for name in chosen if name not in known]:
        raise argparse.ArgumentTypeError(f"no row {unknown[0]}; the rows are {', '.join(known)}")
    return chosen


def heading() -> str:
    now = datetime.now(UTC)
    load = ", ".join(f"{average:.1f}" for average in os.getloadavg())
    return (
        f"publisher {__version__}, Python {sys.version.split()[0]}, {now:%Y-%m-%d %H:%M} UTC, "
        f"{os.cpu_count()} processors, load {load}\n"
        "Medians; in each round all programs run once. Beside a ratio: the least and the greatest "
        "of the rounds, and both figures."
    )


class Terminal(Progress):
    """A bar for the rows, and one for the rounds of the row, on stderr.

    If that is no terminal, a line for each row.
    """

    def __init__(self, runs: Sequence[tuple[Row, int]]) -> None:
        self._is_shown = (console := Console(stderr=True)).is_terminal
        self._bars = Bars(
            TextColumn("{task.description}"),
            BarColumn(bar_width=20),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            console=console,
            disable=not self._is_shown,
        )
        self._rows = self._bars.add_task("rows", total=len(runs))
        self._begun = 0
        self._part = self._bars.add_task("", total=1)

    def __enter__(self) -> Terminal:
        self._bars.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._bars.stop()

    def begin_row(self, row: Row, posts: int) -> None:
        self._bars.update(self._rows, description=row.shows, completed=self._begun)
        if not self._is_shown:
            print(f"{row.name}, {posts:,} posts: {row.shows}", file=sys.stderr)
        self._begun += 1

    def begin(self, text: str, steps: int) -> None:
        self._bars.reset(self._part, description=text, total=steps)

    def advance(self) -> None:
        self._bars.advance(self._part)


if __name__ == "__main__":
    sys.exit(main())
