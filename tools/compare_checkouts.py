#!/usr/bin/env python3
"""Compare what two checkouts of publisher build and publish from the same posts.

Runs init, build, check, plan and publish of both checkouts on copies of each
site. Their output, their exit codes, the files that they write and the items
that they publish must be equal, byte for byte. NEW then runs with the files,
the ledger and the node of OLD, where it must find nothing to change.

Uses only the command line of publisher, so the code of the checkouts may differ
in any way. Each checkout has its own throw-away Prosody. An XMPP client that
shares no code with publisher reads the items. Prosody does not keep the order
of attributes, so the comparison ignores it.
"""

from __future__ import annotations

import argparse
import base64
import json
import os
import re
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Self

import yaml

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

EXAMPLE = """\
example:
  git worktree add /tmp/old v0.1.0
  .venv/bin/python tools/compare_checkouts.py /tmp/old . ~/blog ~/docs:news

exit codes: 0 equal; 1 something differs; 2 usage
"""

HOST = "127.0.0.1"
DOMAIN = "localhost"
SERVICE = "pubsub.localhost"
WRITER, READER = "blog", "reader"
PASSWORD = "throw-away"  # noqa: S105 - only this machine can reach the servers
SECONDS = 60.0
COMMAND_SECONDS = 600.0

NOW = "2027-01-01T00:00:00Z"
URL = "https://blog.example"
STATE = ".publisher"
FULL = "full.yaml"
WRITTEN = "config.yaml"  # the file that init writes; all versions accept this name

MANY_POSTS = 100

SHOWN = 3  # differences of a site and a kind whose lines are shown
WIDTH = 79
NAME_WIDTH = 34

# Replaces the few feeds that init writes, to compare all formats, kinds of documents and
# placeholders.
FEEDS: list[dict[str, Any]] = [
    {"path": "feed.atom", "format": "atom", "archive": "archive/{year}.atom"},
    {"path": "feed.rss", "format": "rss", "archive": "archive/{year}-{month}.rss"},
    {"path": "feed.json", "format": "json"},
    {"path": "all.atom", "format": "atom", "limit": "all"},
    {"path": "html.atom", "format": "atom", "limit": "all", "content_type": "html"},
    {"path": "all.rss", "format": "rss", "limit": "all"},
    {"path": "all.json", "format": "json", "limit": "all"},
    {"path": "short.atom", "format": "atom", "limit": "all", "content": "summary"},
    {"path": "short.rss", "format": "rss", "limit": "all", "content": "summary"},
    {"path": "small.json", "format": "json", "content": "auto", "max_bytes": 50_000},
    {"path": "tags/{tag}.atom", "format": "atom"},
    {"path": "categories/{category}.rss", "format": "rss"},
    {"path": "languages/{language}.json", "format": "json"},
    {"path": "authors/{author}.atom", "format": "atom", "content": "summary"},
]


@dataclass(frozen=True, slots=True)
class Site:
    """A folder with posts. `label` is its name in the report; its posts are published to `node`."""

    folder: Path
    posts: str
    label: str
    node: str


@dataclass(frozen=True, slots=True)
class Printed:
    """The exit code and output of a command, without paths that differ between the checkouts."""

    code: int
    stdout: str
    stderr: str


@dataclass(frozen=True, slots=True)
class Program:
    """A checkout of publisher. `work` is the folder with its copies of the sites."""

    name: str
    checkout: Path
    work: Path
    python: Path
    port: int
    hash_seed: str

    def copy(self, site: Site) -> Path:
        return self.work / self.name / site.node / site.folder.name

    def run(self, folder: Path, *arguments: str) -> Printed:
        with Run(self, folder, arguments) as run:
            return run.printed()

    def location(self) -> Path:
        """The file from which Python imports publisher. Raises CalledProcessError without one."""
        code = "import publisher; print(publisher.__file__)"
        done = subprocess.run(  # noqa: S603
            [self.python, "-c", code],
            cwd=self.work,
            env=self.environment(),
            check=True,
            capture_output=True,
            text=True,
        )
        return Path(done.stdout.strip()).resolve()

    def environment(self) -> dict[str, str]:
        """The environment of every command: of this process's environment only PATH.

        The checkouts get different hash seeds, because no order may depend on the seed.
        """
        return {
            "PATH": os.environ.get("PATH", os.defpath),
            "HOME": str(self.work),
            "LC_ALL": "C.UTF-8",
            "TZ": "UTC",
            "COLUMNS": "80",
            "PYTHONPATH": str(self.checkout),
            "PYTHONSAFEPATH": "1",  # a site may contain a folder named publisher
            "PYTHONHASHSEED": self.hash_seed,
            "PYTHONPYCACHEPREFIX": str(self.work / f"bytecode-{self.name}"),
            "PUBLISHER_PASSWORD": PASSWORD,
        }


