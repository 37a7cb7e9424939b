"""`publisher ping` notifies WebSub hubs of changed feeds."""

from __future__ import annotations

import asyncio
import threading
import time
from typing import TYPE_CHECKING
from urllib.parse import urlencode
from urllib.request import Request, urlopen

import pytest

from publisher.app import deployed_pages
from publisher.app import websub as hubs
from publisher.errors import ConfigError, Refused, Unavailable
from publisher.system import http
from tests.support import fake_time
from tests.support.blog import Blog, Run, interrupt
from tests.support.fake_time import FakeClock
from tests.support.hub import Callback, Hub
from tests.support.web import Answer, Secure, Web

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

FORMS = {"atom": "application/atom+xml", "rss": "application/rss+xml", "json": "application/json"}


@pytest.fixture
def hub() -> Iterator[Hub]:
    with Hub() as made:
        yield made


@pytest.fixture
def web() -> Iterator[Web]:
    with Web() as made:
        yield made


@pytest.fixture
def blog(tmp_path: Path, hub: Hub, web: Web) -> Blog:
    """A blog whose feeds are deployed to `web`."""
    made = Blog(tmp_path / "site")
    configure(made, web, hub.url)
    made.write("2026-01-01-a.md", "Text.", title="A", tags="[x]")
    build(made, web)
    return made


def configure(blog: Blog, web: Web, *urls: str, more: str = "") -> None:
    path = blog.folder / "publisher.yaml"
    head = path.read_text().split("feeds:")[0].split("  hubs:")[0].split("posts:")[0]
    hub_line = f"  hubs: [{', '.join(urls)}]\n" if urls else ""
    feeds = "".join(
        f'  - {{path: feed.{form}, format: {form}, url: "{web.url}/feed.{form}"}}\n'
        for form in FORMS
    )
    path.write_text(
        f"{head}{hub_line}posts: {{path: posts, permalink: pretty}}\nfeeds:\n{feeds}{more}"
    )


def build(blog: Blog, web: Web) -> None:
    assert blog.run("build").code == 0
    deploy(blog, web)


def deploy(blog: Blog, web: Web) -> None:
    for form, kind in FORMS.items():
        body = (blog.folder / f"feed.{form}").read_bytes()
        web.answers[f"/feed.{form}"] = Answer(body, headers={"Content-Type": kind})


def ping(blog: Blog, *arguments: str) -> Run:
    return blog.run("ping", "--retry", "0", *arguments)


def test_a_subscriber_of_a_hub_gets_the_new_feed(blog: Blog, web: Web, hub: Hub) -> None:
    topic = f"{web.url}/feed.atom"
    with Callback() as subscriber:
        form = {"hub.mode": "subscribe", "hub.topic": topic, "hub.callback": subscriber.url}
        with urlopen(Request(hub.url, data=urlencode(form).encode())) as answer:  # noqa: S310
            assert answer.status == 202
        assert ping(blog).code == 0
        blog.write("2026-01-02-b.md", "More.", title="B")
        build(blog, web)
        assert ping(blog).code == 0
        bodies = [body for _, _, body in subscriber.handed]
    assert [body.count(b"<entry") for body in bodies] == [1, 2]
    assert subscriber.handed[0][1] == f'<{hub.url}>; rel="hub", <{topic}>; rel="self"'


def test_every_format_names_its_hub_and_itself(blog: Blog, web: Web, hub: Hub) -> None:
    """The hub refuses feeds that do not."""
    run = ping(blog)
    assert run.code == 0, run.err
    topics = [f"{web.url}/feed.{form}" for form in FORMS]
    assert hub.told == topics
    assert run.out.splitlines() == [f"pinged  {hub.url}  {topic}" for topic in topics]


def test_only_changed_feeds_are_pinged(blog: Blog, web: Web, hub: Hub) -> None:
    ping(blog)
    hub.told.clear()
    again = ping(blog)
    assert (again.code, hub.told) == (0, [])
    assert again.out == "nothing to ping: no feed has changed since the last ping\n"
    (blog.folder / "feed.rss").write_bytes((blog.folder / "feed.rss").read_bytes() + b"\n")
    ping(blog)
    assert hub.told == [f"{web.url}/feed.rss"]
    hub.told.clear()
    assert ping(blog, "--all").code == 0
    assert len(hub.told) == 3


