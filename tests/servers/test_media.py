"""Recordings and pictures: files made by ffmpeg are described exactly in every format."""

from __future__ import annotations

import datetime as dt
import json
import re
import subprocess
from pathlib import PurePosixPath
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import feedparser
import pytest

from publisher import media
from publisher.post import Episode, Medium
from publisher.sources.front_matter import block, feed_options, media_keys
from publisher.sources.front_matter.typed_values import FrontMatter
from tests.support.blog import Blog
from tests.support.subscribers import Outsider, Subscriber

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.servers import Server

ATOM = "{http://www.w3.org/2005/Atom}"
MEDIA = "{http://search.yahoo.com/mrss/}"
SECONDS = 2.0
# The encoders of MP3 and AAC fill up their frames.
FORMATS = {
    "song.ogg": ("libvorbis", "audio/ogg; codecs=vorbis", "vorbis", 0.0),
    "song.opus": ("libopus", "audio/ogg; codecs=opus", "opus", 0.01),
    "song.flac": ("flac", "audio/flac", "flac", 0.0),
    "song.mp3": ("libmp3lame", "audio/mpeg", "mp3", 0.1),
    "song.m4a": ("aac", "audio/mp4", "aac", 0.1),
    "song.wav": ("pcm_s16le", "audio/wav", "wav", 0.0),
}


