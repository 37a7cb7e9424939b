"""A site as its generator builds it, and as publisher reads it: facts of each published post."""

from __future__ import annotations

import datetime as dt
import json
import re
import subprocess
import sys
from pathlib import PurePosixPath
from typing import TYPE_CHECKING
from urllib.parse import quote, unquote

import yaml

if TYPE_CHECKING:
    from pathlib import Path

# By the path of a post's source below the site: what is known of it, e.g. title, url, published.
Posts = dict[str, dict[str, object]]
Differences = dict[tuple[str, str], tuple[object, object]]

URL = "https://blog.example"
# The templates of the sites write this into the page of every post.
_FACTS = re.compile(r'<script type="application/json">(.*?)</script>', re.DOTALL)


def generated(output: Path) -> Posts:
    """Return what the pages of the posts in a built site say of themselves, and where they are."""
    posts: Posts = {}
    for page in sorted(output.rglob("*.html")):
        found = _FACTS.search(page.read_text(encoding="utf-8"))
        if not found:
            continue
        facts = json.loads(found[1])
        path = facts.pop("path")
        posts[path] = {
            **facts,
            "url": _url(facts["url"]),
            **{key: _instant(facts[key]) for key in ("published", "updated") if key in facts},
            "page": str(page.relative_to(output)),
        }
    return posts


def read(site: Path, output: Path) -> Posts:
    """Return what publisher says of the posts that it publishes by its own rules for the engine.

    The settings are those of `init` without the built pages. `page` is what a web server shows of
    `output` at the post's URL; None: there is nothing.
    """
    _publisher(site, "init", "--url", URL)
    config = yaml.safe_load((site / "publisher.yaml").read_text(encoding="utf-8"))
    for section, key in (("site", "output"), ("posts", "body"), ("posts", "drop")):
        config[section].pop(key, None)
    (site / "publisher.yaml").write_text(yaml.safe_dump(config), encoding="utf-8")
    folder = PurePosixPath(config["posts"]["path"])
    found = json.loads(_publisher(site, "check", "--json"))["posts"]
    posts: Posts = {}
    for post in found:
        if post["status"] == "published":
            url = post["url"].removeprefix(URL)
            shown = {"url": _url(url), "page": _page(output, url)}
            posts[str(folder / post["path"])] = {**post, **shown}
    return posts


def feed(site: Path, posts: str = "", url: str = URL) -> str:
    """Return the Atom feed that publisher builds of the site, with the settings of `init`.

    `posts` is a further key of the section `posts`.
    """
    _publisher(site, "init", "--url", url)
    config = site / "publisher.yaml"
    text = config.read_text(encoding="utf-8")
    config.write_text(text.replace("posts:\n", f"posts:\n  {posts}\n", 1), encoding="utf-8")
    _publisher(site, "build")
    (path,) = (path for path in site.rglob("feed.atom") if "node_modules" not in path.parts)
    return path.read_text(encoding="utf-8")


def differences(generated: Posts, read: Posts) -> Differences:
    """Return what differs, by post and fact: what the generator says, then what publisher says.

    The page is not compared where the URL differs already.
    """
    found: Differences = {}
    for path in sorted({*generated, *read}):
        if path not in generated or path not in read:
            found[path, "is published"] = (path in generated, path in read)
            continue
        for fact, value in generated[path].items():
            if value != read[path][fact] and not (fact == "page" and (path, "url") in found):
                found[path, fact] = (value, read[path][fact])
    return found


def _page(output: Path, url: str) -> str | None:
    path = output / unquote(url).lstrip("/")
    files = (path, path / "index.html", path.with_name(f"{path.name}.html"))
    return next((str(file.relative_to(output)) for file in files if file.is_file()), None)


def _url(url: str) -> str:
    """A path with one slash at its beginning, encoded in one way."""
    return quote("/" + unquote(url).lstrip("/"))


def _instant(text: str) -> str:
    """In UTC, as publisher writes it."""
    instant = dt.datetime.fromisoformat(text).astimezone(dt.UTC)
    return instant.isoformat().replace("+00:00", "Z")


def _publisher(site: Path, *arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "publisher", *arguments],
        cwd=site, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode in {0, 1}, done.stderr  # 1: some posts are broken on purpose
    return done.stdout
