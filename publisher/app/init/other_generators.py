"""Recognise generators whose rules publisher does not know, by the files that they need.

Their addresses and bodies are those of the pages that they build. Of their settings, which are
mostly programs, only literals are taken; no program is run.
"""

from __future__ import annotations

import posixpath
import re
from typing import TYPE_CHECKING

from msgspec import Struct, field

from publisher.sources import site_settings
from publisher.sources.engines.any import RECORD
from publisher.sources.engines.detected import DetectedSite, inside, output_folder, reach_of
from publisher.sources.engines.likely_posts import posts_folder, unread_beside
from publisher.text import script_settings

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

PROGRAMS = ("js", "mjs", "ts", "cjs", "mts", "cts")


def _programs(*names: str) -> tuple[str, ...]:
    return tuple(f"{name}.{kind}" for name in names for kind in PROGRAMS)


class Generator(Struct, frozen=True, kw_only=True):
    """A site generator: the files that mark its sites, and where it keeps what.

    All paths are relative to the site. `marks` are the names of its settings; if `word` is set, the
    first of them that exists must contain it, or package.json. `posts` are the usual folders of
    posts, and `output` of the built site, the likely ones first. The generator copies the files in
    `static` into the site (empty: there is no such folder). `keys` are the names under which the
    settings have a fact about the site; folders in the settings are relative to `root`.
    """

    name: str
    marks: Sequence[str]
    word: str = ""
    posts: Sequence[str]
    output: Sequence[str]
    static: str = ""
    root: str = ""
    keys: Mapping[str, Sequence[str]] = field(default_factory=dict)


_BLOG = ("content/posts", "content/blog", "content/post", "src/content/posts", "src/content/blog",
         "src/posts", "src/blog", "posts", "blog", "_posts")  # fmt: skip

GENERATORS = (
    Generator(
        name="Astro",
        marks=_programs("astro.config"),
        posts=("src/content/blog", "src/content/posts", "src/content/post", "src/data/blog",
               "src/data/posts", "src/pages/blog", "src/pages/posts", "src/content", *_BLOG),
        output=("dist",),
        static="public",
        keys={"url": ("site",), "output": ("outDir",), "static": ("publicDir",)},
    ),
    Generator(
        name="Docusaurus",
        marks=_programs("docusaurus.config"),
        posts=("blog",),
        output=("build",),
        static="static",
        keys={"title": ("title",), "url": ("url",), "description": ("tagline",),
              "language": ("defaultLocale",)},
    ),
    Generator(
        name="Next.js",
        marks=_programs("next.config"),
        posts=(*_BLOG, "data/blog", "data/posts", "app/blog/posts", "src/app/blog/posts",
               "app/blog", "src/app/blog", "pages/posts", "pages/blog", "src/pages/blog",
               "src/content", "content"),
        output=("out", "dist", ".next/out"),
        static="public",
        keys={"output": ("distDir",)},
    ),
    Generator(
        name="Gatsby",
        marks=_programs("gatsby-config"),
        posts=(*_BLOG, "src/content", "content", "src/pages/blog", "src/pages"),
        output=("public",),
        static="static",
        keys={"title": ("title",), "url": ("siteUrl",), "description": ("description",)},
    ),
    Generator(
        name="Nuxt",
        marks=_programs("nuxt.config"),
        posts=(*_BLOG, "content/articles", "content"),
        output=(".output/public", "dist"),
        static="public",
        keys={"url": ("site.url", "siteUrl"), "base": ("baseURL",)},
    ),
    Generator(
        name="SvelteKit",
        marks=_programs("svelte.config"),
        word="@sveltejs/kit",
        posts=("src/posts", "src/content/posts", "src/content/blog", "src/content",
               "src/lib/posts", "src/lib/content", *_BLOG, "content", "src/routes/blog",
               "src/routes/posts", "src/routes"),
        output=("build",),
        static="static",
        keys={"base": ("paths.base",), "output": ("adapter.pages",)},
    ),
    Generator(
        name="Quartz",
        marks=("quartz.config.ts", "quartz.config.yaml"),
        posts=("content",),
        output=("public",),  # its static folder has an address of its own: /static/
        keys={"title": ("pageTitle",), "url": ("baseUrl",), "base": (), "language": ("locale",)},
    ),
    Generator(
        name="Lume",
        marks=_programs("_config"),
        word="lume",
        posts=("src/posts", "src/blog", "posts", "blog", "src", "_posts"),
        output=("_site",),
        keys={"url": ("location",), "output": ("dest",)},
    ),
    *(
        Generator(
            name=name,
            marks=_programs(f"{base}.{folder}/config"),
            posts=(*(f"{base}{posts}" for posts in ("posts", "blog", "articles", "post")),
                   base.rstrip("/") or "."),
            output=(f"{base}.{folder}/dist",),
            static=f"{base}{static}",
            root=base,
            keys={"title": ("title",), "url": ("hostname",), "description": ("description",),
                  "language": ("lang",), "output": ("outDir", "dest")},
        )
        for name, folder, static in (("VitePress", "vitepress", "public"),
                                     ("VuePress", "vuepress", ".vuepress/public"))
        for base in ("", "docs/", "src/")
    ),
    Generator(
        name="MkDocs",
        marks=("mkdocs.yml", "mkdocs.yaml"),
        posts=("docs/blog/posts", "docs/blog", "docs/posts", "docs"),
        output=("site",),
        static="docs",
        keys={"title": ("site_name",), "url": ("site_url",), "description": ("site_description",),
              "output": ("site_dir",)},
    ),
)  # fmt: skip


