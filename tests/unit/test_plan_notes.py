"""Notes of a vault: the files that they embed, and those without a date."""

from __future__ import annotations

import json
import re
import subprocess
from typing import TYPE_CHECKING

import pytest

from publisher import entry
from publisher.rendering import Renderings
from tests.support.blog import SITE as SETTINGS
from tests.support.blog import Blog
from tests.support.posts import SITE
from tests.unit.test_engines import iso, read

if TYPE_CHECKING:
    from pathlib import Path

NOTE = "---\npublish: true\ndate: 2024-01-02\n---\n"
FILES = {
    ".obsidian/app.json": "{}",
    "pic.png": "",
    "files/deep/pic.png": "",
    "files/Song.mp3": "",
    "files/a paper.pdf": "",
    "files/sub/other.png": "",
    "private.md": "Text.",
}
URL = "https://blog.example"


def shown(folder: Path, body: str, *, note: str = "Note.md", posts: str = "") -> str:
    """What readers get of a note in a vault with `FILES`."""
    reading = read(folder, "plain", {**FILES, note: f"{NOTE}{body}"}, posts=posts)
    (found,) = entry.entries(reading, SITE).entries
    html = Renderings(reading, SITE).of(found).content.xhtml
    return html.removeprefix("<p>").removesuffix("</p>")


@pytest.mark.parametrize(
    ("written", "source"),
    [
        ("![[pic.png]]", "/pic.png"),
        ("![[Deep/PIC.png]]", "/files/deep/pic.png"),
        ("![[other.png]]", "/files/sub/other.png"),
        ("![[files/sub/other.png]]", "/files/sub/other.png"),
        ("![other.png](other.png)", "/files/sub/other.png"),
        ("![other.png](../files/sub/other.png)", "/files/sub/other.png"),
        ("![gone.png](gone.png)", "/notes/note/gone.png"),
        ("![gone.png](/gone.png)", "/gone.png"),
    ],
)
def test_a_picture_is_found_anywhere_in_the_vault(
    tmp_path: Path, written: str, source: str
) -> None:
    assert f'src="{URL}{source}"' in shown(tmp_path, written, note="notes/Note.md")


def test_the_picture_beside_a_note_has_priority(tmp_path: Path) -> None:
    html = shown(tmp_path, "![[pic.png]]", note="files/deep/Note.md")
    assert f'src="{URL}/files/deep/pic.png"' in html


def test_a_folder_of_notes_finds_the_files_of_the_whole_vault(tmp_path: Path) -> None:
    html = shown(tmp_path, "![[other.png]]", note="notes/Note.md", posts="notes")
    assert f'src="{URL}/files/sub/other.png"' in html


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("![[own.png]]", f'<img src="{URL}/notes/att/own.png" alt="own.png"/>'),
        ("![](att/own.png)", f'<img src="{URL}/notes/att/own.png" alt=""/>'),
        ("[[notes/Note]]", f'<a href="{URL}/note/">notes/Note</a>'),
        ("[[Notes/note.md|me]]", f'<a href="{URL}/note/">me</a>'),
        ("[[./Note|me]]", f'<a href="{URL}/note/">me</a>'),
        ("[me](Note.md)", f'<a href="{URL}/note/">me</a>'),
    ],
)
def test_paths_are_those_in_the_vault_if_the_notes_are_a_folder_of_it(
    tmp_path: Path, written: str, expected: str
) -> None:
    (tmp_path / "notes" / "att").mkdir(parents=True)
    (tmp_path / "notes" / "att" / "own.png").touch()
    assert shown(tmp_path, written, note="notes/Note.md", posts="notes") == expected


SECRET = {
    "Private/Salary talk.md": "Text.",
    "broken.md": "---\npublish: true\ndate: no\n---\nText.",
}


