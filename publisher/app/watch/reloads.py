"""Which configuration a watcher can use in the place of the one that it has."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from publisher.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Callable

    from publisher.config import Config


def require_possible(config: Config, current: Config) -> None:
    """Raise ConfigError if the watcher cannot change from `current` to `config`."""
    if os.path.realpath(config.state) != os.path.realpath(current.state):
        raise ConfigError("state: cannot change while the watcher runs; restart it")
    if not config.xmpp:
        raise ConfigError("the section xmpp is gone; stop the watcher if that is right")


def of_client(config: Config, current: Config, load: Callable[[], Config]) -> Config:
    """The configuration to use after a client came with this one, whose file is that of `current`.

    If the client spells its path in another way, ours stays: sessions and locks have its paths.
    Raises ConfigError.
    """
    if config == current:
        return current
    require_possible(config, current)
    own = config if config.path == current.path else load()
    require_possible(own, current)
    return own
