"""Take work at a socket from other processes of the same user: `publisher publish` hands it over.

A thread accepts the connections. The watcher does the work in its own thread, and answers.
"""

from __future__ import annotations

import os
import socket
import threading
from contextlib import suppress
from typing import TYPE_CHECKING, Self

from msgspec import Struct

from publisher.errors import LedgerError
from publisher.system import work_socket
from publisher.system.reasons import is_full, reason, remedy

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from publisher.app.events import OnEvent
    from publisher.app.options import PublishOptions
    from publisher.app.publish import PublishResult
    from publisher.config import Config

_MESSAGE_SECONDS = 10.0  # for a client to send its message
MOST = 8  # connections that wait to be accepted


class Asked(Struct, frozen=True):
    """What a client sends: which program it is, its arguments, and where and how it was started."""

    program: list[str]
    argv: list[str]
    folder: str
    umask: int
    environment: dict[str, str]

    @classmethod
    def of(cls, texts: list[str]) -> Asked:
        """Raises ValueError."""
        *program, folder, umask, count = texts[:6]
        end = 6 + int(count)
        variables = (text.partition("=") for text in texts[end:])
        environment = {name: value for name, _, value in variables}
        return cls(program, texts[6:end], folder, int(umask), environment)


class ServedWork(Struct, frozen=True):
    """What a watcher does for a client: `publish` does what `app.publish.publish` does.

    `is_outdated`: publisher was updated since the watcher began.
    """

    config: Config
    publish: Callable[[Config, PublishOptions, OnEvent], PublishResult]
    is_outdated: bool


class Offer:
    """Work that a client has handed over. Whoever takes it must `answer` or `refuse` it once."""

    def __init__(self, channel: socket.socket, asked: Asked, streams: tuple[int, int]) -> None:
        self._channel = channel
        self.asked = asked
        self.streams = streams

    def begin(self) -> bool:
        """Tell the client that its work begins. Returns whether it still waits."""
        with suppress(OSError):
            self._channel.setblocking(False)
            try:
                is_gone = not self._channel.recv(1, socket.MSG_PEEK)
            except BlockingIOError:
                is_gone = False
            self._channel.setblocking(True)
            if not is_gone:
                self._send(work_socket.BEGUN)
                return True
        self.close()
        return False

    def answer(self, code: int) -> None:
        self._end(f"{work_socket.CODE} {code}")

    def refuse(self, why: str) -> None:
        """Tell the client that nobody will do the work. `why` is a sentence for its user."""
        self._end(f"{work_socket.REFUSED} {why}")

    def decline(self) -> None:
        """Let the client do the work: it is no work for a watcher."""
        self._end(work_socket.DECLINED)

    def close(self) -> None:
        """Leave the client alone: it takes the watcher for dead, and goes on by itself."""
        self._channel.close()
        for descriptor in self.streams:
            with suppress(OSError):
                os.close(descriptor)

    def _end(self, answer: str) -> None:
        self._send(answer)
        self.close()

    def _send(self, answer: str) -> None:
        with suppress(OSError):  # the client is gone
            self._channel.sendall(f"{answer}\n".encode())


class Offers:
    """Listens at the socket of the state folder while entered.

    `on_offer`, and `state`, which says as JSON what the watcher does, are called in threads.
    """

    def __init__(
        self, folder: Path, on_offer: Callable[[Offer], None], state: Callable[[], bytes]
    ) -> None:
        self._folder = folder
        self._on_offer = on_offer
        self._state = state
        self._is_lost = False

    def __enter__(self) -> Self:
        """Raises LedgerError if the socket cannot be made."""
        try:
            self._listen()
        except OSError as error:
            raise LedgerError(self._complaint(error), may_pass=is_full(error)) from error
        return self

    def __exit__(self, *_: object) -> None:
        if self._is_in_place():  # else it is gone with its folder, or another watcher's
            with suppress(OSError):
                self._path.unlink()
        _close(self._listener)

    def renew(self) -> str:
        """Make the socket again if somebody has removed it. Returns a message if that happened.

        The caller holds the lock of the state folder. A failure is reported once.
        """
        if self._is_in_place():
            return ""
        before = self._listener
        try:
            self._listen()
        except OSError as error:
            is_known, self._is_lost = self._is_lost, True
            return "" if is_known else self._complaint(error)
        _close(before)
        self._is_lost = False
        return f"{self._path} was removed; it was made again"

    def _listen(self) -> None:
        """Raises OSError."""
        listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM | socket.SOCK_CLOEXEC)
        try:
            with work_socket.Address(str(self._folder)) as address:
                self._path.unlink(missing_ok=True)  # of a watcher that was killed; we hold the lock
                # No moment in which others might connect: the mode is that of the umask.
                mask = os.umask(0o177)
                try:
                    listener.bind(address)
                finally:
                    os.umask(mask)
                made = self._path.stat()
            listener.listen(MOST)
        except OSError:
            listener.close()
            raise
        self._listener, self._made = listener, made
        threading.Thread(target=self._accept, args=(listener,), daemon=True).start()

    @property
    def _path(self) -> Path:
        return self._folder / work_socket.NAME

    def _is_in_place(self) -> bool:
        try:
            return os.path.samestat(self._path.stat(), self._made)
        except OSError:
            return False

    def _complaint(self, error: OSError) -> str:
        return f"{self._path}: cannot be made: {reason(error)}; {remedy(error)}"

    def _accept(self, listener: socket.socket) -> None:
        while True:
            try:
                channel, _ = listener.accept()
            except OSError:  # closed
                return
            threading.Thread(target=self._meet, args=(channel,), daemon=True).start()

    def _meet(self, channel: socket.socket) -> None:
        match _received(channel):
            case Offer() as offer:
                self._on_offer(offer)
            case work_socket.STATE:
                with suppress(OSError), channel:
                    channel.settimeout(_MESSAGE_SECONDS)
                    channel.sendall(self._state())
            case _:
                channel.close()


def _close(listener: socket.socket) -> None:
    with suppress(OSError):
        listener.shutdown(socket.SHUT_RDWR)  # ends `accept`
    listener.close()


def _received(channel: socket.socket) -> Offer | str | None:
    """The work that a client hands over, or `state` if it asks for that.

    None if it is another user's, or makes no sense.
    """
    if work_socket.peer_uid(channel) != os.geteuid():
        return None
    streams: list[int] = []
    try:
        channel.settimeout(_MESSAGE_SECONDS)
        data, streams, _, _ = socket.recv_fds(
            channel, work_socket.MAX_BYTES, 2, socket.MSG_CMSG_CLOEXEC
        )
        while not work_socket.is_complete(data) and len(data) < work_socket.MAX_BYTES:
            more = channel.recv(work_socket.MAX_BYTES)
            data = data + more if more else b"\xff" * work_socket.MAX_BYTES
        channel.settimeout(None)
        texts = work_socket.texts(data)
        if texts == [work_socket.STATE] and not streams:
            return work_socket.STATE
        asked = Asked.of(texts)
        stdout, stderr = streams
    except (OSError, ValueError):
        for descriptor in streams:
            os.close(descriptor)
        return None
    return Offer(channel, asked, (stdout, stderr))
