"""Write a first publisher.yaml from the posts and the site's settings in a folder."""

from __future__ import annotations

from publisher.app.init.first_config import init
from publisher.app.init.learn_again import learn_again, write
from publisher.app.init.options import Ask, AskText, InitOptions, WrittenConfig, nobody, require_yes

__all__ = [
    "Ask", "AskText", "InitOptions", "WrittenConfig", "init", "learn_again", "nobody",
    "require_yes", "write",
]  # fmt: skip
