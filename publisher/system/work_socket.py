"""The socket in a state folder at which a watcher takes work from other processes of its user.

A client sends one message, texts that end with NUL, with the descriptors of its stdout and stderr,
to which the watcher writes directly. It gets lines back: `begun` when its work begins, and at the
end `code 0` or `refused WHY`, or `declined` if the client must do the work. If the connection ends
without that, the watcher is gone. A message of the text `state` alone asks for what the watcher
does, as JSON. `publisher publish` imports this module each time, so it imports little: `_socket`,
on which `socket` is built, takes a tenth of its time.
"""

from __future__ import annotations

import _socket
import os
import sys

TYPE_CHECKING = False  # not from `typing`, which takes a while
if TYPE_CHECKING:
    from collections.abc import Sequence
    from socket import socket
    from typing import Self

NAME = "watch.sock"  # in the state folder
MAX_BYTES = 1_000_000  # of a message
STATE = "state"
BEGUN, CODE, REFUSED, DECLINED, GONE = "begun", "code", "refused", "declined", "gone"
_LENGTH = 8  # bytes, of the number of bytes that follow
# unix(7): the address has 108 bytes with the final NUL.
_LONGEST = 107


class Address:
    """The address of the socket, for `bind` and `connect` in this block. Raises OSError.

    If its path is too long for a socket, it is named by a descriptor of its folder. A folder of
    XDG_RUNTIME_DIR would not do: a hook or a service may have none, or another one.
    """

    def __init__(self, folder: str) -> None:
        self._path = f"{folder}/{NAME}"
        self._descriptor = -1
        if len(os.fsencode(self._path)) > _LONGEST:
            self._descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
            self._path = f"/proc/self/fd/{self._descriptor}/{NAME}"

    def __enter__(self) -> str:
        return self._path

    def __exit__(self, *_: object) -> None:
        if self._descriptor >= 0:
            os.close(self._descriptor)


class WorkChannel(_socket.socket):
    """A connection to a watcher, closed at the end of a `with`."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def connected(folder: str) -> WorkChannel | None:
    """A connection to the watcher of a state folder; None if there is none of this user."""
    channel = WorkChannel(_socket.AF_UNIX, _socket.SOCK_STREAM)
    try:
        with Address(folder) as address:
            channel.connect(address)
        # What we send is for nobody else.
        if peer_uid(channel) == os.geteuid():
            return channel
    except OSError:  # it is gone
        pass
    channel.close()
    return None


def peer_uid(channel: socket | WorkChannel) -> int:
    """The user of the process at the other end. Raises OSError."""
    credentials = channel.getsockopt(_socket.SOL_SOCKET, _socket.SO_PEERCRED, 12)
    return int.from_bytes(credentials[4:8], sys.byteorder)  # unix(7): pid, uid, gid


def send(channel: WorkChannel, texts: Sequence[str], descriptors: Sequence[int]) -> None:
    """Send a message. Raises OSError."""
    body = b"".join(os.fsencode(text) + b"\0" for text in texts)
    data = len(body).to_bytes(_LENGTH, "big") + body
    numbers = b"".join(number.to_bytes(4, sys.byteorder) for number in descriptors)
    rights = [(_socket.SOL_SOCKET, _socket.SCM_RIGHTS, numbers)] if numbers else []
    sent = channel.sendmsg([data], rights)
    # The other end may have answered already, and closed: to send nothing would fail then.
    if sent < len(data):
        channel.sendall(data[sent:])


def is_complete(data: bytes) -> bool:
    """Whether all of a message has arrived."""
    return len(data) >= _LENGTH and len(data) >= _LENGTH + int.from_bytes(data[:_LENGTH], "big")


def texts(data: bytes) -> list[str]:
    """The texts of a complete message."""
    return [os.fsdecode(text) for text in data[_LENGTH:].split(b"\0")[:-1]]
