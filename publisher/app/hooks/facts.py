"""What the text of a hook depends on: the paths, nodes and passwords of the project."""

from __future__ import annotations

import os
import pwd
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from publisher import sources
from publisher.errors import ConfigError
from publisher.feeds import outputs
from publisher.sources.engines import RECORDS
from publisher.text.characters import printable

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from publisher.config import Config

PASSWORD = "PUBLISHER_PASSWORD"  # noqa: S105 - the name of a variable
_EXAMPLE = Path("/srv/blog")


@dataclass(frozen=True, kw_only=True)
class HookFacts:
    """What the text of a hook depends on. All paths are absolute.

    `program` is the command that runs publisher on this machine. `builds` is the command of the
    site's generator, empty if it is not known. `repository` is the root of the repository that
    holds the configuration, `writes` are the folders into which a run writes, and `passwords` are
    the environment variables with passwords. `reads_history`: the dates come from git.
    `is_example`: there is no configuration, and the paths are those of an example.
    """

    program: Sequence[str]
    config: Path
    site: Path
    watched: Sequence[Path]
    writes: Sequence[Path]
    reads: Sequence[Path] = ()
    output: Path | None = None
    repository: Path | None = None
    builds: str = ""
    passwords: Sequence[str] = (PASSWORD,)
    url: str = "your site"
    user: str = "blog"
    has_nodes: bool = True
    reads_history: bool = False
    is_example: bool = False

    @property
    def config_from_site(self) -> str:
        """The path of the configuration for a file in the folder of the site."""
        return self._short(self.site)

    @property
    def config_from_repository(self) -> str:
        """The path of the configuration for a job that runs in a checkout."""
        return self._short(self.repository or self.config.parent)

    def _short(self, folder: Path) -> str:
        """Relative if it is part of what is moved with the folder, else absolute."""
        together = (folder, *([self.repository] if self.repository in folder.parents else []))
        if any(root in self.config.parents for root in together if root):
            return os.path.relpath(self.config, folder)
        return str(self.config)


def facts_of(config: Config, program: Sequence[str]) -> HookFacts:
    """Raises ConfigError if a path cannot be written into a hook."""
    site = sources.site_of(config)
    writes = _outermost(_written(config))
    watched = [config.site.output or config.posts.path]
    facts = HookFacts(
        program=program,
        config=config.path.absolute(),
        site=site,
        output=config.site.output,
        repository=_repository(config.path.absolute()),
        watched=watched,
        writes=writes,
        reads=[site, config.posts.path, *watched, *_password_files(config)],
        builds=RECORDS[config.posts.engine].builds,
        passwords=tuple(one.password_env for one in config.xmpp if one.password_env),
        url=config.site.url,
        user=_owner(config.path),
        has_nodes=bool(config.xmpp),
        reads_history=config.posts.updated == "git" or RECORDS[config.posts.engine].reads_history,
    )
    _require_printable(str(path) for path in (*facts.program, facts.config, site, *writes))
    return facts


def no_facts(program: Sequence[str]) -> HookFacts:
    """What a hook says where there is no configuration: the paths of an example."""
    return HookFacts(
        program=program,
        config=_EXAMPLE / "publisher.yaml",
        site=_EXAMPLE,
        repository=_EXAMPLE,
        watched=[_EXAMPLE / "_posts"],
        writes=[_EXAMPLE / ".publisher", _EXAMPLE / "_site"],
        is_example=True,
    )


def _written(config: Config) -> Iterator[Path]:
    """The folders of all files that a run writes. A file is replaced, so its folder changes."""
    yield config.state
    yield from (feed.path.parent for feed in config.feeds if not feed.pattern)
    yield from (
        file.parent for file in (config.page and config.page.path, config.stylesheet) if file
    )
    yield from outputs.folders(config)


def _outermost(folders: Iterator[Path]) -> list[Path]:
    """The folders without those that lie in another one."""
    every = sorted(set(folders))
    return [one for one in every if not {*every} & {*one.parents}]


def _password_files(config: Config) -> list[Path]:
    return [one.password_file for one in config.xmpp if one.password_file]


def _repository(config: Path) -> Path | None:
    return next((one for one in config.parents if (one / ".git").exists()), None)


def _owner(path: Path) -> str:
    """The name of the file's owner, else the number."""
    owner = path.stat().st_uid
    try:
        return pwd.getpwuid(owner).pw_name
    except KeyError:
        return str(owner)


def _require_printable(paths: Iterator[str]) -> None:
    """Raises ConfigError: a line end in a path would be a line of its own in a hook."""
    for path in paths:
        if printable(path) != path:
            raise ConfigError(f"{path}: a hook cannot name a path with control characters")