class Run:
    """A running command, as a context manager that kills it on exit. Two may run at once."""

    def __init__(self, program: Program, folder: Path, arguments: Sequence[str]) -> None:
        self._program = program
        self._folder = folder
        self._arguments = arguments

    def __enter__(self) -> Self:
        self._stdout, self._stderr = tempfile.TemporaryFile(), tempfile.TemporaryFile()
        self._process = subprocess.Popen(  # noqa: S603 - our own command line, without a shell
            [self._program.python, "-m", "publisher", *self._arguments],
            cwd=self._folder,
            env=self._program.environment(),
            stdin=subprocess.DEVNULL,
            stdout=self._stdout,
            stderr=self._stderr,
        )
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.wait()
        self._stdout.close()
        self._stderr.close()

    def printed(self) -> Printed:
        code = self._process.wait(COMMAND_SECONDS)
        return Printed(code, self._plain(self._stdout), self._plain(self._stderr))

    def _plain(self, file: IO[bytes]) -> str:
        file.seek(0)
        text = file.read().decode(errors="backslashreplace")
        checkout = str(self._program.checkout)
        return text.replace(str(self._folder), "SITE").replace(checkout, "CHECKOUT")


@dataclass(slots=True)
class Report:
    """The result of the comparison of one site."""

    site: Site
    posts: int = 0
    files: int = 0
    items: int = 0
    differences: list[tuple[str, list[str]]] = field(default_factory=list)

    def expect_equal(self, what: str, old: bytes | str, new: bytes | str) -> None:
        if old != new:
            self.add_difference(what, first_difference(_text(old), _text(new)))

    def add_difference(self, what: str, lines: Sequence[str] = ()) -> None:
        self.differences.append((what, list(lines)))

    def row(self) -> str:
        return row(self.site.label, self.posts, self.files, self.items, len(self.differences))

    def details(self) -> Iterator[str]:
        """The differences, grouped by their first word: a file, an item, a command.

        Only the first SHOWN differences of a group come with their lines.
        """
        kinds: defaultdict[str, list[tuple[str, list[str]]]] = defaultdict(list)
        for what, lines in self.differences:
            kinds[what.split()[0]].append((what, lines))
        for differences in kinds.values():
            for number, (what, lines) in enumerate(differences):
                yield f"{self.site.label}: {what}"[:WIDTH]
                yield from (f"    {line}"[:WIDTH] for line in lines if number < SHOWN)


def row(label: str, *cells: object) -> str:
    shown = label if len(label) <= NAME_WIDTH else f"...{label[3 - NAME_WIDTH :]}"
    return shown.ljust(NAME_WIDTH) + "".join(str(cell).rjust(11) for cell in cells)


def _text(content: bytes | str) -> str:
    return content if isinstance(content, str) else content.decode(errors="backslashreplace")


def first_difference(old: str, new: str) -> list[str]:
    """Both versions of the first line that differs, from shortly before the difference."""
    olds, news = old.split("\n"), new.split("\n")
    number = _common(olds, news)
    lines = [lines[number] if number < len(lines) else None for lines in (olds, news)]
    column = _common(lines[0] or "", lines[1] or "")
    return [f"line {number + 1}, column {column + 1}:"] + [
        f"{name} {'(has ended)' if line is None else _window(line, column)}"
        for name, line in zip(("OLD", "NEW"), lines, strict=True)
    ]


def _common(old: Sequence[str], new: Sequence[str]) -> int:
    """The length of the common prefix."""
    pairs = enumerate(zip(old, new, strict=False))
    return next((n for n, (one, other) in pairs if one != other), min(len(old), len(new)))


