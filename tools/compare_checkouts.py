#!/usr/bin/env python3
"""Compare what two checkouts of publisher make of the same posts.

Runs init, build, check, plan and publish of both checkouts on copies of each
site. What they print, their exit codes, the files that they write and the items
that they publish must be the same, byte for byte. Then NEW runs on the site,
the ledger and the node that OLD left, where it must find nothing to change.

Uses publisher through its command line only, so that the checkouts may differ
inside. Each checkout has its own throw-away Prosody; the items are read with an
XMPP client that shares no code with publisher. Prosody does not keep the order
of attributes, so that of the items is not compared.
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
PASSWORD = "throw-away"  # noqa: S105 - of servers that only this machine can reach
SECONDS = 60.0
COMMAND_SECONDS = 600.0

NOW = "2027-01-01T00:00:00Z"
URL = "https://blog.example"
STATE = ".publisher"
FULL = "full.yaml"
WRITTEN = "config.yaml"  # by init; a name that all versions take

MANY_POSTS = 100

SHOWN = 3  # differences of a site and a kind whose lines are shown
WIDTH = 79
NAME_WIDTH = 34

# Beside what init writes: every format and kind of file, and a feed for each value of each key.
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
    """A folder with posts. `label` is how the report names it, `node` where it is published."""

    folder: Path
    posts: str
    label: str
    node: str


@dataclass(frozen=True, slots=True)
class Printed:
    """What a command printed, without the paths that differ between the checkouts."""

    code: int
    stdout: str
    stderr: str


@dataclass(frozen=True, slots=True)
class Program:
    """A checkout of publisher and the folder in which its copies of the sites are."""

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
        """Where Python finds the package. Raises CalledProcessError if it finds none."""
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
        """Nothing of ours but PATH. The checkouts get different seeds: no order may hang on one."""
        return {
            "PATH": os.environ.get("PATH", os.defpath),
            "HOME": str(self.work),
            "LC_ALL": "C.UTF-8",
            "TZ": "UTC",
            "COLUMNS": "80",
            "PYTHONPATH": str(self.checkout),
            "PYTHONSAFEPATH": "1",  # a site may have a folder named publisher
            "PYTHONHASHSEED": self.hash_seed,
            "PYTHONPYCACHEPREFIX": str(self.work / f"bytecode-{self.name}"),
            "PUBLISHER_PASSWORD": PASSWORD,
        }


class Run:
    """A command of a program, in a folder. Two of them run at once; leaving ends it."""

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
    """What the comparison of one site has found so far."""

    site: Site
    posts: int = 0
    files: int = 0
    items: int = 0
    differences: list[tuple[str, list[str]]] = field(default_factory=list)

    def equal(self, what: str, old: bytes | str, new: bytes | str) -> None:
        if old != new:
            self.different(what, first_difference(_text(old), _text(new)))

    def different(self, what: str, lines: Sequence[str] = ()) -> None:
        self.differences.append((what, list(lines)))

    def row(self) -> str:
        return row(self.site.label, self.posts, self.files, self.items, len(self.differences))

    def details(self) -> Iterator[str]:
        """Each kind of difference, which is the first word: a file, an item, a command."""
        kinds: defaultdict[str, list[tuple[str, list[str]]]] = defaultdict(list)
        for what, lines in self.differences:
            kinds[what.split()[0]].append((what, lines))
        for found in kinds.values():
            for number, (what, lines) in enumerate(found):
                yield f"{self.site.label}: {what}"[:WIDTH]
                yield from (f"    {line}"[:WIDTH] for line in lines if number < SHOWN)


def row(label: str, *cells: object) -> str:
    shown = label if len(label) <= NAME_WIDTH else f"...{label[3 - NAME_WIDTH :]}"
    return shown.ljust(NAME_WIDTH) + "".join(str(cell).rjust(11) for cell in cells)


def _text(content: bytes | str) -> str:
    return content if isinstance(content, str) else content.decode(errors="backslashreplace")


def first_difference(old: str, new: str) -> list[str]:
    """The first line that differs, from a little before the place where it does."""
    olds, news = old.split("\n"), new.split("\n")
    number = _common(olds, news)
    lines = [lines[number] if number < len(lines) else None for lines in (olds, news)]
    column = _common(lines[0] or "", lines[1] or "")
    return [f"line {number + 1}, column {column + 1}:"] + [
        f"{name} {'(has ended)' if line is None else _window(line, column)}"
        for name, line in zip(("OLD", "NEW"), lines, strict=True)
    ]


def _common(old: Sequence[str], new: Sequence[str]) -> int:
    """How many elements both begin with."""
    pairs = enumerate(zip(old, new, strict=False))
    return next((n for n, (one, other) in pairs if one != other), min(len(old), len(new)))


def _window(line: str, column: int) -> str:
    start = max(0, column - 20)
    return f"{'...' if start else ''}{line[start : start + WIDTH]}"


class Prosody:
    """An XMPP server on loopback with a pubsub service.

    Its data are in files: "memory" now and then loses an item beside one that is replaced.
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
                root=str(os.geteuid() == 0).lower(),  # it refuses root otherwise
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