def test_archives_and_the_page_are_not_pinged(blog: Blog, web: Web, hub: Hub) -> None:
    more = (
        f'  - {{path: t.atom, format: atom, url: "{web.url}/t.atom", archive: "t/{{year}}.atom"}}\n'
    )
    configure(blog, web, hub.url, more=f"{more}page: {{path: index.html}}\n")
    blog.write("2025-01-01-b.md", "Text.", title="B")
    build(blog, web)
    web.answers["/t.atom"] = Answer((blog.folder / "t.atom").read_bytes())
    assert ping(blog).code == 0
    assert f"{web.url}/t.atom" in hub.told
    assert len(hub.told) == 4


def test_a_dead_hub_does_not_stop_others(blog: Blog, web: Web, hub: Hub) -> None:
    dead = "http://127.0.0.1:9/hub"
    configure(blog, web, dead, hub.url)
    build(blog, web)
    run = ping(blog)
    assert run.code == 4
    assert run.err.count(dead) == 1  # asked once, and said once
    assert "cannot be reached" in run.err
    assert len(hub.told) == 3
    hub.told.clear()
    assert ping(blog).code == 4
    assert hub.told == []


def test_a_refusal_is_printed_with_its_reason_and_the_others_are_pinged(
    blog: Blog, web: Web, hub: Hub
) -> None:
    hub.answers = [(403, {})]
    run = ping(blog, "--json")
    assert run.code == 1
    outcomes = [one["outcome"] for one in run.json["pings"]]
    assert outcomes == ["failed", "pinged", "pinged"]
    assert f"refuses {web.url}/feed.atom: 403" in run.json["pings"][0]["error"]
    assert {one["hub"] for one in run.json["pings"]} == {hub.url}
    hub.told.clear()
    assert ping(blog).code == 0
    assert hub.told == [f"{web.url}/feed.atom"]


def test_a_busy_hub_is_pinged_again(blog: Blog, hub: Hub) -> None:
    hub.answers = [(503, {}), (429, {"Retry-After": "1"})]
    assert blog.run("ping", "--retry", "50").code == 0
    assert len(hub.told) == 3


def test_a_hub_that_is_busy_for_one_topic_is_pinged_for_others(
    blog: Blog, web: Web, hub: Hub
) -> None:
    hub.answers = [(503, {})]
    run = ping(blog)
    assert run.code == 4
    assert f"answers 503 to {web.url}/feed.atom; ping again later" in run.err
    assert hub.told == [f"{web.url}/feed.rss", f"{web.url}/feed.json"]


def test_pings_are_recorded_when_the_run_is_interrupted(blog: Blog, web: Web, hub: Hub) -> None:
    hub.hold = lambda: len(hub.told) < 2 or threading.Event().wait()
    with blog.start("ping") as process:
        while len(hub.told) < 2:
            assert process.poll() is None
            time.sleep(0.05)
        assert interrupt(process)[0] == 130
    assert hub.told == [f"{web.url}/feed.{form}" for form in ("atom", "rss")]
    hub.hold = lambda: None
    hub.told.clear()
    assert ping(blog).code == 0
    assert hub.told == [f"{web.url}/feed.{form}" for form in ("rss", "json")]


@pytest.mark.parametrize("what", ["absent", "dripping", "silent", "busy hub", "slow hub"])
def test_an_interruption_ends_a_wait_at_once(blog: Blog, web: Web, hub: Hub, what: str) -> None:
    def waits() -> bool:
        """Whether the program has made its first request."""
        if what == "busy hub":
            return len(hub.answers) < 98
        if what == "slow hub":
            return bool(hub.told)
        return [path for path, _ in web.asked].count("/feed.atom") > 1

    hub.answers = [(503, {})] * 99 if what == "busy hub" else []
    if what == "slow hub":
        hub.hold = threading.Event().wait
    answers = {
        "absent": Answer(code=404),
        "dripping": Answer(bytes(9_999), drip=0.1),
        "silent": Answer(hold=threading.Event().wait),
    }
    web.answers["/feed.atom"] = answers.get(what, web.answers["/feed.atom"])
    with blog.start("ping", "--wait-for-url", "3600", "--retry", "3600") as process:
        while not waits():
            assert process.poll() is None
            time.sleep(0.05)
        assert interrupt(process) == (130, "publisher: interrupted; run it again to continue\n")


def test_the_wait_for_a_feed_is_limited_whatever_a_server_does(
    blog: Blog, web: Web, hub: Hub
) -> None:
    web.answers["/feed.atom"] = Answer(bytes(9_999), drip=0.5)
    web.answers["/feed.rss"] = Answer(hold=threading.Event().wait)
    run = ping(blog, "--wait-for-url", "3")
    assert run.code == 4
    assert run.err.count("does not show what was built here") == 2
    assert hub.told == [f"{web.url}/feed.json"]