def detect(folder: Path) -> DetectedSite | None:
    """The site in a folder by the first of these generators that it belongs to."""
    reach = reach_of(folder)
    package = site_settings.readable_text(folder / "package.json", reach)
    for generator in GENERATORS:
        file = site_settings.find(folder, generator.marks)
        text = site_settings.readable_text(file, reach) if file else ""
        if file and generator.word in text + package:
            return _site(generator, folder, str(file.relative_to(folder)), text)
    return None


def _site(generator: Generator, folder: Path, source: str, text: str) -> DetectedSite:
    is_yaml = source.endswith((".yml", ".yaml"))
    keys = {**_BASE, **generator.keys}
    facts, unread = _of_yaml(text, keys) if is_yaml else _of_program(text, keys)
    written = facts.get("output")
    output = output_folder(posixpath.join(generator.root, written) if written else None)
    base = facts.get("base", "")
    posts = posts_folder(folder, generator.posts, generator.static)
    return DetectedSite(
        engine=RECORD.name,
        generator=generator.name,
        posts=posts,
        source=source,
        title=facts.get("title"),
        url=_url(facts.get("url", ""), base) or None,
        base="" if "://" in base else base.strip("/"),
        description=facts.get("description"),
        language=facts.get("language"),
        output=(*output, *generator.output),
        static=inside(facts.get("static", "")) or generator.static,
        program="" if is_yaml else source,
        unread={key: f"{source}:{line}: `{name}`" for key, (line, name) in unread.items()},
        notes=unread_beside(folder, posts),
    )


# The facts that every site may have; by an empty list a generator has no key for one of them.
_BASE: Mapping[str, Sequence[str]] = {
    "title": (),
    "url": (),
    "base": ("baseUrl", "base", "basePath", "pathPrefix"),
    "description": (),
    "language": (),
}
_IN_YAML = r"(?:\"([^\"\n]*)\"|'([^'\n]*)'|([^\s\"'#&*!|>%@`{\[][^#\n]*))"


def _of_program(
    text: str, keys: Mapping[str, Sequence[str]]
) -> tuple[dict[str, str], dict[str, tuple[int, str]]]:
    """The facts that are literals, and the line and the key of those that the program computes."""
    program = script_settings.ScriptSettings(text)
    found = {key: program.find(*names) for key, names in keys.items()}
    facts = {key: one.text for key, one in found.items() if one and one.text}
    unread = {
        key: (one.line, one.keys[-1]) for key, one in found.items() if one and not one.is_plain
    }
    return facts, unread


def _of_yaml(
    text: str, keys: Mapping[str, Sequence[str]]
) -> tuple[dict[str, str], dict[str, tuple[int, str]]]:
    """The facts, which all are literals. The tags of MkDocs are no valid YAML for us."""
    found = {key: _in_yaml(text, names) for key, names in keys.items()}
    return {key: value for key, value in found.items() if value}, {}


def _in_yaml(text: str, names: Sequence[str]) -> str:
    """The value of the first of the names that has one; empty if there is none.

    Of several values the least indented one counts: the others belong to a part of the settings.
    """
    for name in names:
        found = re.finditer(
            rf"^([ \t]*)[\"']?{name}[\"']?[ \t]*:[ \t]*{_IN_YAML}", text, re.MULTILINE
        )
        values = [(len(one[1]), (one[2] or one[3] or one[4] or "").strip()) for one in found]
        if values:
            return min(values, key=lambda one: one[0])[1]
    return ""


def _url(written: str, base: str) -> str:
    """The URL of the site; Quartz writes it without a scheme.

    Some write it with the base in it, as the sitemap of VitePress needs it.
    """
    if not written or written.startswith("/"):
        return ""
    url = (written if "://" in written else f"https://{written}").rstrip("/")
    path = "" if "://" in base else base.strip("/")
    return url if not path or url.endswith(f"/{path}") else f"{url}/{path}"
