"""Every error that a user can meet: a sentence that says where, what is wrong, and how to fix it.

The class decides how much of the run fails and gives the exit code::

    0 done
    1 something was refused or a post is broken; everything else was done
    2 usage, configuration, wrong password, untrusted certificate, stripped TLS, a server or service
      that does not exist
    3 somebody must decide: a plan was not safe, or posts may have been renamed
    4 a service or a lock was unavailable, or git was at work; trying again is enough

`first_exit_code` chooses the code if several errors occur.
A signal that interrupts a run gives 128 plus its number (`system.interruption`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import PurePath

# 4 comes last, because a hook that reads it tries again and does nothing else.
EXIT_CODES = (2, 3, 1, 4)


def first_exit_code(codes: Iterable[int]) -> int:
    """The exit code of a run with these codes: the first of `EXIT_CODES` among them, else 0."""
    given = frozenset(codes)
    return next((code for code in EXIT_CODES if code in given), 0)


class PublisherError(Exception):
    """The base class of every error that publisher raises on purpose.

    `title` is its first line, and each of the `problems` is a line below it. None of them may be
    split at the line ends that it contains: these come from file names and other texts of others.
    """

    exit_code: ClassVar[int] = 1

    def __init__(self, title: str = "", problems: Sequence[str] = ()) -> None:
        super().__init__("\n".join([title, *(f"  - {problem}" for problem in problems)]))
        self.title = title
        self.problems = tuple(problems)


class ConfigError(PublisherError):
    """The configuration cannot be used. Lists every problem, not only the first."""

    exit_code = 2


class PostError(PublisherError):
    """One post cannot be read. All other posts are published."""

    def __init__(self, path: PurePath, message: str, *, line: int | None = None) -> None:
        super().__init__(f"{path}:{line}: {message}" if line else f"{path}: {message}")
        self.path = path
        self.line = line
        self.message = message


class FeedError(PublisherError):
    """One feed cannot be written. All other feeds are."""


class LedgerError(PublisherError):
    """The ledger, or another file of the state folder, cannot be read or written.

    `may_pass`: it may be possible later, although nobody changes anything of ours: the disk is
    full, or another program uses the file.
    """

    exit_code = 2

    def __init__(self, message: str, *, may_pass: bool = False) -> None:
        super().__init__(message)
        self.may_pass = may_pass


class LockedError(PublisherError):
    """Another run holds the ledger."""

    exit_code = 4


class GitAtWorkError(PublisherError):
    """git is changing the files of the posts: they are neither the old nor the new ones."""

    exit_code = 4


class UnsafePlanError(PublisherError):
    """The plan would retract or announce so much that it looks like a mistake.

    Nothing was published or retracted.
    """

    exit_code = 3


class IdsChangedError(UnsafePlanError):
    """The configuration changes the ids of published posts. No step of any plan is taken."""


class UndecidedError(PublisherError):
    """Somebody must decide what became of some posts. Everything else was done."""

    exit_code = 3


class ServiceError(PublisherError):
    """A pubsub service refused a request, or did not answer."""


class Refused(ServiceError):  # noqa: N818 - an answer of the service, not a fault
    """The service refused one request. Only that change fails.

    `condition` is the condition of the stanza error (RFC 6120 section 8.3.3), empty if there was
    none.
    """

    def __init__(self, message: str, *, condition: str = "") -> None:
        super().__init__(message)
        self.condition = condition


class NoRoom(ServiceError):  # noqa: N818 - a state of the node
    """The node has no room for every post that it should hold. All other changes were made."""


class NotFound(Refused):
    """The node or the item does not exist."""


class Forbidden(Refused):
    """The account lacks a right at the node, so further requests would be refused as well."""


class TooBig(Refused):
    """The service refuses an item of this size; it may accept a shorter one."""


class Busy(Refused):
    """The service refuses for now; the same request may succeed later."""

    exit_code = 4


class Unavailable(ServiceError):  # noqa: N818 - a state of the service
    """The service cannot be used now. The run gives up on it and continues with other services."""

    exit_code = 4


class WrongAddress(Unavailable):
    """The configuration names a server or a service that does not exist. No retry helps.

    `condition` is that of the stanza error, as in Refused.
    """

    exit_code = 2

    def __init__(self, message: str, *, condition: str = "") -> None:
        super().__init__(message)
        self.condition = condition


class NoAnswer(Unavailable):
    """The service sent no answer, so nobody knows whether it carried out the request."""


class AnswerTooBig(NoAnswer):
    """The items of a node are together more than we accept, or than the service sends in time.

    Some of them at a time may not be.
    """


class PageMissing(Unavailable):
    """Posts wait until their pages are on the web. The service itself is available."""


class StreamBroken(NoAnswer):
    """The server closed the stream because of a stanza, which must not be sent again unchanged."""


class StreamReset(StreamBroken):
    """The connection was reset while we were sending; our stanza may be the reason."""


class LoginFailed(Unavailable):
    """The login failed: wrong password, untrusted certificate, or no TLS.

    `may_pass`: a later login may succeed, although nobody changes anything, e.g. because the server
    was stopped during this one.
    """

    exit_code = 2

    def __init__(self, message: str, *, may_pass: bool = False) -> None:
        super().__init__(message)
        self.may_pass = may_pass
