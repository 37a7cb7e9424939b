"""The cache of rendered posts saves time and changes no output."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

import publisher
from tests.support import ROOT
from tests.support.blog import Blog

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def blog(tmp_path: Path) -> Blog:
    result = Blog(tmp_path / "site")
    result.write("2026-01-01-a.md", "A [link](2026-01-02-b.md) and `<code>`.", title="A")
    result.write(
        "2026-01-02-b.md", "<script>x</script> The lead.\n\n<!--more-->\n\nMore.", title="B"
    )
    return result


def cached(blog: Blog) -> dict[str, int]:
    """Return when the cache file of each post was written, by file name."""
    folder = blog.folder / ".publisher/rendered"
    return {path.name: path.stat().st_mtime_ns for path in sorted(folder.glob("*"))}


def build(blog: Blog, **environment: str) -> str:
    run = blog.run("build", environment=environment)
    assert run.code == 0, run.err
    return run.err


def test_the_output_is_the_same_with_and_without_the_cache(blog: Blog) -> None:
    told, built = build(blog), blog.built()
    assert "<script> is removed" in told
    assert [*cached(blog)] == ["2026-01-01-a.rendered", "2026-01-02-b.rendered"]
    assert (build(blog), blog.built()) == (told, built)
    for path in (blog.folder / ".publisher/rendered").iterdir():
        path.unlink()
    assert (build(blog), blog.built()) == (told, built)


def test_one_changed_post_renders_one_post(blog: Blog) -> None:
    build(blog)
    before = cached(blog)
    blog.write("2026-01-02-b.md", "Other words.", title="B")
    build(blog)
    assert {name for name, when in cached(blog).items() if when != before[name]} == {
        "2026-01-02-b.rendered"
    }
    assert b"Other words" in blog.built()["feed.atom"]


def test_a_second_build_evaluates_no_template_and_parses_no_markup(blog: Blog) -> None:
    config = blog.folder / "publisher.yaml"
    config.write_text(config.read_text().replace("posts: {", "posts: {engine: jekyll, "))
    blog.write("2026-01-03-c.md", "{{ page.title }} {% post_url 2026-01-01-a %}")
    assert {"liquid", "markdown_it"} <= imported_by_build(blog)
    built = blog.built()
    assert b"2026/01/01/a" in built["feed.atom"]
    assert not {"liquid", "markdown_it"} & imported_by_build(blog)
    assert blog.built() == built


def imported_by_build(blog: Blog) -> set[str]:
    """Return the modules that a build imports."""
    command = [sys.executable, "-X", "importtime", *blog.command("build")[1:]]
    run = subprocess.run(command, cwd=blog.folder, check=True, capture_output=True, text=True)
    return {line.rpartition("|")[2].strip() for line in run.stderr.splitlines()}


def test_links_follow_a_post_that_moved(blog: Blog) -> None:
    """Links to it stand in another post, which has not changed."""
    build(blog)
    assert b"https://blog.example/2026/01/02/b/" in blog.built()["feed.json"]
    blog.write("2026-01-02-b.md", "Text.", title="B", permalink="/moved/")
    build(blog)
    assert b'<a href=\\"https://blog.example/moved/\\">link</a>' in blog.built()["feed.json"]
    assert b"2026/01/02/b" not in blog.built()["feed.json"]


@pytest.mark.parametrize("data", [b"", b"\0" * 500, b"\x96\xc4", b"no rendering"])
def test_a_damaged_cache_file_is_rendered_again(blog: Blog, data: bytes) -> None:
    build(blog)
    built = blog.built()
    for path in (blog.folder / ".publisher/rendered").iterdir():
        path.write_bytes(data)
    build(blog)
    assert blog.built() == built
    assert all(
        (blog.folder / ".publisher/rendered" / name).stat().st_size > 50 for name in cached(blog)
    )


@pytest.mark.parametrize("folder", ["other-packages", "target"])
@pytest.mark.parametrize("library", ["markdown_it_py-99.0.dist-info", "Markdown-99.0.egg-info"])
def test_another_version_of_a_library_renders_all_posts_again(
    blog: Blog, tmp_path: Path, library: str, folder: str
) -> None:
    build(blog)
    before = cached(blog)
    (tmp_path / folder / library).mkdir(parents=True)
    build(blog, PYTHONPATH=str(tmp_path / folder))
    assert not {*before.items()} & {*cached(blog).items()}


def test_another_order_of_two_versions_of_a_library_renders_all_posts_again(
    blog: Blog, tmp_path: Path
) -> None:
    for version in "12":
        (tmp_path / version / f"nh3-{version}.dist-info").mkdir(parents=True)
    build(blog, PYTHONPATH=f"{tmp_path}/1:{tmp_path}/2")
    before = cached(blog)
    build(blog, PYTHONPATH=f"{tmp_path}/2:{tmp_path}/1")
    assert not {*before.items()} & {*cached(blog).items()}


def test_files_that_are_no_metadata_render_nothing_again(blog: Blog, tmp_path: Path) -> None:
    build(blog)
    before = cached(blog)
    (tmp_path / "target/markdown-notes").mkdir(parents=True)
    build(blog, PYTHONPATH=str(tmp_path / "target"))
    assert cached(blog) == before


def test_another_version_of_publisher_renders_all_posts_again(blog: Blog, tmp_path: Path) -> None:
    """Even if its files have the sizes and times of the version before."""
    package = tmp_path / "lib/publisher"
    shutil.copytree(ROOT / "publisher", package, ignore=shutil.ignore_patterns("__pycache__"))
    environment = {"PYTHONPATH": str(tmp_path / "lib"), "PYTHONDONTWRITEBYTECODE": "1"}
    build(blog, **environment)
    before = cached(blog)
    build(blog, **environment)
    assert cached(blog) == before
    module = package / "__init__.py"
    text, status = module.read_text(), module.stat()
    version = publisher.__version__
    module.write_text(text.replace(f'"{version}"', f'"{version[:-1]}x"'))
    os.utime(module, ns=(status.st_atime_ns, status.st_mtime_ns))
    build(blog, **environment)
    assert not {*before.items()} & {*cached(blog).items()}


def test_removed_posts_leave_the_cache(blog: Blog) -> None:
    build(blog)
    (blog.posts / "2026-01-01-a.md").unlink()
    build(blog)
    assert [*cached(blog)] == ["2026-01-02-b.rendered"]


@pytest.mark.parametrize("command", ["check", "plan --offline", "status"])
def test_commands_that_change_nothing_write_no_cache(blog: Blog, command: str) -> None:
    assert blog.run(*command.split()).code == 0
    assert not (blog.folder / ".publisher").exists()


def test_a_cache_that_cannot_be_written_is_no_error(blog: Blog) -> None:
    build(blog)
    built = blog.built()
    for path in [*(blog.folder / ".publisher/rendered").iterdir()]:
        path.unlink()
    (blog.folder / ".publisher/rendered").rmdir()
    (blog.folder / ".publisher/rendered").write_text("a file")
    assert "<script> is removed" in build(blog)
    assert blog.built() == built
