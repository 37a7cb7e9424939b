"""Why a connection failed, in words for users instead of Python's and OpenSSL's.

Apart from `reasons`, because few runs import ssl, which is slow.
"""

from __future__ import annotations

import os
import socket
import ssl
from http.client import BadStatusLine, IncompleteRead, RemoteDisconnected

# What OpenSSL calls a peer that speaks no TLS, and a file without a certificate.
_TLS = {
    "HTTP_REQUEST": "it speaks no TLS there",
    "NO_CERTIFICATE_OR_CRL_FOUND": "it has no certificate in the PEM format",
    "RECORD_LAYER_FAILURE": "it speaks no TLS there",
    "UNEXPECTED_EOF_WHILE_READING": "it closed the connection",
    "UNKNOWN_PROTOCOL": "it speaks no TLS there",
    "WRONG_VERSION_NUMBER": "it speaks no TLS there",
}
NO_ADDRESS = "its name has no address in DNS"
NO_DNS = "DNS does not answer for its name"


def network_reason(error: BaseException) -> str:
    """The reason as the end of a sentence about the server."""
    match error:
        case ssl.SSLCertVerificationError():
            why = error.verify_message.rstrip(".")
        case ssl.SSLError(reason=str(name)):
            why = _TLS.get(name, name.replace("_", " ").lower())
        case socket.gaierror():
            why = NO_DNS if error.errno == socket.EAI_AGAIN else NO_ADDRESS
        case RemoteDisconnected() | IncompleteRead():
            why = "it closed the connection"
        case BadStatusLine():
            why = "it does not speak HTTP there"
        case TimeoutError():
            why = "timed out"
        case OSError(errno=int(number)):
            why = os.strerror(number).lower()
        case OSError():  # asyncio's, if several addresses failed
            why = "none of its addresses can be reached"
        case _:
            why = str(error)
    return why