@pytest.mark.parametrize(
    "written",
    [
        "[words](Private/Salary%20talk.md)",
        "[words](<Private/Salary talk.md>)",
        "[words](<Private/Salary talk.md#A heading>)",
        "[words](Private/Salary%20talk)",
        "[words](Salary%20talk.md)",
        "[words](Salary%20talk#heading)",
        "[words](/Private/Salary%20talk.md)",
        "[words](/Private/Salary%20talk)",
        "[words](../Private/Salary%20talk.md?x=1)",
        "[words][ref]\n\n[ref]: <Private/Salary talk.md>",
        '<a href="Private/Salary talk.md">words</a>',
        "[words](broken.md)",
        "[words](broken)",
        "[words](gone.md)",
        "[words](../gone)",
    ],
)
def test_a_link_to_a_note_that_is_not_published_becomes_its_text(
    tmp_path: Path, written: str
) -> None:
    reading = read(tmp_path, "plain", {**FILES, **SECRET, "notes/Note.md": f"{NOTE}{written}"})
    (found,) = entry.entries(reading, SITE).entries
    rendered = Renderings(reading, SITE).of(found)
    html = re.sub("</?(?:p|a)>", "", rendered.content.xhtml).strip()
    assert html == "words"
    assert "removed" in " ".join(one.message for one in rendered.warnings)


@pytest.mark.parametrize("written", ["![words](Private/Salary%20talk.md)", "![[Salary talk]]"])
def test_an_embedded_note_that_is_not_published_leaves_no_path(
    tmp_path: Path, written: str
) -> None:
    reading = read(tmp_path, "plain", {**FILES, **SECRET, "notes/Note.md": f"{NOTE}{written}"})
    (found,) = entry.entries(reading, SITE).entries
    rendered = Renderings(reading, SITE).of(found)
    assert "Private" not in rendered.content.xhtml + rendered.content.text


@pytest.mark.parametrize(
    "written", ["[[2022-01-05]]", "[[Journal/2022-01-05]]", "[[2022-01-05|that day]]", "2022-01-05"]
)
def test_a_date_may_be_a_link_to_the_note_of_the_day(tmp_path: Path, written: str) -> None:
    files = {**FILES, "Note.md": f'---\npublish: true\ndate: "{written}"\n---\nText.'}
    (post,) = read(tmp_path, "plain", files).posts
    assert iso(post.published) == "2022-01-04T23:00:00Z"


@pytest.mark.parametrize(
    ("url", "link"),
    [
        ("../sub/N2", "sub/n2/"),
        ("N2", "sub/n2/"),
        ("/sub/N2#H", "sub/n2/#h"),
        ("sub/N2.md", "sub/n2/"),
        ("about/", "notes/note/about/"),
        ("/about", "about"),
        ("page.html", "notes/note/page.html"),
        ("https://x.example/N2", None),
    ],
)
def test_links_to_notes_may_lack_their_ending_and_other_urls_stay(
    tmp_path: Path, url: str, link: str | None
) -> None:
    files = {**FILES, "sub/N2.md": f"{NOTE}# H\n", "notes/Note.md": f"{NOTE}[x]({url})"}
    reading = read(tmp_path, "plain", files)
    found = {one.post.path.name: one for one in entry.entries(reading, SITE).entries}
    html = Renderings(reading, SITE).of(found["Note.md"]).content.xhtml
    assert f'href="{url if link is None else f"{URL}/{link}"}"' in html.replace(
        '"#', f'"{URL}/notes/note/#'
    )


