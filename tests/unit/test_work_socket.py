"""The messages at the socket of the watcher."""

from __future__ import annotations

import socket

from publisher.system import work_socket


def test_an_answer_that_comes_at_once_is_read_although_the_other_end_has_closed() -> None:
    """Else a healthy watcher would be taken for one that does not answer."""
    ours, theirs = socket.socketpair()

    class Answered(work_socket.WorkChannel):
        def sendmsg(self, *arguments: object) -> int:
            sent = super().sendmsg(*arguments)  # type: ignore[arg-type]
            theirs.recv(work_socket.MAX_BYTES)
            theirs.sendall(b"answer")
            theirs.close()
            return sent

    with Answered(fileno=ours.detach()) as channel:
        work_socket.send(channel, [work_socket.STATE], [])
        assert channel.recv(10) == b"answer"
