"""Our presence (RFC 6121 section 4), and the wait until the server knows who asks for our items.

COMPAT(ejabberd 23.01): contacts hear of an item of the account's own node (PEP) only if the session
that publishes it is available. What they ask for (`+notify`, XEP-0163 section 4) ejabberd knows
from the presence that they send in return, so an item that is published before that is lost to
them. If a contact is on another server, ejabberd may also have to ask its client (XEP-0115 section
6.2). It asks in the name of our session, so it gets no answer once we are offline. It tells us
neither what it has learned nor which contacts are offline, so the wait must end without that.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

ROSTER = "{jabber:iq:roster}"
# RFC 6121 section 8.5.2: a resource with a negative priority gets no messages for the account, so
# they stay in the offline storage for the user.
PRIORITY = -1
UNAVAILABLE = "<presence type='unavailable'/>"

# How long nobody may answer before the wait ends. `FOREIGN_QUIET_SECONDS` applies while a contact
# on another server is silent: the two servers may first have to connect to each other (some 15
# round trips, 3 to 4.5 seconds around the world). It also applies once such a contact is online,
# because the server asks its client. ejabberd does not answer for a contact that is offline.
QUIET_SECONDS = 1.0
FOREIGN_QUIET_SECONDS = 5.0
LONGEST_SECONDS = 10.0


class Contacts:
    """The contacts of the account, and which of them have answered our presence with theirs."""

    def __init__(self, account: str) -> None:
        """`account` is a bare JID."""
        self._domain = account.rpartition("@")[2]
        self._expected: frozenset[str] | None = None
        self._online: dict[str, bool] = {}  # by bare JID, of those that have answered
        self._changed = asyncio.Event()
        self._is_over = False

    def expect(self, roster: Element) -> None:
        """Read the roster (RFC 6121 section 2.1.3). Until then we know of no contact.

        Only contacts that see us and that we see count: of others ejabberd knows no capabilities.
        """
        items = roster.iterfind(f"{ROSTER}query/{ROSTER}item")
        self._expected = frozenset(
            item.get("jid", "").lower() for item in items if item.get("subscription") == "both"
        )

    def note(self, presence: Element) -> None:
        """Take a presence that has arrived. After the wait nobody asks for it."""
        if self._is_over:
            return
        if (kind := presence.get("type")) in {None, "unavailable", "error"}:
            contact = presence.get("from", "").partition("/")[0].lower()
            self._online[contact] = kind is None
            self._changed.set()

    @property
    def is_complete(self) -> bool:
        """Whether every contact has answered, and the server need not ask any of them more."""
        return self._expected is not None and not self._silent and not self._may_be_asked

    @property
    def _silent(self) -> frozenset[str]:
        """The contacts that have not answered."""
        return (self._expected or frozenset()) - self._online.keys()

    @property
    def _quiet_seconds(self) -> float:
        is_foreign = any(map(self._is_foreign, self._silent)) or self._may_be_asked
        return FOREIGN_QUIET_SECONDS if is_foreign else QUIET_SECONDS

    @property
    def _may_be_asked(self) -> bool:
        """Whether a contact on another server is online, whose client ours may have to ask."""
        expected = self._expected or frozenset()
        return any(self._online.get(jid) and self._is_foreign(jid) for jid in expected)

    def _is_foreign(self, jid: str) -> bool:
        return jid.rpartition("@")[2] != self._domain

    async def answered(self) -> None:
        """Wait until the contacts have answered, or probably will not."""
        with suppress(TimeoutError):
            async with asyncio.timeout(LONGEST_SECONDS):
                while not self.is_complete:
                    self._changed.clear()
                    async with asyncio.timeout(self._quiet_seconds):
                        await self._changed.wait()
        self.end()

    def end(self) -> None:
        """Forget the contacts: a session may last for months, and anybody may send presence."""
        self._is_over = True
        self._online.clear()