@pytest.mark.parametrize("path", ["/dripping", "/silent"])
def test_the_wait_for_a_silent_feed_ends_in_time(web: Web, path: str) -> None:
    """In fake time, which passes while the feed is missing."""

    async def main() -> tuple[Mapping[str, deployed_pages.PageProblem], float]:
        found = await deployed_pages.undeployed({address: "a digest"}, seconds=7)
        return found, asyncio.get_running_loop().time()

    address = f"{web.url}{path}"
    web.answers["/dripping"] = Answer(bytes(9_999), drip=0.5)
    web.answers["/silent"] = Answer(hold=threading.Event().wait)
    assert fake_time.run(main()) == ({address: deployed_pages.PageProblem("takes too long")}, 7)


def test_no_more_of_a_document_is_read_than_the_limit(web: Web) -> None:
    web.answers["/four"] = Answer(b"four")
    assert http.request(f"{web.url}/four", max_bytes=4).body == b"four"
    with pytest.raises(http.PermanentError, match="more than 3 bytes"):
        http.request(f"{web.url}/four", max_bytes=3)
    assert http.request(f"{web.url}/four").body == b""


def test_an_error_has_the_beginning_of_the_answer(web: Web) -> None:
    web.answers["/no"] = Answer(b"because of this", code=403)
    answer = http.request(f"{web.url}/no", max_bytes=99, error_bytes=7)
    assert (answer.code, answer.body) == (403, b"because")
    assert http.request(f"{web.url}/no", max_bytes=99).body == b""


def test_the_url_of_a_feed_may_have_any_letters(blog: Blog, web: Web, hub: Hub) -> None:
    config = blog.folder / "publisher.yaml"
    config.write_text(config.read_text().replace("/feed.atom", "/fééd.atom"))
    assert blog.run("build").code == 0
    deploy(blog, web)
    web.answers["/f%C3%A9%C3%A9d.atom"] = web.answers["/feed.atom"]
    run = ping(blog, "--wait-for-url", "5")
    assert (run.code, run.err) == (0, "")
    assert len(hub.told) == 3


def test_a_file_that_publisher_did_not_write_is_not_pinged(blog: Blog, web: Web, hub: Hub) -> None:
    (blog.folder / "feed.rss").write_text("<feed>mine</feed>")
    run = ping(blog)
    assert run.code == 1
    assert "feed.rss is not from publisher" in run.err
    assert hub.told == [f"{web.url}/feed.atom", f"{web.url}/feed.json"]


def test_a_deployed_feed_is_pinged_while_others_wait(blog: Blog, web: Web, hub: Hub) -> None:
    del web.answers["/feed.atom"]
    with blog.start("ping", "--wait-for-url", "60") as process:
        while len(hub.told) < 2:
            assert process.poll() is None
            time.sleep(0.05)
        deploy(blog, web)
        assert process.wait(60) == 0
    assert hub.told[2] == f"{web.url}/feed.atom"


def test_a_redirect_of_a_hub_is_reported_and_not_followed(blog: Blog, hub: Hub) -> None:
    hub.answers = [(301, {"Location": "https://new.example/"})] * 2 + [(308, {"Location": "/x"})]
    run = ping(blog)
    assert run.code == 1
    assert "has moved to https://new.example/; correct site.hubs" in run.err
    assert f"has moved to {hub.url.rpartition('/')[0]}/x;" in run.err
    assert hub.told == []


def test_no_hub_is_pinged_before_the_feed_is_on_the_web(blog: Blog, web: Web, hub: Hub) -> None:
    blog.write("2026-01-02-b.md", "More.", title="B")
    assert blog.run("build").code == 0
    run = ping(blog, "--wait-for-url", "0.6")
    assert run.code == 4
    assert "does not show what was built here; deploy it, and ping again" in run.err
    assert hub.told == []

    def deploy_once_it_was_missed() -> None:
        if [path for path, _ in web.asked].count("/feed.atom") == 3:
            deploy(blog, web)

    web.asked.clear()
    web.answers["/feed.atom"].hold = deploy_once_it_was_missed
    assert ping(blog, "--wait-for-url", "50").code == 0
    assert len(hub.told) == 3


