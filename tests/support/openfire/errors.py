"""What is answered in place of a result."""

from __future__ import annotations

from copy import copy
from typing import TYPE_CHECKING

from tests.support.openfire.xml import CLIENT, ERRORS, STANZAS, add

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

# The types that RFC 6120 section 8.3.3 gives the conditions.
_TYPES = {
    "bad-request": "modify",
    "forbidden": "auth",
    "internal-server-error": "wait",
    "not-acceptable": "modify",
    "not-authorized": "auth",
    "unexpected-request": "wait",
}


class Problem(Exception):  # noqa: N818 - an answer of the service
    """An error. `specific` is its name in XEP-0060; without `echo` the request is not repeated."""

    def __init__(self, condition: str, specific: str = "", *, echo: bool = True) -> None:
        super().__init__(condition)
        self.condition = condition
        self.specific = specific
        self.echo = echo

    def put_into(self, iq: Element, request: Element) -> None:
        iq.set("type", "error")
        if self.echo:
            iq.append(copy(request))
        error = add(iq, f"{CLIENT}error", type=_TYPES.get(self.condition, "cancel"))
        add(error, f"{STANZAS}{self.condition}")
        if self.specific:
            add(error, f"{ERRORS}{self.specific}")


class Silence(Exception):  # noqa: N818 - not even an answer
    """There is no answer, ever."""