def _window(line: str, column: int) -> str:
    start = max(0, column - 20)
    return f"{'...' if start else ''}{line[start : start + WIDTH]}"


class Prosody:
    """An XMPP server on loopback with a pubsub service.

    It stores its data in files, because Prosody's storage "memory" sometimes loses an item when
    another one is replaced.
    """

    def __init__(self, folder: Path, ca_file: Path, key_file: Path) -> None:
        self.folder = folder
        self.ca_file = ca_file
        self.port = free_port()
        folder.mkdir()
        accounts = folder / "data" / DOMAIN / "accounts"
        accounts.mkdir(parents=True)
        for user in (WRITER, READER):
            (accounts / f"{user}.dat").write_text(f'return {{ password = "{PASSWORD}" }};\n')
        self._config = folder / "prosody.cfg.lua"
        self._config.write_text(
            PROSODY.format(
                root=str(os.geteuid() == 0).lower(),  # otherwise Prosody refuses to run as root
                folder=folder,
                port=self.port,
                key=key_file,
                certificate=ca_file,
            )
        )

    def __enter__(self) -> Self:
        with (self.folder / "log").open("wb") as log:
            self._process = subprocess.Popen(  # noqa: S603
                [program("prosody"), "-F", "--config", str(self._config)],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        deadline = time.monotonic() + SECONDS
        while not self._answers():
            if self._process.poll() is not None or time.monotonic() > deadline:
                self.__exit__()
                raise SystemExit(f"Prosody did not start:\n{(self.folder / 'log').read_text()}")
            time.sleep(0.05)
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.wait()

    def _answers(self) -> bool:
        try:
            Client(self, READER).close()
        except OSError:
            return False
        return True


PROSODY = """\
run_as_root = {root}
data_path = "{folder}/data"
interfaces = {{ "127.0.0.1" }}
c2s_ports = {{ }}
c2s_direct_tls_ports = {{ {port} }}
ssl = {{ key = "{key}"; certificate = "{certificate}" }}
log = {{ {{ levels = {{ min = "info" }}, to = "console" }} }}
modules_enabled = {{ "roster"; "saslauth"; "tls"; "disco"; "ping" }}
modules_disabled = {{ "s2s"; "s2s_auth_certs" }}
authentication = "internal_plain"
storage = {{ pubsub_nodes = "internal"; pubsub_data = "internal" }}
storage_archive_item_limit = 10000
pubsub_max_items = 256
VirtualHost "localhost"
Component "pubsub.localhost" "pubsub"
  autocreate_on_publish = true
  admins = {{ "blog@localhost" }}
"""


def program(name: str) -> str:
    path = shutil.which(name)
    if path is None:
        raise SystemExit(f"{name} was not found; run: apt-get install prosody openssl")
    return path


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


def certificate(folder: Path) -> tuple[Path, Path]:
    """A self-signed certificate and its key."""
    crt, key = folder / "server.crt", folder / "server.key"
    command = [
        *(program("openssl"), "req", "-x509", "-nodes", "-days", "2", "-subj", f"/CN={DOMAIN}"),
        *("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1"),
        *("-addext", f"subjectAltName=DNS:{DOMAIN},DNS:{SERVICE}"),
        *("-addext", "keyUsage=critical,digitalSignature,keyCertSign"),
        *("-keyout", str(key), "-out", str(crt)),
    ]
    subprocess.run(command, capture_output=True, check=True)  # noqa: S603
    return crt, key


PUBSUB = "http://jabber.org/protocol/pubsub"
ITEM = re.compile(rb"<item\b[^>]*\bid='([^']*)'[^>]*>(.*?)</item>", re.DOTALL)
TAG = re.compile(rb"<([^\s<>/]+)((?: [^\s=<>]+='[^']*')+)(/?)>")
ATTRIBUTE = re.compile(rb" [^\s=]+='[^']*'")
MARKER = re.compile(rb"<(?:\w+:)?fingerprint[^>]*>[0-9a-f]+</(?:\w+:)?fingerprint>")


def with_sorted_attributes(xml: bytes) -> bytes:
    """Sort the attributes of each element, because Prosody sends them in any order."""
    return TAG.sub(
        lambda tag: b"<%s%s%s>" % (tag[1], b"".join(sorted(ATTRIBUTE.findall(tag[2]))), tag[3]), xml
    )


class Client:
    """An XMPP client that returns the bytes of the server as they are.

    Every method that sends or receives raises OSError if the connection fails.
    """

    def __init__(self, server: Prosody, user: str) -> None:
        context = ssl.create_default_context(cafile=server.ca_file)
        plain = socket.create_connection((HOST, server.port), timeout=SECONDS)
        self._socket = context.wrap_socket(plain, server_hostname=DOMAIN)
        self._unread = b""
        self._requests = 0
        self._passed_over = b""
        self._open()
        proof = base64.b64encode(f"\0{user}\0{PASSWORD}".encode()).decode()
        sasl = "urn:ietf:params:xml:ns:xmpp-sasl"
        self._send(f"<auth xmlns='{sasl}' mechanism='PLAIN'>{proof}</auth>")
        self._read(re.compile(rb"<success[^>]*>"))
        self._open()
        self._request("set", "<bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/>")
        self._send("<presence/>")

    def close(self) -> None:
        self._socket.close()

    def subscribe(self, node: str) -> None:
        child = f"<subscribe node='{node}' jid='{READER}@{DOMAIN}'/>"
        self._request("set", f"<pubsub xmlns='{PUBSUB}'>{child}</pubsub>", SERVICE)

    def items(self, node: str) -> dict[str, bytes]:
        """Item id -> payload of each item of a node; empty if the node does not exist."""
        child = f"<pubsub xmlns='{PUBSUB}'><items node='{node}'/></pubsub>"
        answer = self._request("get", child, SERVICE)
        return {m[1].decode(): with_sorted_attributes(m[2]) for m in ITEM.finditer(answer)}

    def notifications(self) -> bytes:
        """The notifications since the last call.

        The service answers in order (RFC 6120 section 10.1), so all notifications that it has sent
        arrive before the answer to this request.
        """
        info = "<query xmlns='http://jabber.org/protocol/disco#info'/>"
        self._request("get", info, SERVICE)
        passed_over, self._passed_over = self._passed_over, b""
        return b"".join(re.findall(rb"<message\b.*?</message>", passed_over, re.DOTALL))

    def _open(self) -> None:
        self._unread = b""
        self._send(
            f"<stream:stream to='{DOMAIN}' version='1.0' xmlns='jabber:client' "
            "xmlns:stream='http://etherx.jabber.org/streams'>"
        )
        self._read(re.compile(rb"</stream:features>"))

    def _request(self, kind: str, child: str, to: str = "") -> bytes:
        self._requests += 1
        address = f" to='{to}'" if to else ""
        self._send(f"<iq type='{kind}' id='request-{self._requests}'{address}>{child}</iq>")
        head = rb"<iq\b[^>]*\bid='request-%d'[^>]*" % self._requests
        return self._read(re.compile(head + rb"(?:/>|(?<!/)>.*?</iq>)", re.DOTALL))

    def _send(self, text: str) -> None:
        self._socket.sendall(text.encode())

    def _read(self, end: re.Pattern[bytes]) -> bytes:
        """Read until `end` matches, and return the match. Keep the bytes before it."""
        while not (match := end.search(self._unread)):
            got = self._socket.recv(1 << 20)
            if not got:
                raise ConnectionError(f"the server closed the stream: {self._unread[-500:]!r}")
            self._unread += got
        self._passed_over += self._unread[: match.start()]
        self._unread = self._unread[match.end() :]
        return match[0]


@dataclass(frozen=True, slots=True)
class Comparison:
    """The two checkouts, their servers, and the options of the comparison."""

    old: Program
    new: Program
    old_server: Prosody
    new_server: Prosody
    now: str
    keep: int
    ignore_messages: bool
    ignore_markers: bool

    def compare(self, site: Site) -> Report:
        report = Report(site)
        for side in (self.old, self.new):
            shutil.copytree(site.folder, side.copy(site), symlinks=True, ignore=_not_copied)
        self._compare_build(report)
        if (self.old.copy(site) / FULL).exists():
            self._compare_items(report)
            self._compare_upgrade(report)
        return report

    def _compare_build(self, report: Report) -> None:
        site = report.site
        jid = ("--jid", f"{WRITER}@{DOMAIN}", "--service", SERVICE, "--node", site.node)
        posts = ("--posts", site.posts) if site.posts else ()
        self._run_both(report, "init", "--config", WRITTEN, *jid, *posts)
        self._run_both(report, "build", *self._at)
        try:
            self._write_full(site)
        except OSError as error:
            report.add_difference(f"OLD's init wrote no configuration ({error.strerror})")
            return
        full = ("--config", FULL, *self._at)
        built = self._run_both(report, "build", "--json", *full)
        report.posts = json.loads(built.stdout)["posts"] if built.stdout else 0
        self._run_both(report, "check", "--readers", *full)
        # It repeats the findings of --readers, and takes half a minute for 700 posts.
        if report.posts < MANY_POSTS:
            self._run_both(report, "check", "--json", *full)
        self._run_both(report, "plan", "--json", "--offline", *full)
        self._compare_files(report)

    @property
    def _at(self) -> tuple[str, str]:
        return "--now", self.now

    def _write_full(self, site: Site) -> None:
        """Write OLD's configuration with more outputs for both checkouts. Raises OSError."""
        config = yaml.safe_load((self.old.copy(site) / WRITTEN).read_bytes())
        config["site"] |= {"hubs": f"{URL}/hub", "rights": "Ours", "license": f"{URL}/terms"}
        config |= {"feeds": FEEDS, "page": {"path": "feeds.html"}, "stylesheet": "feed.css"}
        config["xmpp"]["nodes"][0] |= {"keep": self.keep, "title": "The node"}
        for side in (self.old, self.new):
            config["xmpp"] |= {"host": HOST, "port": side.port, "tls": "direct"}
            config["xmpp"]["ca_file"] = str(self.old_server.ca_file)
            (side.copy(site) / FULL).write_text(yaml.safe_dump(config, allow_unicode=True))

    def _compare_files(self, report: Report) -> None:
        old, new = (written(report.site, side.copy(report.site)) for side in (self.old, self.new))
        report.files = len(old.keys() | new.keys())
        if len(old) < 2:  # only the configuration
            report.add_difference("OLD's build wrote nothing")
        for name in sorted(old.keys() | new.keys()):
            if name in old and name in new:
                report.expect_equal(f"file {name}", old[name].read_bytes(), new[name].read_bytes())
            else:
                report.add_difference(
                    f"file {name} is missing from {'NEW' if name in old else 'OLD'}"
                )

    def _compare_items(self, report: Report) -> None:
        full = ("--config", FULL, *self._at)
        self._run_both(report, "publish", "--announce-all", *full)
        old, new = (items(server, report.site) for server in (self.old_server, self.new_server))
        report.items = len(old.keys() | new.keys())
        if not old:
            report.add_difference("OLD published nothing")
        if list(old) != list(new):
            report.expect_equal("node: ids of the items", "\n".join(old), "\n".join(new))
        for name in (name for name in old if name in new):
            report.expect_equal(f"item {name}", self._shown(old[name]), self._shown(new[name]))

    def _shown(self, payload: bytes) -> bytes:
        return MARKER.sub(b"", payload) if self.ignore_markers else payload

    def _compare_upgrade(self, report: Report) -> None:
        """Check that NEW changes nothing at OLD's node, with OLD's ledger and without a ledger."""
        site = report.site
        folder = self.old.copy(site)
        full = ("--config", FULL, *self._at)
        before = items(self.old_server, site)
        client = Client(self.old_server, READER)
        client.subscribe(site.node)
        client.notifications()  # discard the last item, which the service sends to a new subscriber
        plan = ("plan", "--verify", *full)
        with Run(self.old, folder, plan) as old, Run(self.new, folder, plan) as new:
            plans = old.printed(), new.printed()
        self._compare_output(report, "plan with OLD's ledger", *plans)
        # NEW may record more than OLD did, but only once.
        for command, harmless in ((("publish",), {"adopt"}), (("publish", "--verify"), set[str]())):
            printed = self.new.run(folder, *command, "--json", *full)
            what = f"NEW's {' '.join(command)} with OLD's ledger"
            report.differences += unexpected_changes(what, printed, harmless=harmless)
        shutil.rmtree(folder / STATE)
        printed = self.new.run(folder, "publish", "--json", *full)
        what = "NEW's publish without a ledger"
        report.differences += unexpected_changes(what, printed, harmless={"adopt"})
        if notifications := client.notifications():
            report.add_difference(
                "subscriber of OLD's node is notified of NEW's run", [repr(notifications)]
            )
        client.close()
        if items(self.old_server, site) != before:
            report.add_difference("NEW's run changed the items of OLD's node")

    def _run_both(self, report: Report, *arguments: str) -> Printed:
        """Run a command in both copies at once, compare the output, and return that of OLD."""
        site = report.site
        with (
            Run(self.old, self.old.copy(site), arguments) as old_run,
            Run(self.new, self.new.copy(site), arguments) as new_run,
        ):
            old, new = old_run.printed(), new_run.printed()
        self._compare_output(report, " ".join(arguments[:2]), old, new)
        return old

    def _compare_output(self, report: Report, what: str, old: Printed, new: Printed) -> None:
        if old.code != new.code:
            lines = [f"OLD {old.code}", f"NEW {new.code}", *new.stderr.splitlines()[-SHOWN:]]
            report.add_difference(f"{what}: exit code", lines)
        if not self.ignore_messages:
            report.expect_equal(f"{what}: stdout", old.stdout, new.stdout)
            report.expect_equal(f"{what}: stderr", old.stderr, new.stderr)


def _not_copied(_: str, names: list[str]) -> set[str]:
    return {".git", STATE, "node_modules"} & set(names)


def written(site: Site, copy: Path) -> dict[str, Path]:
    """The new files of the copy, and those with another modification time than in the site."""
    files = {}
    for path in copy.rglob("*"):
        name = path.relative_to(copy)
        if path.is_dir() or name.parts[0] == STATE or str(name) == FULL:
            continue
        original = site.folder / name
        if not os.path.lexists(original) or _time(path) != _time(original):
            files[str(name)] = path
    return files


def _time(path: Path) -> int:
    return path.lstat().st_mtime_ns


def items(server: Prosody, site: Site) -> dict[str, bytes]:
    client = Client(server, READER)
    try:
        return client.items(site.node)
    finally:
        client.close()


def unexpected_changes(
    what: str, printed: Printed, *, harmless: set[str]
) -> Iterator[tuple[str, list[str]]]:
    """Differences for each change and error of a run that should change nothing.

    Actions in `harmless` are allowed.
    """
    if not printed.stdout:
        yield f"{what} prints no JSON (exit code {printed.code})", printed.stderr.splitlines()
        return
    for node in json.loads(printed.stdout)["nodes"]:
        changes = [change for change in node["changes"] if change["action"] not in harmless]
        if changes:
            lines = [f"{change['action']} {change['id']}" for change in changes]
            yield f"{what} changes {len(changes)} items", lines[:SHOWN]
        if node["error"]:
            yield f"{what} fails", str(node["error"]).splitlines()


def main() -> int:
    signal.signal(signal.SIGTERM, exit_on_signal)
    arguments = parse_arguments()
    with ExitStack() as stack:
        work = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="compare-")))
        comparison = prepare(arguments, work, stack)
        sites = [*own_sites(arguments.old, work), *given_sites(arguments.folders)]
        return compare_all(comparison, sites)


