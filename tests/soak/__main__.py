"""Let a script do for some minutes what happens to a watcher in a day or a year.

    make soak                                  ten minutes with Prosody
    make soak MINUTES=60 SEED=7 SERVER=ejabberd

At the end every node must equal its folder, and the subscriber must not have seen a version twice,
or a retract of what was only away for a moment. Prints a table; exits with 1 after a fault.
"""

from __future__ import annotations

import argparse
import random
import signal
import statistics
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from tests.soak import machine
from tests.soak.acts import ACTS, build, decide, is_named, stop
from tests.soak.world import FIRST_POSTS, Author, World

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

END_SECONDS = 420.0
LOOK_SECONDS = 10.0
# How much more memory the watcher may have at the end than after it had warmed up.
GROWTH = 1.1
MORE_DESCRIPTORS = 2


SECONDS_OF_A_RUN = 30.0


@dataclass
class Samples:
    """The memory of the watcher that is never killed, in bytes, and its open files."""

    memory: list[int] = field(default_factory=list)
    early: list[str] = field(default_factory=list)
    late: list[str] = field(default_factory=list)


def main() -> int:
    options = parsed()
    machine.enter_namespace()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that no process is left behind
    seed = options.seed if options.seed is not None else random.SystemRandom().randrange(10_000)
    print(f"seed {seed}, {options.minutes:g} minutes, {options.server}", flush=True)
    with (
        tempfile.TemporaryDirectory(prefix="publisher-soak-") as name,
        World(Path(name).resolve(), seed, options.server) as world,
    ):
        samples = soak(world, options.minutes * 60)
        print(table(world, samples))
        if world.faults and options.keep:
            keep_logs(world, options.keep)
    return int(bool(world.faults))


def parsed() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.soak", description=__doc__)
    parser.add_argument("--minutes", type=float, default=10.0)
    parser.add_argument("--seed", type=int)
    parser.add_argument("--server", choices=["prosody", "ejabberd"], default="prosody")
    parser.add_argument("--keep", type=Path, help="a folder for the logs, if there are faults")
    return parser.parse_args()


def soak(world: World, seconds: float) -> Samples:
    begin(world)
    author = Author(world.places["steady"], world.seed)
    author.start()
    samples = Samples()
    try:
        act_until(world, samples, author, time.monotonic() + seconds)
    finally:
        author.stop()
    world.counts["saves"] = author.saves + world.counts["new posts"] + world.counts["edits"]
    end(world, samples)
    return samples


def begin(world: World) -> None:
    """Write the first posts, and wait until they are at their nodes."""
    print("publishing the first posts", flush=True)
    for kind, place in world.places.items():
        for number in range(1, FIRST_POSTS + 1 if kind != "steady" else 9):
            name = f"{kind}-post-{number}"
            place.blog.save(f"2026-02-{number:02}-{name}")
        place.blog.look()
    world.places["built"].blog.build()
    repository = world.places["git"].blog
    repository.git("init", "-q", "-b", "main")
    for _ in range(3):
        repository.commit()
    for place in world.places.values():
        place.watcher.start()
    wait_until_equal(world, END_SECONDS)
    for place in world.places.values():
        place.listen()


def act_until(world: World, samples: Samples, author: Author, end: float) -> None:
    start = time.monotonic()
    weights = [act.weight for act in ACTS]
    looked = start
    while (now := time.monotonic()) < end:
        world.do_what_is_due()
        (act,) = world.rng.choices(ACTS, weights)
        world.begin_step(act.name)
        act.run(world)
        if now >= looked + LOOK_SECONDS:
            looked = now
            world.look_for_faults()
            sample(world, samples, is_warm=now > start + 0.2 * (end - start))
            print(progress(world, author, now - start), flush=True)
        time.sleep(pause(world))


def pause(world: World) -> float:
    """Seconds until the next act; often enough for the watcher to publish what has settled.

    Without a pause it publishes after half a minute, and then perhaps what is half written.
    """
    is_long = world.rng.random() < 0.2
    return world.rng.uniform(1.5, 4) if is_long else world.rng.uniform(0.05, 0.8)


def sample(world: World, samples: Samples, *, is_warm: bool) -> None:
    watcher = world.places["steady"].watcher
    if is_warm and watcher.is_running:
        samples.memory.append(watcher.memory())
        samples.early = samples.early or watcher.descriptors()


def progress(world: World, author: Author, seconds: float) -> str:
    seen = [one for place in world.places.values() for one in place.seen]
    retracts = sum(one.version is None for one in seen)
    return (
        f"{seconds // 60:02.0f}:{seconds % 60:02.0f}  step {world.step} ({world.act}); "
        f"{author.saves:,} saves of one author; the subscriber saw {len(seen) - retracts:,} "
        f"versions and {retracts:,} retracts; {len(world.renames)} held; "
        f"{len(world.faults)} faults"
    )


