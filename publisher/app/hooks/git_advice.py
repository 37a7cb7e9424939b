"""What does not fit between a hook of git and a configuration: refusals, and notes for the user."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from publisher.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from publisher.app.hooks.git_hook import GitHook
    from publisher.app.hooks.installing import Installation
    from publisher.config import Config


def require_fitting(hook: GitHook, config: Config) -> None:
    """Raises ConfigError if the hook could never work, or if pushes could run commands."""
    if hook.kind == "post-receive":
        if hook.checkout:
            _require_checkout(hook, config, hook.checkout)
    elif hook.repository.work_tree is None:
        raise ConfigError(
            f"{hook.repository.folder} is a bare repository, where git runs no {hook.kind}; "
            "install post-receive"
        )
    elif hook.checkout:
        raise ConfigError("--checkout is for post-receive; the files of this repository are there")


def _require_checkout(hook: GitHook, config: Config, checkout: Path) -> None:
    if hook.repository.work_tree:
        raise ConfigError(
            "--checkout is for a bare repository; this one has a work tree, into which git puts "
            "what is pushed if `git config receive.denyCurrentBranch updateInstead` was run"
        )
    if not checkout.is_dir():
        raise ConfigError(f"{checkout} does not exist; create the folder for the files")
    if not config.posts.feed and not _is_in(config.posts.path, checkout):
        raise ConfigError(
            f"posts.path is {config.posts.path}, which is not in {checkout}, so publisher would "
            "not see what is pushed"
        )
    secrets = [one.password_file for one in config.xmpp if one.password_file]
    for path in (config.path, config.state, *secrets):
        if _is_in(path, checkout):
            raise ConfigError(
                f"{path} is in {checkout}, where those who push can write, and publisher.yaml can "
                "run commands as you; move it elsewhere, with absolute paths for the posts and the "
                "feeds"
            )


def notes(hook: GitHook, config: Config, installed: Installation) -> Iterator[str]:
    """What the user should know about the hook that was installed."""
    if config.xmpp and not hook.wishes.publish:
        yield "the hook only builds the feeds; pass --publish to push posts, too"
    if hook.kind == "post-receive":
        yield from _of_pushes(hook, config, installed)
    if config.site.output and not installed.earlier:
        yield (
            f"the hook does not build the site, but publisher reads its pages in "
            f"{config.output_name}; build it in a hook of your own, and install this one again, or "
            "use a hook of the site generator (`publisher hook list`)"
        )
    if _is_of_husky(installed.path.parent):
        own = installed.path.parent.parent / hook.kind
        command = "publish" if hook.wishes.publish else "build"
        yield (
            f"husky writes {installed.path.parent} again with each `npm install`, and the hook is "
            f"lost then; uninstall it, and add this line to {own}: publisher {command} || true"
        )
    elif installed.is_shared:
        yield (
            f"core.hooksPath leads to {installed.path.parent}, which may be for other "
            f"repositories, too; the hook works only for {hook.repository.place}"
        )
    elif not _is_in(installed.path, hook.repository.folder):
        yield (
            f"{installed.path.parent} is in the work tree, but its hooks are for this machine: do "
            "not commit them"
        )


def _is_of_husky(folder: Path) -> bool:
    """Whether husky (version 9) generates the hooks in this folder."""
    return (folder.parent.name, folder.name) == (".husky", "_")


def _of_pushes(hook: GitHook, config: Config, installed: Installation) -> Iterator[str]:
    if not hook.repository.work_tree and not hook.checkout and not installed.earlier:
        yield (
            "nothing checks out the files that are pushed; pass --checkout FOLDER, or write a hook "
            f"{hook.kind} that does, and install this one again"
        )
    if not hook.checkout and any(_is_in(config.path, one) for one in config.shared_folders):
        yield (
            f"if those who push can change {config.path}, they can run commands as you; move it, "
            "the state and the password to a folder of your own, with absolute paths for the posts "
            "and the feeds"
        )
    names = [one.password_env for one in config.xmpp if one.password_env]
    if names and hook.wishes.publish:
        yield (
            f"a push over ssh has no {' and no '.join(names)}; write password_file into "
            f"{config.path}"
        )


def _is_in(path: Path, folder: Path) -> bool:
    """Whether the path is the folder, or in it; links count as what they lead to."""
    inner, outer = os.path.realpath(path), os.path.realpath(folder)
    return os.path.commonpath([inner, outer]) == outer
