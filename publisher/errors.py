"""Every error a user can meet: a sentence that says what is wrong, where, and the way out.

The class says what the error costs and gives the exit code; the worst of a run wins::

    0 done
    1 something was refused or a post is broken; the rest is done
    2 usage, configuration, wrong password, untrusted certificate, stripped TLS
    3 the plan was not safe; nothing was sent
    4 a service or a lock was unavailable; trying again may help
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import PurePath


class PublisherError(Exception):
    """The root: whatever we raise on purpose."""

    exit_code: ClassVar[int] = 1


class ConfigError(PublisherError):
    """The configuration cannot be used. Carries every problem found, not only the first."""

    exit_code = 2

    def __init__(self, title: str, problems: Sequence[str] = ()) -> None:
        super().__init__("\n".join([title, *(f"  - {problem}" for problem in problems)]))


class PostError(PublisherError):
    """One post cannot be read. Costs that post only."""

    def __init__(self, path: PurePath, message: str, *, line: int | None = None) -> None:
        super().__init__(f"{path}:{line}: {message}" if line else f"{path}: {message}")
        self.path = path
        self.line = line
        self.message = message


class FeedError(PublisherError):
    """One feed cannot be written. Costs that feed only."""


class LedgerError(PublisherError):
    """The ledger cannot be read or written."""

    exit_code = 2


class LockedError(PublisherError):
    """Another run holds the ledger."""

    exit_code = 4


class UnsafePlanError(PublisherError):
    """The plan would take away more than anybody means by accident. Nothing was sent."""

    exit_code = 3


class ServiceError(PublisherError):
    """A pubsub service said no, or nothing."""


class Refused(ServiceError):  # noqa: N818 - an answer of the service, not a fault of ours
    """The service refused one request. Costs that one change.

    `condition` is the stanza error's (RFC 6120 section 8.3.3), where there was one.
    """

    def __init__(self, message: str, *, condition: str = "") -> None:
        super().__init__(message)
        self.condition = condition


class NoRoom(ServiceError):  # noqa: N818 - a state of the node
    """The node cannot hold every post that it should. All other changes were made."""


class NotFound(Refused):
    """The node or the item is not there."""


class Forbidden(Refused):
    """The account lacks a right at the node: whatever comes next there is refused, too."""


class TooBig(Refused):
    """The service takes no item of this size; a shorter one may do."""


class Busy(Refused):
    """The service refuses for the moment: the same request may succeed later."""

    exit_code = 4


class Unavailable(ServiceError):  # noqa: N818 - a state of the service
    """The service cannot be used now. Ends the work on it; other services go on."""

    exit_code = 4


class NoAnswer(Unavailable):
    """The service sent no answer: whether the request had its effect is unknown."""


class Held(Unavailable):
    """Posts wait for their pages on the web. Says nothing about the service."""


class StreamBroken(NoAnswer):
    """The server closed the stream at something we sent: not to be sent again as it was."""


class StreamReset(StreamBroken):
    """The connection broke without a word while we sent: perhaps at what we sent."""


class LoginFailed(Unavailable):
    """The service must not be used as configured: wrong password, untrusted, or no TLS."""

    exit_code = 2
