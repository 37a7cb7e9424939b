"""An XMPP client that is not ours: what a node looks like from outside. Stands alone.

Run with the Python of its own environment (`requirements.txt`). The password comes from the
environment variable SUBSCRIBER_PASSWORD. Prints one JSON object per line; `follow` and `attend`
until standard input ends or they get SIGTERM, the other commands once. Exits with 1 after `error`.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import itertools
import json
import logging
import os
import signal
import sys
import threading
import time
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import aioxmpp
import aioxmpp.forms
import aioxmpp.pubsub.xso as pubsub
import lxml.etree
from aioxmpp import connector, security_layer

if TYPE_CHECKING:
    from collections.abc import Generator

CONNECT = timedelta(seconds=20)
SUBJECT_ALTERNATIVE_NAME = "2.5.29.17"
PROBE = "probe"  # a node of the account's own
NODE_CONFIG = "http://jabber.org/protocol/pubsub#node_config"


def main() -> int:
    logging.basicConfig(level=logging.ERROR, stream=sys.stderr)
    aioxmpp.xso.Collector.from_events = collect
    options = parse_arguments()
    try:
        asyncio.run(COMMANDS[options.command](options))
    except aioxmpp.errors.XMPPError as error:
        say("error", condition=error.condition.value[1], text=str(error))
        return 1
    except Exception as error:
        say("error", condition=type(error).__name__, text=str(error))
        return 1
    return 0


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("command", choices=COMMANDS)
    parser.add_argument("--jid", required=True, type=aioxmpp.JID.fromstr)
    parser.add_argument("--host", required=True)
    parser.add_argument("--port", required=True, type=int)
    parser.add_argument("--direct-tls", action="store_true")
    parser.add_argument("--ca-file", required=True)
    parser.add_argument("--service", required=True, type=aioxmpp.JID.fromstr)
    parser.add_argument("--node", required=True)
    parser.add_argument("--id", help="publish, retract: the item")
    parser.add_argument("--notify", action="store_true", help="retract: tell the subscribers")
    parser.add_argument("--set", nargs="*", default=[], help="configure: e.g. max_items=50")
    parser.add_argument("--account", type=aioxmpp.JID.fromstr, help="affiliate: whom")
    parser.add_argument("--affiliation", help="affiliate: as what")
    return parser.parse_args()


def say(event: str, **values: object) -> None:
    """`at` is comparable between the processes of one machine."""
    print(json.dumps({"event": event, "at": time.monotonic(), **values}), flush=True)  # noqa: T201


# Commands


async def follow(options: argparse.Namespace) -> None:
    """Subscribes the bare JID and prints what arrives. Comes back when the connection breaks."""
    threading.Thread(target=end_with_input, daemon=True).start()
    client = make_client(options)
    presence = client.summon(aioxmpp.PresenceServer)
    presence.set_presence(aioxmpp.PresenceState(available=True))
    client.stream.on_message_received.connect(say_message)
    try:
        async with connected(client):
            await subscribe_each_time(client, options)
    except asyncio.CancelledError:
        pass  # SIGTERM, or the end of the input


async def attend(options: argparse.Namespace) -> None:
    """Subscribes to nothing, but asks contacts for the node by `+notify` (XEP-0163 section 4)."""
    threading.Thread(target=end_with_input, daemon=True).start()
    client = make_client(options)
    client.summon(aioxmpp.EntityCapsService)
    known = asyncio.Event()
    client.stream.on_message_received.connect(lambda message: note_probe(message, options, known))
    client.stream.on_message_received.connect(say_message)
    asked = client.summon(aioxmpp.DiscoServer)
    for node in (options.node, PROBE):
        asked.register_feature(f"{node}+notify")
    presence = client.summon(aioxmpp.PresenceServer)
    presence.set_presence(aioxmpp.PresenceState(available=True))
    try:
        async with connected(client):
            asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, this_task().cancel)
            await probe_until(known, client, options)
            say("attending", node=options.node)
            await asyncio.Event().wait()
    except asyncio.CancelledError:
        pass  # SIGTERM, or the end of the input


async def probe_until(
    known: asyncio.Event, client: aioxmpp.Client, options: argparse.Namespace
) -> None:
    """Publish to ourselves until we hear of it: then the server knows what we asked for."""
    while not known.is_set():
        item = pubsub.Item("probe")
        item.unregistered_payload.append(lxml.etree.fromstring("<probe xmlns='urn:example'/>"))
        request = pubsub.Request(pubsub.Publish())
        request.payload.node = PROBE
        request.payload.item = item
        stanza = aioxmpp.IQ(type_=aioxmpp.IQType.SET, to=options.jid.bare(), payload=request)
        await client.send(stanza)
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(known.wait(), 0.2)


def note_probe(message: aioxmpp.Message, options: argparse.Namespace, known: asyncio.Event) -> None:
    event = message.xep0060_event
    if event is not None and message.from_.bare() == options.jid.bare():
        known.set()


async def subscribe_each_time(client: aioxmpp.Client, options: argparse.Namespace) -> None:
    """Without end. The answer also says that our presence, sent before, has been seen."""
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, this_task().cancel)
    established = asyncio.Event()
    client.on_stream_established.connect(established.set)
    for event in itertools.chain(["subscribed"], itertools.repeat("reconnected")):
        established.clear()
        request = pubsub.Request(pubsub.Subscribe(options.jid.bare(), node=options.node))
        await ask(client, options, aioxmpp.IQType.SET, request)
        say(event, node=options.node, service=str(options.service))
        await established.wait()


def this_task() -> asyncio.Task[None]:
    task = asyncio.current_task()
    assert task is not None
    return task


async def items(options: argparse.Namespace) -> None:
    """Prints the items of the node, in the order in which the server lists them."""
    client = make_client(options)
    async with connected(client):
        request = pubsub.Request(pubsub.Items(options.node))
        answer = await ask(client, options, aioxmpp.IQType.GET, request)
        for item in answer.payload.items:
            say("item", id=item.id_, node=options.node, payload=payload_of(item))


async def create(options: argparse.Namespace) -> None:
    client = make_client(options)
    async with connected(client):
        await client.summon(aioxmpp.PubSubClient).create(options.service, options.node)


async def configure(options: argparse.Namespace) -> None:
    client = make_client(options)
    form = aioxmpp.forms.Data(aioxmpp.forms.DataType.SUBMIT)
    values = dict(pair.split("=", 1) for pair in options.set)
    for var, value in {"FORM_TYPE": NODE_CONFIG, **prefixed(values)}.items():
        kind = aioxmpp.forms.FieldType.HIDDEN if var == "FORM_TYPE" else None
        form.fields.append(aioxmpp.forms.Field(type_=kind, var=var, values=[value]))
    async with connected(client):
        service = client.summon(aioxmpp.PubSubClient)
        await service.set_node_config(options.service, form, options.node)


def prefixed(values: dict[str, str]) -> dict[str, str]:
    return {f"pubsub#{name}": value for name, value in values.items()}


async def affiliate(options: argparse.Namespace) -> None:
    client = make_client(options)
    async with connected(client):
        await client.summon(aioxmpp.PubSubClient).change_node_affiliations(
            options.service, options.node, [(options.account, options.affiliation)]
        )


async def publish(options: argparse.Namespace) -> None:
    """The payload is read from standard input."""
    item = pubsub.Item(options.id)
    item.unregistered_payload.append(lxml.etree.fromstring(sys.stdin.buffer.read()))
    request = pubsub.Request(pubsub.Publish())
    request.payload.node = options.node
    request.payload.item = item
    client = make_client(options)
    async with connected(client):
        await ask(client, options, aioxmpp.IQType.SET, request)


async def retract(options: argparse.Namespace) -> None:
    client = make_client(options)
    async with connected(client):
        await client.summon(aioxmpp.PubSubClient).retract(
            options.service, options.node, options.id, notify=options.notify
        )


async def purge(options: argparse.Namespace) -> None:
    client = make_client(options)
    async with connected(client):
        await client.summon(aioxmpp.PubSubClient).purge(options.service, options.node)


async def delete(options: argparse.Namespace) -> None:
    client = make_client(options)
    async with connected(client):
        await client.summon(aioxmpp.PubSubClient).delete(options.service, options.node)


COMMANDS = {
    command.__name__: command
    for command in (
        follow,
        attend,
        items,
        create,
        configure,
        affiliate,
        publish,
        retract,
        purge,
        delete,
    )
}


# What arrives


def say_message(message: aioxmpp.Message) -> None:
    if message.xep0060_event is None:
        return
    service = str(message.from_)
    match message.xep0060_event.payload:
        case pubsub.EventItems(node=node, items=published, retracts=retracted):
            for item in published:
                payload = payload_of(item)
                say("published", id=item.id_, node=node, service=service, payload=payload)
            for item in retracted:
                say("retracted", id=item.id_, node=node, service=service)
        case pubsub.EventPurge(node=node):
            say("purged", node=node, service=service)
        case pubsub.EventDelete(node=node):
            say("deleted", node=node, service=service)
        case pubsub.EventConfiguration(node=node):
            say("configured", node=node, service=service)


def payload_of(item: pubsub.Item | pubsub.EventItem) -> str | None:
    for element in item.unregistered_payload:
        return lxml.etree.tostring(element, encoding="unicode", with_tail=False)
    return None


def collect(
    self: Any, item: Any, start: tuple[str | None, str, dict[Any, str]], _context: object
) -> Generator[None, tuple[Any, ...], None]:
    """The events of one subtree, as an element below `item`.

    In place of aioxmpp's own, which puts the text after a child before it.
    """
    builder = lxml.etree.TreeBuilder()
    open_tags = [open_element(builder, *start)]
    while open_tags:
        match (yield):
            case "start", namespace, name, attributes:
                open_tags.append(open_element(builder, namespace, name, attributes))
            case "text", text:
                builder.data(text)
            case "end", *_:
                builder.end(open_tags.pop())
    self.__get__(item, type(item)).append(builder.close())


def open_element(builder: Any, namespace: str | None, name: str, attributes: dict[Any, str]) -> str:
    tag = qualified(namespace, name)
    builder.start(
        tag,
        {qualified(*key): value for key, value in attributes.items()},
        {None: namespace} if namespace else {},
    )
    return tag


def qualified(namespace: str | None, name: str) -> str:
    return f"{{{namespace}}}{name}" if namespace else name


# The connection


def make_client(options: argparse.Namespace) -> aioxmpp.Client:
    kind = connector.XMPPOverTLSConnector if options.direct_tls else connector.STARTTLSConnector
    security = security_layer.SecurityLayer(
        ssl_context_factory=security_layer.default_ssl_context,
        certificate_verifier_factory=lambda: Verifier(options.ca_file),
        tls_required=True,
        sasl_providers=[security_layer.PasswordSASLProvider(password_once)],
    )
    return aioxmpp.Client(
        options.jid,
        security,
        override_peer=[(options.host, options.port, kind())],
        max_initial_attempts=1,
    )


def connected(client: aioxmpp.Client) -> aioxmpp.node.UseConnected:
    unavailable = aioxmpp.PresenceState(available=False)
    return aioxmpp.node.UseConnected(client, timeout=CONNECT, presence=unavailable)


async def password_once(_jid: aioxmpp.JID, attempt: int) -> str | None:
    return os.environ["SUBSCRIBER_PASSWORD"] if attempt == 0 else None


class Verifier(security_layer.CertificateVerifier):  # type: ignore[misc]
    """Trusts `ca_file` and nothing else, for the name that the JID asks for.

    aioxmpp's own trusts the system's authorities, and compares names by what newer versions of
    Python and pyOpenSSL have no more.
    """

    def __init__(self, ca_file: str) -> None:
        self._ca_file = ca_file

    def setup_context(self, ctx: Any, transport: Any) -> None:
        super().setup_context(ctx, transport)
        ctx.load_verify_locations(self._ca_file)

    def verify_callback(
        self, _ctx: Any, certificate: Any, _errno: int, depth: int, ok: int
    ) -> bool:
        if depth > 0 or not ok:
            return bool(ok)
        wanted = self.transport.get_extra_info("server_hostname")
        return wanted in names_of(certificate)

    async def post_handshake(self, transport: object) -> None:
        pass


def names_of(certificate: Any) -> list[str]:
    return [
        str(name.value)
        for extension in certificate.to_cryptography().extensions
        if extension.oid.dotted_string == SUBJECT_ALTERNATIVE_NAME
        for name in extension.value
    ]


async def ask(
    client: aioxmpp.Client,
    options: argparse.Namespace,
    kind: aioxmpp.IQType,
    request: pubsub.Request,
) -> pubsub.Request:
    return await client.send(aioxmpp.IQ(type_=kind, to=options.service, payload=request))


def end_with_input() -> None:
    """So that nothing is left when the test run is killed."""
    while os.read(0, 4096):
        pass
    os.kill(os.getpid(), signal.SIGTERM)


if __name__ == "__main__":
    sys.exit(main())
