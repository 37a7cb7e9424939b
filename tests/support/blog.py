"""A blog in a temporary folder, and the program run in it as a user runs it."""

from __future__ import annotations

import atexit
import functools
import json
import os
import re
import signal
import sqlite3
import subprocess
import sys
import tempfile
from contextlib import closing
from dataclasses import dataclass, field
from typing import IO, TYPE_CHECKING, Any, Protocol

from tests.support.zygote import Zygote

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

SECONDS = 60.0
# What an interpreter looks at when it starts.
_INTERPRETERS = ("PYTHON", "LC_", "LANG")

SITE = """\
site:
  title: A blog of the tests
  url: https://blog.example
  author: {name: Ada Example}
  language: en
  timezone: Europe/Berlin
  since: 2020-01-01
posts: {path: posts, permalink: pretty}
feeds:
  - {path: feed.atom, format: atom}
  - {path: feed.rss, format: rss}
  - {path: feed.json, format: json}
"""


class Door(Protocol):
    """Where to log in: a real server or a hostile one."""

    host: str
    domain: str
    service: str
    port: int
    direct_port: int
    ca_file: Path


def reach(door: Door, tls: str = "direct") -> dict[str, object]:
    """How to get there, as keys of the section `xmpp`."""
    port = door.direct_port if tls == "direct" else door.port
    return {"host": door.host, "port": port, "tls": tls, "ca_file": door.ca_file}


@dataclass(frozen=True)
class Run:
    """What a run of the program said."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)

    @property
    def changes(self) -> list[tuple[str, str, str]]:
        """Of `--json`: action, id and outcome of every change of the first node."""
        return [(c["action"], c["id"], c["outcome"]) for c in self.json["nodes"][0]["changes"]]


@dataclass
class Blog:
    """Its folder is `folder`, its posts are in `folder/posts`."""

    folder: Path
    environment: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.posts = self.folder / "posts"
        self.posts.mkdir(parents=True)
        self.configure()

    def configure(
        self,
        door: Door | None = None,
        *,
        node: str = "blog",
        user: str = "blog",
        password: str = "",
        tls: str = "direct",
        more: str = "",
        **xmpp: object,
    ) -> None:
        """Write publisher.yaml: with a `door`, for pushing through it. `more` goes to the node."""
        text = SITE
        if door:
            keys = {
                "jid": f"{user}@{door.domain}",
                "password_env": "BLOG_PASSWORD",
                **reach(door, tls),
                "service": door.service,
                **xmpp,
            }
            service = keys.pop("service")
            lines = "".join(f"  {key}: {value}\n" for key, value in keys.items() if value)
            text += f"xmpp:\n{lines}  nodes: [{{service: {service}, node: {node}{more}}}]\n"
            self.environment["BLOG_PASSWORD"] = password
        (self.folder / "publisher.yaml").write_text(text, encoding="utf-8")

    def write(self, name: str, text: str = "", **front: str) -> Path:
        """Write a post. The name may hold folders."""
        path = self.posts / name
        path.parent.mkdir(parents=True, exist_ok=True)
        head = "".join(f"{key}: {value}\n" for key, value in front.items())
        path.write_text(f"---\n{head}---\n{text}", encoding="utf-8")
        return path

    def run(
        self,
        *arguments: str,
        environment: Mapping[str, str] | None = None,
        folder: Path | None = None,
    ) -> Run:
        """The program, run to its end; in the folder of the blog, unless another is given."""
        more = {**self.environment, **(environment or {})}
        whole = {**os.environ, **more}
        if any(name.startswith(_INTERPRETERS) for name in more):
            return self._run_anew(arguments, whole)
        with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
            code = _zygote().run(
                arguments,
                folder=folder or self.folder,
                environment=whole,
                out=out,
                err=err,
                seconds=SECONDS,
            )
            return Run(code, _text(out), _text(err))

    def _run_anew(self, arguments: Sequence[str], environment: Mapping[str, str]) -> Run:
        """In an interpreter that starts with this environment."""
        done = subprocess.run(
            self.command(*arguments),
            cwd=self.folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            timeout=SECONDS,
        )
        return Run(done.returncode, done.stdout, done.stderr)

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        """A run that the test goes on beside; it may be interrupted. For a `with`."""
        return subprocess.Popen(
            self.command(*arguments),
            cwd=self.folder,
            env={**os.environ, **self.environment},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            preexec_fn=heed_signals,  # noqa: PLW1509 - it sets signals, and nothing else
        )

    @staticmethod
    def command(*arguments: str) -> list[str]:
        return [sys.executable, "-m", "publisher", *arguments]

    def let_an_hour_pass(self) -> None:
        """Make the times in the ledger older, so that a run takes the items for durable."""
        with closing(sqlite3.connect(self.folder / ".publisher" / "ledger.sqlite")) as database:
            database.execute("UPDATE item SET at = at - 3600")
            database.commit()

    def built(self) -> dict[str, bytes]:
        """The feeds on disk, by name."""
        return {path.name: path.read_bytes() for path in sorted(self.folder.glob("feed.*"))}


@functools.cache
def _zygote() -> Zygote:
    zygote = Zygote().__enter__()
    atexit.register(zygote.__exit__)
    return zygote


def _text(file: IO[bytes]) -> str:
    file.seek(0)
    return file.read().decode()


def heed_signals() -> None:
    """What nohup or a shell in the background starts ignores signals, and so would its children."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_DFL)


_LOCAL_SITE = re.compile(
    r"warning: \S+: site\.url is http://127\.0\.0\.1:\d+, which only this machine can open[^\n]*\n"
)


def without_local_site(said: str) -> str:
    """What a run said, without its warnings that the site of the test is on this machine."""
    return _LOCAL_SITE.sub("", said)


def interrupt(process: subprocess.Popen[str], number: int = signal.SIGINT) -> tuple[int, str]:
    """Its exit code and what it said. subprocess.TimeoutExpired if it does not end.

    Let it wait for an hour: then it ends within SECONDS only if the interruption ended the wait.
    """
    process.send_signal(number)
    said = process.communicate(timeout=SECONDS)[1]
    return process.returncode, said
