"""What happens to the blogs, the server, the network and the machine in a day."""

from __future__ import annotations

import datetime as dt
import time
from dataclasses import dataclass
from functools import partial
from itertools import count
from typing import TYPE_CHECKING, Literal

from tests.soak import machine
from tests.soak.world import Rename

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.soak.blogs import Place
    from tests.soak.world import Kind, World

Changing = Literal["git", "built"]
CHANGING: tuple[Changing, ...] = ("git", "built")
LEAST_POSTS = 16
SLOW_SAVES = 0.2
STOP_SECONDS = 2.0
TERMINATED = 128 + 15
_numbers = count(1)


@dataclass(frozen=True, slots=True)
class Act:
    """Something that happens, and how often beside the others. It may do nothing."""

    name: str
    weight: int
    run: Callable[[World], None]


def new_name(what: str) -> str:
    number = next(_numbers)
    return f"2026-01-{1 + number % 28:02}-{what}-{number}"


# Posts.


def write_post(world: World) -> None:
    place = world.places[world.rng.choice(CHANGING)]
    slowly = world.rng.random() < SLOW_SAVES
    with_look(place, lambda: place.blog.save(new_name("new"), slowly=slowly))
    world.counts["new posts"] += 1


def edit_post(world: World) -> None:
    kind = world.rng.choice(CHANGING)
    if not is_free(world, kind):
        return
    place = world.places[kind]
    for name in world.rng.sample(editable(world, kind), world.rng.randint(1, 3)):
        slowly = world.rng.random() < SLOW_SAVES
        with_look(place, partial(place.blog.save, name, slowly=slowly))
        world.counts["edits"] += 1


def delete_post(world: World) -> None:
    kind = world.rng.choice(CHANGING)
    names = editable(world, kind)
    away = len(world.places[kind].blog.history.away())
    if not is_free(world, kind) or len(names) <= LEAST_POSTS or away >= 2:
        return
    place = world.places[kind]
    path = place.blog.posts / f"{world.rng.choice(names)}.md"
    with_look(place, path.unlink)
    world.counts["deletes"] += 1


def schedule_post(world: World) -> None:
    """A post that is due soon."""
    place = world.places["git"]
    due = dt.datetime.now(dt.UTC) + dt.timedelta(seconds=world.rng.randint(3, 60))
    name = f"{due:%Y-%m-%d}-due-{next(_numbers)}"
    with_look(place, lambda: place.blog.save(name, date=f"{due:%Y-%m-%dT%H:%M:%SZ}"))
    world.counts["scheduled posts"] += 1


def rename_post(world: World) -> None:
    """Rename a post that is at its node. Somebody decides later what it is now."""
    kind = world.rng.choice(CHANGING)
    place = world.places[kind]
    known = {(seen.id, seen.version) for seen in place.seen}
    shown = place.blog.history.shown
    names = [name for name in editable(world, kind) if (name, shown.get(name)) in known]
    if not is_free(world, kind) or len(names) <= LEAST_POSTS or renamed(world, kind):
        return
    old = world.rng.choice(names)
    new = f"{old[:10]}-renamed-{next(_numbers)}"  # another date in the name would be an edit
    place.blog.begin()
    place.blog.history.rename(old, new, time.monotonic())
    (place.blog.posts / f"{old}.md").rename(place.blog.posts / f"{new}.md")
    place.blog.look()
    world.renames.append(Rename(kind, old, new, time.monotonic()))
    world.counts["renames"] += 1


def decide_rename(world: World) -> None:
    """Decide the oldest rename, if the watcher has named it: in turn so and so."""
    for rename in [one for one in world.renames if is_free(world, one.place)][:1]:
        if is_named(world, rename):
            decide(world, rename)


def is_named(world: World, rename: Rename) -> bool:
    held = world.places[rename.place].watcher.status().get("held", [])
    return any(rename.new in line for line in held)