@pytest.mark.parametrize(
    ("written", "html"),
    [
        ("[[My Note #1 & more?]]", f'<a href="{URL}/my-note/">My Note #1 &amp; more?</a>'),
        ("[[My Note #1 & more?#H|x]]", f'<a href="{URL}/my-note/#h">x</a>'),
        ("[x](<My Note #1 & more?.md#H>)", f'<a href="{URL}/my-note/#h">x</a>'),
        ("![[p#1.pdf#page=3]]", f'<a href="{URL}/p%231.pdf#page=3">p#1.pdf</a>'),
        ("[x](<p#1.pdf#page=3>)", f'<a href="{URL}/p%231.pdf#page=3">x</a>'),
        ("[[Secret #2]]", "Secret #2"),
    ],
)
def test_the_name_of_a_note_or_a_file_may_have_a_mark(
    tmp_path: Path, written: str, html: str
) -> None:
    files = {
        "Note.md": f"{NOTE}{written}",
        "My Note #1 & more?.md": NOTE.replace("true", "true\npermalink: /my-note/"),
        "p#1.pdf": "",
        "Secret #2.md": "Text.",
    }
    reading = read(tmp_path, "plain", files)
    found = {one.post.path.name: one for one in entry.entries(reading, SITE).entries}
    assert Renderings(reading, SITE).of(found["Note.md"]).content.xhtml == f"<p>{html}</p>"


@pytest.mark.parametrize("note", ["Note.md", "notes/Note.md", "sub/Note.md"])
@pytest.mark.parametrize(
    ("written", "linked", "anchor"),
    [
        ("[[N2]]", "[x](N2.md)", ""),
        ("[[N2#H]]", "[x](N2.md#H)", "#h"),
        ("[[N2#A & B|x]]", "[x](N2.md#A%20&%20B)", "#a--b"),
        ("[[N2#^block]]", "[x](N2.md#^block)", "#block"),
    ],
)
def test_both_kinds_of_links_find_a_note_and_its_heading_alike(
    tmp_path: Path, note: str, written: str, linked: str, anchor: str
) -> None:
    files = {**FILES, "sub/N2.md": f"{NOTE}# H\n", note: f"{NOTE}{written} {linked}"}
    reading = read(tmp_path, "plain", files)
    found = entry.entries(reading, SITE).entries
    (shown,) = (one for one in found if one.post.path.name == "Note.md")
    html = Renderings(reading, SITE).of(shown).content.xhtml
    assert html.count(f'<a href="{URL}/sub/n2/{anchor}">') == 2


@pytest.mark.parametrize(
    ("label", "text"),
    [
        ("", "pic.png"),
        ("|A pear", "A pear"),
        ("|300", "pic.png"),
        ("|300x200", "pic.png"),
        ("|A pear|300", "A pear"),
    ],
)
def test_the_size_of_a_picture_is_no_text(tmp_path: Path, label: str, text: str) -> None:
    assert shown(tmp_path, f"![[pic.png{label}]]") == f'<img src="{URL}/pic.png" alt="{text}"/>'


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("![[song.mp3]]", f'<a href="{URL}/files/Song.mp3">song.mp3</a>'),
        ("[[a paper.pdf|the paper]]", f'<a href="{URL}/files/a%20paper.pdf">the paper</a>'),
        ("[[private.md]] [[private]]", "private.md private"),
        ("[[gone.pdf]]", "gone.pdf"),
    ],
)
def test_any_other_file_is_a_link(tmp_path: Path, written: str, expected: str) -> None:
    assert shown(tmp_path, written) == expected


@pytest.mark.parametrize(
    ("written", "alternative"),
    [
        ("![[deep pic #1.png]]", "deep pic #1.png"),
        ("![[deep pic #1.png|200]]", "deep pic #1.png"),
        ("![x](<files/deep pic #1.png>)", "x"),
        ("![x|100](<files/deep pic #1.png>)", "x"),
        ("![x|100x50](files/deep%20pic%20%231.png)", "x"),
        ("![100](files/deep%20pic%20%231.png)", ""),
        ("![100x50](<files/deep pic #1.png>)", ""),
        ("![|100](<files/deep pic #1.png>)", ""),
        ("![x \\*|100](<files/deep pic #1.png>)", "x *"),
        ("![x\\|100](<files/deep pic #1.png>)", "x"),
        ("![5 apples](<files/deep pic #1.png>)", "5 apples"),
        ("![in 2024](<files/deep pic #1.png>)", "in 2024"),
    ],
)
def test_the_name_of_a_picture_may_have_a_mark(
    tmp_path: Path, written: str, alternative: str
) -> None:
    (tmp_path / "files").mkdir()
    (tmp_path / "files" / "deep pic #1.png").touch()
    source = f"{URL}/files/deep%20pic%20%231.png"
    assert shown(tmp_path, written) == f'<img src="{source}" alt="{alternative}"/>'


