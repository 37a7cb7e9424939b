"""Let git, a site generator, CI, cron or systemd run publisher.

`install` adds a hook to a git repository, and keeps one that is there working. `print` prints the
hook of another program, with the paths of your publisher.yaml; its comments say where to save it.
Without --publish, hooks of git and of generators only build the feeds.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from publisher.app import hooks
from publisher.app.hooks import GitHook, Wishes, git_repository
from publisher.cli import options, output
from publisher.config.find import configurations
from publisher.errors import ConfigError
from publisher.text.counts import limited, listed
from publisher.text.nearest_name import did_you_mean

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterable, Sequence

    from publisher.app.hooks import Kind
    from publisher.config import Config

EXAMPLE = """\
  publisher hook install git --publish
  publisher hook print github > .github/workflows/publisher.yml
  publisher hook list"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(metavar="ACTION", dest="action", required=True, title="actions")
    install = actions.add_parser(
        "install", allow_abbrev=False, help="add a hook to a git repository"
    )
    _add_git(install)
    _add_wishes(install)
    install.add_argument(
        "--checkout",
        type=Path,
        metavar="FOLDER",
        help="check pushed files out into this folder first (for a bare repository)",
    )
    install.set_defaults(act=_install)
    uninstall = actions.add_parser(
        "uninstall", allow_abbrev=False, help="remove the hook; all is as it was before"
    )
    _add_git(uninstall)
    uninstall.set_defaults(act=_uninstall)
    _add_others(actions)