def decide(world: World, rename: Rename) -> None:
    place = world.places[rename.place]
    path = place.blog.posts / f"{rename.new}.md"
    if world.counts["renames kept"] <= world.counts["renames as new"]:
        head, _, rest = path.read_text(encoding="utf-8").partition("\n")
        place.blog.begin()
        place.blog.history.keep(rename.old, rename.new)
        path.write_text(f"{head}\nid: {rename.old}\n{rest}", encoding="utf-8")
        place.blog.look()
        world.counts["renames kept"] += 1
    elif not publish_as_new(world, place, rename):
        return
    world.renames.remove(rename)


def publish_as_new(world: World, place: Place, rename: Rename) -> bool:
    """Whether the watcher has done it. What is only away for a moment would be retracted, too."""
    if world.busy:
        return False
    if place.blog.has_pages:
        place.blog.build()
    place.blog.history.let_go(rename.old, rename.new, time.monotonic())
    for _ in range(10):
        run = place.watcher.run("publish", "--as-new", f"posts/{rename.new}.md")
        # Other posts may wait, e.g. for their pages; then the code is 4.
        if run.code == 0 or f"+ new      {rename.new}" in run.out:
            break
        time.sleep(3)
    else:
        world.fail(f"{rename.place}: --as-new {rename.new}: {run.code}: {run.err}{run.out}")
    world.counts["renames as new"] += 1
    return True


# git.


def commit(world: World) -> None:
    if is_free(world, "git"):
        world.places["git"].blog.commit()
        world.counts["commits"] += 1


def stash(world: World) -> None:
    """Edit posts and write a new one; then all of that is away for some time."""
    if not is_free(world, "git") or renamed(world, "git"):
        return
    place = world.places["git"]
    place.blog.commit()
    for name in [*world.rng.sample(editable(world, "git"), 2), new_name("stashed")]:
        with_look(place, partial(place.blog.save, name))
    time.sleep(world.rng.uniform(0, 4))
    with_look(place, lambda: place.blog.git("stash", "--include-untracked", "--quiet"))
    back = partial(with_look, place, lambda: place.blog.git("stash", "pop", "--quiet"))
    world.later("git", world.rng.uniform(0.2, 40), back)
    world.counts["stashes"] += 1


def rebase(world: World) -> None:
    """Write a post on a branch that begins at an older commit, and rebase it slowly."""
    if not is_free(world, "git") or renamed(world, "git"):
        return
    place = world.places["git"]
    place.blog.commit()
    with_look(place, lambda: place.blog.git("checkout", "-q", "-b", "topic", "HEAD~2"))
    time.sleep(world.rng.uniform(0, 3))
    with_look(place, lambda: place.blog.save(new_name("topic")))
    place.blog.commit()
    pause = f"sleep {world.rng.uniform(0, 5):.1f}"
    with_look(place, lambda: place.blog.git("rebase", "-q", "--exec", pause, "main"))
    place.blog.git("checkout", "-q", "main")
    place.blog.git("merge", "-q", "--ff-only", "topic")
    place.blog.git("branch", "-q", "-d", "topic")
    world.counts["rebases"] += 1


# The site.


def build(world: World) -> None:
    world.places["built"].blog.build()
    world.counts["builds"] += 1


def build_half_way(world: World) -> None:
    world.places["built"].blog.build(pause=world.rng.uniform(0.5, 8))
    world.counts["builds with a pause"] += 1


# The watcher, the server, the network, the machine.


def kill_watcher(world: World) -> None:
    kind = world.rng.choice(CHANGING)
    what = f"watcher {kind}"
    if what not in world.busy:
        world.places[kind].watcher.kill()
        world.later(what, world.rng.choice([0.0, 0.1, 5.0]), world.places[kind].watcher.start)
        world.counts["watchers killed"] += 1


def terminate_watcher(world: World) -> None:
    kind = world.rng.choice(CHANGING)
    watcher = world.places[kind].watcher
    if f"watcher {kind}" in world.busy or not watcher.is_running or watcher.ended():
        return
    stop(world, kind)
    watcher.start()
    world.counts["watchers stopped"] += 1