def exit_on_signal(*_: object) -> None:
    """Exit on SIGTERM, so that the servers end and the copies are removed.

    `timeout` sends the signal twice: a second one must not interrupt the cleanup.
    """
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    sys.exit(143)


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, epilog=EXAMPLE, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("old", type=checkout, metavar="OLD", help="the checkout to compare with")
    parser.add_argument("new", type=checkout, metavar="NEW", help="the checkout with the changes")
    parser.add_argument(
        "folders",
        nargs="*",
        type=folder_of_posts,
        metavar="FOLDER[:POSTS]",
        help="a site, and the folder in it with the posts (default: detected by init); the posts "
        "of OLD's demo and the sites of OLD's tests are always compared",
    )
    parser.add_argument(
        "--keep",
        type=int,
        default=30,
        metavar="N",
        help="publish only the N newest posts of each site (default: 30)",
    )
    parser.add_argument(
        "--now", default=NOW, metavar="TIME", help=f"the time of every run (default: {NOW})"
    )
    parser.add_argument(
        "--ignore-messages",
        action="store_true",
        help="compare only exit codes, files and items, not the output of the commands",
    )
    parser.add_argument(
        "--ignore-markers",
        action="store_true",
        help="compare items without the marker that publisher adds for itself",
    )
    parser.add_argument(
        "--python",
        type=Path,
        default=Path(sys.executable),
        metavar="FILE",
        help="the Python with the libraries of publisher (default: the one that runs this tool)",
    )
    return parser.parse_args()


