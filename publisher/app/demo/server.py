"""Starts throw-away servers on loopback: own folder, own ports, own certificate, own accounts.

Needs no root, no system service and no configuration. It dies with the thread that started it, and
leaves nothing behind. Refuses connections from anywhere but this machine, and to other servers.
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
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Self

from publisher.errors import Unavailable
from publisher.system.retry import Again, Backoff, Clock, retry

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

LOOPBACK = "127.0.0.1"
DOMAIN = "localhost"
SERVICE = "pubsub.localhost"

# Below the ports that the system hands out by itself, so that nothing takes one between two runs.
PORTS = range(20000, 32000)
PORTS_OF_A_PROCESS = 100

BACKOFF = Backoff(first=0.02, longest=0.02)
STOP_SECONDS = 5.0
LOG_LINES = 20
PR_SET_PDEATHSIG = 1


class Server(ABC):
    """A server process in a temporary folder. Entering starts it; leaving stops it and cleans up.

    `stop`, `kill` and `start` in between keep the folder and the ports. `port` wants STARTTLS,
    `direct_port` TLS from the first byte; both show a certificate that `ca_file` trusts.
    """

    packages: str
    start_seconds: ClassVar[float]
    host = LOOPBACK
    domain = DOMAIN
    service = SERVICE

    def __init__(self, accounts: Mapping[str, str]) -> None:
        """`accounts`: user name (without the domain) -> password."""
        self.accounts = dict(accounts)
        self._programs_needed()
        self._temporary = tempfile.TemporaryDirectory(prefix="publisher-")
        self.folder = Path(self._temporary.name)
        self.log = self.folder / "server.log"
        self.port, self.direct_port = free_ports(2)
        self.ca_file, self.key_file = certificate(self.folder, (DOMAIN, SERVICE))
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
        """Returns when clients can log in. Raises Unavailable with the end of the log."""
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(  # noqa: S603 - our own command line, without a shell
                self._command(),
                env={**os.environ, **self._environment()},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=self.folder,
                start_new_session=True,
                preexec_fn=_dying_with(os.getpid()),  # noqa: PLW1509 - calls nothing but prctl
            )
        try:
            self._wait_until_ready()
        except BaseException:
            self.kill()
            raise

    def stop(self) -> None:
        """The orderly way: clients are told. Killed if that takes too long."""
        if self._process is None:
            return
        self.resume()
        self._process.terminate()
        try:
            self._process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.kill()
        self._process = None

    def kill(self) -> None:
        """As a power cut: no goodbye, nothing is flushed."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def pause(self) -> None:
        """Connections stay open, nobody answers."""
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
        """A handshake, not only a connection: the kernel accepts before the server does."""
        context = ssl.create_default_context(cafile=self.ca_file)
        try:
            with (
                socket.create_connection((LOOPBACK, self.direct_port), timeout=1) as plain,
                context.wrap_socket(plain, server_hostname=DOMAIN),
            ):
                return True
        except OSError:
            return False

    def _failed(self, what: str) -> Unavailable:
        lines = self.log.read_text(encoding="utf-8", errors="replace").splitlines()[-LOG_LINES:]
        return Unavailable("\n".join([f"{type(self).__name__} {what}; its log ends:", *lines]))

    def _program(self, name: str) -> str:
        """The full path of a program, or a sentence about what to install."""
        path = shutil.which(name)
        if path is None:
            raise Unavailable(f"{name} was not found; run: apt-get install {self.packages}")
        return path

    @abstractmethod
    def _programs_needed(self) -> None:
        """Raises Unavailable before anything is written, if a program is missing."""

    @abstractmethod
    def _lay_out(self) -> None:
        """Writes what the server reads: its configuration and, if it can, its accounts."""

    @abstractmethod
    def _command(self) -> Sequence[str]:
        """How to run it in the foreground."""

    def _environment(self) -> Mapping[str, str]:
        return {}


def free_ports(count: int) -> list[int]:
    """Return ports of loopback that nobody listens on.

    Nobody holds a port until its server has started. So each process takes ports from a block of
    its own, one after the other: two servers that start at the same time get different ones.
    """
    candidates = itertools.islice(ports_of(os.getpid()), PORTS_OF_A_PROCESS)
    ports = list(itertools.islice(filter(_is_free, candidates), count))
    if len(ports) < count:
        raise Unavailable("no free port on this machine; stop servers that you do not need")
    return ports


@functools.cache
def ports_of(process: int) -> Iterator[int]:
    """Yield the ports of the process's block, again and again, from a random one on."""
    blocks = len(PORTS) // PORTS_OF_A_PROCESS
    first = PORTS[process % blocks * PORTS_OF_A_PROCESS]
    offset = secrets.randbelow(PORTS_OF_A_PROCESS)
    block = range(PORTS_OF_A_PROCESS)
    return itertools.cycle([first + (offset + step) % PORTS_OF_A_PROCESS for step in block])


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        # As the servers do: a port that a closed connection still lingers on is free.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            return False
    return True


def certificate(folder: Path, names: Sequence[str]) -> tuple[Path, Path]:
    """A self-signed certificate and its key: `server.crt`, `server.key`.

    `names` are names of hosts, or IPv4 addresses.
    """
    crt, key = folder / "server.crt", folder / "server.key"
    command = [
        *("openssl", "req", "-x509", "-nodes", "-days", "30", "-subj", f"/CN={names[0]}"),
        *("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1"),
        *("-addext", "subjectAltName=" + ",".join(map(_alternative_name, names))),
        # Python 3.13 and later check that a certificate which is its own authority says so.
        *("-addext", "keyUsage=critical,digitalSignature,keyCertSign"),
        *("-keyout", str(key), "-out", str(crt)),
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603
    if done.returncode != 0:
        raise Unavailable(f"openssl could not make a certificate:\n{done.stderr}")
    return crt, key


def _alternative_name(name: str) -> str:
    is_address = name.replace(".", "").isdecimal()
    return f"{'IP' if is_address else 'DNS'}:{name}"


def _dying_with(parent: int) -> Callable[[], None] | None:
    """What the child runs before it becomes the server, so that it never outlives us. Linux."""
    try:
        prctl = ctypes.CDLL(None).prctl
    except (AttributeError, OSError):
        return None

    def ask() -> None:
        prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:  # it died before we could ask
            os._exit(1)

    return ask
