"""A URL of a post, a feed or a server leads to no host of the machine or of its network."""

from __future__ import annotations

import asyncio
import ipaddress
import re
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from publisher.app.deployed_pages import Pages, undeployed
from publisher.errors import ConfigError
from publisher.sources.feed import download
from publisher.system import http
from publisher.system.reachable_hosts import ReachableHosts, is_public
from tests.support.web import Answer, Web

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

CLOSED = (
    "0.0.0.1", "10.1.2.3", "100.64.0.1", "127.0.0.1", "127.8.8.8", "169.254.169.254", "172.16.0.1",
    "192.0.0.1", "192.0.0.8", "192.0.0.11", "192.0.0.170", "192.0.0.192", "192.0.0.255",
    "192.0.2.1", "192.88.99.1", "192.168.1.1", "198.18.0.1", "198.19.255.255", "198.51.100.1",
    "203.0.113.1", "224.0.0.1", "240.0.0.1", "255.255.255.255",
    "::", "::1", "::127.0.0.1", "::ffff:127.0.0.1", "::ffff:169.254.169.254", "64:ff9b::7f00:1",
    "::ffff:192.0.0.192", "64:ff9b::c000:c0", "2002:c000:c0::1", "2001:0:1::3fff:ff3f",
    "64:ff9b:1::1", "100::1", "2001::80ff:fffe", "2001:2::1", "2001:10::1", "2001:1ff::1",
    "2001:db8::1", "2002:7f00:1::1", "3fff::1", "5f00::1", "fc00::1", "fd00:ec2::254", "fe80::1",
    "fe80::1%eth0", "fec0::1", "ff02::1",
)  # fmt: skip
PUBLIC = (
    "8.8.8.8", "100.128.0.1", "192.0.0.9", "192.0.0.10", "192.0.1.1", "192.88.98.1",
    "198.17.255.255", "198.20.0.1", "::ffff:8.8.8.8", "64:ff9b::808:808", "2001:1::1", "2001:20::1",
    "2001:200::1", "2002:808:808::1", "2606:4700::1111",
)  # fmt: skip
# The ways to write an address in a URL that name resolution understands.
SPELLINGS = ("127.0.0.1", "127.1", "2130706433", "0x7f000001", "0177.0.0.1", "localhost", "[::1]",
             "[::ffff:127.0.0.1]", "１２７.0.0.1")  # fmt: skip
# Where a page of the site may redirect to, and nobody must follow.
INSIDE = ("http://127.0.0.2:1/", "http://169.254.169.254/latest/meta-data/", "http://[fe80::1]/")
OTHER_SCHEMES = ("file:///etc/passwd", "file://localhost/etc/passwd", "ftp://127.0.0.1/", "data:,x")


@pytest.fixture
def web() -> Iterator[Web]:
    with Web() as server:
        yield server


@pytest.mark.parametrize("address", CLOSED)
def test_an_address_that_not_everybody_can_reach_is_not_public(address: str) -> None:
    assert not is_public(ipaddress.ip_address(address))


@pytest.mark.parametrize("address", PUBLIC)
def test_an_address_of_the_internet_is_public(address: str) -> None:
    assert is_public(ipaddress.ip_address(address))


def problem(site: str, link: str) -> str:
    """Why the page of the link counts as missing; empty if it is there."""

    async def main() -> str:
        pages = Pages(site, seconds=60)  # only as long as its answer may change
        async with asyncio.timeout(30):
            problem = (await pages.unreachable([link])).get(link)
            return problem.text if problem else ""

    return asyncio.run(main())


@pytest.mark.parametrize("host", SPELLINGS)
def test_a_page_on_loopback_is_not_requested(web: Web, host: str) -> None:
    port = web.url.rpartition(":")[2]
    link = f"http://{host}:{port}/secret"
    assert re.search("not (a )?public", problem("https://blog.invalid", link))
    assert web.asked == []