def checkout(text: str) -> Path:
    path = Path(text).resolve()
    if not (path / "publisher" / "__main__.py").is_file():
        raise argparse.ArgumentTypeError(f"{text} has no publisher/__main__.py")
    return path


def folder_of_posts(text: str) -> tuple[Path, str]:
    folder, _, posts = text.partition(":")
    path = Path(folder).resolve()
    if not (path / posts).is_dir():
        raise argparse.ArgumentTypeError(f"{path / posts} is not a folder")
    return path, posts


def prepare(arguments: argparse.Namespace, work: Path, stack: ExitStack) -> Comparison:
    """Start a server for each checkout, and check that Python imports that checkout."""
    crt, key = certificate(work)
    old_server = stack.enter_context(Prosody(work / "server-OLD", crt, key))
    new_server = stack.enter_context(Prosody(work / "server-NEW", crt, key))
    python = arguments.python.absolute()
    old = Program("OLD", arguments.old, work, python, old_server.port, "1")
    new = Program("NEW", arguments.new, work, python, new_server.port, "2")
    for side in (old, new):
        location = side.location()
        if not location.is_relative_to(side.checkout):
            raise SystemExit(f"{side.name} would run {location}, not {side.checkout}")
    return Comparison(
        old,
        new,
        old_server,
        new_server,
        now=arguments.now,
        keep=arguments.keep,
        ignore_messages=arguments.ignore_messages,
        ignore_markers=arguments.ignore_markers,
    )


