"""What feed readers that we did not write make of a document: newsboat, sfeed, rss2email, reader.

Each is run as its users run it, on a file, and what it keeps of the entries is read back.
"""

from __future__ import annotations

import datetime as dt
import email
import email.policy
import email.utils
import html
import json
import mailbox
import os
import re
import sqlite3
import subprocess
import sys
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

SECONDS = 60.0
_BREAKS = re.compile(r"<(?:/p|/li|/div|/h\d|br ?/?|/tr|/td|/th|/figcaption|/dt|/dd|/pre)>")


@dataclass(frozen=True)
class Read:
    """An entry as a reader has it. None: it keeps no such thing. `words` of the content."""

    title: str
    link: str
    id: str | None
    published: dt.datetime | None
    words: tuple[str, ...]
    enclosures: tuple[str, ...] | None
    updated: dt.datetime | None = field(default=None, compare=False)


def words(content: str) -> tuple[str, ...]:
    """Those of an HTML text, whatever its markup."""
    return tuple(html.unescape(re.sub("<[^>]*>", "", _BREAKS.sub(" ", content))).split())


def run(*command: str, folder: Path, **more: str | bytes) -> bytes:
    environment = {**os.environ, "HOME": str(folder), "XDG_DATA_HOME": str(folder)}
    done = subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, check=False, timeout=SECONDS,
        input=more.get("stdin"),
    )  # fmt: skip
    assert done.returncode == 0, (command, done.stdout, done.stderr)
    return bytes(done.stdout)


def newsboat(document: Path, folder: Path) -> list[Read]:
    """Its cache, after a reload. Of several enclosures it keeps one."""
    (folder / "config").write_text("ignore-mode display\nmax-items 0\n")
    (folder / "urls").write_text(f"file://{document}\n")
    files = ("-C", "config", "-u", "urls", "-c", "cache.db")
    run("newsboat", *files, "-x", "reload", folder=folder)
    database = sqlite3.connect(folder / "cache.db")
    rows = database.execute(
        "SELECT title, url, guid, pubDate, content, enclosure_url FROM rss_item ORDER BY id"
    ).fetchall()
    database.close()
    return [
        Read(html.unescape(title), link, guid, _at(stamp), words(content), _only(enclosure))
        for title, link, guid, stamp, content, enclosure in rows
    ]


def sfeed(document: Path, folder: Path) -> list[Read]:
    """Its lines; the first enclosure of each."""
    text = run("sfeed", folder=folder, stdin=document.read_bytes()).decode()
    rows = [[_unescaped(cell) for cell in line.split("\t")] for line in text.splitlines()]
    return [
        Read(title, link, id_ or None, _at(int(stamp)), words(content), _only(enclosure))
        for stamp, title, link, content, _type, id_, _author, enclosure, *_ in rows
    ]


def rss2email(document: Path, folder: Path) -> list[Read]:
    """The mails that it would send, as it puts them into a maildir."""
    (folder / "r2e.cfg").write_text(
        "[DEFAULT]\nfrom = a@blog.example\nto = b@blog.example\nhtml-mail = True\n"
        f"email-protocol = maildir\nmaildir-path = {folder}/mail\nmaildir-mailbox = in\n"
        "date-header = True\nuse-publisher-email = False\n"
    )
    files = ("-c", "r2e.cfg", "-d", "r2e.json")
    mailbox.Maildir(folder / "mail").add_folder("in")
    run("r2e", *files, "add", "blog", str(document), folder=folder)
    run("r2e", *files, "run", folder=folder)
    return [_of_mail(path) for path in sorted((folder / "mail").rglob("new/*"))]


def _of_mail(path: Path) -> Read:
    message = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
    body = message.get_body()
    text = body.get_content() if body is not None else ""
    inside = re.search(r'<div id="body">(.*?)</div>\s*<div class="footer">', text, re.DOTALL)
    stamp = email.utils.parsedate_to_datetime(str(message["Date"])).astimezone(dt.UTC)
    return Read(
        title=str(message["Subject"]),
        link=str(message["X-RSS-URL"]),
        id=str(message["X-RSS-ID"]),
        published=stamp,
        words=words(inside[1] if inside else text),
        enclosures=tuple(re.findall(r'Enclosure: <a href="([^"]+)"', text)),
    )


def reader(document: Path, folder: Path) -> list[Read]:
    """What the library of that name stores."""
    program = (
        "import json, sys; from reader import make_reader\n"
        "made = make_reader(':memory:', feed_root=''); made.add_feed(sys.argv[1])\n"
        "made.update_feeds()\n"
        "print(json.dumps([[e.title, e.link, e.id, e.published.isoformat(),\n"
        "  e.content[0].value if e.content else e.summary,\n"
        "  [one.href for one in e.enclosures]] for e in made.get_entries()]))"
    )
    text = run(sys.executable, "-W", "ignore", "-c", program, str(document), folder=folder)
    return [
        Read(title, link, id_, dt.datetime.fromisoformat(at), words(content), tuple(enclosures))
        for title, link, id_, at, content, enclosures in json.loads(text)
    ]


READERS: Mapping[str, Callable[[Path, Path], list[Read]]] = {
    "newsboat": newsboat,
    "sfeed": sfeed,
    "rss2email": rss2email,
    "reader": reader,
}


def _at(stamp: float) -> dt.datetime:
    return dt.datetime.fromtimestamp(stamp, dt.UTC)


def _only(enclosure: str) -> tuple[str, ...]:
    return (enclosure,) if enclosure else ()


def _unescaped(cell: str) -> str:
    found = {"n": "\n", "t": "\t"}
    return re.sub(r"\\(.)", lambda match: found.get(match[1], match[1]), cell)
