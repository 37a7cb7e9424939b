"""What the tests share: blogs, posts, servers, subscribers, readers, and where things are."""

from __future__ import annotations

from pathlib import Path

ROOT = Path(__file__).parents[2]
GOLDENS = ROOT / "tests" / "goldens"
