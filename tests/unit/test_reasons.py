"""Reasons of failures, in words for users: no numbers, no names of Python's or OpenSSL's."""

from __future__ import annotations

import errno
import os
import socket
import ssl
from http.client import BadStatusLine, RemoteDisconnected

import pytest

from publisher.system.network_reasons import network_reason
from publisher.system.reasons import reason


def tls_error(name: str) -> ssl.SSLError:
    error = ssl.SSLError(1, f"[SSL: {name}] {name.lower()} (_ssl.c:1000)")
    error.reason = name
    return error


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (OSError(errno.EACCES, "from Python", "/some/file"), os.strerror(errno.EACCES)),
        (FileNotFoundError(errno.ENOENT, "from Python"), os.strerror(errno.ENOENT)),
        (OSError("an own text"), "an own text"),
        (
            UnicodeDecodeError("utf-8", b"\xff", 0, 1, "x"),
            "it is not UTF-8; save it in that encoding",
        ),
    ],
)
def test_a_failure_with_a_file_is_told_without_a_number(
    error: OSError | UnicodeDecodeError, expected: str
) -> None:
    assert reason(error) == expected


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (ConnectionRefusedError(errno.ECONNREFUSED, "Connect call failed"), "connection refused"),
        (ConnectionResetError(errno.ECONNRESET, "x"), "connection reset by peer"),
        (socket.gaierror(socket.EAI_NONAME, "x"), "its name has no address in DNS"),
        (socket.gaierror(socket.EAI_AGAIN, "x"), "DNS does not answer for its name"),
        (OSError("Multiple exceptions: ..."), "none of its addresses can be reached"),
        (TimeoutError(), "timed out"),
        (RemoteDisconnected("x"), "it closed the connection"),
        (BadStatusLine("SSH-2.0"), "it does not speak HTTP there"),
        (tls_error("WRONG_VERSION_NUMBER"), "it speaks no TLS there"),
        (tls_error("NO_CERTIFICATE_OR_CRL_FOUND"), "it has no certificate in the PEM format"),
        (tls_error("DH_KEY_TOO_SMALL"), "dh key too small"),
        (ValueError("an own text"), "an own text"),
    ],
)
def test_a_failure_of_a_connection_is_told_without_a_number(
    error: BaseException, expected: str
) -> None:
    assert network_reason(error) == expected
