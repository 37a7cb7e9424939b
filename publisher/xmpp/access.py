"""What the account may do at a node: create it, publish there, change it, silence it."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

from msgspec.structs import replace

from publisher.errors import Busy, Forbidden, NoAnswer, NotFound, Refused, Unavailable
from publisher.text.characters import short_line
from publisher.xmpp import data_forms

if TYPE_CHECKING:
    from collections.abc import Sequence

    from publisher.xmpp.look_questions import Questions
    from publisher.xmpp.requests import Requests

# The affiliations that may publish (section 4.1).
_PUBLISHING = frozenset({"owner", "publisher", "publish-only"})
NAMED = 3  # accounts that a message names
MAX_JID = 100  # characters of a JID that a message shows


async def creation_refusal(requests: Requests) -> str:
    """Why the account may not create the node, empty if it may, or if the service hides it."""
    service, account = requests.address.service, requests.account
    if "@" in service and service != account:
        return (
            f"{requests.address} does not exist, and only {service} itself can create nodes there; "
            f"set the service to {account}, or let {service} create the node and make "
            f"{account} a publisher of it"
        )
    try:
        await requests.form()
    except NotFound:
        return ""
    except Forbidden:
        # COMPAT(Prosody 0.12): it looks for the node only if the account may configure every
        # node of the service; no other account may create one.
        return (
            f"{service} does not allow {account} to create the node {requests.address.node}; on "
            "Prosody add the account to the `admins` of the pubsub component, elsewhere ask "
            "the administrator for the right to create nodes"
        )
    except Busy:
        raise
    except Refused:
        return ""
    return ""  # somebody has created it just now


async def rights(requests: Requests, asked: Questions, *, sees_form: bool) -> tuple[str, str]:
    """Why the account may not publish to the node, and why it may not configure it.

    Each is empty if it may, or if the service does not tell.
    """
    account = requests.account
    affiliation = await asked.affiliation or await _guessed(asked, sees_form=sees_form)
    if affiliation in {"", "owner"}:
        return "", ""
    not_owner = f"only its owner can do that, and {account} is not its owner"
    if affiliation in {"publisher", "publish-only"} or await _is_open_to_publishers(requests):
        return "", not_owner
    if affiliation == "none" and await _has_virtual_nodes(requests):
        return _virtual_nodes(requests), not_owner
    refusal = (
        f"{requests.address.service} does not allow {account} to publish to the node "
        f"{requests.address.node}: its affiliation with the node is "
        f"{short_line(affiliation, MAX_JID)}; ask the node's owner for the affiliation "
        "publisher"
    )
    return refusal, not_owner


async def _guessed(asked: Questions, *, sees_form: bool) -> str:
    """Our affiliation by what the service lets us see; empty if that shows nothing."""
    try:
        await asked.affiliations
    except (Busy, NoAnswer):
        raise
    except Forbidden:
        # COMPAT(Prosody 0.12): it does not tell our own affiliation, but it shows the
        # configuration to publishers, and the affiliations to owners.
        return "publisher" if sees_form else "none"
    except (Refused, Unavailable):
        return ""
    return "owner"


async def _is_open_to_publishers(requests: Requests) -> bool:
    """Whether accounts without an affiliation may publish, or may be allowed to."""
    try:
        meta_data = data_forms.values(await requests.meta_data())
    except (Busy, NoAnswer):
        raise
    except (Refused, Unavailable):
        return False
    # Whether we are among the `subscribers`, the service knows better.
    return meta_data.get("publish_model", "publishers") != "publishers"


async def _has_virtual_nodes(requests: Requests) -> bool:
    """Whether the service describes a node that nobody can have created, as if it existed."""
    nobodys = replace(requests.address, node=f"publisher-{secrets.token_hex(8)}")
    try:
        return await replace(requests, address=nobodys).is_leaf()
    except (Busy, NoAnswer):
        raise
    except (Refused, Unavailable):
        return False


def _virtual_nodes(requests: Requests) -> str:
    # COMPAT(ejabberd): its nodes are virtual then: they are not stored, and nobody can configure
    # them. Until an account creates one of them, nobody may publish there.
    return (
        f"{requests.address.service} describes every node as if it existed, so publisher cannot "
        f"create and configure the node {requests.address.node}. On ejabberd, set `nodetree: tree` "
        "(the default) in the options of mod_pubsub instead of `nodetree: virtual`; elsewhere use "
        "another service"
    )


async def obstacle_to_silence(requests: Requests) -> str:
    """Why notifications must stay on while we publish, empty if we may turn them off.

    Only owners see the configuration (section 8.2) and the affiliations (section 8.9.1).
    """
    try:
        actual = data_forms.values(await requests.form())
        affiliations = await requests.affiliations()
    # Busy is a Refused, too, but the caller retries it.
    except Busy:
        raise
    except Forbidden:
        return "only its owner can turn notifications off"
    except Refused as error:
        return str(error)
    if "deliver_notifications" not in actual:
        return "the service has no pubsub#deliver_notifications"
    if (model := actual.get("publish_model", "publishers")) != "publishers":
        return f"its publish_model is {model!r}, so others may publish there"
    others = [
        jid
        for jid, affiliation in affiliations.items()
        if affiliation in _PUBLISHING and jid != requests.account
    ]
    return f"other accounts may publish there, too: {_some(others)}" if others else ""


def _some(jids: Sequence[str]) -> str:
    """The first few accounts, and how many more there are."""
    named = ", ".join(short_line(jid, MAX_JID) for jid in sorted(jids)[:NAMED])
    return f"{named} and {len(jids) - NAMED} more" if len(jids) > NAMED else named
