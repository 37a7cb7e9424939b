"""XMPP servers for the tests. All offer what `Server` says; a test takes any of them."""

from __future__ import annotations

import json
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal

import pytest

from publisher.app.demo.prosody import Prosody
from publisher.app.demo.temporary_server import DOMAIN, Server
from publisher.errors import Unavailable

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from publisher.app.demo.temporary_server import Authority

__all__ = ["EVERY", "REAL", "Ejabberd", "Prosody", "Server", "every_server"]

# The names of fixtures: the real servers, and with them what plays Openfire.
REAL = ("prosody", "ejabberd")
EVERY = (*REAL, "reticent_openfire")
# For a test that takes `server`.
every_server = pytest.mark.parametrize("server", EVERY, indirect=True)

EBIN_PATTERNS = ("lib/*/ejabberd-*/ebin", "lib/ejabberd-*/ebin", "lib/erlang/lib/ejabberd-*/ebin")


class Ejabberd(Server):
    """ejabberd with PEP and a pubsub service on which every account may create nodes.

    Run by `erl` itself: `ejabberdctl` refuses all users but root and ejabberd. Without a node name
    there is no epmd and no cookie, and any number of them run side by side.
    `max_items` is the largest that a node may ask for, of the service or of an account's PEP;
    `max_stanza_size` is what a client may send at once, in bytes, and `nodetree` how nodes are
    stored. Accounts that come online get the last items of contacts that are offline, unless
    `ignore_pep_from_offline`, ejabberd's default. `settings` are added to the configuration, and
    `listen` to its listeners; clients have the shaper `c2s_shaper` if the settings have
    `shaper_rules`. `inetrc` is how Erlang resolves names (see "Inet Configuration" in the user's
    guide of ERTS); without it, as the machine does.
    """

    packages = "ejabberd openssl"
    start_seconds = 30.0

    def __init__(
        self,
        accounts: Mapping[str, str],
        *,
        max_items: int = 1000,
        max_stanza_size: int = 262_144,  # as in the configuration that it is shipped with
        nodetree: Literal["tree", "virtual"] = "tree",
        ignore_pep_from_offline: bool = False,
        domain: str = DOMAIN,
        authority: Authority | None = None,
        settings: Mapping[str, object] = MappingProxyType({}),
        listen: Sequence[Mapping[str, object]] = (),
        inetrc: str = "",
    ) -> None:
        self._max_items = max_items
        self._max_stanza_size = max_stanza_size
        self._nodetree = nodetree
        self._ignore_pep_from_offline = ignore_pep_from_offline
        self._settings = settings
        self._more_listeners = listen
        self._inetrc = inetrc
        super().__init__(accounts, domain=domain, authority=authority)

    def start(self) -> None:
        self._ready.unlink(missing_ok=True)
        super().start()

    @property
    def _ready(self) -> Path:
        return self.folder / "ready"

    @property
    def _inetrc_file(self) -> Path:
        return self.folder / "inetrc"

    def _is_ready(self) -> bool:
        return self._ready.exists() and super()._is_ready()

    def _programs_needed(self) -> None:
        for name in ("erl", "openssl"):
            self._program(name)
        self._libraries = _libraries()

    def _environment(self) -> Mapping[str, str]:
        return {
            "EJABBERD_CONFIG_PATH": str(self.folder / "ejabberd.yml"),
            "EJABBERD_LOG_PATH": str(self.folder / "ejabberd.log"),
            "ERL_CRASH_DUMP_SECONDS": "0",
            "ERL_LIBS": str(self._libraries),
            "HOME": str(self.folder),
            **({"ERL_INETRC": str(self._inetrc_file)} if self._inetrc else {}),
        }

    def _command(self) -> Sequence[str]:
        return [
            self._program("erl"),
            *("-noinput", "-noshell", "+K", "true", "+sbwt", "none", "+S", "2:2"),
            *("-mnesia", "dir", _erlang(str(self.folder / "spool"))),
            *("-eval", self._boot()),
        ]

    def _boot(self) -> str:
        """Erlang that starts the server, then creates the accounts, then says so."""
        steps = [
            "{ok, _} = application:ensure_all_started(ejabberd)",
            *(
                f"ejabberd_auth:try_register({_binary(user)}, {_binary(self.domain)}, "
                f"{_binary(password)})"
                for user, password in self.accounts.items()
            ),
            f"ok = file:write_file({_erlang(str(self._ready))}, <<>>)",
        ]
        return ", ".join(steps) + "."

    def _lay_out(self) -> None:
        pair = self.folder / "server.pem"
        pair.write_text(self.certificate_file.read_text() + self.key_file.read_text())
        self._inetrc_file.write_text(self._inetrc)
        # JSON is YAML; by the name it would be read as Erlang otherwise.
        text = json.dumps(self._configuration(pair), indent=2)
        (self.folder / "ejabberd.yml").write_text(text, encoding="utf-8")

    def _configuration(self, pair: Path) -> Mapping[str, object]:
        return {
            "hosts": [self.domain],
            "loglevel": "info",
            "certfiles": [str(pair)],
            "auth_method": "internal",
            "auth_password_format": "plain",
            "listen": [
                {**self._listener(self.port), "starttls": True, "starttls_required": True},
                {**self._listener(self.direct_port), "tls": True},
                *self._more_listeners,
            ],
            "modules": {
                "mod_caps": {},
                "mod_carboncopy": {},
                "mod_disco": {},
                "mod_offline": {},
                "mod_ping": {},
                "mod_pubsub": {
                    "host": self.service,
                    "access_createnode": "all",
                    "ignore_pep_from_offline": self._ignore_pep_from_offline,
                    "last_item_cache": False,
                    "max_items_node": self._max_items,
                    "nodetree": self._nodetree,
                    "plugins": ["flat", "pep"],
                },
                "mod_roster": {},
                "mod_stream_mgmt": {"resend_on_timeout": "if_offline"},
                "mod_version": {},
            },
            **self._settings,
        }

    def _listener(self, port: int) -> Mapping[str, object]:
        return {
            "port": port,
            "ip": self.host,
            "module": "ejabberd_c2s",
            "max_stanza_size": self._max_stanza_size,
            "access": "all",
            **({"shaper": "c2s_shaper"} if "shaper_rules" in self._settings else {}),
        }


def _libraries() -> Path:
    """Where Erlang finds ejabberd; the folder bears the name of the machine's architecture."""
    for pattern in EBIN_PATTERNS:
        for ebin in sorted(Path("/usr").glob(pattern)):
            return ebin.parent.parent
    raise Unavailable(f"ejabberd was not found; run: apt-get install {Ejabberd.packages}")


def _erlang(text: str) -> str:
    """An Erlang string; its escapes are those of JSON, for printable ASCII."""
    return json.dumps(text)


def _binary(text: str) -> str:
    return f"<<{','.join(str(byte) for byte in text.encode())}>>"