def test_links_in_tables_have_their_labels_behind_a_backslash(tmp_path: Path) -> None:
    html = shown(tmp_path, "| a | b |\n|---|---|\n| [[Note\\|me]] | ![[pic.png\\|100]] |\n")
    assert f'<a href="{URL}/note/">me</a>' in html
    assert f'<img src="{URL}/pic.png" alt="pic.png"/>' in html


def test_a_note_without_a_date_has_that_of_the_first_commit_with_it(tmp_path: Path) -> None:
    note = tmp_path / "a.md"
    git(tmp_path, "init", "--quiet")
    for day in ("2024-03-04", "2024-05-06"):
        note.write_text(f"---\npublish: true\n---\nText of {day}.\n", encoding="utf-8")
        git(tmp_path, "add", "a.md")
        git(tmp_path, "commit", "--quiet", "-m", "A note", f"--date={day}T12:00:00Z")
    uncommitted = {"b.md": "---\npublish: true\n---\nText.\n"}
    reading = read(tmp_path, "plain", uncommitted)
    assert [iso(post.published) for post in reading.posts] == ["2024-03-04T12:00:00Z"]
    assert [str(page.path) for page in reading.pages] == ["b.md"]


LONG = "---\npublish: true\n---\n" + "".join(f"Line {number} of a note.\n" for number in range(20))
# What moves the note `notes/a.md` of the first commit, and where it is then.
RENAMES = {
    "file": ([["mv", "notes/a.md", "notes/b.md"]], "notes/b.md"),
    "folder": ([["mv", "notes", "all"]], "all/a.md"),
    "twice": ([["mv", "notes", "x"], ["mv", "x/a.md", "x/b.md"]], "x/b.md"),
}


@pytest.mark.parametrize("renames", RENAMES)
@pytest.mark.parametrize("more", ["", "One more line.\n"], ids=["same", "edited"])
def test_a_renamed_note_keeps_the_date_of_its_first_commit(
    tmp_path: Path, renames: str, more: str
) -> None:
    note = tmp_path / "notes/a.md"
    note.parent.mkdir()
    note.write_text(LONG, encoding="utf-8")
    git(tmp_path, "init", "--quiet")
    commit_notes(tmp_path, "2024-03-04")
    moves, path = RENAMES[renames]
    for move in moves:
        git(tmp_path, *move)
        moved = tmp_path / move[-1] if move[-1].endswith(".md") else tmp_path / move[-1] / "a.md"
        moved.write_text(moved.read_text(encoding="utf-8") + more, encoding="utf-8")
        commit_notes(tmp_path, "2024-05-06")
    folder, _, name = path.rpartition("/")
    (found,) = read(tmp_path, "plain", {}, posts=folder).posts
    assert (str(found.path), iso(found.published)) == (name, "2024-03-04T12:00:00Z")


def test_another_note_in_the_place_of_a_renamed_one_has_its_own_date(tmp_path: Path) -> None:
    git(tmp_path, "init", "--quiet")
    (tmp_path / "a.md").write_text(LONG, encoding="utf-8")
    commit_notes(tmp_path, "2024-03-04")
    git(tmp_path, "mv", "a.md", "b.md")
    commit_notes(tmp_path, "2024-04-05")
    (tmp_path / "a.md").write_text(LONG.replace("Line", "Verse"), encoding="utf-8")
    commit_notes(tmp_path, "2024-05-06")
    dates = {str(one.path): iso(one.published)[:10] for one in read(tmp_path, "plain", {}).posts}
    assert dates == {"a.md": "2024-05-06", "b.md": "2024-03-04"}


