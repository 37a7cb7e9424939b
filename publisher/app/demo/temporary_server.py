"""Start temporary servers on loopback, each with its own folder, ports, certificate and accounts.

A server needs no root, no system service and no configuration. It ends with the thread that started
it, and leaves no files. It accepts connections only from this machine, and makes none to other
servers, unless a test lets it.
"""

from __future__ import annotations

import ctypes
import functools
import itertools
import os
import secrets
import shutil
import signal
import socket
import ssl
import subprocess
import tempfile
from abc import ABC, abstractmethod
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Self

from publisher.errors import Unavailable
from publisher.system.retry import Again, Backoff, Clock, retry

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

LOOPBACK = "127.0.0.1"
DOMAIN = "localhost"

# Below the ephemeral ports of Linux (32768 and above), so that no outgoing connection takes one
# before its server has started.
PORTS = range(20000, 32000)
PORTS_OF_A_PROCESS = 100

BACKOFF = Backoff(first=0.02, longest=0.02)
STOP_SECONDS = 5.0
LOG_LINES = 20
PR_SET_PDEATHSIG = 1


@dataclass(frozen=True)
class Authority:
    """A certificate authority: its own certificate, which verifies the others, and its key."""

    certificate: Path
    key: Path


class Server(ABC):
    """A server process in a temporary folder, as a context manager that starts and stops it.

    `stop`, `kill` and `start` inside the context keep the folder and the ports. `port` requires
    STARTTLS, `direct_port` TLS from the first byte; `ca_file` trusts the certificate of both, which
    is self-signed unless there is an `authority`. `service` is the pubsub service.
    """

    packages: str
    start_seconds: ClassVar[float]
    host = LOOPBACK

    def __init__(
        self,
        accounts: Mapping[str, str],
        *,
        domain: str = DOMAIN,
        authority: Authority | None = None,
    ) -> None:
        """`accounts` maps user names (without the domain) to passwords."""
        self.accounts = dict(accounts)
        self.domain = domain
        self.service = f"pubsub.{domain}"
        self._programs_needed()
        self._temporary = tempfile.TemporaryDirectory(prefix="publisher-")
        self.folder = Path(self._temporary.name)
        self.log = self.folder / "server.log"
        self.port, self.direct_port = free_ports(2)
        names = (self.domain, self.service)
        self.certificate_file, self.key_file = certificate(self.folder, names, authority)
        self.ca_file = authority.certificate if authority else self.certificate_file
        self._process: subprocess.Popen[bytes] | None = None
        self._lay_out()

    def __enter__(self) -> Self:
        try:
            self.start()
        except BaseException:
            self._temporary.cleanup()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()
        self._temporary.cleanup()

    @property
    def pid(self) -> int:
        return self._running().pid

    def start(self) -> None:
        """Start, and wait until clients can log in. Raises Unavailable with the end of the log."""
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(  # noqa: S603 - our own command line, without a shell
                self._command(),
                env={**os.environ, **self._environment()},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=self.folder,
                # So Ctrl-C in the terminal reaches only our program, which then stops the server.
                start_new_session=True,
                preexec_fn=_dying_with(os.getpid()),  # noqa: PLW1509 - calls nothing but prctl
            )
        try:
            self._wait_until_ready()
        except BaseException:
            self.kill()
            raise

    def stop(self) -> None:
        """Stop orderly, so that clients get their stream closed; kill the server if that hangs."""
        if self._process is None:
            return
        # After `pause` the process would act on SIGTERM only once it continues.
        self.resume()
        self._process.terminate()
        try:
            self._process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.kill()
        self._process = None

    def kill(self) -> None:
        """End the server as a power cut would: it closes no stream and flushes no file."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def pause(self) -> None:
        """Freeze the server: its connections stay open, but it does not answer."""
        self._running().send_signal(signal.SIGSTOP)

    def resume(self) -> None:
        self._running().send_signal(signal.SIGCONT)

    def _running(self) -> subprocess.Popen[bytes]:
        if self._process is None:
            raise Unavailable(f"{type(self).__name__} is not running; call start() first")
        return self._process

    def _wait_until_ready(self) -> None:
        def attempt() -> None:
            if self._is_ready():
                return
            if self._running().poll() is not None:
                raise self._failed(f"ended with exit code {self._running().returncode}")
            raise Again(self._failed(f"did not answer within {self.start_seconds:.0f} s"))

        retry(attempt, BACKOFF, seconds=self.start_seconds, clock=Clock())

    def _is_ready(self) -> bool:
        """Whether a TLS handshake succeeds; the kernel accepts connections before the server."""
        context = ssl.create_default_context(cafile=self.ca_file)
        try:
            with (
                socket.create_connection((LOOPBACK, self.direct_port), timeout=1) as plain,
                context.wrap_socket(plain, server_hostname=self.domain),
            ):
                return True
        except OSError:
            return False

    def _failed(self, problem: str) -> Unavailable:
        lines = self.log.read_text(encoding="utf-8", errors="replace").splitlines()[-LOG_LINES:]
        return Unavailable("\n".join([f"{type(self).__name__} {problem}; its log ends:", *lines]))

    def _program(self, name: str) -> str:
        """The full path of a program. Raises Unavailable with the package to install."""
        path = shutil.which(name)
        if path is None:
            raise Unavailable(f"{name} was not found; run: apt-get install {self.packages}")
        return path

    @abstractmethod
    def _programs_needed(self) -> None:
        """Raise Unavailable if a program is missing, before anything is written."""

    @abstractmethod
    def _lay_out(self) -> None:
        """Write the configuration and, if the server reads them from files, the accounts."""

    @abstractmethod
    def _command(self) -> Sequence[str]:
        """The command that runs the server in the foreground."""

    def _environment(self) -> Mapping[str, str]:
        return {}


def free_ports(count: int) -> list[int]:
    """Return ports of loopback on which no program listens.

    A port is not reserved until its server has started. So each process takes ports from a block of
    its own, one after the other: servers that start at the same time get different ports.
    """
    candidates = itertools.islice(ports_of(os.getpid()), PORTS_OF_A_PROCESS)
    ports = list(itertools.islice(filter(_is_free, candidates), count))
    if len(ports) < count:
        raise Unavailable("no free port on this machine; stop servers that you do not need")
    return ports


@functools.cache
def ports_of(process: int) -> Iterator[int]:
    """Yield the ports of a process's block endlessly, starting with a random one."""
    blocks = len(PORTS) // PORTS_OF_A_PROCESS
    first = PORTS[process % blocks * PORTS_OF_A_PROCESS]
    offset = secrets.randbelow(PORTS_OF_A_PROCESS)
    block = range(PORTS_OF_A_PROCESS)
    return itertools.cycle([first + (offset + step) % PORTS_OF_A_PROCESS for step in block])


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        # The servers set it, too: they can listen where a closed connection is in TIME_WAIT.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            return False
    return True


