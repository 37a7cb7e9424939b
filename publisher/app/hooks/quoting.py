"""Quote a text for the languages in which hooks are written. Pure.

The texts have no control characters: `facts` refuses those.
"""

from __future__ import annotations

import json
import re
import shlex

_PLAIN = re.compile(r"[A-Za-z0-9_./-]+")


def shell(text: str) -> str:
    """For sh."""
    return shlex.quote(text)


def cron(command: str) -> str:
    """For a line of a crontab, in which an unquoted `%` is a line end."""
    return command.replace("%", "\\%")


def make(text: str) -> str:
    """For the value of a variable in a Makefile."""
    return text.replace("$", "$$").replace("#", "\\#")


def python(text: str) -> str:
    """A string of Python, and of JSON and YAML."""
    return json.dumps(text, ensure_ascii=False)


def ruby(text: str) -> str:
    """A string of Ruby; `#` begins an interpolation."""
    return json.dumps(text, ensure_ascii=False).replace("#", "\\#")


def yaml(text: str) -> str:
    """A scalar of YAML."""
    return text if _PLAIN.fullmatch(text) else json.dumps(text, ensure_ascii=False)


def unit(path: str) -> str:
    """A word in a unit of systemd, with its specifiers (`%h`) escaped."""
    word = path.replace("%", "%%")
    return word if _PLAIN.fullmatch(word) else json.dumps(word, ensure_ascii=False)


def command(word: str) -> str:
    """A word of a command line in a unit of systemd, in which `$` names a variable."""
    return unit(word.replace("$", "$$"))