@pytest.mark.parametrize("site", ["http://127.0.0.1", "http://localhost:8000/blog/"])
def test_a_page_is_requested_where_the_site_itself_is(web: Web, site: str) -> None:
    web.answers["/page"] = Answer()
    assert problem(site, f"{web.url}/page") == ""


@pytest.mark.parametrize("target", INSIDE)
def test_a_redirect_to_another_host_inside_is_not_followed(web: Web, target: str) -> None:
    web.answers["/page"] = Answer(code=302, headers={"Location": f"{web.url}/next"})
    web.answers["/next"] = Answer(code=307, headers={"Location": target})
    assert "is not a public address" in problem(web.url, f"{web.url}/page")


@pytest.mark.parametrize("url", OTHER_SCHEMES)
def test_no_other_scheme_is_requested(web: Web, url: str) -> None:
    with pytest.raises(http.PermanentError):
        http.request(url)
    web.answers["/page"] = Answer(code=302, headers={"Location": url})
    with pytest.raises(http.PermanentError, match="redirects to"):
        http.request(f"{web.url}/page", redirects="all", reach=ReachableHosts.of(web.url))


def test_a_deployed_feed_is_asked_for_at_its_own_url_only(web: Web) -> None:
    web.answers["/feed"] = Answer(code=302, headers={"Location": "http://127.0.0.2:1/"})
    (found,) = asyncio.run(undeployed({f"{web.url}/feed": "0" * 64}, seconds=60)).values()
    assert (found.text, found.is_final) == ("127.0.0.2 is not a public address", True)


def test_the_server_of_a_feed_cannot_send_us_inside(web: Web, tmp_path: Path) -> None:
    web.answers["/feed"] = Answer(code=302, headers={"Location": "http://127.0.0.2:1/"})
    with pytest.raises(ConfigError, match=r"127\.0\.0\.2 is not a public address"):
        download.fetch(f"{web.url}/feed", tmp_path)


def test_the_address_that_was_checked_is_the_one_that_is_connected_to(web: Web) -> None:
    """A name server could answer the second question with another address."""
    port = web.url.rpartition(":")[2]
    web.answers["/"] = Answer()
    program = (
        "import sys\n"
        "from publisher.system import http\n"
        "from publisher.system.reachable_hosts import ReachableHosts\n"
        "asked = []\n"
        "sys.addaudithook(lambda event, args: asked.append((event, *args[:2]))\n"
        "    if event in {'socket.getaddrinfo', 'socket.connect'} else None)\n"
        f"http.request('http://localhost:{port}/', reach=ReachableHosts.of('http://localhost'))\n"
        "names = [host for event, host, _ in asked if event == 'socket.getaddrinfo']\n"
        "sockets = [to[0] for event, _, to in asked if event == 'socket.connect']\n"
        "print(names, sockets[-1])"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout == "['localhost'] 127.0.0.1\n"


PROXIED = (
    "from publisher.system import http\n"
    "from publisher.system.reachable_hosts import ReachableHosts\n"
    "try:\n"
    "    print(http.request({url!r}, reach=ReachableHosts.of('https://blog.invalid')).code)\n"
    "except (ValueError, http.NoAnswerError) as error:\n"
    "    print(error)"
)


def through_proxy(web: Web, url: str) -> str:
    return subprocess.run(
        [sys.executable, "-c", PROXIED.format(url=url)],
        env={"http_proxy": web.url, "https_proxy": web.url},
        capture_output=True,
        text=True,
        check=True,
    ).stdout


def test_a_proxy_is_reached_although_it_is_not_public(web: Web) -> None:
    web.answers["http://pages.invalid/x"] = Answer()
    assert through_proxy(web, "http://pages.invalid/x") == "200\n"


@pytest.mark.parametrize("url", ["http://10.0.0.1/", "http://127.0.0.%31/", "https://127.0.0.2/"])
def test_a_proxy_is_not_asked_for_what_is_inside(web: Web, url: str) -> None:
    assert "is not a public address" in through_proxy(web, url)
    assert web.asked == []
