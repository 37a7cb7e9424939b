"""A throw-away XMPP server on loopback: own folder, own ports, own certificate, own accounts.

Needs no root, no system service and no configuration. It dies with the thread that started it, and
leaves nothing behind. Refuses connections from anywhere but this machine, and to other servers.
"""

from __future__ import annotations

import ctypes
import functools
import itertools
import os
import re
import secrets
import shutil
import signal
import socket
import ssl
import subprocess
import tempfile
import time
from abc import ABC, abstractmethod
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, ClassVar, Literal, Self

from publisher.errors import Unavailable

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping, Sequence

LOOPBACK = "127.0.0.1"
DOMAIN = "localhost"
SERVICE = "pubsub.localhost"

# Below the ports that the system hands out by itself, so that nothing takes one between two runs.
PORTS = range(20000, 32000)
PORTS_OF_A_PROCESS = 100

STOP_SECONDS = 5.0
LOG_LINES = 20
PR_SET_PDEATHSIG = 1

Storage = Literal["memory", "internal", "sql"]


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
        deadline = time.monotonic() + self.start_seconds
        while not self._is_ready():
            if self._running().poll() is not None:
                raise self._failed(f"ended with exit code {self._running().returncode}")
            if time.monotonic() > deadline:
                raise self._failed(f"did not answer within {self.start_seconds:.0f} s")
            time.sleep(0.02)

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


class Prosody(Server):
    """Prosody with PEP and a pubsub service on which only `admins` create and publish.

    There is no finer right in Prosody 0.12: an ordinary account may publish to its own PEP only.
    `memory` is fast and forgets at every stop, and now and then an item beside one that is
    replaced; `internal`, Prosody's default, rewrites a whole node for each item; `sql` keeps the
    items in SQLite. `max_items` is the largest that a node may ask for, `stanza_size_limit` what a
    client may send at once, in bytes; None is Prosody's own.
    """

    packages = "prosody openssl"
    start_seconds = 10.0

    def __init__(
        self,
        accounts: Mapping[str, str],
        *,
        admins: Collection[str] = (),
        storage: Storage = "internal",
        max_items: int = 256,
        stanza_size_limit: int | None = None,
        modules: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        """`admins`: bare JIDs. `modules`: more modules, for the host and for the pubsub service;
        name -> Lua source.
        """
        self._admins = admins
        self._storage = storage
        self._max_items = max_items
        self._stanza_size_limit = stanza_size_limit
        self._modules = modules
        if storage == "sql":
            self.packages = f"{self.packages} lua-dbi-sqlite3"
        super().__init__(accounts)

    def _programs_needed(self) -> None:
        for name in ("prosody", "openssl"):
            self._program(name)
        if self._storage == "sql":
            self._lua_module_needed("dbd.sqlite3")

    def _lua_module_needed(self, name: str) -> None:
        """Prosody itself would start without it, and then answer no request."""
        command = [self._program("lua"), "-e", f"require {_lua(name)}"]
        if subprocess.run(command, capture_output=True, check=False).returncode != 0:  # noqa: S603
            raise Unavailable(f"Lua has no module {name}; run: apt-get install {self.packages}")

    def _command(self) -> Sequence[str]:
        return [self._program("prosody"), "-F", "--config", str(self.folder / "prosody.cfg.lua")]

    def _lay_out(self) -> None:
        (self.folder / "prosody.cfg.lua").write_text(self._configuration(), encoding="utf-8")
        self._module_folder.mkdir()
        for name, source in self._modules.items():
            (self._module_folder / f"mod_{name}.lua").write_text(source, encoding="utf-8")
        folder = self.folder / "data" / DOMAIN / "accounts"
        folder.mkdir(parents=True)
        for user, password in self.accounts.items():
            # The file names of util.datamanager: all but letters and digits as %xx.
            name = re.sub(rb"[^A-Za-z0-9]", lambda m: b"%%%02x" % m[0][0], user.encode()).decode()
            (folder / f"{name}.dat").write_text(f"return {{ password = {_lua(password)} }};\n")

    @property
    def _module_folder(self) -> Path:
        return self.folder / "modules"

    def _configuration(self) -> str:
        return _TEMPLATE.format(
            run_as_root=str(os.geteuid() == 0).lower(),  # it refuses root otherwise
            folder=_lua(str(self.folder)),
            data=_lua(str(self.folder / "data")),
            loopback=_lua(LOOPBACK),
            port=self.port,
            direct_port=self.direct_port,
            key=_lua(str(self.key_file)),
            certificate=_lua(str(self.ca_file)),
            storage=_lua(self._storage),
            max_items=self._max_items,
            most_items=max(self._max_items, 10_000),
            stanza_size_limit=self._stanza_size_limit or "nil",
            module_folder=_lua(str(self._module_folder)),
            modules="; ".join(_lua(name) for name in self._modules),
            domain=_lua(DOMAIN),
            service=_lua(SERVICE),
            admins=", ".join(_lua(admin) for admin in sorted(self._admins)),
        )


_TEMPLATE = """\
run_as_root = {run_as_root}
data_path = {data}
interfaces = {{ {loopback} }}
c2s_ports = {{ {port} }}
c2s_direct_tls_ports = {{ {direct_port} }}
c2s_require_encryption = true
c2s_stanza_size_limit = {stanza_size_limit}
certificates = {folder}
ssl = {{ key = {key}; certificate = {certificate} }}
log = {{ {{ levels = {{ min = "info" }}, to = "console"; timestamps = true }} }}

plugin_paths = {{ {module_folder} }}
modules_enabled = {{
  "roster"; "saslauth"; "tls"; "disco"; "pep"; "ping"; "smacks"; "carbons"; "blocklist";
  {modules}
}}
modules_disabled = {{ "s2s"; "s2s_auth_certs" }}

authentication = "internal_plain"
storage = {{
  pubsub_nodes = {storage}; pubsub_data = {storage}; pep = {storage}; pep_data = {storage};
}}
storage_archive_item_limit = {most_items}
pubsub_max_items = {max_items}
pep_max_items = {max_items}

VirtualHost {domain}

Component {service} "pubsub"
  modules_enabled = {{ {modules} }}
  autocreate_on_publish = true
  admins = {{ {admins} }}
"""


def _lua(text: str) -> str:
    """A Lua string; every byte that could end or change it as its number."""
    safe = re.sub(rb"[^ !#-\[\]-~]", lambda m: b"\\%03d" % m[0][0], text.encode())
    return f'"{safe.decode()}"'


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
    """A self-signed certificate for the names, and its key: `server.crt`, `server.key`."""
    crt, key = folder / "server.crt", folder / "server.key"
    command = [
        *("openssl", "req", "-x509", "-nodes", "-days", "30", "-subj", f"/CN={names[0]}"),
        *("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1"),
        *("-addext", "subjectAltName=" + ",".join(f"DNS:{name}" for name in names)),
        # Python 3.13 and later check that a certificate which is its own authority says so.
        *("-addext", "keyUsage=critical,digitalSignature,keyCertSign"),
        *("-keyout", str(key), "-out", str(crt)),
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603
    if done.returncode != 0:
        raise Unavailable(f"openssl could not make a certificate:\n{done.stderr}")
    return crt, key


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
