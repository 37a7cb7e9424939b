"""The password of the account: from the environment, a file or a command.

Never from an argument, which other users of the machine can see. A file that others may read is
refused. The password never appears in a log or an error.
"""

from __future__ import annotations

import shlex
import stat
import subprocess
import sys
import tempfile
from contextlib import contextmanager
from typing import IO, TYPE_CHECKING

from publisher.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from publisher.config import Xmpp

# The command may wait until the user has typed the passphrase of a password store.
COMMAND_SECONDS = 60


def password(xmpp: Xmpp, environ: Mapping[str, str]) -> str:
    """The password, without the line end that files and commands add. Raises ConfigError."""
    if xmpp.password_env:
        secret = environ.get(xmpp.password_env, "")
        source = f"the environment variable {xmpp.password_env} (xmpp.password_env)"
    elif xmpp.password_file:
        secret = _from_file(xmpp.password_file)
        source = f"{xmpp.password_file} (xmpp.password_file)"
    else:
        secret = _from_command(xmpp.password_command or "")
        source = "the output of xmpp.password_command"
    secret = secret.rstrip("\r\n")
    if not secret:
        raise ConfigError(f"no password for {xmpp.jid}: {source} is empty or not set")
    return secret


def _from_file(path: Path) -> str:
    try:
        mode = path.stat().st_mode
        if mode & (stat.S_IRWXG | stat.S_IRWXO):
            raise ConfigError(f"other users may read {path}; run: chmod 600 {path}")
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"xmpp.password_file: {path} cannot be read: {error}") from error


def _from_command(command: str) -> str:
    try:
        with _command_stderr() as stderr:
            done = subprocess.run(  # noqa: S603 - the user's own command, without a shell
                shlex.split(command),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=stderr,
                check=True,
                text=True,
                timeout=COMMAND_SECONDS,
            )
    except subprocess.CalledProcessError as error:
        raise ConfigError(
            f"xmpp.password_command ended with exit code {error.returncode}"
        ) from None  # the original error has the output, and so the password
    except (OSError, ValueError, subprocess.TimeoutExpired) as error:
        # Only the name of the error: a TimeoutExpired contains the output, too.
        raise ConfigError(f"xmpp.password_command failed: {type(error).__name__}") from None
    return done.stdout


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
            sys.stderr.write(file.read().decode(errors="backslashreplace"))
