"""Which symbolic links are followed, given that authors of posts may have made them."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from publisher import config as configs
from publisher.system import atomic_files
from publisher.system.symlinks import LinkError, Reach, resolved
from tests.support.blog import SITE, Blog
from tests.support.subscribers import Outsider, Subscriber

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.support.servers import Server

NOW = "--now=2026-11-01T12:00:00Z"
SECRET = "---\ntitle: A secret\n---\nThe secret text.\n"


@pytest.fixture
def blog(tmp_path: Path) -> Blog:
    """A site without settings of an engine, with the folder `outside` beside it."""
    made = Blog(tmp_path / "site")
    made.write("2026-01-01-plain.md", "Text.", title="Plain")
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside/secret.md").write_text(SECRET)
    return made


def configure(blog: Blog, *, posts: str = "{path: posts}", feeds: str = "", more: str = "") -> None:
    head = SITE.partition("posts:")[0]
    feeds = feeds or "[{path: feed.atom, format: atom}]"
    (blog.folder / "publisher.yaml").write_text(f"{head}posts: {posts}\nfeeds: {feeds}\n{more}")


def link(place: Path, target: str | Path) -> Path:
    place.parent.mkdir(parents=True, exist_ok=True)
    place.symlink_to(target)
    return place


def told(blog: Blog, command: str = "build", *, code: int) -> str:
    run = blog.run(command, NOW)
    assert run.code == code, run.out + run.err
    return run.err


def published(blog: Blog) -> list[str]:
    """The files of all entries."""
    posts = blog.run("check", "--json", NOW).json["posts"]
    return [post["path"] for post in posts if not post["reason"]]


# --- what is read ---


@pytest.mark.parametrize("target", ["../../outside/secret.md", "ABSOLUTE", "step.txt"])
def test_a_post_is_not_read_through_a_link_that_leads_out(blog: Blog, target: str) -> None:
    secret = blog.folder.parent / "outside/secret.md"
    link(blog.posts / "step.txt", secret)
    place = link(blog.posts / "2026-01-02-a.md", secret if target == "ABSOLUTE" else target)
    said = told(blog, code=1)
    assert f"error: {place}: is a symbolic link that ends at {secret}" in said
    assert "posts.follow_links: true to follow every link" in said
    assert b"secret" not in (blog.folder / "feed.atom").read_bytes()
    assert b"Plain" in (blog.folder / "feed.atom").read_bytes()


def test_a_linked_folder_that_leads_out_is_reported_and_not_entered(blog: Blog) -> None:
    place = link(blog.posts / "more", "../../outside")
    said = told(blog, code=1)
    assert f"error: {place}: is a symbolic link that ends at {blog.folder.parent}/outside" in said
    assert b"secret" not in (blog.folder / "feed.atom").read_bytes()
    configure(blog, posts='{path: posts, exclude: ["more/**"]}')
    assert told(blog, code=0) == ""


def test_a_link_behind_a_link_is_reported(blog: Blog) -> None:
    """The link leads to a folder of the site, which has a link that leads out."""
    configure(blog, posts="{path: posts, site: .}")
    inner = link(blog.folder / "drafts/2026-01-02-a.md", "../../outside/secret.md")
    link(blog.posts / "drafts", "../drafts")
    said = told(blog, code=1)
    assert f"{blog.posts}/drafts/2026-01-02-a.md: is a symbolic link that ends at" in said
    inner.unlink()
    assert told(blog, code=0) == ""


@pytest.mark.parametrize(
    ("posts", "code"),
    [
        ("{path: posts}", 1),  # nobody says that the folder around the posts is the site
        ("{path: posts, site: .}", 0),
        ("{path: posts, follow_links: true}", 0),
    ],
)
def test_a_link_into_the_site_is_followed(blog: Blog, posts: str, code: int) -> None:
    (blog.folder / "notes.txt").write_text(SECRET)
    link(blog.posts / "2026-01-02-a.md", "../notes.txt")
    link(blog.posts / "2026-01-03-b.md", "2026-01-02-a.md")
    configure(blog, posts=posts)
    told(blog, code=code)
    assert (b"The secret text." in (blog.folder / "feed.atom").read_bytes()) is (code == 0)


def test_the_settings_of_the_engine_mark_the_folder_of_the_site(blog: Blog) -> None:
    (blog.folder / "notes.txt").write_text(SECRET)
    link(blog.posts / "2026-01-02-a.md", "../notes.txt")
    told(blog, code=1)
    (blog.folder / "_config.yml").write_text("title: A site\n")
    told(blog, code=0)


def test_folders_that_the_configuration_names_may_be_links(blog: Blog, tmp_path: Path) -> None:
    (tmp_path / "outside/2026-01-02-a.md").write_text("---\ntitle: Named\n---\n")
    link(blog.folder / "linked", "../outside")
    configure(blog, posts="{path: linked}")
    said = told(blog, code=0)
    assert "has no date, so it is not published: secret.md" in said  # read, as any file there
    assert "symbolic link" not in said
    assert b"Named" in (blog.folder / "feed.atom").read_bytes()


@pytest.mark.parametrize("settings", [", site: .", ""])
def test_a_folder_of_posts_that_leads_out_of_its_site_is_refused(
    blog: Blog, tmp_path: Path, settings: str
) -> None:
    """An author who may add a post can replace the folder."""
    if not settings:
        (blog.folder / "_config.yml").write_text("title: A site\n")
    shutil.move(blog.posts, tmp_path / "outside/posts")
    link(blog.posts, "../outside/posts")
    configure(blog, posts=f"{{path: posts{settings}}}")
    said = told(blog, code=2)
    assert f"{blog.posts} leads through a symbolic link to {tmp_path}/outside/posts" in said
    configure(blog, posts=f"{{path: ../outside/posts{settings}}}")
    told(blog, code=0)
    configure(blog, posts=f"{{path: posts, follow_links: true{settings}}}")
    told(blog, code=0)


def test_a_posts_folder_may_be_a_link_within_its_site(blog: Blog) -> None:
    shutil.move(blog.posts, blog.folder / "texts")
    link(blog.posts, "texts")
    configure(blog, posts="{path: posts, site: .}")
    told(blog, code=0)


@pytest.mark.parametrize(
    ("engine", "name", "text"),
    [
        ("jekyll", "_config.yml", "title: From outside\n"),
        ("jekyll", "_data/authors.yml", "ada: {name: The secret}\n"),
        ("hexo", "_config.yml", "new_post_name: ':year-:month-:day-:title.md'\n"),
        ("hugo", "hugo.toml", 'title = "From outside"\n'),
        ("hugo", "config/_default/permalinks.toml", 'posts = "/:title/"\n'),
        ("zola", "config.toml", 'base_url = "https://blog.example"\n'),
        ("pelican", "pelicanconf.py", "SITENAME = 'From outside'\n"),
        ("pelican", "publishconf.py", "SITENAME = 'From outside'\n"),
        ("nikola", "conf.py", "BLOG_TITLE = 'From outside'\n"),
        ("eleventy", "eleventy.config.js", "input: 'x'\n"),
        ("eleventy", "posts/posts.json", '{"author": "The secret"}\n'),
    ],
)
def test_settings_are_not_read_through_a_link_that_leads_out(
    blog: Blog, engine: str, name: str, text: str
) -> None:
    """That is an error: without its settings, the site would have other posts."""
    target = blog.folder.parent / "outside" / Path(name).name
    target.write_text(text)
    place = link(blog.folder / name, target)
    configure(blog, posts=f"{{path: posts, site: ., engine: {engine}}}")
    said = told(blog, code=2)
    assert f"{place.relative_to(blog.folder)} is a symbolic link that ends at {target}" in said
    assert f"{place} is" not in said, "it is named as seen from the current folder"
    assert "set posts.follow_links: true" in said
    configure(blog, posts=f"{{path: posts, site: ., engine: {engine}, follow_links: true}}")
    told(blog, code=0)


@pytest.mark.parametrize(
    ("engine", "name", "text"),
    [
        ("hugo", "_index.md", "---\ncascade: {draft: true}\n---\n"),
        ("zola", "_index.md", "+++\ndraft = true\n+++\n"),
        ("nikola", "2026-01-01-plain.meta", ".. status: draft\n"),
    ],
)
def test_settings_that_hide_posts_still_hide_them_behind_a_link(
    blog: Blog, engine: str, name: str, text: str
) -> None:
    target = blog.folder.parent / "outside" / name
    target.write_text(text)
    link(blog.posts / name, target)
    configure(blog, posts=f"{{path: posts, site: ., engine: {engine}, follow_links: true}}")
    assert published(blog) == []
    configure(blog, posts=f"{{path: posts, site: ., engine: {engine}}}")
    assert f"{name}: is a symbolic link that ends at {target}" in told(blog, code=1)
    assert published(blog) == []


def test_the_front_matter_of_a_page_is_not_read_through_a_link_that_leads_out(blog: Blog) -> None:
    (blog.folder / "_config.yml").write_text("title: A site\n")
    (blog.folder.parent / "outside/page.md").write_text("---\npermalink: /the-secret/\n---\n")
    link(blog.folder / "page.md", "../outside/page.md")
    blog.write("2026-01-02-a.md", "[x]({% link page.md %})", title="A")
    told(blog, code=0)
    assert b"the-secret" not in (blog.folder / "feed.atom").read_bytes()


@pytest.mark.parametrize("key", ["audio", "image"])
@pytest.mark.parametrize("what", ["file", "folder"])
def test_media_are_not_measured_through_a_link_that_leads_out(
    blog: Blog, key: str, what: str
) -> None:
    target = blog.folder.parent / "outside/song.mp3"
    target.write_bytes(b"\xff\xfb" * 500)
    place = blog.folder / "media/song.mp3"
    link(*((place, target) if what == "file" else (place.parent, target.parent)))
    path = blog.write("2026-01-02-a.md", "Text.", title="A", **{key: "/media/song.mp3"})
    configure(blog, posts="{path: posts, site: .}")
    said = told(blog, code=0)
    assert f"warning: {path}:3: {place} " in said
    assert f"ends at {target if what == 'file' else target.parent}, outside" in said
    assert b'length="1000"' not in (blog.folder / "feed.atom").read_bytes()
    configure(blog, posts="{path: posts, site: ., follow_links: true}")
    assert told(blog, code=0) == ""
    assert (b'length="1000"' in (blog.folder / "feed.atom").read_bytes()) is (key == "audio")


def test_a_post_that_was_published_through_a_link_is_not_retracted(
    tmp_path: Path, server: Server, node: str, accounts: Mapping[str, str]
) -> None:
    """It counts as unreadable, behind a linked file as well as a linked folder."""
    blog = Blog(tmp_path / "site")
    blog.configure(server, node=node, password=accounts["blog"])
    text = (blog.folder / "publisher.yaml").read_text()
    loose = text.replace("{path: posts,", "{path: posts, follow_links: true,")
    (blog.folder / "publisher.yaml").write_text(loose)
    for name in ("one", "two"):
        (tmp_path / "outside" / name).mkdir(parents=True)
        (tmp_path / "outside" / name / f"2026-01-01-{name}.md").write_text(SECRET)
    blog.write("2026-01-03-three.md", "Text.", title="Three")
    link(blog.posts / "2026-01-01-one.md", "../../outside/one/2026-01-01-one.md")
    link(blog.posts / "sub", "../../outside/two")
    assert blog.run("publish").code == 0
    ids = {"2026-01-01-one", "sub~2026-01-01-two", "2026-01-03-three"}
    assert {item.id for item in Outsider(server, "reader", node).items()} == ids
    (blog.folder / "publisher.yaml").write_text(text)
    with Subscriber(server, "reader", node) as reader:
        blog.write("2026-01-04-four.md", "Text.", title="Four")
        run = blog.run("publish")
        assert run.code == 1
        assert run.err.count("posts.follow_links: true to follow every link") == 2
        assert reader.next().id == "2026-01-04-four"
        reader.nothing_for(1)
    ids.add("2026-01-04-four")
    assert {item.id for item in Outsider(server, "reader", node).items()} == ids


# --- what is written ---

OUTPUTS = {
    "feed": ("feed.atom", "[{path: feed.atom, format: atom}]", ""),
    "page": ("page.html", "", "page: {path: page.html}"),
    "stylesheet": ("feed.css", "", "stylesheet: feed.css"),
    "tag": ("tags/pears.atom", '[{path: "tags/{tag}.atom", format: atom}]', ""),
    "archive": (
        "old/2025.atom",
        '[{path: b.atom, format: atom, limit: 1, archive: "old/{year}.atom"}]',
        "",
    ),
}


@pytest.mark.parametrize("exists", [True, False])
@pytest.mark.parametrize("kind", OUTPUTS)
def test_no_output_is_written_through_a_link(blog: Blog, kind: str, *, exists: bool) -> None:
    """Neither a new file nor an old one. All other outputs are written."""
    name, feeds, more = OUTPUTS[kind]
    for day in ("2024-01-01", "2025-01-01", "2026-01-01"):
        blog.write(f"{day}-pears.md", "Text.", title=day, tags="[pears]")
    target = blog.folder.parent / "outside/keys"
    if exists:
        target.write_text("the old keys")
    place = link(blog.folder / name, target)
    good = "{path: good.rss, format: rss}]"
    configure(blog, feeds=f"{feeds[:-1]}, {good}" if feeds else f"[{good}", more=more)
    said = told(blog, code=1)
    assert f"error: {place} is not written: it is a symbolic link to {target}" in said
    assert target.exists() is exists
    assert not exists or target.read_text() == "the old keys"
    assert place.is_symlink()
    assert (blog.folder / "good.rss").exists()


@pytest.mark.parametrize("site", ["", ", site: ."])
def test_no_output_is_written_through_a_linked_folder_of_the_site(blog: Blog, site: str) -> None:
    place = link(blog.folder / "_site", "../outside")
    configure(blog, posts=f"{{path: posts{site}}}", feeds="[{path: _site/a/b.atom, format: atom}]")
    said = told(blog, code=1)
    assert f"_site/a/b.atom is not written: {place} is a symbolic link to ../outside" in said
    assert "authors of posts may have put it" in said
    assert sorted(p.name for p in (blog.folder.parent / "outside").iterdir()) == ["secret.md"]


def test_an_output_is_written_through_a_linked_folder_elsewhere(blog: Blog, tmp_path: Path) -> None:
    link(tmp_path / "www/current", "../outside")
    feeds = f"[{{path: {tmp_path}/www/current/feed.atom, format: atom, url: https://a.example/f}}]"
    configure(blog, posts="{path: posts, site: .}", feeds=feeds)
    told(blog, code=0)
    assert (tmp_path / "outside/feed.atom").exists()


def test_a_link_that_leads_into_the_site_is_not_trusted(blog: Blog, tmp_path: Path) -> None:
    """`www` is the owner's link into the site, and the link inside may be an author's."""
    link(tmp_path / "www", "site/_site")
    link(blog.folder / "_site/tags", "../../outside")
    feeds = f"[{{path: {tmp_path}/www/tags/a.atom, format: atom, url: https://a.example/f}}]"
    configure(blog, posts="{path: posts, site: .}", feeds=feeds)
    assert f"{blog.folder}/_site/tags is a symbolic link" in told(blog, code=1)
    assert not (tmp_path / "outside/a.atom").exists()


def test_a_configuration_outside_needs_the_sites_folder_to_trust_links_near_it(
    blog: Blog, tmp_path: Path
) -> None:
    """Without `posts.site`, up to three folders above the posts may be the site."""
    link(tmp_path / "www", "outside")
    (tmp_path / "etc").mkdir()
    path = tmp_path / "etc/publisher.yaml"
    head = SITE.partition("posts:")[0]
    feeds = "feeds: [{path: ../www/feed.atom, format: atom, url: https://a.example/f}]\n"
    path.write_text(f"{head}posts: {{path: ../site/posts}}\n{feeds}")
    run = blog.run("build", "--config", str(path), NOW)
    assert (run.code, "is a symbolic link to outside" in run.err) == (1, True)
    path.write_text(f"{head}posts: {{path: ../site/posts, site: ../site}}\n{feeds}")
    assert blog.run("build", "--config", str(path), NOW).code == 0
    assert (tmp_path / "outside/feed.atom").exists()


def test_a_pattern_writes_only_into_the_folder_that_is_named(blog: Blog, tmp_path: Path) -> None:
    """Also outside of the site, where a deployment may have copied links."""
    blog.write("2026-01-02-pears.md", "Text.", title="Pears", tags="[pears]")
    link(tmp_path / "www/tags/pears", "../../outside")
    path = f"{tmp_path}/www/tags/{{tag}}/feed.atom"
    feeds = f'[{{path: "{path}", format: atom, url: "https://a.example/{{tag}}"}}]'
    configure(blog, posts="{path: posts, site: .}", feeds=feeds)
    assert "www/tags/pears is a symbolic link to ../../outside" in told(blog, code=1)
    assert not (tmp_path / "outside/feed.atom").exists()


def test_a_stale_output_is_not_removed_behind_a_link(blog: Blog, tmp_path: Path) -> None:
    blog.write("2026-01-02-pears.md", "Text.", title="Pears", tags="[pears]")
    configure(blog, feeds='[{path: "tags/{tag}/feed.atom", format: atom}]')
    told(blog, code=0)
    shutil.move(blog.folder / "tags/pears", tmp_path / "outside/pears")
    link(blog.folder / "tags/pears", "../../outside/pears")
    (blog.posts / "2026-01-02-pears.md").unlink()
    told(blog, code=0)
    assert (tmp_path / "outside/pears/feed.atom").exists()


@pytest.mark.parametrize("pattern", ['path: "tags/{tag}.atom"', 'archive: "tags/{year}.atom"'])
def test_a_link_to_a_pipe_does_not_block_the_run(blog: Blog, pattern: str) -> None:
    """The link is among the files that a pattern may have made."""
    os.mkfifo(blog.folder / "pipe")
    link(blog.folder / "tags/2001.atom", "../pipe")
    path = "" if pattern.startswith("path") else "path: a.atom, "
    configure(blog, feeds=f"[{{{path}{pattern}, format: atom}}]")
    blog.write("2026-01-02-a.md", "Text.", tags="[pears]")
    assert told(blog, code=0) == ""


def test_status_reports_a_refused_output(blog: Blog) -> None:
    place = link(blog.folder / "feed.atom", "elsewhere.atom")
    assert f"error: {place} is not written: it is a symbolic link" in told(blog, "status", code=1)


@pytest.mark.parametrize("name", ["", "lock", "ledger.sqlite", "rendered", "source"])
@pytest.mark.parametrize("command", ["build", "publish", "plan", "status"])
def test_the_state_is_not_kept_behind_a_link(blog: Blog, name: str, command: str) -> None:
    place = link(blog.folder / ".publisher" / name, blog.folder.parent / "outside/state")
    said = told(blog, command, code=2)
    assert f"{place} is a symbolic link" in said
    assert "remove" in said
    assert not (blog.folder.parent / "outside/state").exists()


def test_a_state_folder_that_the_owner_named_elsewhere_may_be_a_link(
    blog: Blog, tmp_path: Path
) -> None:
    link(tmp_path / "state", "outside")
    configure(blog, posts="{path: posts, site: .}", more="state: ../state\n")
    told(blog, code=0)
    assert (tmp_path / "outside/rendered").is_dir()


def test_an_owner_may_link_the_ledger_where_no_author_writes(blog: Blog, tmp_path: Path) -> None:
    link(tmp_path / "state/rendered", "../outside")
    configure(blog, posts="{path: posts, site: .}", more="state: ../state\n")
    told(blog, code=0)


# --- the parts ---


@pytest.mark.parametrize("path", ["/", "/posts"])
def test_posts_may_lie_at_the_root(path: str) -> None:
    config = configs.parse(
        f"site: {{title: A, url: https://a.example}}\nposts: {{path: {path}}}\n"
        "feeds: [{path: /out/a.atom, format: atom, url: https://a.example/a}]\n",
        Path("/etc/publisher.yaml"),
    )
    assert config.shared_folders == (Path(path),)


def test_links_in_circles_end(tmp_path: Path) -> None:
    link(tmp_path / "a", "b")
    link(tmp_path / "b", "a")
    with pytest.raises(OSError, match="Too many levels"):
        resolved(tmp_path / "a/c", ())
    reach = Reach((tmp_path,), (tmp_path,), "outside")
    with pytest.raises(LinkError):
        reach.read(tmp_path / "a")


def test_a_path_is_resolved_like_the_system_does(tmp_path: Path) -> None:
    (tmp_path / "x/y").mkdir(parents=True)
    link(tmp_path / "in", "x/y")
    for written in ("in/../z", "in/z", "x/./y/../../in/new/folder", "in/.."):
        assert resolved(tmp_path / written, ()) == (tmp_path / written).resolve()


@pytest.mark.parametrize("last", [True, False], ids=["the file", "its folder"])
def test_a_file_is_neither_written_nor_removed_behind_a_link(tmp_path: Path, *, last: bool) -> None:
    target = tmp_path / "outside/feed.atom"
    target.parent.mkdir()
    target.write_bytes(b"old")
    place = tmp_path / "site/feeds/feed.atom"
    link(*((place, target) if last else (place.parent, target.parent)))
    with pytest.raises(LinkError):
        atomic_files.write(place, b"new", shared=(tmp_path / "site",))
    if not last:
        with pytest.raises(LinkError):
            atomic_files.remove(place, shared=(tmp_path / "site",))
    assert target.read_bytes() == b"old"


def test_temporary_files_are_not_removed_behind_a_link(tmp_path: Path) -> None:
    left = tmp_path / f"outside/.{'0' * 16}.publisher"
    left.parent.mkdir()
    left.write_bytes(b"")
    os.utime(left, (0, 0))
    link(tmp_path / "site/feeds", "../outside")
    atomic_files.sweep(tmp_path / "site/feeds", shared=(tmp_path / "site",))
    assert left.exists()
    atomic_files.sweep(tmp_path / "site/feeds")
    assert not left.exists()


def test_a_file_is_replaced_below_folders_that_cannot_be_listed(tmp_path: Path) -> None:
    """Like /home on many machines."""
    inner = tmp_path / "home/blog"
    inner.mkdir(parents=True)
    inner.parent.chmod(0o311)
    assert atomic_files.write(inner / "feed.atom", b"one")
    assert atomic_files.write(inner / "feed.atom", b"two")
    inner.parent.chmod(0o755)
    assert (inner / "feed.atom").read_bytes() == b"two"


def test_init_keeps_a_feed_in_no_linked_folder(blog: Blog, tmp_path: Path) -> None:
    (blog.folder / "publisher.yaml").unlink()
    (blog.folder / "old.xml").write_text("<rss version='2.0'><channel/></rss>")
    link(blog.folder / ".publisher", "../outside")
    run = blog.run("init", "--feed", "old.xml")
    assert (run.code, ".publisher is a symbolic link to ../outside" in run.err) == (2, True)
