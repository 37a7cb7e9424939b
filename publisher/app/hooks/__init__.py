"""Hooks: files that let git, a site generator, CI, cron or systemd run publisher.

What `publisher hook print` prints is a file in `templates`, in the language of the program that
reads it. To add one, put it there: its name up to the first dot is the name of the hook, and its
first comment tells in one line what it does. `printed` fills it in with the HookFacts of a project.
`git_hook` and `installing` are for git, whose hooks are installed instead.
"""

from publisher.app.hooks.facts import HookFacts, facts_of, no_facts
from publisher.app.hooks.git_advice import notes, require_fitting
from publisher.app.hooks.git_hook import GitHook, Kind, Repository
from publisher.app.hooks.installing import (
    KINDS,
    WORK_TREE_KINDS,
    Installation,
    Removal,
    install,
    require_installable,
    uninstall,
)
from publisher.app.hooks.memoryless import is_memoryless, require_memoryless
from publisher.app.hooks.printed import names, printed, summary
from publisher.app.hooks.wishes import Wishes

__all__ = [
    "KINDS",
    "WORK_TREE_KINDS",
    "GitHook",
    "HookFacts",
    "Installation",
    "Kind",
    "Removal",
    "Repository",
    "Wishes",
    "facts_of",
    "install",
    "is_memoryless",
    "names",
    "no_facts",
    "notes",
    "printed",
    "require_fitting",
    "require_installable",
    "require_memoryless",
    "summary",
    "uninstall",
]