def certificate(
    folder: Path, names: Sequence[str], authority: Authority | None = None
) -> tuple[Path, Path]:
    """Make a certificate and its key: `server.crt`, `server.key` in `folder`.

    `names` are host names or IPv4 addresses. Without `authority` the certificate is self-signed.
    """
    crt, key = folder / "server.crt", folder / "server.key"
    command = [
        *("openssl", "req", "-x509", "-nodes", "-days", "30", "-subj", f"/CN={names[0]}"),
        *("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1"),
        *("-addext", "subjectAltName=" + ",".join(map(_alternative_name, names))),
        # Python 3.13 and later verify that a certificate authority has this key usage (RFC 5280).
        *("-addext", "keyUsage=critical,digitalSignature,keyCertSign"),
        *("-keyout", str(key), "-out", str(crt)),
    ]
    if authority:
        command += ["-CA", str(authority.certificate), "-CAkey", str(authority.key)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603
    if done.returncode != 0:
        raise Unavailable(f"openssl could not make a certificate:\n{done.stderr}")
    return crt, key


def _alternative_name(name: str) -> str:
    is_address = name.replace(".", "").isdecimal()
    return f"{'IP' if is_address else 'DNS'}:{name}"


def _dying_with(parent: int) -> Callable[[], None] | None:
    """Return a function for the child to run before it becomes the server; None except on Linux.

    It asks the kernel to kill the server when the thread that started it ends.
    """
    try:
        prctl = ctypes.CDLL(None).prctl
    except (AttributeError, OSError):
        return None

    def ask() -> None:
        prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:  # the parent ended before the request
            os._exit(1)

    return ask
