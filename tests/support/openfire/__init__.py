"""A scripted server that plays Openfire, for the tests. It is not Openfire.

Openfire is in no package index, so the tests cannot run it. What a real one did (5.2.0 Alpha, on
loopback) was measured once, and this program repeats it: the default forms, the errors, publishes
that run side by side, the subscriptions with ids, the hidden items. Where nothing was measured it
follows Openfire's source or XEP-0060, in the simplest way. A test that passes here shows that
publisher copes with these facts, and no more.

What is played, by module: `stream` (TLS, login, limits), `host` (who is online, messages for those
who are not, service discovery), `service` (requests of XEP-0060), `nodes` (a node: configuration,
items, storage), `forms` (fields and their defaults). It shares no code with `publisher.xmpp`.

Not played: rosters, and so the contacts of an account; collections; components; SCRAM-SHA-1-PLUS;
the pause before the items are stored (120 s) ends only when somebody reads the node or the server
is stopped.
"""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING

from publisher.app.demo.temporary_server import Server
from tests.support import ROOT

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


class Openfire(Server):
    """What plays Openfire, as a process that is started, paused and killed as a real server is.

    Every account may create nodes at the service. Publishes that arrive together run in an order
    that `seed` decides. `sends_last_item` is whether a new node sends its last item to those who
    subscribe; Openfire's do, and tests for all servers are easier to read without it.
    """

    packages = "openssl"
    start_seconds = 20.0

    def __init__(
        self, accounts: Mapping[str, str], *, seed: int = 0, sends_last_item: bool = True
    ) -> None:
        self._seed = seed
        self._sends_last_item = sends_last_item
        super().__init__(accounts)

    def _programs_needed(self) -> None:
        self._program("openssl")

    def _lay_out(self) -> None:
        settings = {
            "accounts": self.accounts,
            "certificate": str(self.certificate_file),
            "direct_port": self.direct_port,
            "domain": self.domain,
            "host": self.host,
            "key": str(self.key_file),
            "port": self.port,
            "seed": self._seed,
            "sends_last_item": self._sends_last_item,
            "service": self.service,
            "state": str(self.folder / "state"),
        }
        (self.folder / "openfire.json").write_text(json.dumps(settings), encoding="utf-8")

    def _command(self) -> Sequence[str]:
        settings = str(self.folder / "openfire.json")
        return [sys.executable, "-m", "tests.support.openfire", settings]

    def _environment(self) -> Mapping[str, str]:
        return {"PYTHONPATH": str(ROOT)}
