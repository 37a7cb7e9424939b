"""Why a connection failed, in words for users instead of Python's and OpenSSL's.

Apart from `reasons`, because few runs import ssl, which is slow.
"""

from __future__ import annotations

import os
import socket
import ssl

NO_TLS = "it speaks no TLS there"
OLD_TLS = "offers only TLS 1.1 or older, which is not safe (RFC 8996)"
# OpenSSL's reasons if a server refuses TLS 1.2, and if it answers with an older version.
_OLD_TLS = frozenset({"TLSV1_ALERT_PROTOCOL_VERSION", "UNSUPPORTED_PROTOCOL"})
# What OpenSSL calls a peer that speaks no TLS, and a file without a certificate.
_TLS = {
    "HTTP_REQUEST": NO_TLS,
    "NO_CERTIFICATE_OR_CRL_FOUND": "it has no certificate in the PEM format",
    "RECORD_LAYER_FAILURE": NO_TLS,
    "UNEXPECTED_EOF_WHILE_READING": "it closed the connection",
    "UNKNOWN_PROTOCOL": NO_TLS,
    "WRONG_VERSION_NUMBER": NO_TLS,
}
NO_ADDRESS = "its name has no address in DNS"
NO_DNS = "DNS does not answer for its name"


def is_old_tls(error: object) -> bool:
    """Whether the server offers only versions of TLS that we refuse."""
    return isinstance(error, ssl.SSLError) and error.reason in _OLD_TLS


def network_reason(error: BaseException) -> str:
    """The reason as the end of a sentence about the server."""
    # Only a run that has imported this module can have such an error, and it is slow to import.
    if type(error).__module__ == "http.client" and (why := _http_reason(error)):
        return why
    match error:
        case ssl.SSLCertVerificationError():
            why = error.verify_message.rstrip(".")
        case ssl.SSLError(reason=str(name)):
            why = _TLS.get(name, name.replace("_", " ").lower())
        case socket.gaierror():
            why = NO_DNS if error.errno == socket.EAI_AGAIN else NO_ADDRESS
        case TimeoutError():
            why = "timed out"
        case OSError(errno=int(number)):
            why = os.strerror(number).lower()
        case OSError():  # asyncio's, if several addresses failed
            why = "none of its addresses can be reached"
        case _:
            why = str(error)
    return why


def _http_reason(error: BaseException) -> str:
    from http.client import (  # noqa: PLC0415 - see above
        BadStatusLine,
        IncompleteRead,
        RemoteDisconnected,
    )

    match error:
        case RemoteDisconnected() | IncompleteRead():
            return "it closed the connection"
        case BadStatusLine():
            return "it does not speak HTTP there"
        case _:
            return ""
