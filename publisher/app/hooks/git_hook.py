"""The text of a hook of git.

A hook that was there before keeps its bytes and its mode under another name, and our hook runs it
first.
"""

from __future__ import annotations

import hashlib
import re
import shlex
from dataclasses import dataclass
from pathlib import PurePath
from typing import TYPE_CHECKING, Literal, NamedTuple

from publisher.app.hooks import quoting, templates

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from publisher.app.hooks.wishes import Wishes

Kind = Literal["post-receive", "post-commit", "post-merge", "post-rewrite", "post-applypatch"]

EARLIER_SUFFIX = ".before-publisher"
MARK = "# Installed by `publisher hook install git`"
OWN_FOLDER = "# Uninstalling it also removes its folder, which did not exist before."
_CHECKSUM = "# checksum: "
_NO_CHECKSUM = "none"
_EVENTS: Mapping[Kind, str] = {
    "post-receive": "push to",
    "post-commit": "commit to",
    "post-merge": "merge into",
    "post-rewrite": "rebase of",
    "post-applypatch": "`git am` on",
}
# What git has in its folder while it is at work. When it runs a hook, some of its work is over, but
# the sign of it is still there; `system.git_work` has the same rules.
_BUSY = ("rebase-merge", "rebase-apply", "sequencer", "MERGE_HEAD", "CHERRY_PICK_HEAD",
         "REVERT_HEAD", "BISECT_LOG")  # fmt: skip
# What does not count as one of the events: `git merge --squash` changes the files, but makes no
# commit yet, and `git commit --amend` runs post-commit, too.
_LEFT_OUT: Mapping[Kind, str] = {
    "post-merge": '[ "${1-0}" = 0 ] || exit "$code"',
    "post-rewrite": '[ "${1-}" = rebase ] || exit "$code"',
}
# The shells whose `.` reads a script with the name and the arguments that the shell was given.
_SHELLS = frozenset({"sh", "ash", "bash", "dash", "ksh"})
_PLACE = re.compile(rb"^# for ", re.MULTILINE)
_SHEBANG = re.compile(rb"#![ \t]*(\S+)([^\n]*)")


class Repository(NamedTuple):
    """A repository: the folder of git, and the work tree, None if it is bare.

    Linked work trees share a folder.
    """

    folder: Path
    work_tree: Path | None

    @property
    def place(self) -> Path:
        """The folder for which a hook is installed."""
        return self.work_tree or self.folder


@dataclass(frozen=True, kw_only=True)
class GitHook:
    """A hook to install.

    `program` is the command that runs publisher. `checkout` is the folder into which a pushed
    branch is checked out.

    `install` finds out the rest: `earlier` is the hook that was there before. `is_shared`: git runs
    it for other repositories, too. `has_own_folder`: the folder of the hooks did not exist before.
    """

    kind: Kind
    repository: Repository
    program: Sequence[str]
    config: Path
    wishes: Wishes
    checkout: Path | None = None
    earlier: bytes = b""
    is_shared: bool = False
    has_own_folder: bool = False

    @property
    def purpose(self) -> str:
        event = f"{_EVENTS[self.kind]} the branch {self.wishes.branch}"
        return f"runs `publisher {self.wishes.command}` after each {event}"


def text(hook: GitHook) -> bytes:
    """The hook as a script for sh."""
    values = _values(hook)
    filled = templates.fill(templates.part("git.sh"), {**values, "CHECKSUM": _NO_CHECKSUM})
    checksum = _checksum(filled.replace(_CHECKSUM + _NO_CHECKSUM, _CHECKSUM).encode())
    return filled.replace(_CHECKSUM + _NO_CHECKSUM, _CHECKSUM + checksum).encode()


def _values(hook: GitHook) -> dict[str, str]:
    wishes = hook.wishes
    command = shlex.join([*hook.program, wishes.command, "--config", str(hook.config)])
    shown = f"publisher {wishes.command} --config {shlex.quote(str(hook.config))}"
    is_received = hook.kind == "post-receive"
    values = {
        "KIND": hook.kind,
        "EARLIER_SUFFIX": EARLIER_SUFFIX,
        "PURPOSE": f"It {hook.purpose}.",
        "PLACE": quoting.shell(str(hook.repository.place)),
        "SHOWN": quoting.shell(shown),
        "COMMAND": command,
        "REF": quoting.shell(f"refs/heads/{wishes.branch}"),
        "READ": "pushed=$(cat)" if is_received else "",
        "EARLIER": _earlier(hook),
        "BUSY": " ".join(_BUSY),
        "END": "exit" if wishes.strict else templates.part("git-end.sh"),
        "FAILED": "1" if wishes.strict else "0",
        "WORK_TREE": quoting.shell(str(hook.repository.work_tree)),
        "CHECKOUT_FOLDER": quoting.shell(str(hook.checkout)),
        "LEFT_OUT": _LEFT_OUT.get(hook.kind, ""),
        "FOLDER": OWN_FOLDER if hook.has_own_folder else "",
        "ONLY": _only(hook.repository) if hook.is_shared else "",
    }
    condition = templates.part("git-received.sh" if is_received else "git-committed.sh")
    values["CONDITION"] = templates.fill(condition, values)
    checkout = templates.part("git-checkout.sh") if hook.checkout else ""
    values["CHECKOUT"] = templates.fill(checkout, values).rstrip("\n")
    return values


def _earlier(hook: GitHook) -> str:
    """The command that runs the earlier hook.

    A shell script is read by `.` in its own shell, so that `$0` has the name that it knows, and the
    files beside it are found.
    """
    call = '"$earlier" "$@"'
    shebang = _SHEBANG.match(hook.earlier)
    if shebang:
        words = [
            word.decode("utf-8", "surrogateescape") for word in b" ".join(shebang.groups()).split()
        ]
        shell = words[1:] if PurePath(words[0]).name == "env" else words
        if shell and PurePath(shell[0]).name in _SHELLS:
            script = f'. "$0{EARLIER_SUFFIX}"'
            call = f'{shlex.join(words)} -c \'{script}\' "$hooks/{hook.kind}" "$@"'
    return f"printf '%s\\n' \"$pushed\" | {call}" if hook.kind == "post-receive" else call


def _only(repository: Repository) -> str:
    """The condition that lets the hook work in one of the repositories that share it."""
    folder = quoting.shell(str(repository.folder))
    return f'[ "$(git rev-parse --absolute-git-dir)" = {folder} ] || exit "$code"'


def is_ours(found: bytes) -> bool:
    """Whether a hook is from publisher, edited or not."""
    return found.partition(b"\n")[2].startswith(MARK.encode())


def is_for(found: bytes, repository: Repository) -> bool:
    """Whether a hook of ours was installed for this repository, or its work tree."""
    place = quoting.shell(str(repository.place))
    return not _PLACE.search(found) or f"# for {place}\n".encode() in found


def is_edited(found: bytes) -> bool:
    """Whether somebody has changed the hook since publisher wrote it."""
    head, mark, rest = found.partition(_CHECKSUM.encode())
    written, line_end, body = rest.partition(b"\n")
    return written.decode("ascii", "replace") != _checksum(head + mark + line_end + body)


def _checksum(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
