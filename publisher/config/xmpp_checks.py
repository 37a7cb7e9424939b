"""Check the accounts and the nodes, and that no two entries name the same node.

Each check is a generator of problems, as in `config.checks`.
"""

from __future__ import annotations

import re
import shlex
from typing import TYPE_CHECKING, Any

from publisher.config.keys import (
    VALUE_PLACEHOLDERS,
    NodeConfig,
)
from publisher.config.node_fields import NODE_FIELDS, NODE_KEYS, NUMBER_FIELDS, field_name
from publisher.config.value_forms import DOMAIN, LOCAL, check_placeholders, near
from publisher.text.nearest_name import question

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from publisher.text import yaml_document

EXAMPLE_NODES = "nodes: [{service: pubsub.example.org, node: blog}]"
PASSWORDS = ("password_env", "password_file", "password_command")
_VARIABLE = re.compile("[A-Za-z_][A-Za-z0-9_]*")


def check_node(node: dict[str, Any]) -> Iterator[tuple[yaml_document.Key, str]]:
    service = node.get("service", "pubsub.example.org")
    local, at, domain = service.rpartition("@")
    if not DOMAIN.fullmatch(domain) or (at and not LOCAL.fullmatch(local)):
        example = "pubsub.example.org"
        yield ("service",), f"is {service!r}; it must be a JID without a resource, e.g. {example}"
    for option, value in node.get("options", {}).items():
        if problem := _field_problem(field_name(option), value):
            yield ("options", option), problem
    if "node" in node:
        yield from check_placeholders("node", node["node"], known=VALUE_PLACEHOLDERS)
    if node.get("prune") == "all" and not node.get("exclusive"):
        yield (
            ("prune",),
            "is all, which retracts items that others published, too; "
            "add exclusive: true if nobody else publishes there",
        )


def _field_problem(name: str, value: str) -> str:
    """What is wrong with a field of a node's configuration; empty if nothing is.

    A service may offer fields that are not registered, so an unknown name is only a problem here if
    it looks like a misspelt one.
    """
    if name in NODE_KEYS or name in _KEYS_OF_NODES:
        return f"has a key of its own: write `{name}: ...` beside `options`"
    if name not in NODE_FIELDS:
        meant = misspelt(name)
        place = "; write it beside `options`" if meant in NODE_KEYS else ""
        return f"is no registered field{question(meant)}{place}" if meant else ""
    if name == "persist_items" and value in {"0", "false"}:
        return "is off; remove it: a node must keep its items"
    known = NODE_FIELDS[name]
    if known and value not in known:
        return f"is {value!r}{near(value, known)}"
    if name in NUMBER_FIELDS and not _is_number(value, or_max=name in NUMBER_FIELDS[:2]):
        return f"is {value!r}; it must be a whole number, 0 or more" + (
            ", or max" if name in NUMBER_FIELDS[:2] else ""
        )
    return ""


# The keys of a node's section that are not fields of its configuration at the service.
_KEYS_OF_NODES = frozenset(NodeConfig.__struct_fields__) - NODE_FIELDS.keys()


def misspelt(name: str) -> str:
    """The registered field that the author may have meant; empty if none is close."""
    # Servers have fields of their own, so a name must be very close: the name of Openfire's
    # `send_item_subscribe` is not a misspelt `subscribe`.
    plain = name.lower().replace("-", "_").replace(" ", "_").removeprefix("pubsub_")
    import difflib  # noqa: PLC0415 - only a mistake needs it

    close = difflib.get_close_matches(plain, NODE_FIELDS, n=1, cutoff=_CLOSE)
    return close[0] if close else ""


_CLOSE = 0.8


def _is_number(value: str, *, or_max: bool) -> bool:
    return (value.isascii() and value.isdecimal()) or (or_max and value == "max")


def check_xmpp(xmpp: dict[str, Any]) -> Iterator[tuple[yaml_document.Key, str]]:
    jid = xmpp.get("jid", "blog@example.org")
    local, _, domain = jid.partition("@")
    if not (LOCAL.fullmatch(local) and DOMAIN.fullmatch(domain)):
        yield ("jid",), f"is {jid!r}; it must be a bare JID, e.g. blog@example.org"
    if sum(name in xmpp for name in PASSWORDS) != 1:
        yield (
            (),
            "needs exactly one of password_env, password_file and password_command; "
            "e.g. password_env: PUBLISHER_PASSWORD",
        )
    if "password_env" in xmpp and not _VARIABLE.fullmatch(xmpp["password_env"]):
        # The value is not repeated, because it may be the password itself.
        yield (
            ("password_env",),
            "is not the name of an environment variable, e.g. PUBLISHER_PASSWORD; to keep the "
            "password in a file instead, set password_file to its path",
        )
    yield from _check_command(xmpp.get("password_command"))
    if "port" in xmpp and "host" not in xmpp:
        yield ("port",), "needs a host, too; without one the port comes from DNS"
    if xmpp.get("nodes") == ():
        yield ("nodes",), f"is empty; add e.g. {EXAMPLE_NODES}"
    nodes = xmpp.get("nodes", ())
    for index, node in enumerate(nodes):
        if message := clash(node, nodes[:index]):
            yield ("nodes", index), message


# What a shell does not pass to the program as it is. `&` and `;` within a word may be part of a
# URL.
_SHELL = re.compile(
    r"[|<>`]|&&|&(?=\s|$)|(?<!\S)&|;(?=\s|$)|(?<!\S);|\$(?=[A-Za-z_({])|(?<!\S)\$(?=\S)"
)
_QUOTED = re.compile(r"""'[^']*'|"(?:\\.|[^"\\])*"|\\.""", re.DOTALL)


def _check_command(command: str | None) -> Iterator[tuple[yaml_document.Key, str]]:
    """Problems of a command line that names no program."""
    try:
        words = ["none"] if command is None else shlex.split(command)
    except ValueError:
        yield ("password_command",), f"is {command!r}; a quote in it is not closed"
    else:
        if not "".join(words[:1]).strip():
            yield (
                ("password_command",),
                f"is {command!r}; it must be a command, e.g. pass show xmpp/blog",
            )
        elif command and (found := _SHELL.search(_QUOTED.sub("", command))):
            # The command is not repeated, because the password may be part of it.
            yield (
                ("password_command",),
                f"has {found[0].strip()}, but it is not run by a shell; write it as sh -c '...', "
                "or put a word that has this character in quotes",
            )


def clash(node: NodeConfig | None, others: Iterable[NodeConfig | None]) -> str | None:
    """The problem if the entry can name the same node as another entry, of any account."""
    for other in others:
        if node is None or other is None or node.service != other.service:
            continue
        if node.node == other.node:
            return "names the same node as another entry; remove one"
        if _overlap(node, other):
            return (
                f"may name the same node as {other.node}; "
                "begin each pattern differently, e.g. tag/{tag}"
            )
    return None


def _overlap(first: NodeConfig, second: NodeConfig) -> bool:
    """Whether values of placeholders exist for which both entries name the same node."""
    if first.pattern is None or second.pattern is None:
        return first.value_in(second.node) is not None or second.value_in(first.node) is not None
    (head, _, tail), (head_2, _, tail_2) = first.pattern, second.pattern
    heads, tails = sorted([head, head_2], key=len), sorted([tail, tail_2], key=len)
    return heads[1].startswith(heads[0]) and tails[1].endswith(tails[0])
