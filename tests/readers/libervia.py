"""Print what Libervia's parser (XEP-0277) makes of the items on stdin, as a list in JSON.

Runs in .venv-readers. Only the host of the plugins is missing, for which a dummy stands.
"""

from __future__ import annotations

import json
import sys
from typing import Any
from unittest import mock

import dateutil.parser  # noqa: F401 - the plugin imports `dateutil` alone, and uses this
from sat.plugins.plugin_misc_text_syntaxes import TextSyntaxes
from sat.plugins.plugin_xep_0277 import XEP_0277
from twisted.internet import defer, task
from twisted.words.protocols.jabber import jid
from twisted.words.xish import domish


def parsed(text: str) -> Any:
    roots: list[Any] = []
    stream = domish.elementStream()
    stream.DocumentStartEvent = roots.append
    stream.ElementEvent = lambda element: roots[0].addChild(element)  # noqa: PLW0108 - no root yet
    stream.DocumentEndEvent = lambda: None
    stream.parse(text)
    return roots[0]


async def main(_reactor: object) -> None:
    host = mock.MagicMock()
    host.plugins = {"TEXT_SYNTAXES": TextSyntaxes(host)}
    reader = object.__new__(XEP_0277)  # its constructor wants a running Libervia
    reader.host = host
    service = jid.JID("pubsub.example.org")
    items = parsed(sys.stdin.read()).elements()
    read = [await reader.item2mbdata(None, item, service, "blog") for item in items]
    json.dump(read, OUTPUT)


OUTPUT, sys.stdout = sys.stdout, sys.stderr  # the plugins write log lines
task.react(lambda reactor: defer.ensureDeferred(main(reactor)))
