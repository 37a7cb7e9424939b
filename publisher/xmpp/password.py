"""The password of the account: from the environment, a file or a command.

Never from an argument, which other users of the machine can see. A file that others may read is
refused. The password never appears in a log or an error.
"""

from __future__ import annotations

import asyncio
import os
import re
import shlex
import stat
import sys
import tempfile
from contextlib import contextmanager
from typing import IO, TYPE_CHECKING

from publisher.errors import ConfigError
from publisher.system.children import running
from publisher.system.reasons import reason

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from publisher.config import Xmpp
    from publisher.system.children import Child

# The command may wait until the user has typed the passphrase of a password store.
COMMAND_SECONDS = 60
MAX_OUTPUT = 65_536  # bytes; no password is longer
MAX_STDERR = 1_000_000  # bytes that are copied to our stderr
# How people name such a variable. A password looks different.
_CONVENTIONAL = re.compile("[A-Z][A-Z0-9]*(_[A-Z0-9]+)+")


async def password(xmpp: Xmpp, environ: Mapping[str, str]) -> str:
    """The password, without the line end that files and commands add. Raises ConfigError."""
    if xmpp.password_env:
        secret = environ.get(xmpp.password_env, "")
        source = _variable(xmpp.password_env)
    elif xmpp.password_file:
        secret = _from_file(xmpp.password_file)
        source = f"{xmpp.password_file} (xmpp.password_file)"
    else:
        secret = await _from_command(xmpp.password_command or "")
        source = "the output of xmpp.password_command"
    return _single_line(secret, f"no password for {xmpp.jid}: {source}")


def _single_line(secret: str, subject: str) -> str:
    """The secret without its line end. Raises ConfigError, which begins with the subject."""
    secret = secret.rstrip("\r\n")
    if not secret:
        raise ConfigError(f"{subject} is empty or not set")
    if "\n" in secret or "\r" in secret:
        raise ConfigError(
            f"{subject} has several lines; it must be the password alone, in one line"
        )
    return secret


def _variable(name: str) -> str:
    """The environment variable for messages. Its name is hidden if it may be the password."""
    if _CONVENTIONAL.fullmatch(name):
        return f"the environment variable {name} (xmpp.password_env)"
    return (
        "the environment variable that xmpp.password_env names (set the name of a variable there, "
        "and not the password)"
    )


def _from_file(path: Path) -> str:
    try:
        mode = path.stat().st_mode
        # `chmod 600` would lock the owner out of a folder, and everybody out of `/dev/null`.
        if not (stat.S_ISREG(mode) or stat.S_ISFIFO(mode)):
            kind = "a folder" if stat.S_ISDIR(mode) else "no file"
            raise ConfigError(
                f"xmpp.password_file: {path} is {kind}; name a file with nothing but the password"
            )
        if mode & (stat.S_IRWXG | stat.S_IRWXO):
            command = f"chmod 600 {shlex.quote(str(path))}"
            raise ConfigError(f"other users may read {path}; run: {command}")
        return path.read_text(encoding="utf-8")
    except FileNotFoundError as error:
        # The name may be the password itself, set in the place of the path.
        raise ConfigError(
            f"the file of xmpp.password_file does not exist in {path.parent}; write the password "
            "into it, and let only yourself read it (chmod 600)"
        ) from error
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"xmpp.password_file: {path} cannot be read: {reason(error)}") from error


async def _from_command(command: str) -> str:
    try:
        with _command_stderr() as stderr:
            async with (
                asyncio.timeout(COMMAND_SECONDS),
                # It may ask for a passphrase.
                running(_words(command), stderr=stderr, uses_terminal=True) as process,
            ):
                output = await _output(process)
                code = await process.wait()
        if code:
            raise ConfigError(
                f"xmpp.password_command ended with exit code {code}; run it in a terminal to see "
                "why"
            )
        return output.decode()
    except (OSError, ValueError) as error:
        raise ConfigError(f"xmpp.password_command failed: {_command_problem(error)}") from None


async def _output(process: Child) -> bytes:
    """Everything that the command prints. Raises ConfigError if that is too much."""
    output = b""
    while chunk := await process.stdout.read(MAX_OUTPUT):
        output += chunk
        if len(output) > MAX_OUTPUT:
            raise ConfigError(
                f"xmpp.password_command printed more than {MAX_OUTPUT:,} bytes; it must print the "
                "password alone"
            )
    return output


def _words(command: str) -> list[str]:
    """The words of a command line, each with its leading `~` as the folder it stands for."""
    # `Path.expanduser` would normalise arguments that are no paths.
    return [os.path.expanduser(word) for word in shlex.split(command)]  # noqa: PTH111


def _command_problem(error: Exception) -> str:
    """Why the command gave no password. Never the error's own text, which may contain it."""
    match error:
        case FileNotFoundError():
            return "its first word is no program; correct it, or give the program's whole path"
        case TimeoutError():
            return f"it did not end within {COMMAND_SECONDS} seconds"
        case UnicodeDecodeError():
            return "its output is not UTF-8"
        case OSError():
            return f"its program cannot be started: {reason(error)}"
        case _:
            return "a quote in it is not closed"


@contextmanager
def _command_stderr() -> Iterator[IO[bytes] | None]:
    """Where the command writes its errors: our stderr if that is a terminal, else a file.

    The file is copied to our stderr once the command has ended. So a reader of our stderr who does
    not read cannot block the command.
    """
    if sys.stderr.isatty():
        yield None
        return
    with tempfile.TemporaryFile() as file:
        try:
            yield file
        finally:
            file.seek(0)
            sys.stderr.write(file.read(MAX_STDERR).decode(errors="backslashreplace"))
