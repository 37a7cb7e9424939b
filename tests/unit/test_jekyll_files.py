"""What templates in posts of Jekyll read of the site, and what they may not read."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import pytest

from publisher import entry, sources
from publisher.config import Config, Posts, Site
from publisher.content.cache import Cache
from publisher.content.templates.site_content import SiteContent
from publisher.rendering import Renderings
from tests.support.posts import post, told

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from publisher.rendering import Rendered

SITE = Site(title="A blog", url="https://blog.example", since=dt.date(2020, 1, 1))
NOW = dt.datetime(2026, 11, 1, tzinfo=dt.UTC)


def rendered(folder: Path, body: str, files: Mapping[str, str], *, cache: bool = False) -> Rendered:
    """The post with this body in a site with other files; its body starts at line 4."""
    head = "---\ntitle: A\n---\n"
    for name, text in {"_config.yml": "", "_posts/2020-01-01-a.md": head + body, **files}.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    posts = Posts(path=folder / "_posts", engine="jekyll")
    config = Config(site=SITE, posts=posts, state=folder / "state", path=folder / "publisher.yaml")
    reading = sources.read(config, now=NOW)
    found = entry.entries(reading, SITE)
    one = next(one for one in found.entries if one.item_id.endswith("-a"))
    made = Renderings(reading, SITE, Cache(folder / "cache", writes=True)) if cache else None
    return (made or Renderings(reading, SITE)).of(one)


def text(*arguments: object, **options: object) -> str:
    return " ".join(rendered(*arguments, **options).content.text.split())  # type: ignore[arg-type]


def test_data_that_cannot_be_read_are_named_where_they_are_used(tmp_path: Path) -> None:
    files = {"_data/bad.yml": "a: [\n", "_data/good.yml": "a: 1"}
    made = rendered(tmp_path, "{{ site.data.good.a }}\n\n{{ site.data.bad.a }}", files)
    ((line, message),) = told(made)
    assert made.content.text == "1"
    assert line == 6
    assert ": _data/bad.yml:" in message
    assert "not YAML" in message


def test_data_behind_a_link_out_of_the_site_are_not_read(tmp_path: Path) -> None:
    (tmp_path / "secret.yml").write_text("a: secret")
    site = tmp_path / "site"
    (site / "_data").mkdir(parents=True)
    (site / "_data/x.yml").symlink_to(tmp_path / "secret.yml")
    (site / "_includes").mkdir()
    (site / "_includes/x.html").symlink_to(tmp_path / "secret.yml")
    made = rendered(site, "{{ site.data.x.a }}{% include x.html %}.", {})
    assert made.content.text == "."
    assert any("symbolic link that ends at" in message for _, message in told(made))


def test_only_the_folder_of_the_data_has_data(tmp_path: Path) -> None:
    (tmp_path / "publisher.yaml").write_text("a: secret")
    for folder in ("_data", "_includes"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "loop").symlink_to("..")
    (tmp_path / "_data/x.yml").symlink_to("../publisher.yaml")
    (tmp_path / "_data/y.yml").symlink_to("z.yml")
    body = "{{ site.data.loop }}{{ site.data.x }}{% include loop/publisher.yaml %}"
    made = rendered(tmp_path, f"{body}{{{{ site.data.y.a }}}}.", {"_data/z.yml": "a: 1"})
    assert made.content.text == "1."
    assert len(told(made)) == 3
    why = "is behind a symbolic link that leads out of"
    for name in ("_data/loop", "_data/x.yml"):
        assert any(f"{name}: {why}" in message for _, message in told(made))


@pytest.mark.parametrize(
    "tag",
    [
        "include ../secret.html", "include a/../../secret.html", "include .hidden.html",
        "include /etc/hostname", "include_relative ../_includes/x.html", "include_relative .x",
        "include gone.html", "include", "include {{ site.gone }}", "include_relative folder",
    ],
)  # fmt: skip
def test_a_file_is_included_only_from_its_folder(tmp_path: Path, tag: str) -> None:
    files = {
        "secret.html": "secret", "_includes/.hidden.html": "secret", "_includes/x.html": "x",
        "_posts/.x": "secret", "_posts/folder/y.txt": "y",
    }  # fmt: skip
    made = rendered(tmp_path, f"a {{% {tag} %}} b", files)
    assert made.content.text.split() == ["a", "b"]
    assert "; dropped" in told(made)[0][1]


def test_a_file_that_is_not_included_is_named_with_the_reason(tmp_path: Path) -> None:
    body = "{% include ../a.html %} {% include loop/a.html %} {% include gone.html %}"
    (tmp_path / "_includes").mkdir()
    (tmp_path / "_includes/loop").symlink_to("..")
    first, third, second = (message for _, message in told(rendered(tmp_path, body, {})))
    assert "Jekyll includes no file of the name '../a.html'; dropped" in first
    assert "is behind a symbolic link that leads out of" in second
    assert "only the site can render this tag; dropped" in third


def test_a_tag_in_an_included_file_is_named_with_the_file(tmp_path: Path) -> None:
    files = {"_includes/x.html": "one\n{% avatar ada %}\n{{ 'two' | fancy }}\n"}
    made = rendered(tmp_path, "\n\n{% include x.html %}", files)
    assert made.content.text.split() == ["one", "two"]
    (first, second) = told(made)
    assert first[0] == second[0] == 6
    assert "x.html:2: {% avatar ada %}: only the site can render this tag; dropped" in first[1]
    assert "x.html:3: {{ 'two' | fancy }}: only the site knows the filter fancy" in second[1]


def test_a_parameter_that_no_tag_gives_is_nothing(tmp_path: Path) -> None:
    """But a tag without parameters leaves those of the file around it, as in Jekyll."""
    files = {
        "_includes/note.html": "{% if include.strong %}A{% else %}B{% endif %}"
        "{{ include.kind | default: 'y' }}.",
        "_includes/outer.html": "{% include note.html %}",
    }
    body = "{% include note.html %} {% include outer.html strong=true kind='k' %}"
    made = rendered(tmp_path, body, files)
    assert (made.content.text, told(made)) == ("By. Ak.", [])


def test_a_file_with_a_block_that_only_the_site_can_evaluate_is_left_out(tmp_path: Path) -> None:
    """Else readers would see all of its alternatives."""
    source = "\n{% if content contains 'x' %}one{% else %}two{% endif %}"
    tag = '{% include x.html src="/a.png" %}'
    made = rendered(tmp_path, f"a {tag} b", {"_includes/x.html": source})
    assert made.content.xhtml == '<p>a <img src="https://blog.example/a.png" alt=""/> b</p>'
    ((_, message),) = told(made)
    assert "x.html:2: {% if content contains 'x' %}: the value of content is not known" in message


@pytest.mark.parametrize(
    ("files", "why"),
    [
        ({"a.html": "x" * 300_000}, "has more than 200,000 bytes; dropped"),
        ({"a.html": "{% for i in (1..900) %}{% include b.html %}{% include b.html %}{% endfor %}",
          "b.html": "x"}, "includes too many files"),
        ({"a.html": "{% for i in (1..9) %}{% include b.html %}{% endfor %}",
          "b.html": "x" * 90_000},
         "more than 500000 characters"),
    ],
)  # fmt: skip
def test_included_files_have_limits(tmp_path: Path, files: Mapping[str, str], why: str) -> None:
    includes = {f"_includes/{name}": source for name, source in files.items()}
    made = rendered(tmp_path, "a\n\n{% include a.html %}\n\nb", includes)
    assert {"a", "b"} <= {*made.content.text.split()}
    assert any(why in message for _, message in told(made))


@pytest.mark.parametrize(
    ("files", "chain"),
    [
        ({"a.html": "x{% include a.html %}"}, "a.html:1: files include each other "
         "too deep: a.html -> a.html"),
        ({"a.html": "x\n{% include b.html %}", "b.html": "\n\n{% include a.html %}"},
         "a.html:2: files include each other too deep: a.html -> b.html -> a.html"),
        ({"a.html": "{% include b.html %}", "b.html": "{% if 1 %}\n{% include c.html %}{% endif %}",
          "c.html": "{% include b.html %}"}, "deep: b.html -> c.html -> b.html"),
        ({"a.html": "{% include {{ include.file }} file='a.html' %}{% include a.html %}"},
         "a.html:1: files include each other too deep: a.html -> a.html"),
        ({"a.html": "\n{% include b0.html %}",
          **{f"b{n}.html": f"{{% include b{n + 1}.html %}}" for n in range(12)}},
         "a.html:2: files include files more than 10 deep: a.html -> b0.html -> b1.html -> "),
    ],
)  # fmt: skip
def test_a_chain_of_files_that_include_each_other_is_named_once(
    tmp_path: Path, files: Mapping[str, str], chain: str
) -> None:
    includes = {f"_includes/{name}": source for name, source in files.items()}
    made = rendered(tmp_path, "a\n\n{% include a.html file='a.html' %}\n\nb", includes)
    assert made.content.text.split() == ["a", "b"]
    ((line, message),) = told(made)
    assert line == 6
    assert chain in message


def test_a_file_that_starts_a_chain_is_named_with_the_line_of_the_tag(tmp_path: Path) -> None:
    files = {"_includes/a.html": "\n{% if 1 %}\n{% for i in (1..2) %}\n{% include a.html %}"
             "{% endfor %}{% endif %}"}  # fmt: skip
    ((_, message),) = told(rendered(tmp_path, "{% include a.html %}", files))
    assert "{% include a.html %}: a.html:4: files include each other" in message


def test_a_file_may_include_itself_a_few_times(tmp_path: Path) -> None:
    source = (
        "{% assign left = include.left | minus: 1 %}{{ left }} "
        "{% if left > 0 %}{% include a.html left=left %}{% endif %}"
    )
    made = rendered(tmp_path, "{% include a.html left=4 %}", {"_includes/a.html": source})
    assert made.content.text.split() == ["3", "2", "1", "0"]
    assert not told(made)


def test_data_have_limits(tmp_path: Path) -> None:
    files = {f"_data/x{number}.csv": "a\n1\n" for number in range(1_001)}
    made = rendered(tmp_path, "{{ site.data.x0[0].a }} {{ site.data.gone }}", files)
    assert made.content.text.split() == ["1"]
    assert "there are more data than publisher reads" in told(made)[0][1]


def test_what_a_site_has_for_templates_is_no_edit_of_a_post(tmp_path: Path) -> None:
    """Its item is corrected by the next edit, and nobody is notified before."""
    body = "{{ site.data.x.a }} {% include y.html %} {{ site.posts.size }}"
    plain = rendered(tmp_path, body, {})
    files = {"_data/x.yml": "a: 1", "_includes/y.html": "y", "_posts/2020-01-02-b.md": "---\n---\n"}
    other = rendered(tmp_path, body, files)
    assert plain.content.text != other.content.text
    assert plain.fingerprint == other.fingerprint


def test_a_cached_post_is_rendered_again_if_the_site_has_changed(tmp_path: Path) -> None:
    body = "{{ site.data.x.a }} {% include y.html %} {{ site.posts.first.title }}"
    files = {"_data/x.yml": "a: 1", "_includes/y.html": "y"}
    assert text(tmp_path, body, files, cache=True) == "1 y A"
    assert text(tmp_path, body, {"_data/x.yml": "a: 2"}, cache=True) == "2 y A"
    assert text(tmp_path, body, {"_includes/y.html": "z"}, cache=True) == "2 z A"
    newer = {"_posts/2020-01-02-b.md": "---\ntitle: B\n---\n"}
    assert text(tmp_path, body, newer, cache=True) == "2 z B"


NEIGHBOURS = (
    "{% if page.previous %}{{ page.previous.title }} {{ page.previous.url }}{% endif %},"
    "{{ page.next.title }} {{ page.next.url }}"
)


@pytest.mark.parametrize(
    ("others", "expected"),
    [
        ((), ","),
        (("2020-01-02",), ",2020-01-02 /2020/01/02/x.html"),
        (("2019-12-31", "2019-12-30"), "2019-12-31 /2019/12/31/x.html,"),
        (
            ("2019-12-31", "2020-02-01", "2020-01-02"),
            "2019-12-31 /2019/12/31/x.html,2020-01-02 /2020/01/02/x.html",
        ),
    ],
)
def test_a_post_reads_those_before_and_after_it(
    tmp_path: Path, others: Sequence[str], expected: str
) -> None:
    """As Jekyll 4.3 shows them; of the first and the last post one is missing."""
    files = {f"_posts/{day}-x.md": f"---\ntitle: '{day}'\n---\nX." for day in others}
    made = rendered(tmp_path, NEIGHBOURS, files)
    assert (made.content.text, told(made)) == (expected, [])


def test_a_post_is_rendered_again_if_another_comes_after_it(tmp_path: Path) -> None:
    later = {"_posts/2020-01-09-z.md": "---\ntitle: Later\n---\nZ.\n"}
    assert text(tmp_path, "{{ page.next.title }}.", {}, cache=True) == "."
    assert text(tmp_path, "{{ page.next.title }}.", later, cache=True) == "Later."


def test_a_key_of_the_post_does_not_hide_its_neighbour(tmp_path: Path) -> None:
    post_with_key = {"_posts/2020-01-01-a.md": "---\nnext: own\n---\n{{ page.next.title }}.\n"}
    assert text(tmp_path, "", post_with_key) == "."


def test_the_excerpt_of_a_post_and_the_time_of_the_build_are_not_known(tmp_path: Path) -> None:
    made = rendered(tmp_path, "{{ page.excerpt }}{{ site.time }}", {})
    assert [message.partition(": ")[2] for _, message in told(made)] == [
        "the value of page.excerpt is not known here; dropped",
        "the value of site.time is not known here; dropped",
    ]


def test_data_and_posts_are_prepared_once_for_all_tags() -> None:
    """Otherwise a loop would take as long as the data are long, for each of its turns."""
    content = SiteContent([post()], SITE, None)
    for name in ("data", "posts", "categories", "tags"):
        assert content.value(name) is content.value(name)


def test_csv_may_have_no_headers(tmp_path: Path) -> None:
    files = {"_config.yml": "csv_reader: {headers: false}", "_data/x.csv": "a,b\nc,d\n"}
    assert text(tmp_path, "{{ site.data.x[1][0] }}", files) == "c"


def test_hidden_posts_are_not_among_those_of_the_site(tmp_path: Path) -> None:
    files = {
        "_posts/2020-01-02-draft.md": "---\npublished: false\n---\n",
        "_posts/2020-01-03-feed.md": "---\nfeed: false\n---\n",
        "_posts/2030-01-03-future.md": "---\n---\n",
    }
    body = "{{ site.posts | map: 'slug' | join: ' ' }}"
    assert text(tmp_path, body, files) == "feed a"


@pytest.mark.parametrize("collections", ["{docs: {output: true}}", "[docs]"])
@pytest.mark.parametrize("name", ["docs", "collections", "documents"])
def test_collections_are_not_known_and_never_taken_for_empty(
    tmp_path: Path, name: str, collections: str
) -> None:
    files = {
        "_config.yml": f"title: A\ncollections: {collections}\n",
        "_docs/a.md": "---\ntitle: A\n---\n",
    }
    bodies = ("{% for d in site.X %}{{ d.title }}{% endfor %}", "{{ site.X.size }}",
              "{{ site.X | map: 'title' }}")  # fmt: skip
    for body in bodies:
        made = rendered(tmp_path, body.replace("X", name), files)
        ((_, message),) = told(made)
        assert f"the value of site.{name}" in message
    assert text(tmp_path, "{{ site.none.size }}.", files) == "."


def test_a_text_beside_posts_that_they_include_is_no_broken_post(tmp_path: Path) -> None:
    files = {"_posts/part.md": "*Some* words.\n"}
    assert text(tmp_path, "{% include_relative part.md %}", files) == "*Some* words."
    posts = Posts(path=tmp_path / "_posts", engine="jekyll")
    config = Config(site=SITE, posts=posts, state=tmp_path / "x", path=tmp_path / "publisher.yaml")
    (page,) = sources.read(config, now=NOW).pages
    assert page.reason == "has no front matter, so Jekyll makes no post of it"
    (tmp_path / "_posts/part.md").write_text("---\ntitle: B\n---\n*Some* words.\n")
    assert sources.read(config, now=NOW).broken


def test_a_path_from_the_root_is_no_file_to_include(tmp_path: Path) -> None:
    ((_, message),) = told(rendered(tmp_path, "{% include /etc/hostname %}", {}))
    assert "the file to include is '/etc/hostname'; write its path in _includes" in message
