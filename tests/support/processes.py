"""Whether processes that a test has started are gone."""

from __future__ import annotations

from pathlib import Path


def are_gone(pids: Path) -> bool:
    """Whether all processes have ended whose ids a file lists."""
    return not any(is_running(int(pid)) for pid in pids.read_text().split())


def is_running(pid: int) -> bool:
    """A zombie does not count: nobody may have waited for it yet."""
    try:
        status = Path(f"/proc/{pid}/stat").read_text()
    except FileNotFoundError:
        return False
    return status.rpartition(")")[2].split()[0] != "Z"
