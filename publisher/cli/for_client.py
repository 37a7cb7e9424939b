"""In the watcher: do the work of a `publish` or `ping` that was handed over, as that would do it.

It prints to the streams of the client, in the client's folder, with its language and its terminal.
"""

from __future__ import annotations

import copy
import os
import threading
from contextlib import ExitStack, contextmanager, suppress
from typing import TYPE_CHECKING

from publisher.app.watch.watch_events import HandedOver
from publisher.cli import hand_over, main, options, output, streams, unwritten_output
from publisher.cli import ping as ping_command
from publisher.cli import publish as publish_command
from publisher.cli.loaded_configs import LoadedConfigs
from publisher.cli.repeat import Attempt
from publisher.errors import PublisherError

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from publisher.app.watch.offers import Asked, Offer, ServedWork
    from publisher.cli.streams import Delivery, QueuedOutput
    from publisher.config import Config


ANSWER_SECONDS = 0.05


class _Refusal(Exception):  # noqa: N818 - an answer
    """The watcher cannot do the work as the client would. The text says why, to its user."""


class _NoWork(Exception):  # noqa: N818 - an answer
    """The arguments are those of another command."""


class ClientWork:
    """Does the work of clients. What they have in common, it parses once."""

    def __init__(self) -> None:
        self._configs = LoadedConfigs()
        self._parsed: dict[tuple[str, ...], argparse.Namespace] = {}

    def serve(self, offer: Offer, work: ServedWork) -> HandedOver:
        """Do the work, and answer the client once all that was printed has arrived there."""
        argv = tuple(offer.asked.argv)
        if not offer.begin():
            return HandedOver(argv, refused="the client has left")
        try:
            with ExitStack() as stack:
                _require_same_program(offer.asked, work)
                stack.enter_context(_at_client(offer.asked))
                sent = stack.enter_context(streams.delivered(*offer.streams))
                code = self._run(offer, sent.output, work)
        except _Refusal as refusal:
            offer.refuse(str(refusal))
            return HandedOver(argv, refused=str(refusal))
        except _NoWork:
            offer.decline()
            return HandedOver(argv, refused="it is no work for a watcher")
        except BaseException:  # the watcher ends, and the client goes on
            offer.close()
            raise
        if sent.has_arrived(ANSWER_SECONDS):
            _answer(offer, sent, code)
        else:  # a client whose reader is slow must not delay the watcher
            threading.Thread(target=_answer, args=(offer, sent, code), daemon=True).start()
        return HandedOver(argv, code)

    def _run(self, offer: Offer, printed: QueuedOutput, work: ServedWork) -> int:
        """The exit code. Raises _Refusal and _NoWork."""
        attempt = Attempt(offer.asked.argv, offer.streams)
        if repeated := attempt.find():
            printed.print_again(repeated.printed)
            return repeated.exit_code
        try:
            arguments = self._arguments(offer.asked.argv)
            arguments.attempt = attempt
            config = options.load_config(arguments, self._configs.load)
            _require_same_config(config, work.config)
            if arguments.command == "ping":
                return ping_command.run_with(arguments, config, holds_lock=True)
            code = publish_command.run_with(work.publish, arguments, config)
        except SystemExit as end:  # --help, wrong usage
            return int(end.code or 0)
        except PublisherError as error:
            output.print_error("publisher", error)
            return error.exit_code
        attempt.keep(code, printed)
        return code

    def _arguments(self, argv: Sequence[str]) -> argparse.Namespace:
        """The parsed arguments: hooks call with the same ones again and again. Raises _NoWork."""
        key = tuple(argv)
        if key not in self._parsed:
            arguments = main.parsed(argv)
            if arguments.command not in hand_over.COMMANDS:
                raise _NoWork
            self._parsed = {key: arguments}
        return copy.copy(self._parsed[key])


def _answer(offer: Offer, sent: Delivery, code: int) -> None:
    error = sent.wait()
    if error and not isinstance(error, BrokenPipeError):
        with suppress(OSError):
            os.write(offer.streams[1], f"{unwritten_output.message(error, shows=False)}\n".encode())
    offer.answer(code)


def _require_same_program(asked: Asked, work: ServedWork) -> None:
    """Raises _Refusal: another version may read the same posts differently."""
    if work.is_outdated or asked.program != hand_over.this_program():
        raise _Refusal(
            f"the watcher (process {os.getpid()}) runs another version of publisher, or began "
            "before an update; restart the watcher"
        )


def _require_same_config(config: Config, watched: Config) -> None:
    """Raises _Refusal."""
    # A link to the same file from another folder is another site: paths are relative to the folder.
    if _places(config.path) != _places(watched.path):
        raise _Refusal(
            f"the watcher (process {os.getpid()}) publishes {watched.path}, and {config.path} has "
            "the same state folder; give each configuration a `state` of its own, or stop the "
            "watcher"
        )


def _places(path: Path) -> tuple[str, str]:
    """The resolved paths of a file, and of the folder in which it is named."""
    return os.path.realpath(path), os.path.realpath(path.parent)


@contextmanager
def _at_client(asked: Asked) -> Iterator[None]:
    """Work in the folder of the client, with its environment. Raises _Refusal."""
    before = os.open(".", os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        try:
            os.chdir(asked.folder)
        except OSError as error:
            raise _Refusal(f"the watcher cannot enter {asked.folder}: {error.strerror}") from error
        mask = os.umask(asked.umask)
        try:
            with _environment(asked.environment):
                yield
        finally:
            os.umask(mask)
    finally:
        os.fchdir(before)
        os.close(before)


@contextmanager
def _environment(of_client: Mapping[str, str]) -> Iterator[None]:
    """Take over what the client sends of its environment, and nothing else."""
    before = dict(os.environ)
    for name in [name for name in before if hand_over.is_sent(name)]:
        del os.environ[name]
    os.environ.update({n: value for n, value in of_client.items() if hand_over.is_sent(n)})
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)