def own_sites(old: Path, work: Path) -> Iterator[Site]:
    """The posts of OLD's demo, copied into a site, and the sites of OLD's tests."""
    for posts in sorted(old.glob("publisher/**/demo/posts")):
        folder = work / "sites" / "demo"
        shutil.copytree(posts, folder / "_posts")
        yield Site(folder, "", "demo", "demo")
    for folder in sorted((old / "tests" / "engines" / "sites").iterdir()):
        yield Site(folder, "", f"tests/engines/sites/{folder.name}", f"test-{folder.name}")


def given_sites(folders: Sequence[tuple[Path, str]]) -> Iterator[Site]:
    for number, (folder, posts) in enumerate(folders, start=1):
        yield Site(
            folder, posts, "/".join([*folder.parts[-2:], posts]).rstrip("/"), f"site-{number}"
        )


def compare_all(comparison: Comparison, sites: Sequence[Site]) -> int:
    print(row("folder", "posts", "files", "items", "different"), flush=True)
    reports = []
    for number, site in enumerate(sites, start=1):
        show_progress(f"{number} of {len(sites)}: {site.label}")
        reports.append(comparison.compare(site))
        show_progress("")
        print(reports[-1].row(), flush=True)
    totals = [
        sum(getattr(report, name) for report in reports) for name in ("posts", "files", "items")
    ]
    differences = sum(len(report.differences) for report in reports)
    print(row("all", *totals, differences))
    for report in reports:
        print(*report.details(), sep="\n", end="\n" if report.differences else "")
    return 1 if differences else 0


def show_progress(text: str) -> None:
    """Print to stderr. On a terminal each text replaces the one before."""
    if sys.stderr.isatty():
        print(f"\r{text[:WIDTH]:{WIDTH}}\r", end="", file=sys.stderr, flush=True)
    elif text:
        print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
