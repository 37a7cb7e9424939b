"""Forty mistakes of new users, each with a message that leads to the fix by itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import pytest

from tests.support.blog import Blog

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from tests.support.servers import Server

FEEDS = """\
site:
  title: My blog
  url: https://blog.example
  language: en
  timezone: Europe/Berlin
posts:
  path: posts
  engine: jekyll
feeds:
  - path: feed.atom
    format: atom
"""
NODES = """\
xmpp:
  jid: blog@localhost
  password_env: BLOG_PASSWORD
  host: 127.0.0.1
  port: PORT
  tls: direct
  ca_file: CA_FILE
  nodes:
    - service: pubsub.localhost
      node: NODE
"""
PAGE = "<!doctype html><html><head><title>A page</title></head><body>Text</body></html>"


class Mistake(NamedTuple):
    """What the user writes in the place of `right`, runs, and what the message then says.

    `file` is the name, the text and the mode of another file in the folder.
    """

    right: str
    wrong: str
    code: int
    said: tuple[str, ...]
    command: tuple[str, ...] = ("build",)
    file: tuple[str, str, int] | None = None


def check(blog: Blog, template: str, mistake: Mistake, facts: Mapping[str, str]) -> None:
    """Make the mistake. `facts` replace the words in capitals of the template."""
    blog.write("2026-01-01-first.md", "Text.", title="First")
    assert mistake.right in template
    text = template.replace(mistake.right, mistake.wrong, 1)
    for word, fact in facts.items():
        text = text.replace(word, fact)
    (blog.folder / "publisher.yaml").write_text(text, encoding="utf-8")
    if mistake.file:
        name, content, mode = mistake.file
        (blog.folder / name).write_text(content)
        (blog.folder / name).chmod(mode)
    run = blog.run(*mistake.command)
    for part in mistake.said:
        assert part in run.err
    assert run.code == mistake.code
    for word in ("Errno", "_ssl", "codec", "Error", "Traceback"):
        assert word not in run.err


@pytest.fixture
def blog(tmp_path: Path) -> Blog:
    return Blog(tmp_path / "blog")


ON_PAPER = {
    "a tab": Mistake("  title", "\ttitle", 2, (":2:", "a tab; indent it with spaces")),
    "a colon in a title": Mistake(
        "My blog", "Ada: a blog", 2, (":2:", 'put the value in quotes: `title: "Ada: a blog"`')
    ),
    "an open quote": Mistake("My blog", '"My blog', 2, (":2:", "the quote is not closed")),
    "one space too many": Mistake(
        "  url:", "   url:", 2, (":3:", "column of `title` above: with 2 spaces")
    ),
    "an asterisk": Mistake("My blog", "*Notes*", 2, (":2:", 'in quotes: `title: "*Notes*"`')),
    "no space after the colon": Mistake(
        "title: My", "title:My", 2, (":2:", "put a space after the colon: `title: My blog`")
    ),
    "a misspelt format": Mistake(
        "format: atom", "format: atomm", 2, ("line 11:", "did you mean 'atom'?")
    ),
    "a misspelt engine": Mistake("jekyll", "jeckyll", 2, ("line 8:", "did you mean 'jekyll'?")),
    "a city as the zone": Mistake(
        "Europe/Berlin", "Berlin", 2, ("line 5:", "did you mean 'Europe/Berlin'?")
    ),
    "the name of a language": Mistake("en\n", "English\n", 2, ("line 4:", "e.g. en or pt-BR")),
    "a misspelt key": Mistake(
        "format: atom", "format: atom\n    limt: 5", 2, ("line 12:", "did you mean 'limit'?")
    ),
    "yes": Mistake(
        "jekyll", "jekyll\n  follow_links: yes", 2, ("line 9:", "it must be true or false")
    ),
    "a date with dots": Mistake(
        "  language", "  since: 21.10.2008\n  language", 2, ("line 4:", "e.g. 2008-10-21")
    ),
    "no scheme": Mistake(
        "https://blog.example", "blog.example", 2, ("line 3:", "e.g. https://blog.example")
    ),
    "a folder that does not exist": Mistake(
        "path: posts", "path: _posts", 2, ("posts.path:", "_posts does not exist; set it to")
    ),
    "a misspelt file name": Mistake(
        "", "", 2, ("did you mean 'publisher.yaml'?",), ("build", "--config", "publisher.yml")
    ),
    "a misspelt placeholder of the permalink": Mistake(
        "jekyll", "jekyll\n  permalink: /:year/:titel/", 2, ("line 9:", "did you mean 'title'?")
    ),
    "a misspelt placeholder of a path": Mistake(
        "feed.atom", '"tags/{tags}.atom"', 2, ("line 10:", "use one of {tag}, {category}")
    ),
    "a web page as the feed": Mistake(
        "path: posts\n  engine: jekyll", "feed: page.html", 2,
        ("page.html is not a feed, but a web page. It names no feed", "Give the URL of an Atom"),
        file=("page.html", PAGE, 0o644),
    ),
    "an option of another program": Mistake(
        "", "", 2, ("--dry-run", "`publisher plan` shows"), ("publish", "--dry-run")
    ),
    "a time in words": Mistake(
        "", "", 2, ("e.g. 2026-12-24T08:00:00Z",), ("build", "--now", "tomorrow")
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", ON_PAPER)
def test_a_mistake_on_paper_leads_to_the_fix(blog: Blog, name: str) -> None:
    check(blog, FEEDS, ON_PAPER[name], {})


def test_another_encoding_leads_to_the_fix(blog: Blog) -> None:
    text = FEEDS.replace("My blog", "Café")
    (blog.folder / "publisher.yaml").write_bytes(text.encode("latin-1"))
    run = blog.run("build")
    assert run.code == 2
    assert "publisher.yaml:2: cannot be read: it is not UTF-8; save it in that encoding" in run.err


def test_a_hub_that_is_down_leads_to_the_fix(blog: Blog) -> None:
    text = FEEDS.replace("  language", "  hubs: http://127.0.0.1:1/\n  language")
    (blog.folder / "publisher.yaml").write_text(text)
    assert blog.run("build").code == 0
    run = blog.run("ping", "--retry", "0")
    assert run.code == 4
    assert "http://127.0.0.1:1/ cannot be reached: connection refused; ping again later" in run.err


AT_A_SERVER = {
    "a misspelt access model": Mistake(
        "node: NODE", "node: NODE\n      access_model: whitlist", 2, ("did you mean 'whitelist'?",)
    ),
    "the password in password_env": Mistake(
        "BLOG_PASSWORD", "blog password", 2,
        ("line 14:", "is not the name of an environment variable", "set password_file"),
    ),
    "a password that others may read": Mistake(
        "password_env: BLOG_PASSWORD", "password_file: my password", 2,
        ("other users may read", "run: chmod 600 '"),
        file=("my password", "blog password\n", 0o644),
    ),
    "a password file of two lines": Mistake(
        "password_env: BLOG_PASSWORD", "password_file: secret", 2,
        ("secret (xmpp.password_file) has several lines", "alone, in one line"),
        file=("secret", "# blog@localhost\nblog password\n", 0o600),
    ),
    "a misspelt password command": Mistake(
        "password_env: BLOG_PASSWORD", "password_command: passs show xmpp/blog", 2,
        ("xmpp.password_command", "its first word is no program"),
    ),
    "a certificate that does not exist": Mistake(
        "CA_FILE", "ca.pem", 2, ("xmpp.ca_file:", "ca.pem cannot be read: no such file")
    ),
    "a certificate that is none": Mistake(
        "CA_FILE", "ca.pem", 2, ("xmpp.ca_file:", "it has no certificate in the PEM format"),
        file=("ca.pem", "no certificate", 0o644),
    ),
    "STARTTLS at the port for TLS": Mistake(
        "tls: direct", "tls: starttls", 4, ("check xmpp.port and xmpp.tls",)
    ),
    "a port without a server": Mistake(
        "port: PORT", "port: 1", 4, ("connection refused; check xmpp.host and xmpp.port",)
    ),
    "a host that does not exist": Mistake(
        "127.0.0.1", "xmp.invalid", 2, ("xmp.invalid has no address in DNS; correct xmpp.host",)
    ),
    "a misspelt service": Mistake(
        "service: pubsub.", "service: pubsubb.", 2,
        ("check the name of the service", "the pubsub service of localhost is pubsub.localhost"),
    ),
}  # fmt: skip


AT_ANOTHER_SERVER = {
    "a variable that is not set": Mistake(
        "BLOG_PASSWORD", "NO_PASSWORD", 2,
        ("the environment variable NO_PASSWORD (xmpp.password_env) is empty or not set",),
    ),
    "a wrong password": Mistake(
        "blog@", "reader@", 2,
        ("does not accept the password of reader@localhost", "xmpp.jid and xmpp.password_env"),
    ),
    "a misspelt domain": Mistake(
        "blog@localhost", "blog@locahost", 2, ("locahost", "domain of xmpp.jid")
    ),
    "a service for something else": Mistake(
        "service: pubsub.", "service: conference.", 2,
        ("check the name of the service", "the pubsub service of localhost is pubsub.localhost"),
    ),
    "the account of somebody else": Mistake(
        "service: pubsub.localhost", "service: reader@localhost", 1,
        ("only reader@localhost itself can create nodes", "set the service to blog@localhost"),
    ),
}  # fmt: skip


def check_at(server: Server, blog: Blog, node: str, mistake: Mistake) -> None:
    facts = {"PORT": str(server.direct_port), "CA_FILE": str(server.ca_file), "NODE": node}
    blog.environment["BLOG_PASSWORD"] = "blog password"
    check(blog, FEEDS + NODES, mistake._replace(command=("publish",)), facts)


@pytest.mark.parametrize("name", AT_A_SERVER)
def test_a_mistake_at_a_server_leads_to_the_fix(
    blog: Blog, prosody: Server, node: str, name: str
) -> None:
    check_at(prosody, blog, node, AT_A_SERVER[name])


@pytest.mark.parametrize("name", AT_ANOTHER_SERVER)
def test_a_mistake_at_another_server_leads_to_the_fix(
    blog: Blog, ejabberd: Server, node: str, name: str
) -> None:
    check_at(ejabberd, blog, node, AT_ANOTHER_SERVER[name])


def test_an_account_without_rights_leads_to_the_fix(blog: Blog, prosody: Server, node: str) -> None:
    blog.write("2026-01-01-first.md", "Text.", title="First")
    blog.configure(prosody, user="stranger", password="stranger password", node=node)
    run = blog.run("publish")
    assert run.code == 1
    assert "does not allow stranger@localhost to create the node" in run.err
    assert "the `admins` of the pubsub component" in run.err


def test_there_are_forty_mistakes() -> None:
    alone = 3  # another encoding, a hub that is down, an account without rights
    assert len(ON_PAPER) + len(AT_A_SERVER) + len(AT_ANOTHER_SERVER) + alone == 40
