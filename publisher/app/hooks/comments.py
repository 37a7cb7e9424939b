"""The comments in a hook about this project: what to fill in, and what does not fit."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from publisher.app.hooks.facts import HookFacts
    from publisher.app.hooks.wishes import Wishes

_SCRIPTS = frozenset({"sh", "rb", "mk", "py.txt"})  # run by whoever builds the site
_JOBS = frozenset({"yml", "yaml"})


def comment(suffix: str, facts: HookFacts, wishes: Wishes) -> str:
    """The comment for a template with this suffix; empty if there is nothing to say."""
    lines = [line for note in _notes(suffix, facts, wishes) for line in ("", *note)]
    return "\n".join(f"# {line}".rstrip() for line in lines)


def _notes(suffix: str, facts: HookFacts, wishes: Wishes) -> Iterator[tuple[str, ...]]:
    if facts.is_example:
        yield (
            "Fill in: the paths below are examples. Where publisher finds your publisher.yaml,",
            "`publisher hook print` prints your paths.",
        )
    elif suffix in _JOBS and not facts.repository:
        yield ("Fill in: put publisher.yaml into the repository, and write its path below.",)
    if wishes.publish and suffix in _SCRIPTS:
        yield (
            "It publishes before your deployment. That is right only if the web server serves the",
            "folder that is built here; else run `publisher publish` after the deployment.",
        )
    if suffix == "mk" and not facts.builds:
        yield ("Fill in: BUILD_SITE, the command that builds the site.",)
    if suffix == "service":
        yield from _of_service(facts)
    if suffix == "txt" and facts.passwords:
        yield (f"cron has no {facts.passwords[0]}: write password_file into publisher.yaml.",)


def _of_service(facts: HookFacts) -> Iterator[tuple[str, ...]]:
    if facts.passwords:
        yield (
            f"Fill in: /etc/publisher.env with the line {facts.passwords[0]}=..., for root only",
            "(chmod 600). With password_file in publisher.yaml, remove the line EnvironmentFile.",
        )
    if facts.user == "root":
        yield (
            "Fill in: another user than root, who owns publisher.yaml and can write to the folders",
            "in ReadWritePaths.",
        )