def end(world: World, samples: Samples) -> None:
    """Heal everything, decide what is held, and compare."""
    print("waiting until every node equals its folder", flush=True)
    world.begin_step("the end")
    world.do_what_is_due(everything=True)
    build(world)
    for rename in list(world.renames):
        wait(lambda one=rename: is_named(world, one), END_SECONDS)  # type: ignore[misc]
        if not is_named(world, rename):
            held = world.places[rename.place].watcher.status().get("held")
            world.fail(f"{rename.place}: the rename to {rename.new} is not named, only {held}")
        decide(world, rename)
    build(world)
    wait_until_equal(world, END_SECONDS)
    world.look_for_faults()
    # A run opens more of them, so those between two runs count.
    watcher = world.places["steady"].watcher
    wait(
        lambda: len(watcher.descriptors()) <= len(samples.early) + MORE_DESCRIPTORS,
        SECONDS_OF_A_RUN,
    )
    samples.late = watcher.descriptors()
    check_memory(world, samples)
    stop_watchers(world)


def wait_until_equal(world: World, seconds: float) -> None:
    wait(lambda: not list(differences(world)), seconds)
    for text in differences(world):
        world.fail(text)


def differences(world: World) -> list[str]:
    """How the nodes and the feeds differ from the folders."""
    found = []
    for kind, place in world.places.items():
        wanted = place.blog.history.expected()
        there = place.at_node()
        if there != wanted:
            lacks, more = wanted.items() - there.items(), there.items() - wanted.items()
            found.append(f"{kind}: the node lacks {few(lacks)} and has {few(more)} instead")
        elif place.in_feed() != sorted(wanted.values()):
            found.append(f"{kind}: the feed does not have the {len(wanted)} versions of the files")
    return found


def few(items: Collection[tuple[str, int]]) -> str:
    first = ", ".join(f"{id_} {version}" for id_, version in sorted(items)[:3])
    return f"{len(items)} ({first})"


def wait(condition: Callable[[], bool], seconds: float) -> None:
    limit = time.monotonic() + seconds
    while not condition() and time.monotonic() < limit:
        time.sleep(2)


def check_memory(world: World, samples: Samples) -> None:
    first, last = first_and_last(samples)
    if last > GROWTH * first:
        world.fail(f"the watcher grew from {megabytes(first)} to {megabytes(last)}")
    if len(samples.late) > len(samples.early) + MORE_DESCRIPTORS:
        world.fail(f"open files were {samples.early}, and are {samples.late}")


def first_and_last(samples: Samples) -> tuple[float, float]:
    """The median memory of the first third after the warm-up, and of the last one."""
    third = max(1, len(samples.memory) // 3)
    memory = samples.memory or [0]
    return statistics.median(memory[:third]), statistics.median(memory[-third:])


def stop_watchers(world: World) -> None:
    for kind, place in world.places.items():
        if said := place.watcher.ended():
            world.fail(f"{kind}: {said}")
            continue
        stop(world, kind)
        if "Traceback" in (said := place.watcher.said()):
            world.fail(f"{kind}: {said[said.index('Traceback') :][:2_000]}")
        if place.listener:
            place.listener.close()


def table(world: World, samples: Samples) -> str:
    first, last = first_and_last(samples)
    lines = [*sorted(world.counts.items())]
    rows = [(what, f"{number:,}") for what, number in lines]
    for kind, place in world.places.items():
        shown = {(one.id, one.version) for one in place.seen}
        wanted = place.blog.history.expected().items()
        rows.append((f"{kind}: posts at the end", f"{len(wanted):,}"))
        rows.append((f"{kind}: versions that the subscriber saw", f"{len(shown):,}"))
        rows.append((f"{kind}: starts of the watcher", f"{place.watcher.starts:,}"))
    rows += [
        ("memory of the watcher, first and last", f"{megabytes(first)}, {megabytes(last)}"),
        ("open files, first and last", f"{len(samples.early)}, {len(samples.late)}"),
        ("faults", f"{len(world.faults)}"),
    ]
    width = max(len(what) for what, _ in rows)
    return "\n".join(f"{what:{width}}  {figure:>16}" for what, figure in rows)


def megabytes(size: float) -> str:
    return f"{size / 1_000_000:.1f} MB"


def keep_logs(world: World, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for kind, place in world.places.items():
        (folder / f"{kind}.log").write_text(place.watcher.said(), encoding="utf-8")
    steps = "".join(f"{at:.1f} {text}\n" for at, text in world.steps)
    (folder / "steps.log").write_text(steps, encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
