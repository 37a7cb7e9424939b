"""Every row of `make bench` reports its figures, for a site of a few posts.

The rows beside Hugo, Jekyll and Pelican are in tests/engines, where those are installed.
"""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from benchmarks.bench import feed_rows, live_rows, node_rows, watch_rows
from benchmarks.bench.delaying_proxy import CountingProxy
from benchmarks.bench.measuring import (
    BenchError,
    Command,
    Contender,
    Cost,
    Spread,
    interleaved,
    ratio,
)
from benchmarks.bench.publisher_site import Endpoint
from benchmarks.bench.report import Bar, Figure, Report
from benchmarks.bench.run import Bench, Progress
from tests.support import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.support.servers import Server

POSTS = 3


@pytest.fixture(scope="module")
def one_bench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    """One for all rows: its servers take seconds to start."""
    folder = tmp_path_factory.mktemp("bench").resolve()
    with Bench(folder, rounds=1, most_posts=POSTS, progress=Progress(), settling=0) as made:
        yield made


@pytest.fixture
def bench(one_bench: Bench) -> Bench:
    """Without figures of another row, and with one of the servers, for the rows that have both."""
    one_bench.report.figures.clear()
    one_bench.chosen = ("Prosody",)
    return one_bench


def measured(bench: Bench, row: str) -> list[tuple[str, str]]:
    """What a row reports, and in which unit."""
    rows = [*feed_rows.ROWS, *node_rows.ROWS, *watch_rows.ROWS, *live_rows.ROWS]
    next(one for one in rows if one.name == row).run(bench, POSTS)
    return reported(bench, row)


def reported(bench: Bench, row: str) -> list[tuple[str, str]]:
    for figure in bench.report.figures:
        assert (figure.row, figure.posts, figure.rounds) == (row, POSTS, 1)
    return [(figure.what, figure.unit) for figure in bench.report.figures]


def figure(bench: Bench, unit: str) -> float:
    return next(one.measured.median for one in bench.report.figures if one.unit == unit)


def test_a_settled_site_is_compared_with_find(bench: Bench) -> None:
    assert measured(bench, "nothing") == [
        (f"nothing changed, {site}: {command}", "x find -printf")
        for site in ("from the source", "with pages")
        for command in ("build", "publish")
    ]


def test_the_pages_that_a_run_opens_are_counted(bench: Bench) -> None:
    assert measured(bench, "rewritten") == [
        ("all pages rewritten, beyond one changed", "s CPU"),
        ("all pages rewritten, pages opened", "pages"),
    ]
    assert figure(bench, "pages") >= 1  # that of the post that changed


def test_memory_is_that_of_a_process(bench: Bench) -> None:
    assert measured(bench, "memory") == [("peak memory, one changed", "MB")]
    assert figure(bench, "MB") > 10  # more than an interpreter without any module has


def test_a_new_post_is_compared_with_both_clients(bench: Bench) -> None:
    assert measured(bench, "hook") == [
        (f"one new post, Prosody-{tls}", f"x {client}")
        for tls in ("direct", "starttls")
        for client in ("raw client", "slixmpp script")
    ]


def test_a_post_that_is_handed_over_is_compared_with_the_raw_client(bench: Bench) -> None:
    assert measured(bench, "handed-over") == [
        ("one new post, handed over, Prosody", "x raw client")
    ]


def test_the_time_until_a_subscriber_has_a_saved_post_is_measured(bench: Bench) -> None:
    assert measured(bench, "live") == [
        (f"{way}: {figure}", "s")
        for way in live_rows.WAYS.values()
        for figure in ("median", "99th percentile")
    ]
    assert all(figure.measured.least > 0 for figure in bench.report.figures)


def test_scheduled_posts_are_compared_with_their_dates(bench: Bench) -> None:
    live_rows.due(bench, POSTS, batch=1)
    assert reported(bench, "due") == [
        ("a scheduled post: arrives after its date", "s"),
        ("a scheduled post: arrives within a second of it", "%"),
    ]
    assert figure(bench, "s") >= 0


@pytest.mark.parametrize(("part", "found"), [(0.5, 2), (0.99, 4), (0.75, 3), (0.01, 1)])
def test_a_percentile_is_one_of_the_values(part: float, found: float) -> None:
    assert live_rows.percentile([1, 2, 3, 4], part) == found


def test_a_new_post_over_a_slow_network_is_measured(bench: Bench) -> None:
    node_rows.distance(bench, POSTS, far=0.1)
    assert reported(bench, "distance") == [
        ("one new post, 40 ms round trip", "x raw client"),
        ("one new post, 0.1 s each way after the login", "s"),
        ("one new post, 0.1 s each way after the login", "round trips"),
    ]
    assert figure(bench, "round trips") >= 2  # a look at the node, and a publish