def in_order(xml: bytes) -> bytes:
    """Prosody sends the attributes of an element in any order: sort them."""
    return TAG.sub(
        lambda tag: b"<%s%s%s>" % (tag[1], b"".join(sorted(ATTRIBUTE.findall(tag[2]))), tag[3]), xml
    )


class Client:
    """An XMPP client that shows the bytes that the server sends. Raises OSError."""

    def __init__(self, server: Prosody, user: str) -> None:
        context = ssl.create_default_context(cafile=server.ca_file)
        plain = socket.create_connection((HOST, server.port), timeout=SECONDS)
        self._socket = context.wrap_socket(plain, server_hostname=DOMAIN)
        self._unread = b""
        self._asked = 0
        self._heard = b""
        self._open()
        proof = base64.b64encode(f"\0{user}\0{PASSWORD}".encode()).decode()
        sasl = "urn:ietf:params:xml:ns:xmpp-sasl"
        self._send(f"<auth xmlns='{sasl}' mechanism='PLAIN'>{proof}</auth>")
        self._read(re.compile(rb"<success[^>]*>"))
        self._open()
        self._ask("set", "<bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/>")
        self._send("<presence/>")

    def close(self) -> None:
        self._socket.close()

    def subscribe(self, node: str) -> None:
        child = f"<subscribe node='{node}' jid='{READER}@{DOMAIN}'/>"
        self._ask("set", f"<pubsub xmlns='{PUBSUB}'>{child}</pubsub>", SERVICE)

    def items(self, node: str) -> dict[str, bytes]:
        """The ids of a node's items, each with its payload; nothing if there is no node."""
        child = f"<pubsub xmlns='{PUBSUB}'><items node='{node}'/></pubsub>"
        answer = self._ask("get", child, SERVICE)
        return {m[1].decode(): in_order(m[2]) for m in ITEM.finditer(answer)}

    def heard(self) -> bytes:
        """The notifications since the last call.

        The service sends what it has to tell before it answers this request (RFC 6120 10.1).
        """
        info = "<query xmlns='http://jabber.org/protocol/disco#info'/>"
        self._ask("get", info, SERVICE)
        heard, self._heard = self._heard, b""
        return b"".join(re.findall(rb"<message\b.*?</message>", heard, re.DOTALL))

    def _open(self) -> None:
        self._unread = b""
        self._send(
            f"<stream:stream to='{DOMAIN}' version='1.0' xmlns='jabber:client' "
            "xmlns:stream='http://etherx.jabber.org/streams'>"
        )
        self._read(re.compile(rb"</stream:features>"))

    def _ask(self, kind: str, child: str, to: str = "") -> bytes:
        self._asked += 1
        address = f" to='{to}'" if to else ""
        self._send(f"<iq type='{kind}' id='ask-{self._asked}'{address}>{child}</iq>")
        head = rb"<iq\b[^>]*\bid='ask-%d'[^>]*" % self._asked
        return self._read(re.compile(head + rb"(?:/>|(?<!/)>.*?</iq>)", re.DOTALL))

    def _send(self, text: str) -> None:
        self._socket.sendall(text.encode())

    def _read(self, end: re.Pattern[bytes]) -> bytes:
        """The first match; what came before it is heard."""
        while not (match := end.search(self._unread)):
            got = self._socket.recv(1 << 20)
            if not got:
                raise ConnectionError(f"the server closed the stream: {self._unread[-500:]!r}")
            self._unread += got
        self._heard += self._unread[: match.start()]
        self._unread = self._unread[match.end() :]
        return match[0]


