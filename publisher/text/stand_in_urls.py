"""Recognise URLs that cannot be those of a site on the web: of this machine, and of examples. Pure.

Starters of site generators have such a URL in their settings until somebody writes the right one.
"""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from publisher.text.uris import is_loopback_url

# Domains of RFC 2606 section 3. Those of section 2, e.g. `.example`, are no stand-ins for us: no
# starter has them, and who writes them, as our documents do, knows what they are.
_EXAMPLES = re.compile(r"(?:.*\.)?example\.(?:com|net|org)")
# A part of a host as starters write it: `yoursite`, `your-domain`, `your-username`, `mysite`.
_YOURS = re.compile(
    r"your(?:[-_]?(?:own|new|docusaurus|test|blog|web|site|domain|website|user|host|name|username"
    r"|organi[sz]ation|org|account|company|project|url|here|awesome))+"
    r"|(?:user[-_]?name|change[-_]?me|placeholder)"
)
_LOCAL_NAMES = re.compile(r"my[-_]?(?:site|blog|domain|website)")


def stand_in(url: str) -> str:
    """Why a URL cannot be that of a site on the web, as a relative clause; empty if it can."""
    if is_loopback_url(url):
        return "which only this machine can open"
    try:
        host = urlsplit(url).hostname or ""
    except ValueError:  # http://[
        return ""
    labels = host.split(".")
    is_local = len(labels) == 1 and _LOCAL_NAMES.fullmatch(host)
    if is_local or _EXAMPLES.fullmatch(host) or any(map(_YOURS.fullmatch, labels)):
        return "which stands for the URL of a site in examples"
    return ""
