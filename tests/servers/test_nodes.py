"""`publisher node`: delete a node, or forget one, on real servers."""

from __future__ import annotations

import os
import pty
import re
import shlex
import subprocess
from typing import TYPE_CHECKING

import pytest

from tests.support.blog import Blog
from tests.support.servers import every_server
from tests.support.subscribers import Outsider, Subscriber

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from tests.support.servers import Ejabberd, Prosody, Server

SERVICE = "pubsub.localhost"
ITEM = "2026-01-01-first-post"


@pytest.fixture
def blog(tmp_path: Path) -> Blog:
    made = Blog(tmp_path / "blog")
    made.write(f"{ITEM}.md", "Text.", title="First", tags="[xmpp]")
    return made


def configure(blog: Blog, server: Server, node: str, **keys: object) -> None:
    blog.configure(server, node=node, password=server.accounts["blog"], **keys)  # type: ignore[arg-type]


def ids(server: Server, node: str) -> set[str | None]:
    return {item.id for item in Outsider(server, "reader", node).items()}


def answered(blog: Blog, answer: str, *arguments: str) -> tuple[int, str]:
    """A run on a terminal, on which somebody types the answer to its question.

    Returns the exit code, and what the terminal shows.
    """
    ours, theirs = pty.openpty()
    with subprocess.Popen(
        blog.command(*arguments),
        cwd=blog.folder,
        env={**os.environ, **blog.environment},
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
    ) as process:
        os.close(theirs)
        shown = ""
        while "[y/N] " not in shown:
            shown += os.read(ours, 1_000).decode()
        os.write(ours, f"{answer}\n".encode())
        shown += _rest(ours)
    os.close(ours)
    return process.returncode, " ".join(shown.split())


def _rest(terminal: int) -> str:
    shown = ""
    while True:
        try:
            shown += os.read(terminal, 1_000).decode()
        except OSError:  # EIO: the program has ended, and nobody has the other side open
            return shown


@every_server
def test_a_script_must_confirm_that_a_node_is_deleted(
    blog: Blog, server: Server, node: str
) -> None:
    configure(blog, server, node)
    assert blog.run("publish").code == 0
    again = f"xmpp.nodes has '{node}', so the next `publisher publish` creates it"
    asked = blog.run("node", "delete", SERVICE, node)
    assert asked.code == 3
    assert again in asked.err
    assert "Run again with --yes to delete it" in asked.err
    assert ids(server, node) == {ITEM}
    deleted = blog.run("node", "delete", SERVICE, node, "--yes")
    assert deleted.code == 0
    assert again in deleted.err
    assert blog.run("publish").code == 0, "as the note says"
    assert ids(server, node) == {ITEM}


@pytest.mark.parametrize(("answer", "is_deleted"), [("", False), ("n", False), ("y", True)])
def test_a_person_is_asked_before_a_node_is_deleted(
    blog: Blog, prosody: Prosody, node: str, answer: str, *, is_deleted: bool
) -> None:
    configure(blog, prosody, node)
    assert blog.run("publish").code == 0
    code, shown = answered(blog, answer, "node", "delete", SERVICE, node)
    assert code == 0
    assert f"has '{node}', so the next `publisher publish` creates it again" in shown
    assert f"Permanently delete {SERVICE} {node} with all its items and subscribers?" in shown
    assert (f"deleted xmpp:{SERVICE}?;node={node}" in shown) == is_deleted
    assert ("nothing was deleted" in shown) == (not is_deleted)
    assert ("does not exist" in blog.run("node", "show").out) == is_deleted


def test_only_a_node_that_the_configuration_names_is_said_to_return(
    blog: Blog, prosody: Prosody, node: str
) -> None:
    configure(blog, prosody, f"'{node}/{{tag}}'")
    assert blog.run("publish").code == 0
    of_pattern = blog.run("node", "delete", SERVICE, f"{node}/xmpp")
    assert "creates it again if a post has this tag" in of_pattern.err
    assert "creates it again" not in blog.run("node", "delete", SERVICE, node).err