@dataclass(frozen=True, slots=True)
class Comparison:
    """The two programs, the two servers, and what to compare."""

    old: Program
    new: Program
    old_server: Prosody
    new_server: Prosody
    now: str
    keep: int
    ignore_messages: bool

    def compare(self, site: Site) -> Report:
        report = Report(site)
        for one in (self.old, self.new):
            shutil.copytree(site.folder, one.copy(site), symlinks=True, ignore=_not_copied)
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
            report.different(f"OLD's init wrote no configuration ({error.strerror})")
            return
        full = ("--config", FULL, *self._at)
        built = self._run_both(report, "build", "--json", *full)
        report.posts = json.loads(built.stdout)["posts"] if built.stdout else 0
        self._run_both(report, "check", "--readers", *full)
        if report.posts < MANY_POSTS:  # the same findings again; half a minute for 700 posts
            self._run_both(report, "check", "--json", *full)
        self._run_both(report, "plan", "--json", "--offline", *full)
        self._compare_files(report)

    @property
    def _at(self) -> tuple[str, str]:
        return "--now", self.now

    def _write_full(self, site: Site) -> None:
        """OLD's configuration and more outputs, for both. Raises OSError."""
        config = yaml.safe_load((self.old.copy(site) / WRITTEN).read_bytes())
        config["site"] |= {"hubs": f"{URL}/hub", "rights": "Ours", "license": f"{URL}/terms"}
        config |= {"feeds": FEEDS, "page": {"path": "feeds.html"}, "stylesheet": "feed.css"}
        config["xmpp"]["nodes"][0] |= {"keep": self.keep, "title": "The node"}
        for one in (self.old, self.new):
            config["xmpp"] |= {"host": HOST, "port": one.port, "tls": "direct"}
            config["xmpp"]["ca_file"] = str(self.old_server.ca_file)
            (one.copy(site) / FULL).write_text(yaml.safe_dump(config, allow_unicode=True))

    def _compare_files(self, report: Report) -> None:
        old, new = (written(report.site, one.copy(report.site)) for one in (self.old, self.new))
        report.files = len(old.keys() | new.keys())
        if len(old) < 2:  # the configuration alone
            report.different("OLD's build wrote nothing")
        for name in sorted(old.keys() | new.keys()):
            if name in old and name in new:
                report.equal(f"file {name}", old[name].read_bytes(), new[name].read_bytes())
            else:
                report.different(f"file {name} is missing from {'NEW' if name in old else 'OLD'}")

    def _compare_items(self, report: Report) -> None:
        full = ("--config", FULL, *self._at)
        self._run_both(report, "publish", "--announce-all", *full)
        old, new = (items(server, report.site) for server in (self.old_server, self.new_server))
        report.items = len(old.keys() | new.keys())
        if not old:
            report.different("OLD published nothing")
        if list(old) != list(new):
            report.equal("node: ids of the items", "\n".join(old), "\n".join(new))
        for name in (name for name in old if name in new):
            report.equal(f"item {name}", old[name], new[name])

    def _compare_upgrade(self, report: Report) -> None:
        """NEW must change nothing at the node of OLD: with OLD's ledger, and without a ledger."""
        site = report.site
        folder = self.old.copy(site)
        full = ("--config", FULL, *self._at)
        before = items(self.old_server, site)
        client = Client(self.old_server, READER)
        client.subscribe(site.node)
        client.heard()  # the last item, which a subscriber gets at once
        plan = ("plan", "--verify", *full)
        with Run(self.old, folder, plan) as old, Run(self.new, folder, plan) as new:
            plans = old.printed(), new.printed()
        self._same(report, "plan with OLD's ledger", *plans)
        for command in (("publish",), ("publish", "--verify")):
            printed = self.new.run(folder, *command, "--json", *full)
            what = f"NEW's {' '.join(command)} with OLD's ledger"
            report.differences += not_nothing(what, printed, harmless=set())
        shutil.rmtree(folder / STATE)
        printed = self.new.run(folder, "publish", "--json", *full)
        what = "NEW's publish without a ledger"
        report.differences += not_nothing(what, printed, harmless={"adopt"})
        if heard := client.heard():
            report.different("subscriber of OLD's node hears of NEW's run", [repr(heard)])
        client.close()
        if items(self.old_server, site) != before:
            report.different("NEW's run changed the items of OLD's node")

    def _run_both(self, report: Report, *arguments: str) -> Printed:
        """Run a command in both copies at once, and compare; what OLD printed."""
        site = report.site
        with (
            Run(self.old, self.old.copy(site), arguments) as old_run,
            Run(self.new, self.new.copy(site), arguments) as new_run,
        ):
            old, new = old_run.printed(), new_run.printed()
        self._same(report, " ".join(arguments[:2]), old, new)
        return old

    def _same(self, report: Report, what: str, old: Printed, new: Printed) -> None:
        if old.code != new.code:
            lines = [f"OLD {old.code}", f"NEW {new.code}", *new.stderr.splitlines()[-SHOWN:]]
            report.different(f"{what}: exit code", lines)
        if not self.ignore_messages:
            report.equal(f"{what}: stdout", old.stdout, new.stdout)
            report.equal(f"{what}: stderr", old.stderr, new.stderr)


