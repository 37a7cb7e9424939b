"""The text of a hook that `publisher hook print` prints: its template, filled in for a project."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from publisher.app.hooks import comments, quoting, templates
from publisher.app.hooks.facts import PASSWORD
from publisher.errors import ConfigError
from publisher.text.nearest_name import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from publisher.app.hooks.facts import HookFacts
    from publisher.app.hooks.wishes import Wishes

_HOMES = tuple(map(Path, ("/home", "/root", "/run/user")))


def names() -> list[str]:
    """The names of the hooks that can be printed, sorted."""
    return sorted(templates.files())


def summary(name: str) -> str:
    """What a hook does, in one line."""
    lines = templates.whole(name).splitlines()
    return next(line[2:] for line in lines if _is_text(line))


def _is_text(line: str) -> bool:
    """Whether the line is a comment for people, and not one for a program."""
    return line.startswith("# ") and not line.startswith("# frozen_string_literal")


def printed(name: str, facts: HookFacts, wishes: Wishes) -> str:
    """The text of a hook; several files if the name is that of a group, e.g. systemd.

    Raises ConfigError if there is no such hook.
    """
    group = [one for one in names() if one == name or one.startswith(f"{name}-")]
    if not group:
        raise ConfigError(
            f"there is no hook {name!r}{did_you_mean(name, names())}; `publisher hook list` lists "
            "them"
        )
    return "\n".join(_filled(one, facts, wishes) for one in group)


def _filled(name: str, facts: HookFacts, wishes: Wishes) -> str:
    suffix = templates.files()[name].name.partition(".")[2]
    values = {**_common(facts, wishes), **_of_file(suffix, facts, wishes)}
    values["RUN"] = templates.fill(templates.part("run.sh"), values).rstrip("\n")
    values["CONFINED"] = templates.fill(templates.part("confined"), values).rstrip("\n")
    values["NEWEST"] = templates.fill(templates.part("newest"), values).rstrip("\n")
    values["NOTES"] = comments.comment(suffix, facts, wishes)
    return templates.fill(templates.whole(name), values)


def _common(facts: HookFacts, wishes: Wishes) -> dict[str, str]:
    """The values that are the same in every language."""
    secrets = facts.passwords or (PASSWORD,)
    build = facts.builds or "true  # Fill in: the command that builds the site."
    fill_in = "# Fill in: install here what the build needs."
    step = f"\n- name: Build the site\n  run: |\n    {fill_in}\n    {build}"
    return {
        "COMMAND": wishes.command,
        "EXIT": 'exit "$code"' if wishes.strict else "",
        "DASH": "" if wishes.strict else "-",
        "BUILD": facts.builds,
        "BUILD_STEP": step if facts.output else "",
        "BUILD_COMMANDS": f"- |\n  {fill_in}\n  {build}" if facts.output else "",
        "BRANCH": quoting.yaml(wishes.branch.replace("+", "\\+")),
        "QUOTED_BRANCH": quoting.python(wishes.branch),
        "REF": quoting.shell(f"refs/heads/{wishes.branch}"),
        "INSTALL": _install(wishes.source),
        "DEPTH": "0" if facts.reads_history else "1",
        "PASSWORDS": ", ".join(secrets),
        "SECRETS": ", ".join(secrets).lower(),
        "ACTIONS_ENVIRONMENT": "\n".join(f"{one}: ${{{{ secrets.{one} }}}}" for one in secrets),
        "WOODPECKER_ENVIRONMENT": "\n".join(
            f"{one}:\n  from_secret: {one.lower()}" for one in secrets
        ),
        **_unit(facts),
    }


def _install(source: str) -> str:
    """The commands of a job that install publisher. No name is taken from PyPI unasked.

    Whoever had registered it there would get the password.
    """
    if not source:
        return templates.part("install.sh")
    return f"python -m pip install --disable-pip-version-check {quoting.shell(source)}"


def _unit(facts: HookFacts) -> dict[str, str]:
    """The values of units of systemd."""
    used = (Path(facts.program[0]), facts.config, *facts.reads, *facts.writes)
    is_at_home = any(home in path.parents for path in used for home in _HOMES)
    writes = (quoting.unit(str(path)) for path in facts.writes)
    return {
        "URL": facts.url.replace("%", "%%"),
        "USER": facts.user,
        "HOME": "read-only" if is_at_home else "yes",
        "WRITES": "\n".join(f"ReadWritePaths={path}" for path in writes),
        "WATCHED": "\n".join(
            f"PathChanged={path}".replace("%", "%%") for path in map(str, facts.watched)
        ),
        "UNIT_ENVIRONMENT": "EnvironmentFile=/etc/publisher.env" if facts.passwords else "",
    }


def _of_file(suffix: str, facts: HookFacts, wishes: Wishes) -> dict[str, str]:
    """The values that depend on the language of the template, and on where its file lies."""
    site, repository = facts.config_from_site, facts.config_from_repository
    forms: Mapping[str, dict[str, str]] = {
        "rb": {"CONFIG": quoting.ruby(site), "STRICT": str(wishes.strict).lower()},
        "py.txt": {
            "CONFIG": quoting.python(site),
            "STRICT": str(wishes.strict),
            **_deploys(site, wishes),
        },
        "mk": {"CONFIG": quoting.make(quoting.shell(site))},
        "sh": {"CONFIG": quoting.shell(site)},
        "yml": {"CONFIG": quoting.shell(repository)},
        "yaml": {"CONFIG": quoting.shell(repository)},
        "txt": _command(facts, lambda word: quoting.cron(quoting.shell(word))),
        "service": _command(facts, quoting.command),
    }
    return {"CONFIG": "", **forms.get(suffix, {})}


def _command(facts: HookFacts, quoted: Callable[[str], str]) -> dict[str, str]:
    """The command that runs publisher on this machine."""
    program = " ".join(map(quoted, facts.program))
    return {"CONFIG": quoted(str(facts.config)), "PROGRAM": program}


def _deploys(config: str, wishes: Wishes) -> dict[str, str]:
    """The commands of a deployment, as strings of Python."""
    option = f"--config {quoting.shell(config)}"
    ignored = "" if wishes.strict else " || echo 'publisher: not all is done; see above' >&2"
    publish = f"publisher publish --wait-for-url 300 {option}{ignored}"
    return {
        "BUILD_LINE": quoting.python(f"publisher build {option}{ignored}"),
        "PUBLISH_LINE": f"{quoting.python(publish)}," if wishes.publish else "",
    }
