"""`init` leaves out the templates for new posts, which no site publishes, and says so."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import yaml

from tests.support.blog import Blog

if TYPE_CHECKING:
    from pathlib import Path

POST = "---\ntitle: A post\ndate: 2020-01-02\n---\nText\n"
PAGE = "---\ntitle: A page\n---\nText\n"
OBSIDIAN = "---\ntitle: '{{title}}'\ndate: '{{date}}'\n---\n"
UNQUOTED = "---\ntitle: {{title}}\ndate: {{date:YYYY-MM-DD}}\n---\n"
TEMPLATER = "---\ncreated: <% tp.date.now() %>\n---\n"
HUGO = '+++\ntitle = "x"\ndate = {{ .Date }}\n+++\n'
HUGO_YAML = '---\ntitle: \'{{ replace .Name "-" " " | title }}\'\ndate: {{ .Date }}\n---\n'
EXAMPLE = "---\ntitle: Your title\ndate: YYYY-MM-DD\n---\n"


@pytest.mark.parametrize(
    ("files", "excluded"),
    [
        ({"templates/post.md": OBSIDIAN}, ["templates"]),
        ({"_templates/post.md": UNQUOTED}, None),  # no generator builds them: `_`
        ({"Templates/deep/post.md": EXAMPLE}, ["Templates"]),
        ({"archetypes/default.md": HUGO_YAML, "archetypes/b.md": HUGO}, ["archetypes"]),
        ({"meta/new.md": TEMPLATER}, ["meta"]),
        ({"meta/new.md": TEMPLATER, "meta/about.md": PAGE}, ["meta/new.md"]),
        ({"new.md": OBSIDIAN}, ["new.md"]),
        ({"templates/x.md": OBSIDIAN, "templates/a.md": POST}, ["templates/x.md"]),
        ({"templates/a.md": PAGE}, None),
        ({"a.md": "---\ntitle: '{{title}} in Handlebars'\ndate: 2020-01-01\n---\nText\n"}, None),
        ({"broken.md": "---\ndate: never\n---\nText\n"}, None),
    ],
)
def test_templates_are_excluded(
    tmp_path: Path, files: dict[str, str], excluded: list[str] | None
) -> None:
    blog = Blog(tmp_path)
    (blog.folder / "publisher.yaml").unlink()
    for name, text in {"post.md": POST, **files}.items():
        path = blog.posts / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    run = blog.run("init", "--url", "https://blog.example", "--posts", "posts", "--engine", "any",
                   "--yes")  # fmt: skip
    assert run.code == 0, run.err
    config = yaml.safe_load((blog.folder / "publisher.yaml").read_text())
    assert config["posts"].get("exclude") == excluded
    note = "note: templates for new posts are left out with posts.exclude: "
    assert (f"{note}{', '.join(excluded)}" if excluded else note) in run.err or excluded is None
    assert (note in run.err) == bool(excluded)
    assert blog.run("build").code == ("broken.md" in files)