def test_a_feed_that_was_not_built_is_named_in_the_error(blog: Blog, hub: Hub) -> None:
    (blog.folder / "feed.rss").unlink()
    run = ping(blog)
    assert run.code == 1
    assert "feed.rss does not exist; run `publisher build`" in run.err
    assert len(hub.told) == 2


def test_a_missing_hub_is_an_error_that_says_how_to_add_one(blog: Blog, web: Web) -> None:
    configure(blog, web)
    run = ping(blog)
    assert run.code == 2
    assert "site.hubs is missing; add e.g. `hubs: https://hub.example/`" in run.err


def test_the_time_for_retries_is_limited(hub: Hub) -> None:
    """With a fake clock, so that the test does not wait."""
    clock = FakeClock()
    hub.answers = [(503, {})] * 100
    with pytest.raises(Unavailable, match="answers 503"):
        hubs.ping(hub.url, "https://blog.example/f", retry_seconds=60, clock=clock)
    assert clock.slept == [1, 2, 4, 8, 16]
    assert len(hub.answers) == 100 - 6


def test_retry_after_sets_the_pause(hub: Hub) -> None:
    clock = FakeClock()
    busy = [(503, {}), (429, {"Retry-After": "9"}), (503, {"Retry-After": "1"})]
    hub.answers = [*busy, (503, {"Retry-After": "Thu, 01 Jan 2026 00:00:30 GMT"}), (204, {})]
    hubs.ping(hub.url, "https://blog.example/f", retry_seconds=60, clock=clock)
    assert clock.slept == [1, 9, 4, 16]


def test_the_url_of_a_hub_may_have_any_letters(web: Web) -> None:
    """It answers 501 to a POST, so it was reached."""
    with pytest.raises(Unavailable, match="answers 501"):
        hubs.ping(f"{web.url}/hüb", "https://blog.example/f", retry_seconds=0)
    with pytest.raises(ConfigError, match=r"correct site\.hubs"):
        hubs.ping("http://a..b/", "https://blog.example/f", retry_seconds=60)


def test_a_redirect_without_a_usable_url_is_not_retried(hub: Hub) -> None:
    hub.answers = [(307, {"Location": "http://[bad"})]
    with pytest.raises(Refused, match=r"has moved to http://\[bad; correct"):
        hubs.ping(hub.url, "https://blog.example/f", retry_seconds=60)


def test_a_hub_with_an_untrusted_certificate_is_not_pinged_again(tmp_path: Path) -> None:
    with (
        Secure(tmp_path) as secure,
        pytest.raises(
            ConfigError,
            match=rf"{secure.url}: its certificate is not trusted \(.*ask the owner",
        ),
    ):
        hubs.ping(secure.url, "https://blog.example/f", retry_seconds=60)


def test_a_refusal_is_not_a_redirect(hub: Hub) -> None:
    hub.answers = [(400, {})]
    with pytest.raises(Refused, match=r"refuses https://blog\.example/f: 400"):
        hubs.ping(hub.url, "https://blog.example/f", retry_seconds=60)


def test_a_run_gives_up_if_retry_after_exceeds_the_time_left(hub: Hub) -> None:
    hub.answers = [(503, {"Retry-After": "3600"})]
    with pytest.raises(Unavailable):
        hubs.ping(hub.url, "https://blog.example/f", retry_seconds=60)
    hub.answers = [(404, {})]
    with pytest.raises(Refused, match="is it a hub for this site"):
        hubs.ping(hub.url, "https://blog.example/f", retry_seconds=60)


def test_what_a_message_repeats_of_a_hub_is_short(hub: Hub) -> None:
    hub.answers = [(301, {"Location": f"/{'x' * 50_000}\x1b[2J"})]
    with pytest.raises(Refused) as caught:
        hubs.ping(hub.url, "https://blog.example/feed", retry_seconds=0)
    assert len(str(caught.value)) < 400


def test_a_feed_that_leads_to_this_machine_is_refused_and_not_called_late(
    blog: Blog, web: Web, hub: Hub
) -> None:
    inside = {"Location": "http://127.0.0.2:1/"}
    web.answers["/feed.atom"] = Answer(code=302, headers=inside)
    run = ping(blog, "--wait-for-url", "1")
    assert run.code == 1  # not 4: a hook that runs again later would not help
    line = f"{web.url}/feed.atom is not requested: 127.0.0.2 is not a public address"
    assert line in run.err
    assert hub.told == [f"{web.url}/feed.rss", f"{web.url}/feed.json"]
