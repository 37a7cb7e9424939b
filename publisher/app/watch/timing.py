"""How long the watcher waits for what, in seconds; how long after a save, `config.keys` says."""

from __future__ import annotations

from msgspec import Struct, field

from publisher.system.retry import Backoff


class Timing(Struct, frozen=True, kw_only=True):
    """Times that no configuration sets.

    A removal is believed after `removal`. What was acknowledged is looked at again after `recheck`.
    Every `sweep` all files are compared, because the kernel may have lost a report; after `full`
    the posts are read in any case. `retry` are the pauses before a run that failed is repeated.
    Single files are looked at every `poll`, and the modules of the program every `program`.
    """

    removal: float = 60.0
    recheck: float = 60.0
    sweep: float = 600.0
    full: float = 3600.0
    poll: float = 0.5
    program: float = 5.0
    retry: Backoff = field(default_factory=lambda: Backoff(first=5.0, longest=300.0, jitter=0.3))