def test_the_hint_at_a_node_left_behind_has_commands_that_work(
    blog: Blog, server: Server, node: str
) -> None:
    """Each command is run as it is printed; the names contain what a shell would split."""
    old = f"{node} old one"
    configure(blog, server, f"'{old}'")
    assert blog.run("publish").code == 0
    configure(blog, server, node)
    named = blog.folder / "publisher.yaml"
    hint = blog.run("plan", "--offline").err
    assert f"`publisher node forget {SERVICE} '{old}'`" in hint
    assert f"`publisher node delete {SERVICE} '{old}'`" in hint
    elsewhere = blog.run("plan", "--offline", "--config", str(named), folder=blog.folder.parent)
    commands = re.findall("`publisher (node [^`]+)`", elsewhere.err)
    assert [command.split()[1] for command in commands] == ["delete", "forget"]
    # As a person would write it: the shell reads `''` as nothing, but a reader stumbles over it.
    end = f"{SERVICE} '{old}' --config {shlex.quote(str(named))}"
    assert commands == [f"node delete {end}", f"node forget {end}"]
    for command in commands:
        shell = f"exec {' '.join(blog.command())} {command}"
        done = subprocess.run(
            ["sh", "-c", shell],
            cwd=blog.folder.parent,
            env={**os.environ, **blog.environment},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
        assert done.returncode == (0 if "forget" in command else 3), done.stderr
    assert "hint" not in blog.run("plan", "--offline").err


@every_server
def test_a_forgotten_node_stays_as_it_is(blog: Blog, server: Server, node: str) -> None:
    configure(blog, server, node)
    assert blog.run("publish").code == 0
    with Subscriber(server, "reader", node) as reader:
        configure(blog, server, f"{node}-new")
        assert f"1 item of ours is still at {SERVICE} {node}" in blog.run("plan").err
        run = blog.run("node", "forget", SERVICE, node)
        assert (run.code, run.out) == (0, f"forgot  xmpp:{SERVICE}?;node={node}\n")
        assert "the node stays as it is, with 1 item of ours and its subscribers" in run.err
        assert blog.run("publish").code == 0
        assert "hint" not in blog.run("plan").err
        reader.nothing_for(0.7)
    assert ids(server, node) == {ITEM}
    configure(blog, server, node)
    assert blog.run("publish", "--json").changes == [("adopt", ITEM, "done")]


def test_a_node_that_is_published_to_cannot_be_forgotten(
    blog: Blog, prosody: Prosody, node: str
) -> None:
    for configured, name in ((node, node), (f"'{node}/{{tag}}'", f"{node}/xmpp")):
        configure(blog, prosody, configured)
        assert blog.run("publish").code == 0
        run = blog.run("node", "forget", SERVICE, name)
        assert run.code == 2
        assert f"so publisher publishes to {SERVICE} {name}; remove it there before" in run.err
        assert blog.run("publish").out == "", "the ledger still has the node"


def test_a_misspelt_node_is_not_forgotten(blog: Blog, prosody: Prosody, node: str) -> None:
    unknown = blog.run("node", "forget", SERVICE, node)
    assert (unknown.code, "it knows no node to forget" in unknown.err) == (2, True)
    assert not (blog.folder / ".publisher").exists(), "an unknown name makes no ledger"
    configure(blog, prosody, node)
    assert blog.run("publish").code == 0
    configure(blog, prosody, f"{node}-new")
    run = blog.run("node", "forget", SERVICE, f"{node}x")
    assert (run.code, f"did you mean '{SERVICE} {node}'?" in run.err) == (2, True)
    assert f"still at {SERVICE} {node}" in blog.run("plan", "--offline").err


def test_a_node_can_be_forgotten_without_an_xmpp_section(
    blog: Blog, prosody: Prosody, node: str
) -> None:
    configure(blog, prosody, node)
    assert blog.run("publish").code == 0
    blog.configure()
    assert f"`publisher node forget {SERVICE} {node}`" in blog.run("plan").err
    assert blog.run("node", "forget", SERVICE, node).code == 0
    assert "hint" not in blog.run("plan").err


@every_server
def test_a_node_that_does_not_exist_yet_is_shown_without_an_error(
    blog: Blog, server: Server, node: str
) -> None:
    configure(blog, server, node)
    shown = blog.run("node", "show")
    assert (shown.code, shown.err) == (0, "")
    assert shown.out.splitlines()[1] == "  does not exist yet; `publisher publish` creates it"
    (as_json,) = blog.run("node", "show", "--json").json["nodes"]
    assert (as_json["exists"], as_json["error"]) == (False, None)


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ((SERVICE, "{node}x"), "does not exist (did you mean '{service} {node}'?)"),
        (("pubsbu.localhost", "{node}"), "the pubsub service of localhost is pubsub.localhost"),
        (("localhost", "{node}"), "the pubsub service of localhost is pubsub.localhost"),
    ],
)
def test_a_wrong_node_or_service_is_not_deleted_but_corrected(
    blog: Blog, server: Server, node: str, address: Sequence[str], said: str
) -> None:
    configure(blog, server, node)
    assert blog.run("publish").code == 0
    run = blog.run("node", "delete", *(part.format(node=node) for part in address), "--yes")
    assert (run.code, run.out) == (2, "")
    assert said.format(service=SERVICE, node=node) in run.err
    assert ids(server, node) == {ITEM}


def test_a_refused_form_names_the_values_of_the_configuration(
    blog: Blog, prosody: Prosody, node: str
) -> None:
    """Prosody has no access model `roster`, and shows that only when it refuses the form."""
    configure(blog, prosody, node, more=", access_model: roster")
    run = blog.run("publish")
    assert run.code == 1
    assert "not-acceptable" in run.err
    assert "it may not take access_model: roster, which the configuration sets" in run.err


def test_a_value_that_the_service_refused_is_not_promised_again(
    blog: Blog, ejabberd: Ejabberd, node: str
) -> None:
    configure(blog, ejabberd, node)
    assert blog.run("publish").code == 0
    configure(blog, ejabberd, node, more=", options: {max_items: 99999999}")
    assert "`publisher publish` sets it" in blog.run("plan").err
    (refused,) = blog.run("publish", "--json").json["nodes"]
    (note,) = refused["notes"][:1]
    assert "it may not take max_items: 99999999, which the configuration sets" in note
    planned = blog.run("plan", "--verify").err
    assert "`publisher publish` sets it" not in planned
    assert "tries to set it, but failed last time" in planned