def commit_notes(folder: Path, day: str) -> None:
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "-m", "Notes", f"--date={day}T12:00:00Z")


def test_a_date_in_a_note_counts_more_than_its_commits(tmp_path: Path) -> None:
    git(tmp_path, "init", "--quiet")
    (tmp_path / "a.md").write_text(f"{NOTE}Text.\n", encoding="utf-8")
    git(tmp_path, "add", "a.md")
    git(tmp_path, "commit", "--quiet", "-m", "A note", "--date=2024-03-04T12:00:00Z")
    (found,) = read(tmp_path, "plain", {}, zone="UTC").posts
    assert iso(found.published) == "2024-01-02T00:00:00Z"


PLAIN = SETTINGS.replace("path: posts,", "path: posts, engine: plain,")


def vault(folder: Path, *, commits: bool = True) -> Blog:
    """A vault with a note that has a date, and an undated one with a first commit."""
    blog = Blog(folder)
    (folder / "publisher.yaml").write_text(PLAIN, encoding="utf-8")
    blog.write("a.md", "Text.\n", publish="true", date="2024-01-02 12:00:00")
    blog.write("b.md", "Text.\n", publish="true")
    if commits:
        git(folder, "init", "--quiet")
        git(folder, "add", "posts")
        git(folder, "commit", "--quiet", "-m", "Notes", "--date=2024-03-04T12:00:00Z")
    return blog


def dates(blog: Blog) -> list[str]:
    items = json.loads(blog.built()["feed.json"])["items"]
    return [item["date_published"][:10] for item in items]


def test_a_note_keeps_the_date_of_its_first_commit_where_there_is_no_history(
    tmp_path: Path,
) -> None:
    blog = vault(tmp_path)
    assert blog.run("build").code == 0
    feeds = blog.built()
    (tmp_path / ".git").rename(tmp_path / "history")
    again = blog.run("build")
    assert (again.code, "b.md" in again.err) == (0, False)
    assert (blog.built(), dates(blog)) == (feeds, ["2024-03-04", "2024-01-02"])


@pytest.mark.parametrize("command", ["build", "check", "plan", "publish", "status"])
def test_every_command_names_a_note_whose_date_nothing_tells(tmp_path: Path, command: str) -> None:
    run = vault(tmp_path, commits=False).run(command)
    assert (
        "posts.path has a file that is no post: b.md has `publish: true`, but" in run.out + run.err
    )


def test_a_shallow_clone_builds_nothing_without_the_dates_of_notes(tmp_path: Path) -> None:
    whole = vault(tmp_path / "whole")
    whole.write("a.md", "Edited.\n", publish="true", date="2024-01-02")
    git(whole.folder, "commit", "--quiet", "--all", "-m", "An edit")
    blog = Blog(tmp_path / "shallow")
    git(blog.posts, "clone", "--quiet", "--depth=1", f"file://{whole.folder}", ".")
    (blog.folder / "publisher.yaml").write_text(PLAIN, encoding="utf-8")
    run = blog.run("build")
    assert (run.code, blog.built()) == (4, {})
    assert "`fetch-depth: 0`, or add e.g. `date: 2008-10-21`" in run.err
    (blog.folder / "publisher.yaml").unlink()
    made = blog.run("init", "--engine", "plain", "--posts", "posts", "--yes")
    assert (made.code, "`fetch-depth: 0`" in made.err) == (4, True)


def git(folder: Path, *arguments: str) -> None:
    author = ["-c", "user.name=Ada Example", "-c", "user.email=ada@blog.example"]
    subprocess.run(["git", "-C", str(folder), *author, *arguments], check=True)
