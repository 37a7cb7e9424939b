"""Logging in: no server gets a password that it should not, and every failure is one message."""

from __future__ import annotations

import os
import ssl
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from publisher.sync.ledger import Ledger
from publisher.text.node_address import NodeAddress
from tests.support.blog import Blog
from tests.support.hostile import Hostile
from tests.support.web import Untrustworthy, tls_context

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.hostile import Certificates
    from tests.support.servers import Server

PASSWORD = "a password worth stealing"


@pytest.fixture
def blog(tmp_path: Path) -> Blog:
    made = Blog(tmp_path / "blog")
    made.write("2026-01-01-first.md", "Text.", title="First")
    return made


def check(blog: Blog, code: int, *sentence: str) -> None:
    """Publish: the feeds are written, nothing is recorded, and the error is one line."""
    run = blog.run("publish")
    (line,) = run.err.splitlines()
    assert line.startswith("error: ")
    for part in sentence:
        assert part in line
    assert run.code == code
    assert set(blog.built()) == {"feed.atom", "feed.rss", "feed.json"}
    assert PASSWORD not in run.out + run.err
    with Ledger(blog.folder / ".publisher") as ledger:
        assert ledger.recorded(NodeAddress("pubsub.localhost", "blog")) == {}


HOSTILE = {
    ("strip", "starttls"): (2, "offers no TLS", "the password was not sent"),
    ("login_only", "starttls"): (2, "offers no TLS", "the password was not sent"),
    ("strange_only", "starttls"): (2, "offers no TLS", "the password was not sent"),
    ("tls_strange_only", "direct"): (2, "no login that is safe", "the password was not sent"),
    ("redirect_name", "starttls"): (4, "sends us to another host"),
    ("redirect", "starttls"): (4, "sends us to another host"),
    ("redirect", "direct"): (4, "sends us to another host"),
    ("silent", "starttls"): (4, "within 10 seconds"),
    ("silent", "direct"): (4, "within 10 seconds"),
    ("silent_after_tls", "starttls"): (4, "within 10 seconds"),
    ("tls_login_only", "starttls"): (2, "no login that is safe", "the password was not sent"),
    ("tls_login_only", "direct"): (2, "no login that is safe", "the password was not sent"),
    ("untrusted", "starttls"): (2, "is not trusted", "the password was not sent"),
    ("untrusted", "direct"): (2, "is not trusted", "the password was not sent"),
    ("wrong_name", "starttls"): (2, "is not trusted", "localhost"),
    ("wrong_name", "direct"): (2, "is not trusted", "localhost"),
    ("common_name", "starttls"): (2, "is not trusted", "must be in its subjectAltName"),
    ("common_name", "direct"): (2, "is not trusted", "must be in its subjectAltName"),
    ("old_tls", "starttls"): (2, "only TLS 1.1 or older", "the password was not sent"),
    ("old_tls", "direct"): (2, "only TLS 1.1 or older", "the password was not sent"),
    ("garbage", "starttls"): (4, "closed the connection before the login"),
    ("starttls_refused", "starttls"): (2, "refuses to begin TLS"),
    ("early_success", "starttls"): (2, "does not speak XMPP as it should"),
    ("unproven_success", "direct"): (2, "does not prove that it knows the password"),
    ("many_iterations", "direct"): (2, "4294967295 rounds of SCRAM"),
    ("early_success", "direct"): (2, "does not speak XMPP as it should"),
}


@pytest.mark.parametrize(("mode", "tls"), HOSTILE)
def test_a_hostile_server_gets_no_password(
    blog: Blog, certificates: Certificates, mode: str, tls: str
) -> None:
    code, *sentence = HOSTILE[mode, tls]
    assert isinstance(code, int)
    with Hostile(mode, certificates) as server:
        blog.configure(server, password=PASSWORD, tls=tls)
        check(blog, code, *map(str, sentence))
        assert server.connections == 1
        assert not server.let_in
        assert not server.saw(PASSWORD)


ASK = "from publisher.system import http\ntry:\n    print(http.request({url!r}).code)\n"
ASK += "except (ValueError, http.NoAnswerError) as error:\n    print(error)"


@pytest.mark.parametrize(
    ("pair", "newest", "sentence"),
    [
        ("good", None, "501\n"),
        ("common_name", None, "its certificate is not trusted (Hostname mismatch"),
        ("good", ssl.TLSVersion.TLSv1, "it offers only TLS 1.1 or older"),
    ],
)
def test_a_web_server_must_be_as_safe_as_an_xmpp_server(
    certificates: Certificates, pair: str, newest: ssl.TLSVersion | None, sentence: str
) -> None:
    context = tls_context(getattr(certificates, pair), newest=newest)
    with Untrustworthy(context) as server:
        url = server.url.replace("127.0.0.1", "localhost")
        done = subprocess.run(
            [sys.executable, "-c", ASK.format(url=url)],
            env={**os.environ, "SSL_CERT_FILE": str(certificates.ca_file)},
            capture_output=True,
            text=True,
            check=True,
        )
    assert done.stdout.startswith(sentence)


@pytest.mark.parametrize("tls", ["direct", "starttls"])
def test_a_wrong_password_is_tried_once(blog: Blog, server: Server, tls: str) -> None:
    blog.configure(server, password=PASSWORD, tls=tls)
    check(blog, 2, "does not accept the password of blog@localhost", "tried once")


def test_an_untrusted_certificate_is_named(blog: Blog, server: Server) -> None:
    blog.configure(server, password=PASSWORD, ca_file=None)
    check(blog, 2, "is not trusted", "xmpp.ca_file")


def test_an_unknown_host_is_named_in_the_error(blog: Blog, server: Server) -> None:
    blog.configure(server, password=PASSWORD, host="nowhere.invalid")
    check(blog, 2, "nowhere.invalid has no address in DNS; correct xmpp.host")


def test_a_server_that_is_down_is_named_in_the_error(blog: Blog, server: Server) -> None:
    blog.configure(server, password=PASSWORD, port=1)
    check(
        blog, 4, "127.0.0.1:1 cannot be reached: connection refused; check xmpp.host and xmpp.port"
    )


def test_a_domain_that_the_server_does_not_serve_is_named(blog: Blog, server: Server) -> None:
    blog.configure(server, password=PASSWORD, jid="blog@elsewhere.example", tls="starttls")
    check(blog, 2, "does not serve the domain elsewhere.example", "correct xmpp.jid or xmpp.host")


def test_a_port_without_direct_tls_is_named_in_the_error(blog: Blog, server: Server) -> None:
    blog.configure(server, password=PASSWORD, port=server.port)
    check(blog, 2, "does not speak TLS; check xmpp.port and xmpp.tls")


def test_a_password_that_is_not_set_is_named(blog: Blog, server: Server) -> None:
    blog.configure(server, password="")
    check(blog, 2, "BLOG_PASSWORD", "is empty or not set")


def test_a_failed_login_is_not_retried_with_another_mechanism(
    blog: Blog, certificates: Certificates
) -> None:
    with Hostile("wrong_password", certificates) as server:
        blog.configure(server, password=PASSWORD)
        check(blog, 2, "tried once")
        assert server.attempts == 1
