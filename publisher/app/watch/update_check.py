"""Whether publisher was updated since the watcher began: then this process has the old modules."""

from __future__ import annotations

from publisher.system import program


class UpdateCheck:
    """Looks at the program every so many `seconds`, because that takes milliseconds."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._next = 0.0
        self.is_outdated = False
        program.version()  # that of the modules that this process has

    def look(self, now: float) -> bool:
        """Whether the program turns out to be updated now; `now` is of a monotonic clock."""
        if self.is_outdated or now < self._next:
            return False
        self._next = now + self._seconds
        self.is_outdated = program.current_version() != program.version()
        return self.is_outdated