def _add_others(actions: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    show = actions.add_parser("print", allow_abbrev=False, help="print the hook of a program")
    show.add_argument("name", metavar="NAME", help="see `publisher hook list`")
    _add_wishes(show)
    show.add_argument(
        "--install",
        default="",
        metavar="PLACE",
        help="from where a job of CI installs publisher with pip, e.g. "
        "git+https://code.example/publisher@COMMIT (default: to be filled in)",
    )
    show.set_defaults(act=_print, shows=True)
    names = actions.add_parser(
        "list", allow_abbrev=False, help="list the hooks that can be printed"
    )
    options.add_config(names)
    names.set_defaults(act=_list, shows=True)
    check = actions.add_parser(
        "check",
        allow_abbrev=False,
        help="check that publisher.yaml suits a CI job, which has no files of earlier runs",
    )
    options.add_config(check)
    check.set_defaults(act=_check)


def _add_git(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("program", choices=["git"], metavar="git")
    parser.add_argument(
        "--repository",
        type=Path,
        default=Path(),
        metavar="FOLDER",
        help="the repository (default: that of this folder)",
    )
    parser.add_argument(
        "--kind",
        action="append",
        choices=hooks.KINDS,
        help="when git runs it; may be repeated (default: post-receive for a bare repository, else "
        "all the others)",
    )
    parser.add_argument("--force", action="store_true", help="even if the hook was changed by hand")


def _add_wishes(parser: argparse.ArgumentParser) -> None:
    options.add_config(parser)
    parser.add_argument(
        "--branch",
        help="the branch that is published (default: the one that is checked out; to print: main)",
    )
    parser.add_argument(
        "--publish", action="store_true", help="also push the posts (default: build the feeds)"
    )
    parser.add_argument(
        "--strict",
        action="store_true",
        help="end with publisher's exit code (default: the build or the push goes on)",
    )


def run(arguments: argparse.Namespace) -> int:
    code: int = arguments.act(arguments)
    return code


def _install(arguments: argparse.Namespace) -> int:
    config = options.load_config(arguments)
    repository = git_repository.find(arguments.repository)
    wishes = Wishes(
        branch=arguments.branch or git_repository.branch(repository),
        publish=arguments.publish,
        strict=arguments.strict,
    )
    wanted = [
        GitHook(
            kind=kind,
            repository=repository,
            program=_program(),
            config=config.path,
            wishes=wishes,
            checkout=arguments.checkout and arguments.checkout.absolute(),
        )
        for kind in _kinds(arguments, repository)
    ]
    for hook in wanted:
        hooks.require_fitting(hook, config)
        hooks.require_installable(hook, force=arguments.force)
    notes = [_missing_branch(repository, wishes.branch)]
    for hook in wanted:
        notes += _install_one(hook, config, force=arguments.force)
    for note in dict.fromkeys(filter(None, notes)):
        output.print_message(f"note: {note}")
    return 0


def _install_one(hook: GitHook, config: Config, *, force: bool) -> Iterable[str]:
    """Install the hook. Returns what the user should know about it."""
    done = hooks.install(hook, force=force)
    output.print_line(f"{done.state}  {done.path}: {hook.purpose}")
    if done.earlier:
        output.print_line(f"it first runs the hook from before, which is now {done.earlier}")
    return hooks.notes(hook, config, done)


def _missing_branch(repository: hooks.Repository, branch: str) -> str:
    """A note if the repository has other branches, but not this one."""
    branches = git_repository.branches(repository)
    if not branches or branch in branches:
        return ""
    return (
        f"there is no branch {branch!r} yet{did_you_mean(branch, branches)}, so the hook does "
        f"nothing until there is one; the branches here: {listed(limited(branches))}"
    )


def _kinds(arguments: argparse.Namespace, repository: hooks.Repository) -> Sequence[Kind]:
    default = hooks.WORK_TREE_KINDS if repository.work_tree else ("post-receive",)
    return list(dict.fromkeys(arguments.kind or default))


def _uninstall(arguments: argparse.Namespace) -> int:
    repository = git_repository.find(arguments.repository)
    removed = hooks.uninstall(repository, arguments.kind or hooks.KINDS, force=arguments.force)
    for one in removed:
        restored = "; the hook from before is in its place again" if one.restored else ""
        output.print_line(f"removed  {one.path}{restored}")
    if not removed:
        output.print_line(f"publisher has no hook in {repository.place}")
    return 0


def _print(arguments: argparse.Namespace) -> int:
    config = _config(arguments)
    facts = hooks.facts_of(config, _program()) if config else hooks.no_facts(_program())
    wishes = Wishes(
        branch=arguments.branch or "main",
        publish=arguments.publish,
        strict=arguments.strict,
        source=arguments.install,
    )
    text = hooks.printed(arguments.name, facts, wishes)
    is_job = hooks.is_memoryless(text)
    if wishes.source and not is_job:
        raise ConfigError("--install is for jobs of CI; other hooks run the publisher of here")
    if is_job and not wishes.source:
        output.print_message(
            "note: fill in from where the job installs publisher, or pass --install PLACE; until "
            "then it fails"
        )
    output.print_text(text)
    _print_notes(text, config)
    return 0


def _config(arguments: argparse.Namespace) -> Config | None:
    """The configuration; None if there is none. Raises ConfigError if it cannot be used."""
    folder = options.current_folder()
    if arguments.config is None and not configurations(folder, options.home()):
        return None
    return options.load_config(arguments)


def _print_notes(text: str, config: Config | None) -> None:
    """Warn on stderr of what the program would meet."""
    if config is None:
        output.print_message(
            "note: there is no publisher.yaml here, so the paths are examples; see `Fill in`"
        )
    elif hooks.is_memoryless(text):
        try:
            hooks.require_memoryless(config)
        except ConfigError as error:
            output.print_error("warning", error)


def _list(_: argparse.Namespace) -> int:
    names = hooks.names()
    width = max(map(len, names))
    for name in names:
        output.print_line(f"{name:{width}}  {hooks.summary(name)}")
    return 0


def _check(arguments: argparse.Namespace) -> int:
    hooks.require_memoryless(options.load_config(arguments))
    return 0


def _program() -> list[str]:
    """The command that runs this program, wherever it is called."""
    path = Path(sys.argv[0])
    if path.name == "publisher" and path.is_file():
        return [os.fspath(path.absolute())]
    return [sys.executable, "-m", "publisher"]