def _not_copied(_: str, names: list[str]) -> set[str]:
    return {".git", STATE, "node_modules"} & set(names)


def written(site: Site, copy: Path) -> dict[str, Path]:
    """The files that the copy has and the site has not, or with another time."""
    found = {}
    for path in copy.rglob("*"):
        name = path.relative_to(copy)
        if path.is_dir() or name.parts[0] == STATE or str(name) == FULL:
            continue
        original = site.folder / name
        if not os.path.lexists(original) or _time(path) != _time(original):
            found[str(name)] = path
    return found


def _time(path: Path) -> int:
    return path.lstat().st_mtime_ns


def items(server: Prosody, site: Site) -> dict[str, bytes]:
    client = Client(server, READER)
    try:
        return client.items(site.node)
    finally:
        client.close()


def not_nothing(
    what: str, printed: Printed, *, harmless: set[str]
) -> Iterator[tuple[str, list[str]]]:
    """The changes of a run that should have none, but for the harmless ones."""
    if not printed.stdout:
        yield f"{what} prints no JSON (exit code {printed.code})", printed.stderr.splitlines()
        return
    for node in json.loads(printed.stdout)["nodes"]:
        changes = [one for one in node["changes"] if one["action"] not in harmless]
        if changes:
            lines = [f"{one['action']} {one['id']}" for one in changes]
            yield f"{what} changes {len(changes)} items", lines[:SHOWN]
        if node["error"]:
            yield f"{what} fails", str(node["error"]).splitlines()


def main() -> int:
    signal.signal(signal.SIGTERM, end)
    arguments = parse_arguments()
    with ExitStack() as stack:
        work = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="compare-")))
        comparison = prepare(arguments, work, stack)
        sites = [*own_sites(arguments.old, work), *given_sites(arguments.folders)]
        return compare_all(comparison, sites)


def end(*_: object) -> None:
    """Stop the servers and remove the copies; `timeout` sends its signal twice."""
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
        help="a site, and the folder in it with the posts (default: what init finds); besides "
        "the posts of OLD's demo and the sites of OLD's tests",
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
        help="do not compare what the commands print, only exit codes, files and items",
    )
    parser.add_argument(
        "--python",
        type=Path,
        default=Path(sys.executable),
        metavar="FILE",
        help="the Python that has what publisher needs (default: the one that runs this)",
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
    """Start a server for each checkout."""
    crt, key = certificate(work)
    old_server = stack.enter_context(Prosody(work / "server-OLD", crt, key))
    new_server = stack.enter_context(Prosody(work / "server-NEW", crt, key))
    python = arguments.python.absolute()
    old = Program("OLD", arguments.old, work, python, old_server.port, "1")
    new = Program("NEW", arguments.new, work, python, new_server.port, "2")
    for one in (old, new):
        location = one.location()
        if not location.is_relative_to(one.checkout):
            raise SystemExit(f"{one.name} would run {location}, not {one.checkout}")
    return Comparison(
        old,
        new,
        old_server,
        new_server,
        now=arguments.now,
        keep=arguments.keep,
        ignore_messages=arguments.ignore_messages,
    )


def own_sites(old: Path, work: Path) -> Iterator[Site]:
    """The posts of the demo, as a site, and the sites of the tests."""
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
        tell_progress(f"{number} of {len(sites)}: {site.label}")
        reports.append(comparison.compare(site))
        tell_progress("")
        print(reports[-1].row(), flush=True)
    totals = [sum(getattr(one, name) for one in reports) for name in ("posts", "files", "items")]
    differences = sum(len(one.differences) for one in reports)
    print(row("all", *totals, differences))
    for report in reports:
        print(*report.details(), sep="\n", end="\n" if report.differences else "")
    return 1 if differences else 0


def tell_progress(text: str) -> None:
    """One line on a terminal, which the next one replaces."""
    if sys.stderr.isatty():
        print(f"\r{text[:WIDTH]:{WIDTH}}\r", end="", file=sys.stderr, flush=True)
    elif text:
        print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