def test_an_import_is_compared_with_the_raw_client(bench: Bench) -> None:
    bench.chosen = ("Prosody", "ejabberd")
    assert measured(bench, "import") == [
        (f"first import, {name}: publish - build", "x the raw client's rate")
        for name in ("Prosody", "ejabberd")
    ]


def test_the_run_after_an_import_is_measured(bench: Bench) -> None:
    assert measured(bench, "large") == [
        ("first import, Prosody", "s CPU"),
        ("run after the first import, Prosody", "s"),
    ]


def test_round_trips_after_the_login_are_counted(server: Server, node: str, tmp_path: Path) -> None:
    """The raw client sends its first item with the request for a resource, and no second one."""
    items = tmp_path / "items"
    node_rows.write_items(items, {f"item-{number}": "<entry/>" for number in range(3)})
    with CountingProxy(server, 0.2) as proxy:
        client = node_rows.Clients(proxy.endpoint, items).raw(node)
        environment = {"BENCHMARK_PASSWORD": server.accounts["blog"]}
        one_by_one = Command([*client.arguments, "1"], tmp_path, environment)
        one_by_one.run()
    assert proxy.round_trips_after_login() == 2


def test_the_rounds_of_contenders_are_interleaved() -> None:
    order: list[str] = []

    def contender(name: str, rounds: int) -> Contender:
        def run(number: int) -> Cost:
            order.append(f"{name}{number}")
            return Cost(1.0)

        return Contender(name, run, rounds=rounds)

    interleaved([contender("a", 9), contender("b", 2)], 3)
    assert order == ["a0", "b0", "a1", "b1", "a2"]


def test_a_ratio_is_that_of_the_rounds_which_both_ran() -> None:
    found = ratio([2.0, 8.0, 100.0], [1.0, 2.0])
    assert (found.median, found.least, found.most) == (5 / 1.5, 2.0, 4.0)


def test_a_figure_says_if_it_meets_its_bar() -> None:
    report = Report()
    for limit in (2, 4):
        bar = Bar("at most", limit)
        report.add(Figure("hook", "one post", 1_000, Spread(3, 2, 5), "x raw", 7, bar))
    report.add(Figure("import", "all posts", 1_000, Spread(0.8, 0.8, 0.8), "x", 1))
    _, *lines = [" ".join(line.split()) for line in report.table().splitlines()]
    assert lines[0] == "hook one post 1,000 3 2-5 x raw at most 2 MISSED 7"
    assert lines[1] == "hook one post 1,000 3 2-5 x raw at most 4 met 7"
    assert lines[2] == "import all posts 1,000 0.80 x 1"


def test_growth_is_a_column_for_each_number_of_posts() -> None:
    report = Report()
    assert report.growth() == ""
    report.grow("find", 10_000, 0.3)
    report.grow("find", 100, 0.02)
    report.grow("build", 100, 1.5)
    lines = [line.split() for line in report.growth().splitlines()]
    assert lines == [
        ["CPU", "seconds", "100", "10,000"],
        ["find", "0.02", "0.30"],
        ["build", "1.50"],
    ]


def test_cpu_seconds_include_the_processes_of_a_command(tmp_path: Path) -> None:
    script = "import subprocess, sys; subprocess.run([sys.executable, '-c', sys.argv[1]])"
    work = "import time\nwhile time.process_time() < 0.3: pass"
    assert Command([sys.executable, "-c", script, work], tmp_path).run().cpu >= 0.3


def test_a_command_that_fails_ends_the_row_with_its_output(tmp_path: Path) -> None:
    with pytest.raises(BenchError, match=r"exit code 3:\nwhy$"):
        Command([sys.executable, "-c", "print('why', end=''); exit(3)"], tmp_path).run()


def test_a_missing_program_is_an_error_that_names_its_package(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.bench", "--rows", "cold", "--posts", "2"],
        cwd=ROOT,
        env={"PATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    said = "cold, 2 posts: hugo is not installed; run: tools/install-packages hugo=hugo\n"
    assert said in done.stderr


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--rows", "nothin"], "no row nothin; the rows are nothing, changed"),
        (["--posts", "100,0"], "0 is not a number above 0"),
    ],
)
def test_a_wrong_argument_is_an_error(arguments: list[str], message: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.bench", *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert message in done.stderr


def test_an_endpoint_is_the_port_of_its_way_to_encrypt(server: Server) -> None:
    assert Endpoint.of(server).port == server.direct_port
    assert Endpoint.of(server, "starttls").port == server.port