@pytest.fixture(scope="session")
def songs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two seconds of a tone in every format."""
    folder = tmp_path_factory.mktemp("songs")
    for name, (codec, *_) in FORMATS.items():
        tone = f"sine=frequency=440:duration={SECONDS}"
        command = ["ffmpeg", "-v", "error", "-f", "lavfi", "-i", tone, "-c:a", codec]
        subprocess.run([*command, str(folder / name)], check=True, stdin=subprocess.DEVNULL)
    return folder


@pytest.fixture
def blog(tmp_path: Path, songs: Path) -> Blog:
    blog = Blog(tmp_path / "site")
    (blog.folder / "media").mkdir()
    for song in songs.iterdir():
        (blog.folder / "media" / song.name).write_bytes(song.read_bytes())
    return blog


def probed(file: Path) -> float:
    """The duration in seconds according to ffprobe."""
    command = ["ffprobe", "-v", "error", "-show_entries", "format=duration", "-of", "csv=p=0"]
    done = subprocess.run([*command, str(file)], check=True, capture_output=True, text=True)
    return float(done.stdout)


@pytest.mark.parametrize("name", FORMATS)
def test_a_file_is_described_exactly(songs: Path, name: str) -> None:
    file, (_, kind, codec, tolerance) = songs / name, FORMATS[name]
    made = media.enclosure(Medium(name, 1), f"https://a.example/{name}", file, title="A song")
    assert (made.type, made.codec, made.length) == (kind, codec, file.stat().st_size)
    assert made.duration == pytest.approx(SECONDS, abs=tolerance + 0.001)
    assert made.duration == pytest.approx(probed(file), abs=0.06)


def test_the_content_of_a_file_wins_over_its_name(songs: Path, tmp_path: Path) -> None:
    wrong = tmp_path / "song.ogg"
    wrong.write_bytes((songs / "song.opus").read_bytes())
    found = media.measure(wrong)
    assert found
    assert found.type == "audio/ogg; codecs=opus"


@pytest.mark.parametrize("name", ["a?b.ogg", "a#b.ogg", "[a]%41.ogg"])
def test_a_recording_may_have_any_file_name(songs: Path, tmp_path: Path, name: str) -> None:
    file = tmp_path / name
    file.write_bytes((songs / "song.ogg").read_bytes())
    found = media.measure(file)
    assert found
    assert (found.type, found.duration) == ("audio/ogg; codecs=vorbis", SECONDS)


def test_a_file_that_is_not_audio_has_its_size(tmp_path: Path) -> None:
    noise = {
        "a.ogg": b"no sound",
        "b.mp3": b"",
        "c.flac": b"fLaC" + b"\xff" * 99,
    }
    for name, data in noise.items():
        file = tmp_path / name
        file.write_bytes(data)
        made = media.enclosure(Medium(name, 1), f"https://a.example/{name}", file, title="")
        assert (made.length, made.duration) == (len(data), None)
        assert made.type == media.type_of(name)


def test_several_formats_of_one_recording_are_alternates(blog: Blog) -> None:
    blog.write("2026-01-02-song.md", "Listen.", title="A song",
               audio="[/media/song.ogg, /media/song.flac]", image="/media/cover.webp")  # fmt: skip
    assert blog.run("build").code == 0
    built = blog.built()
    sizes = {name: (blog.folder / "media" / name).stat().st_size for name in FORMATS}
    (item,) = json.loads(built["feed.json"])["items"]
    assert item["image"] == "https://blog.example/media/cover.webp"
    assert item["attachments"] == [
        {
            "url": f"https://blog.example/media/{name}",
            "mime_type": FORMATS[name][1],
            "title": "A song",
            "size_in_bytes": sizes[name],
            "duration_in_seconds": 2,
        }
        for name in ("song.ogg", "song.flac")
    ]
    (entry,) = feedparser.parse(built["feed.atom"]).entries
    assert [
        (one.href, one.type, one.get("length"), one.title) for one in entry.enclosures
    ] == [
        (
            f"https://blog.example/media/{name}", FORMATS[name][1], str(sizes[name]), "A song",
        )
        for name in ("song.ogg", "song.flac")
    ] + [("https://blog.example/media/cover.webp", "image/webp", None, "A song")]  # fmt: skip
    assert entry.media_content == [
        {"url": "https://blog.example/media/cover.webp", "medium": "image", "type": "image/webp"}
    ]
    (item,) = feedparser.parse(built["feed.rss"]).entries
    (enclosure,) = item.enclosures
    assert enclosure.href == "https://blog.example/media/song.ogg"
    assert enclosure.length == str(sizes["song.ogg"])
    assert [(one["url"].rpartition("/")[2], one.get("duration")) for one in item.media_content] == [
        ("song.flac", "2"), ("song.ogg", "2"), ("cover.webp", None),
    ]  # fmt: skip


def test_a_map_names_the_formats_of_one_recording(blog: Blog) -> None:
    """The files may have any names. Other recordings stay separate."""
    blog.write("2026-01-02-a.md", "Listen.", title="Songs",
               audio="[{title: One, ogg: /o.ogg, mp3: /m.mp3},"
                     " {ogg: /x.ogg, flac: /y.flac}]")  # fmt: skip
    blog.write("2026-01-03-b.md", "Listen.", title="Song", audio="{ogg: /o.ogg, mp3: /m.mp3}")
    assert blog.run("build").code == 0
    items = json.loads(blog.built()["feed.json"])["items"]
    assert [[one["title"] for one in item["attachments"]] for item in items] == [
        ["Song", "Song"], ["One", "One", "Songs: x", "Songs: x"],
    ]  # fmt: skip


def test_the_path_of_a_recording_is_relative_to_the_site(blog: Blog) -> None:
    """Like the path of a picture. A full path gives the same URL."""
    path = blog.folder / "publisher.yaml"
    path.write_text(path.read_text().replace("https://blog.example", "https://blog.example/sub/b"))
    for number, audio in enumerate(("/media/song.mp3", "/sub/b/media/song.mp3")):
        blog.write(f"2026-01-0{number + 1}-a.md", "Listen.", title="A", audio=audio)
    blog.write("2026-01-03-b.md", "Listen.", title="B", audio="//cdn.example/b.mp3")
    blog.write("2026-01-04-c.md", "Listen.", title="C", audio="https://blog.example/c.mp3")
    assert blog.run("build").code == 0
    items = json.loads(blog.built()["feed.json"])["items"]
    assert [item["attachments"][0]["url"] for item in items] == [
        "https://blog.example/c.mp3",
        "https://cdn.example/b.mp3",
        *["https://blog.example/sub/b/media/song.mp3"] * 2,
    ]
    assert items[2]["attachments"][0]["duration_in_seconds"] > 1


def test_lossless_audio_in_mp4_is_not_aac(blog: Blog, songs: Path) -> None:
    file = blog.folder / "media/lossless.m4a"
    command = ["ffmpeg", "-v", "error", "-i", str(songs / "song.wav"), "-c:a", "alac", str(file)]
    subprocess.run(command, check=True, stdin=subprocess.DEVNULL)
    made = media.enclosure(Medium("x", 1), "https://blog.example/x.m4a", file, title="")
    assert (made.type, made.codec) == ("audio/mp4; codecs=alac", None)
    assert made.duration == pytest.approx(SECONDS)


def test_one_feed_per_codec(blog: Blog) -> None:
    config = blog.folder / "publisher.yaml"
    feeds = "".join(
        f"  - {{path: {codec}.{form}, format: {form}, enclosures: {codec}}}\n"
        for codec in ("opus", "flac") for form in ("rss", "atom", "json")
    )  # fmt: skip
    config.write_text(config.read_text() + feeds)
    songs = "[/media/song.ogg, /media/song.flac, /media/song.opus, /media/film.mp4]"
    blog.write("2026-01-02-song.md", title="A song", enclosure=songs)
    blog.write("2026-01-03-other.md", title="Other", enclosure="/media/song.mp3")
    assert blog.run("build").code == 0
    for codec in ("opus", "flac"):
        for form in ("rss", "atom"):
            parsed = feedparser.parse((blog.folder / f"{codec}.{form}").read_bytes())
            found = [[one.href.rpartition("/")[2] for one in e.enclosures] for e in parsed.entries]
            film = ["film.mp4"] if form == "atom" else []
            assert found == [[], [f"song.{codec}", *film]]
    wrong = config.read_text().replace("enclosures: opus", "enclosures: ogg")
    config.write_text(wrong)
    run = blog.run("build")
    assert run.code == 2
    assert "is 'ogg'; it must be one of vorbis, opus, flac, mp3, aac, wav" in run.err


@pytest.mark.parametrize(
    ("kind", "codec"),
    [
        ("audio/ogg;codecs=opus", "opus"),
        ('audio/ogg; codecs="opus"', "opus"),
        ("Audio/MPEG", "mp3"),
        ("audio/mpeg; charset=x", "mp3"),
        ("audio/ogg; codecs=speex", None),
        ("audio/mp4; codecs=alac", None),
        ('audio/mp4; codecs="mp4a.40.2"', "aac"),
        ("audio/unheard", None),
    ],
)
def test_a_codec_is_recognised_in_any_spelling_of_its_type(kind: str, codec: str | None) -> None:
    assert media.Enclosure("https://blog.example/a", kind).codec == codec


def test_a_recording_without_a_usable_url_is_left_out(blog: Blog) -> None:
    blog.write("2026-01-01-a.md", "Text.", title="A", audio='["http://[/a.ogg", /media/song.mp3]')
    blog.write("2026-01-02-b.md", "Text.", title="B")
    run = blog.run("build")
    assert (run.code, "Traceback" in run.err) == (0, False)
    items = json.loads((blog.folder / "feed.json").read_text())["items"]
    assert [item["title"] for item in items] == ["B", "A"]
    (found,) = items[1]["attachments"]
    assert (found["url"], found["title"]) == ("https://blog.example/media/song.mp3", "A")


def test_subscribers_get_the_recordings(blog: Blog, server: Server, node: str) -> None:
    blog.configure(server, node=node, password=server.accounts["blog"])
    blog.write("2026-01-02-song.md", "Listen.", title="A song",
               audio="[/media/song.opus, /media/song.mp3]", image="/media/c.png")  # fmt: skip
    (blog.folder / "media" / "c.png").write_bytes(b"a picture")
    assert blog.run("publish", "--announce-all").code == 0
    (item,) = Outsider(server, "reader", node).items()
    payload = item.payload
    assert payload is not None
    links = [link.attrib for link in payload.iter(f"{ATOM}link") if link.get("rel") == "enclosure"]
    assert links == [
        {
            "rel": "enclosure", "href": f"https://blog.example/media/{name}", "title": "A song",
            "type": FORMATS[name][1].partition(";")[0],  # Movim compares it as it is
            "length": str((blog.folder / "media" / name).stat().st_size),
        }
        for name in ("song.opus", "song.mp3")
    ] + [
        {
            "rel": "enclosure", "href": "https://blog.example/media/c.png", "title": "A song",
            "type": "image/png", "length": "9",
        }
    ]  # fmt: skip
    assert payload.find(f"{MEDIA}content") is None


def test_the_picture_of_an_item_of_an_older_version_is_sent_by_a_refresh(
    blog: Blog, server: Server, node: str
) -> None:
    blog.configure(server, node=node, password=server.accounts["blog"])
    path = blog.write("2026-01-02-pear.md", "Look.", title="A pear", image="/media/c.png")
    assert blog.run("publish").code == 0
    account, subscriber = Outsider(server, "blog", node), Subscriber(server, "reader", node)
    (item,) = account.items()
    assert item.id
    assert item.payload is not None
    without = ET.tostring(item.payload, encoding="unicode")
    older = re.sub(r"<[^<>]*enclosure[^<>]*>", "", without)
    assert (len(pictures(item.payload)), older) != (0, without)
    account.publish(item.id, older)
    blog.let_an_hour_pass()
    with subscriber:
        assert blog.run("publish", "--verify").code == 0
        assert "1 item; no changes" in blog.run("status").out
        (item,) = account.items()
        assert pictures(item.payload) == []
        assert blog.run("publish", "--refresh").code == 0
        (item,) = account.items()
        assert pictures(item.payload) == ["https://blog.example/media/c.png"]
        blog.write(path.name, "Look here.", title="A pear", image="/media/c.png")
        assert blog.run("publish").code == 0
        event = subscriber.next()  # the first that it hears of
        assert pictures(event.payload) == ["https://blog.example/media/c.png"]
        assert event.payload is not None
        assert "Look here." in "".join(event.payload.itertext())


def pictures(payload: ET.Element | None) -> list[str]:
    assert payload is not None
    links = payload.iter(f"{ATOM}link")
    return [str(link.get("href")) for link in links if link.get("type") == "image/png"]


def front_matter(front: str) -> FrontMatter:
    data = f"---\n{front}\n---\n".encode()
    path = PurePosixPath("a.md")
    return FrontMatter(block.read(data, path, (block.fenced,)), path)


@pytest.mark.parametrize(
    ("front", "expected"),
    [
        ("enclosure: /a.ogg", [Medium("/a.ogg", 2)]),
        ("enclosures: [/a.ogg, /b.ogg, /a.ogg]", [Medium("/a.ogg", 2), Medium("/b.ogg", 2)]),
        ("audio:\n  ogg: /a.ogg\n  mp3: /a.mp3",
         [Medium("/a.ogg", 2, name="/a.ogg"), Medium("/a.mp3", 2, name="/a.ogg")]),
        ("audio: {title: T, ogg: /o.ogg, mp3: /m.mp3}",
         [Medium("/o.ogg", 2, title="T", name="/o.ogg"),
          Medium("/m.mp3", 2, title="T", name="/o.ogg")]),
        ("audio: {title: T, formats: [/o.ogg, {url: /m.mp3, length: 3}]}",
         [Medium("/o.ogg", 2, title="T", name="/o.ogg"),
          Medium("/m.mp3", 2, None, 3, title="T", name="/o.ogg")]),
        ("audio: a.webm", [Medium("a.webm", 2, "audio/webm")]),
        ("audio: {url: a.webm, type: video/webm}", [Medium("a.webm", 2, "video/webm")]),
        ("audio: {url: a.ogg, type: audio/ogg, length: 12, duration: '1:02', title: T}",
         [Medium("a.ogg", 2, "audio/ogg", 12, 62.0, "T")]),
        ("podcast: {file: a.mp3, size: 5, duration: PT1H2M3.5S, type: audio}",
         [Medium("a.mp3", 2, None, 5, 3723.5)]),
        ("podcast: https://a.example/a?x=1", [Medium("https://a.example/a?x=1", 2)]),
        ("audio: a.mp3\nduration: 1:00:01\nlength: 9", [Medium("a.mp3", 2, None, 9, 3601.0)]),
        ("enclosure: |\n  https://a.example/a.mp3\n  123\n  audio/mpeg\n",
         [Medium("https://a.example/a.mp3", 2, "audio/mpeg", 123)]),
        ("video: {src: a.webm}", [Medium("a.webm", 2)]),
        ("extra: {audio: a.ogg}", [Medium("a.ogg", 1)]),
        ("audio: true", []),
        ("audio:", []),
    ],
)  # fmt: skip
def test_the_forms_of_the_front_matter(front: str, expected: list[Medium]) -> None:
    found = front_matter(front)
    assert [*media_keys.enclosures(found)] == expected
    assert not found.warnings


@pytest.mark.parametrize(
    ("front", "message"),
    [
        ("audio: '{{ site.url }}/a.ogg'",
         "audio is '{{ site.url }}/a.ogg': tags in front matter are not evaluated; write the "
         "URL, e.g. /media/a.ogg"),
        ("audio: loud", "audio is 'loud', which is not a file; write its URL, e.g. /media/a.ogg"),
        ("audio: {loud: yes}", "audio names no file; add e.g. `url: /media/a.ogg`"),
        ("audio: {url: a.ogg, length: 3 MB}", "audio: length is '3 MB'; it is not used"),
        ("audio: {url: a.ogg, duration: long}", "audio: duration is 'long'; it is not used"),
    ],
)  # fmt: skip
def test_what_is_no_recording_is_told(front: str, message: str) -> None:
    found = front_matter(front)
    media_keys.enclosures(found)
    assert [warning.message for warning in found.warnings] == [message]


def test_more_bytes_than_any_file_has_are_not_known() -> None:
    found = front_matter(f"enclosure: |\n  /a.mp3\n  {'9' * 5_000}\n  audio/mpeg")
    assert [*media_keys.enclosures(found)] == [Medium("/a.mp3", 2, "audio/mpeg")]


@pytest.mark.parametrize(
    ("front", "expected"),
    [
        (r'enclosure: "http://a.example/\x1bb.mp3\n5\naudio/mpeg"',
         [Medium("http://a.example/b.mp3", 2, "audio/mpeg", 5)]),
        ("audio: what? a.mp3", [Medium("what? a.mp3", 2)]),
        ("audio: a b.mp3#t=1.5", [Medium("a b.mp3#t=1.5", 2)]),
        ("audio: a .mp3", [Medium("a .mp3", 2)]),
        ("audio: .mp3", []),
        ("audio: a.mp3 later", []),
        ("audio: [~, [[]], 5, {}, '%']", []),
    ],
)  # fmt: skip
def test_what_names_a_file(front: str, expected: list[Medium]) -> None:
    assert [*media_keys.enclosures(front_matter(front))] == expected


@pytest.mark.parametrize(
    ("front", "address"),
    [
        ("image: /a.png", "/a.png"),
        ("image: {path: /a.png, alt: A}", "/a.png"),
        ("images: [/a.png, /b.png]", "/a.png"),
        ("cover: {image: a.jpg}", "a.jpg"),
        ("hero: https://a.example/a", "https://a.example/a"),
        ("image: none", None),
        ("thumbnail: false", None),
    ],
)
def test_the_forms_of_pictures(front: str, address: str | None) -> None:
    found = media_keys.image(front_matter(front))
    assert (found and found.href) == address


@pytest.mark.parametrize(
    ("front", "message"),
    [
        ("image: /img/pic",
         "image is '/img/pic', which has no extension; add its media type, e.g. "
         "`image: {url: /img/pic, type: image/jpeg}`"),
        ("cover: [img/my-pic]",
         "cover is 'img/my-pic', which has no extension; add its media type, e.g. "
         "`cover: {url: img/my-pic, type: image/jpeg}`"),
        ("image: 'data:image/png;base64,AAA='",
         "image is 'data:image/png;base64,AAA=': a picture needs a URL, e.g. /media/a.jpg"),
        ("hero: file:///img/pic",
         "hero is 'file:///img/pic': a picture needs a URL, e.g. /media/a.jpg"),
    ],
)  # fmt: skip
def test_a_picture_that_is_not_used_is_named(front: str, message: str) -> None:
    found = front_matter(front)
    assert media_keys.image(found) is None
    assert [warning.message for warning in found.warnings] == [message]


@pytest.mark.parametrize(
    "value", ["none", "false", "center", "'A pear / a fig'", "'Pear: a fruit'"]
)
def test_words_under_the_key_of_a_picture_are_no_mistake(value: str) -> None:
    found = front_matter(f"image: {value}")
    assert media_keys.image(found) is None
    assert not found.warnings


def test_check_reports_what_readers_will_miss(blog: Blog) -> None:
    blog.write("2026-01-02-a.md", title="A", audio="[/media/gone.ogg, https://a.example/b.mp3]",
               image="javascript:x.png")  # fmt: skip
    (post,) = blog.run("check", "--json", "--now=2026-11-01T12:00:00Z").json["posts"]
    told = {one["message"] for one in post["warnings"] if one["line"] in {3, 4}}
    assert told == {
        f"/media/gone.ogg does not exist in {blog.folder}; readers cannot load it",
        "the size of https://a.example/b.mp3 is unknown; add its `length:` in bytes",
        "javascript:x.png is not a web address, so it is left out; use http: or https:",
    }


ODD = ["NaN", "1e99", "9" * 5_000, "-1", "0", "[1]", "[[2026-01-01]]", "[]"]


@pytest.mark.parametrize("value", [*ODD, "{a: b}"])
@pytest.mark.parametrize(
    ("key", "way_out"),
    [
        ("episode", "number it from 1 to 999999"),
        ("season", "number it from 1 to 999999"),
        ("episode_type", "write full, trailer or bonus"),
        ("episodeType", "write full, trailer or bonus"),
        ("explicit", "write true or false"),
    ],
)
def test_what_podcasts_cannot_say_is_told_once(key: str, value: str, way_out: str) -> None:
    found = front_matter(f"audio: a.mp3\n{key}: {value}")
    assert feed_options.episode(found) == Episode()
    ((line, message),) = [(one.line, one.message) for one in found.warnings]
    assert (line, message[: len(key) + 4]) == (3, f"{key} is ")
    assert message.endswith(f"; {way_out}")


@pytest.mark.parametrize("value", ODD)
def test_what_is_no_word_about_feeds_is_told_once(value: str) -> None:
    found = front_matter(f"feed: {value}")
    assert (feed_options.content(found), feed_options.is_left_out(found)) == (None, False)
    (told,) = found.warnings
    assert (told.line, told.message.rpartition("; ")[2]) == (
        2,
        "write false, summary, full or auto",
    )


@pytest.mark.parametrize("key", ["feed", "deleted", "license", "episode", "explicit"])
def test_a_key_without_a_value_is_none(key: str) -> None:
    found = front_matter(f"audio: a.mp3\n{key}:")
    assert (feed_options.content(found), feed_options.license_of(found)) == (None, None)
    assert (feed_options.deleted(found, dt.UTC), feed_options.episode(found)) == (None, Episode())
    assert not found.warnings


def test_a_post_without_a_recording_may_call_anything_an_episode() -> None:
    found = front_matter("episode: The first one\nseason: winter\nexplicit: no doubt")
    assert (feed_options.episode(found), found.warnings) == (Episode(), [])


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("[2026-01-01]", "undated"),
        ("{on: 2026-01-01}", "undated"),
        ("99999-01-01", "undated"),
        ("9999-12-31 23:59:59 -1200", "undated"),
        ("NaN", "undated"),
        ("9" * 5_000, "undated"),
        ("[]", None),
        ("''", None),
        ("No", None),
    ],
)
def test_what_is_deleted_somehow_is_not_published(value: str, expected: str | None) -> None:
    found = front_matter(f"title: A\ndeleted: {value}")
    assert feed_options.deleted(found, dt.UTC) == expected
    assert [one.line for one in found.warnings] == ([3] if expected else [])


@pytest.mark.parametrize(
    ("value", "is_told"),
    [
        ("http://[", True),
        ("https://a.example:99999999/", True),
        ("[https://a.example/]", True),
        ("{name: MIT}", True),
        ("MIT", False),
        ("7", False),
        ("~", False),
    ],
)
def test_a_licence_that_is_no_address_is_none(value: str, is_told: bool) -> None:
    found = front_matter(f"license: {value}")
    assert feed_options.license_of(found) is None
    assert [one.line for one in found.warnings] == [2] * is_told


@pytest.mark.parametrize("name", FORMATS)
def test_a_broken_recording_keeps_its_size(songs: Path, tmp_path: Path, name: str) -> None:
    whole = (songs / name).read_bytes()
    file = tmp_path / name
    for size in [*range(0, 400, 7), len(whole) // 2]:
        file.write_bytes(whole[:size])
        made = media.enclosure(Medium(name, 1), f"https://a.example/{name}", file, title="")
        assert made.length == size
    for at in range(200):
        for byte in (b"\0", b"\7", b"\xff"):
            file.write_bytes(whole[:at] + byte + whole[at + 1 :])
            assert media.measure(file)


def test_check_names_a_recording_that_cannot_be_read(blog: Blog) -> None:
    (blog.folder / "media" / "half.ogg").write_bytes(b"OggS")
    blog.write("2026-01-02-a.md", title="A", audio="[/media/half.ogg, /media/song.ogg]")
    (post,) = blog.run("check", "--json", "--now=2026-11-01T12:00:00Z").json["posts"]
    (warning,) = post["warnings"]
    assert warning["message"] == "media/half.ogg cannot be read as a recording; is it complete?"


def test_a_name_that_no_file_can_have_is_not_an_error(blog: Blog) -> None:
    blog.write("2026-01-02-a.md", title="A", audio=f"[/{'x' * 300}.ogg, /a/../../etc/b.ogg]")
    assert blog.run("build").code == 0
    (item,) = json.loads(blog.built()["feed.json"])["items"]
    assert [one.get("size_in_bytes") for one in item["attachments"]] == [None, None]


def test_a_file_beside_the_post_is_found(blog: Blog, songs: Path) -> None:
    blog.write("2026-01-02-song.md", title="A song", audio="song.opus")
    (blog.posts / "song.opus").write_bytes((songs / "song.opus").read_bytes())
    assert blog.run("build").code == 0
    (item,) = json.loads(blog.built()["feed.json"])["items"]
    assert item["attachments"][0]["size_in_bytes"] == (songs / "song.opus").stat().st_size


def test_a_whole_document_with_recordings_is_well_formed(blog: Blog) -> None:
    blog.write("2026-01-02-a.md", title='A "&<', audio='["/media/a b&c.ogg", "/media/ü.opus"]')
    assert blog.run("build").code == 0
    for name in ("feed.atom", "feed.rss"):
        ET.fromstring(blog.built()[name])  # noqa: S314 - our own
    (item,) = json.loads(blog.built()["feed.json"])["items"]
    assert [one["url"] for one in item["attachments"]] == [
        "https://blog.example/media/a%20b&c.ogg", "https://blog.example/media/%C3%BC.opus",
    ]  # fmt: skip