def stop(world: World, kind: Kind) -> None:
    """End a watcher as systemd does. One that is not ready yet ends as any other command."""
    watcher = world.places[kind].watcher
    allowed = {TERMINATED} if watcher.is_ready else {TERMINATED, -15}
    code, seconds = watcher.terminate()
    if code not in allowed or seconds > STOP_SECONDS:
        world.fail(f"{kind}: after SIGTERM the watcher ended with {code} after {seconds:.1f} s")


def hang_up(world: World) -> None:
    world.rng.choice([*world.places.values()]).watcher.hang_up()
    world.counts["SIGHUPs"] += 1


def stop_server(world: World) -> None:
    if "server" not in world.busy:
        world.server.stop()
        world.later("server", world.rng.uniform(0, 10), world.server.start)
        world.counts["servers stopped"] += 1


def kill_server(world: World) -> None:
    if "server" not in world.busy:
        moment = time.monotonic()
        for place in world.places.values():
            place.blog.history.kills.append(moment)
        world.server.kill()
        world.later("server", world.rng.uniform(0, 5), world.server.start)
        world.counts["servers killed"] += 1


def freeze_server(world: World) -> None:
    if "server" not in world.busy:
        world.server.pause()
        world.later("server", world.rng.uniform(1, 15), world.server.resume)
        world.counts["servers frozen"] += 1


def cut_network(world: World) -> None:
    world.network.cut()
    world.counts["silent cuts"] += 1


def fill_disk(world: World) -> None:
    if "disk" not in world.busy:
        machine.fill(world.disk)
        world.later("disk", world.rng.uniform(2, 15), lambda: machine.make_room(world.disk))
        world.counts["full disks"] += 1


def set_clock(world: World) -> None:
    if "clock" not in world.busy and world.clock.library:
        world.clock.set_ahead(world.rng.choice([-86_400, -7_200, -90, 30, 3_600, 86_400]))
        world.later("clock", world.rng.uniform(3, 25), lambda: world.clock.set_ahead(0))
        world.counts["clock changes"] += 1


ACTS = (
    Act("write a post", 6, write_post),
    Act("edit posts", 10, edit_post),
    Act("delete a post", 3, delete_post),
    Act("schedule a post", 2, schedule_post),
    Act("rename a post", 3, rename_post),
    Act("decide a rename", 6, decide_rename),
    Act("commit", 3, commit),
    Act("stash", 2, stash),
    Act("rebase", 2, rebase),
    Act("build", 6, build),
    Act("build with a pause", 2, build_half_way),
    Act("kill the watcher", 2, kill_watcher),
    Act("stop the watcher", 1, terminate_watcher),
    Act("hang up", 1, hang_up),
    Act("stop the server", 1, stop_server),
    Act("kill the server", 1, kill_server),
    Act("freeze the server", 1, freeze_server),
    Act("cut the network", 2, cut_network),
    Act("fill the disk", 2, fill_disk),
    Act("set the clock", 2, set_clock),
)


def with_look(place: Place, change: Callable[[], object]) -> None:
    """Change files, and note what has become of them."""
    place.blog.begin()
    change()
    place.blog.look()


def is_free(world: World, kind: str) -> bool:
    """Whether no stash is away: what is edited meanwhile could not be put back."""
    return kind not in world.busy


def renamed(world: World, kind: str) -> list[Rename]:
    return [one for one in world.renames if one.place == kind]


def editable(world: World, kind: Changing) -> list[str]:
    """The posts without those that are held, and those that are due at a time of their own."""
    taken = {one.new for one in renamed(world, kind)}
    names = world.places[kind].blog.names()
    return [name for name in names if name not in taken and name not in kept_ids(world, kind)]


def kept_ids(world: World, kind: Changing) -> set[str]:
    """The files whose item has the name of another file, or a date."""
    posts = world.places[kind].blog.posts
    texts = {path.stem: path.read_text(encoding="utf-8") for path in posts.glob("*.md")}
    return {name for name, text in texts.items() if "\nid: " in text or "\ndate: " in text}
