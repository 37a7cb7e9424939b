"""Whether a configuration suits a CI job, which has no files of earlier runs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from publisher import config as configs
from publisher.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from publisher.config import Config

_COMMAND = "publisher hook check"
_OWN = "own"
_TITLE = "does not suit a job without files of earlier runs"


def is_memoryless(hook: str) -> bool:
    """Whether the text of a hook is that of a CI job."""
    return _COMMAND in hook


def require_memoryless(config: Config) -> None:
    """Raises ConfigError with a problem for each key to change, and its line."""
    if not config.xmpp:
        raise ConfigError(f"{config.path}: no xmpp section, so the job would publish nothing")
    problems = [*_problems(config)]
    if problems:
        raise ConfigError(f"{config.path} {_TITLE}", problems)


def _problems(config: Config) -> Iterator[str]:
    for number, xmpp in enumerate(config.xmpp):
        account = ("xmpp", number)
        for place, node in enumerate(xmpp.nodes):
            if node.pruning == _OWN:
                yield (
                    f"{_where(config, *account, 'nodes', place)} ({node.node} at {node.service}) "
                    "lacks `prune: site`: without a ledger, the items of removed posts would stay"
                )
        if xmpp.password_file:
            yield (
                f"{_where(config, *account, 'password_file')}: who can read the repository can "
                "read the password; write password_env, and give the job a secret"
            )


def _where(config: Config, *key: str | int) -> str:
    line, shown = configs.place(config.path, key)
    return f"line {line}: {shown}"
