"""Check items and their nodes as Movim, Converse, Libervia and RSS Guard read them. Pure.

Movim's parser and purifier were run by hand; the tests run Libervia's parser (tests/readers). What
else is said of Movim, and all that is said of Converse and RSS Guard, was read in their source and
their issues, and not run.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Final

from lxml import etree

from publisher.errors import TooBig
from publisher.feeds import ATOM
from publisher.lint.clients.client_diagnostic import UNWRAPPED, ClientDiagnostic, Finding, listed
from publisher.sync.item import contents, item
from publisher.text.characters import short_line
from publisher.text.node_address import NodeAddress

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from publisher.config import NodeConfig, Site
    from publisher.entry import Entry
    from publisher.rendering import Rendered

XHTML: Final = "{http://www.w3.org/1999/xhtml}"
# Movim has a player for exactly these media types (app/Helpers/StringHelper.php).
MOVIM_AUDIO: Final = frozenset(
    f"audio/{kind}" for kind in ("aac", "ogg", "opus", "vorbis", "speex", "mpeg", "webm")
)
PUSH_AGE: Final = dt.timedelta(days=30)  # Movim ignores pushed posts that are older
# Movim has had trouble with ids as short as `0` and `2289`.
MIN_ID: Final = 8
SAMPLE_LENGTH: Final = 60


def of_item(
    entry: Rendered, site: Site, node: NodeConfig, *, account: str
) -> Iterator[ClientDiagnostic]:
    """Check the item that publisher would send. `account` is the bare JID that publishes it."""
    path, address = str(entry.post.path), NodeAddress(node.service, node.node)
    try:
        sent = item(entry, site, address, account=account, contents=contents(entry.post, node))
    except TooBig as error:
        yield ClientDiagnostic("XMPP clients", path, f"get nothing: {error}", "run")
        return
    if sent.shortened:
        message = f"do not get the whole post, which is {sent.shortened}"
        yield ClientDiagnostic("XMPP clients", path, message, "run")
    if entry.image and not entry.image.is_picture:
        url = short_line(entry.image.href, SAMPLE_LENGTH)
        fix = f"add its media type, e.g. `image: {{url: {url}, type: image/jpeg}}`"
        yield ClientDiagnostic(
            "Movim, Converse, RSS Guard", path, f"do not show {url}; {fix}", "read"
        )
    payload = etree.fromstring(sent.payload)
    for reader, message, basis in of_payload(payload, sent.id, account):
        yield ClientDiagnostic(reader, path, message, basis)


def of_payload(payload: etree._Element, item_id: str, account: str) -> Iterator[Finding]:
    """Check any payload of a node."""
    yield from _identity(payload, item_id, account)
    yield from _dates(payload)
    yield from _contents(payload)
    yield from _tags(payload)
    yield from _recordings(payload)


def _identity(payload: etree._Element, item_id: str, account: str) -> Iterator[Finding]:
    if not payload.findtext(f"{ATOM}title") or not payload.findtext(f"{ATOM}updated"):
        yield Finding("Movim", "drops the post: it has no title or no updated date", "read")
    if "/" in item_id or len(item_id) < MIN_ID:
        yield Finding(
            "Movim", f"cannot open the item {item_id}; give the post another `id:`", "read"
        )
    uris = [author.findtext(f"{ATOM}uri") for author in payload.findall(f"{ATOM}author")]
    if uris != [f"xmpp:{account}"]:
        yield Finding(
            "Converse",
            f"shows the post as a repost: its author is not the account {account}",
            "read",
        )
        yield Finding(
            "Movim",
            "shows no author: the post's author is not the account that published it",
            "read",
        )
    pages = [
        link.get("href", "")
        for link in payload.findall(f"{ATOM}link")
        if link.get("rel", "alternate") == "alternate"
    ]
    if not pages or not pages[0].startswith(("http://", "https://")):
        yield Finding(
            "Movim",
            "does not show the post to the public: its first link is not a web page",
            "read",
        )
        yield Finding("RSS Guard", "opens no page: the first link is not a web page", "read")


def _dates(payload: etree._Element) -> Iterator[Finding]:
    dates = [payload.findtext(f"{ATOM}{name}") for name in ("published", "updated")]
    if any(date and not date.endswith("Z") for date in dates):
        message = "sorts the post wrongly: it compares dates as texts, and one does not end in Z"
        yield Finding("Converse", message, "read")


def _contents(payload: etree._Element) -> Iterator[Finding]:
    found = payload.findall(f"{ATOM}content")
    kinds = [content.get("type", "text") for content in found]
    if payload.find(f"{ATOM}summary") is not None and found:
        yield Finding(
            "Movim", "shows the beginning twice: the summary, and the post below it", "read"
        )
    if kinds and kinds[0] not in {"xhtml", "html"}:
        yield Finding(
            "RSS Guard",
            "shows plain text: the plain-text alternative comes before the XHTML",
            "read",
        )
    if not found:
        yield Finding("Libervia", "shows only the title: it reads no summary", "run")
    for content in found:
        yield from _markup(content)


def _markup(content: etree._Element) -> Iterator[Finding]:
    lost = [name for name in UNWRAPPED if content.find(f".//{XHTML}{name}") is not None]
    if lost:
        names = listed(f"<{name}>" for name in lost)
        yield Finding("Movim", f"drops {names}, and shows only the text inside", "run")
    # Browsers block http: content in a page that they loaded by https: (Mixed Content).
    insecure = [e for e in content.iter() if e.get("src", "").startswith("http://")]
    if insecure:
        url = short_line(insecure[0].get("src", ""), SAMPLE_LENGTH)
        yield Finding("Movim, Converse", f"do not load {url} in a browser; use https:", "read")


def _tags(payload: etree._Element) -> Iterator[Finding]:
    terms = [category.get("term", "") for category in payload.findall(f"{ATOM}category")]
    if "nsfw" in {term.lower() for term in terms}:
        yield Finding("Movim", "hides the post: it has the tag nsfw", "read")


def _recordings(payload: etree._Element) -> Iterator[Finding]:
    for link in payload.findall(f"{ATOM}link[@rel='enclosure']"):
        kind = link.get("type", "")
        if kind.startswith("audio/") and kind not in MOVIM_AUDIO:
            yield Finding(
                "Movim", f"has no player for {kind}; add an Ogg or MP3 file beside it", "read"
            )


def of_age(
    entry: Entry, *, now: dt.datetime, at_nodes: Collection[str]
) -> Iterator[ClientDiagnostic]:
    """Check an entry that is at no node yet; `at_nodes` are the ids of the items at some node."""
    if entry.item_id not in at_nodes and now - entry.published > PUSH_AGE:
        message = (
            "ignores the notification, because the post is older than a month; "
            "it shows the post to users who open the node"
        )
        yield ClientDiagnostic("Movim", str(entry.post.path), message, "read")


# --- Nodes

# Option, values that are fine (the best first), readers, what they do with any other value.
_OPTIONS: Final = (
    ("itemreply", ("publisher",), "Converse, Movim",
     "cannot tell who published an item, and show posts as reposts"),
    ("deliver_payloads", ("1", "true"), "Converse, Movim",
     "do not see edits: they fetch only items that they do not have"),
    ("notify_retract", ("1", "true"), "all readers", "keep posts that you removed"),
    ("send_last_published_item", ("never", "on_sub"), "all readers",
     "get the newest post again whenever they come online"),
    ("type", ("urn:xmpp:pubsub-social-feed:1", "http://www.w3.org/2005/Atom"), "Converse",
     "does not list the node among the feeds"),
)  # fmt: skip


def of_node(node: NodeConfig) -> Iterator[ClientDiagnostic]:
    """Check the options that the configuration sets; publisher's defaults suit all readers."""
    configured = {name.removeprefix("pubsub#"): value for name, value in node.options.items()}
    for name, good_values, readers, message in _OPTIONS:
        value = configured.get(name)
        if value is not None and value.lower() not in map(str.lower, good_values):
            fix = f"options: {{{name}: {good_values[0]}}}"
            yield ClientDiagnostic(readers, f"node {node.node}", f"{message}; set {fix}", "read")
    if node.access != "open":
        message = f"do not show the node to the public: its access_model is {node.access}"
        yield ClientDiagnostic("Movim, Libervia", f"node {node.node}", message, "read")
