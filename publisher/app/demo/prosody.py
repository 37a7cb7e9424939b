"""A temporary Prosody server for the demo and the tests."""

from __future__ import annotations

import os
import re
import subprocess
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal

from publisher.app.demo.temporary_server import DOMAIN, LOOPBACK, Server
from publisher.errors import Unavailable

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from pathlib import Path

    from publisher.app.demo.temporary_server import Authority

Storage = Literal["memory", "internal", "sql"]


class Prosody(Server):
    """Prosody with PEP, and a pubsub service on which only `admins` create nodes and publish.

    Prosody 0.12 has no finer rights: an ordinary account may publish only to its own PEP.

    Storage `memory` is fast; it loses everything at a stop, and sometimes an item next to one that
    is replaced. `internal`, Prosody's default, rewrites the whole node for each item. `sql` stores
    the items in SQLite. `max_items` is the most that a node may be configured for.
    `stanza_size_limit` is the largest stanza of a client in bytes; None leaves Prosody's default.
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
        domain: str = DOMAIN,
        authority: Authority | None = None,
        settings: str = "",
        libraries: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        """`admins` are bare JIDs. `modules` maps the names of additional modules, which run on the
        host and on the pubsub service, to their Lua sources. `settings` are global settings in Lua,
        which replace ours. `libraries` maps the Lua modules that they need to Debian packages.
        """
        self._admins = admins
        self._storage = storage
        self._max_items = max_items
        self._stanza_size_limit = stanza_size_limit
        self._modules = modules
        self._settings = settings
        self._libraries = dict(libraries)
        if storage == "sql":
            self._libraries["dbd.sqlite3"] = "lua-dbi-sqlite3"
        self.packages = " ".join([self.packages, *self._libraries.values()])
        super().__init__(accounts, domain=domain, authority=authority)

    def _programs_needed(self) -> None:
        for name in ("prosody", "openssl"):
            self._program(name)
        for name in self._libraries:
            self._lua_module_needed(name)

    def _lua_module_needed(self, name: str) -> None:
        """Raise Unavailable without the module: Prosody would start, and lack what it provides."""
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
        folder = self.folder / "data" / _store(self.domain) / "accounts"
        folder.mkdir(parents=True)
        for user, password in self.accounts.items():
            (folder / f"{_store(user)}.dat").write_text(
                f"return {{ password = {_lua(password)} }};\n"
            )

    @property
    def _module_folder(self) -> Path:
        return self.folder / "modules"

    def _configuration(self) -> str:
        return _TEMPLATE.format(
            run_as_root=str(os.geteuid() == 0).lower(),  # Prosody refuses to run as root by default
            folder=_lua(str(self.folder)),
            data=_lua(str(self.folder / "data")),
            loopback=_lua(LOOPBACK),
            port=self.port,
            direct_port=self.direct_port,
            key=_lua(str(self.key_file)),
            certificate=_lua(str(self.certificate_file)),
            storage=_lua(self._storage),
            max_items=self._max_items,
            most_items=max(self._max_items, 10_000),
            stanza_size_limit=self._stanza_size_limit or "nil",
            module_folder=_lua(str(self._module_folder)),
            modules="; ".join(_lua(name) for name in self._modules),
            domain=_lua(self.domain),
            service=_lua(self.service),
            settings=self._settings,
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
{settings}

VirtualHost {domain}

Component {service} "pubsub"
  modules_enabled = {{ {modules} }}
  autocreate_on_publish = true
  admins = {{ {admins} }}
"""


def _store(name: str) -> str:
    """The name of a file or folder of Prosody's: all but letters and digits become %xx."""
    return re.sub(rb"[^A-Za-z0-9]", lambda m: b"%%%02x" % m[0][0], name.encode()).decode()


def _lua(text: str) -> str:
    """Write a Lua string, with a numeric escape for each byte that could end or change it."""
    safe = re.sub(rb"[^ !#-\[\]-~]", lambda m: b"\\%03d" % m[0][0], text.encode())
    return f'"{safe.decode()}"'
