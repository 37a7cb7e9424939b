"""Write a config.yaml from what is here: the posts, and a Jekyll site's _config.yml.

Never touches a file that exists.
"""

from __future__ import annotations

import datetime as dt
import json
import re
from pathlib import Path
from typing import TYPE_CHECKING

from publisher import config as configs
from publisher import marked
from publisher.commands import site as sites
from publisher.errors import ConfigError

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator, Mapping

HELP = "write a config.yaml from what is found here"
EXAMPLE = "  publisher init --url https://blog.example --jid blog@example.org"

POST_FOLDERS = ("_posts", "posts", "content/posts", "content/post", "content/blog", "src/posts")

_DATED = re.compile(r"(\d{4}-\d{2}-\d{2})[-_]")

TEMPLATE = """\
# The configuration of publisher. Every key is explained in config.example.yaml.
site:
  title: {title}
  url: {url}
{optional}  timezone: {timezone}
  # A day on which this address was yours already; part of the ids of posts without a date in
  # their file name. Never change it.
  since: {since}

posts:
  path: {posts}
  permalink: {permalink}

feeds:
  - path: feed.atom
    format: atom
  - path: feed.rss
    format: rss
  - path: feed.json
    format: json

{xmpp}"""

XMPP = """\
xmpp:
  jid: {jid}
  password_env: PUBLISHER_PASSWORD
  nodes:
    - service: {service}
      node: {node}
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--title", help="the site's title (default: Jekyll's, or the folder's)")
    parser.add_argument("--url", help="the site's address (default: Jekyll's)")
    parser.add_argument("--jid", help="the account that publishes (default: no xmpp section)")
    parser.add_argument("--service", help="the pubsub service (default: pubsub. and JID's domain)")
    parser.add_argument("--node", default="blog", help="the node (default: blog)")


def run(arguments: argparse.Namespace) -> int:
    path: Path = arguments.config
    if path.exists():
        raise ConfigError(f"{path} exists already; edit it, or name another file with --config")
    folder = path.absolute().parent
    found = _jekyll(folder)
    posts = _posts_folder(folder)
    url = arguments.url or found.get("url")
    text = TEMPLATE.format(
        title=_quoted(arguments.title or found.get("title") or folder.name),
        url=_quoted(url or configs.EXAMPLE_URL),
        optional="".join(_optional(found)),
        timezone=found.get("timezone", "UTC"),
        since=_since(folder / posts),
        posts=_quoted(posts),
        permalink=_quoted(found.get("permalink", "date")),
        xmpp=_xmpp(arguments),
    )
    _check(text, path)
    _write(path, text)
    _tell(path, folder / posts, has_url=bool(url), has_jid=bool(arguments.jid))
    return 0


def _check(text: str, path: Path) -> None:
    """Raises ConfigError, in terms of what was asked for: there is no file yet to look into."""
    try:
        configs.parse(text, path)
    except ConfigError as error:
        problems = [line.partition(": ")[2] for line in str(error).splitlines()[1:]]
        raise ConfigError(f"{path} is not written; these values do not fit", problems) from error


def _write(path: Path, text: str) -> None:
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(text)
    except OSError as error:
        raise ConfigError(f"{path} cannot be written: {error.strerror}") from error


def _tell(path: Path, posts: Path, *, has_url: bool, has_jid: bool) -> None:
    print(f"wrote {path}")
    if not posts.is_dir():
        sites.say(f"note: there is no folder {posts}; set posts.path")
    if not has_url:
        sites.say(f"note: set site.url; it is {configs.EXAMPLE_URL} now")
    if not has_jid:
        sites.say("note: there is no xmpp section: feeds only; see config.example.yaml")
    named = "" if path == Path("config.yaml") else f" --config {path}"
    print(f"next: publisher {'plan' if has_jid else 'build'}{named}")


def _jekyll(folder: Path) -> Mapping[str, str]:
    """What a Jekyll site's configuration tells, in our words."""
    try:
        value = marked.read((folder / "_config.yml").read_text(encoding="utf-8-sig")).value
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError, marked.MarkedError) as error:
        sites.say(f"note: _config.yml is not used: {error}")
        return {}
    if not isinstance(value, dict):
        return {}
    texts = {key: part for key, part in value.items() if isinstance(part, str)}
    author = value.get("author")
    name = author.get("name") if isinstance(author, dict) else author
    wanted = {
        "title": texts.get("title") or texts.get("name"),
        "url": (texts.get("url", "") + texts.get("baseurl", "")).rstrip("/"),
        "description": texts.get("description"),
        "language": texts.get("lang"),
        "timezone": texts.get("timezone"),
        "permalink": texts.get("permalink"),
        "author": name if isinstance(name, str) else None,
    }
    return {key: part for key, part in wanted.items() if part and _fits(key, part)}


def _fits(key: str, value: str) -> bool:
    """Whether a value of _config.yml may stand in ours; what may not is left out, and said."""
    section = "posts: {path: p, permalink: %s}" if key == "permalink" else "posts: {path: p}"
    site = {"title": "t", "url": configs.EXAMPLE_URL}
    if key not in {"permalink", "author"}:
        site[key] = value
    text = (
        f"site: {json.dumps(site)}\n{section.replace('%s', json.dumps(value))}\n"
        "feeds: [{path: f, format: atom}]\n"
    )
    try:
        configs.parse(text, Path("_config.yml"))
    except ConfigError as error:
        reason = str(error).splitlines()[-1].partition(": ")[2]
        sites.say(f"note: _config.yml: {reason}; it is left out")
        return False
    return True


def _posts_folder(folder: Path) -> str:
    return next((name for name in POST_FOLDERS if (folder / name).is_dir()), POST_FOLDERS[0])


def _since(posts: Path) -> dt.date:
    """The oldest date in a file name, else today: the site was its author's by then."""
    dates = sorted(match[1] for path in posts.rglob("*") if (match := _DATED.match(path.name)))
    for text in dates:
        try:
            return dt.date.fromisoformat(text)
        except ValueError:
            continue
    return dt.datetime.now(dt.UTC).date()


def _optional(found: Mapping[str, str]) -> Iterator[str]:
    for key in ("description", "language"):
        if key in found:
            yield f"  {key}: {_quoted(found[key])}\n"
    if "author" in found:
        yield f"  author: {{name: {_quoted(found['author'])}}}\n"


def _xmpp(arguments: argparse.Namespace) -> str:
    jid = arguments.jid or "blog@example.org"
    domain = jid.partition("@")[2]
    service = arguments.service or f"pubsub.{domain}"
    text = XMPP.format(jid=_quoted(jid), service=_quoted(service), node=_quoted(arguments.node))
    return text if arguments.jid else "".join(f"# {line}\n" for line in text.splitlines())


def _quoted(text: str) -> str:
    """A YAML scalar: JSON's strings are YAML's, too; what is plain stays plain."""
    plain = re.fullmatch(r"[A-Za-z0-9_/.@-]+", text)
    return text if plain else json.dumps(text, ensure_ascii=False)
