"""The real site generators: which version the tests know, and how each builds a site.

`make test-engines` installs them: Jekyll and Hugo from Debian, Pelican, Nikola, Eleventy, Hexo and
a newer Hugo into .venv-engines.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from publisher.errors import Unavailable
from tests.support import ROOT

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

INSTALLED = ROOT / ".venv-engines"
INSTALL = "rm -f .venv-engines/ready; make .venv-engines/ready"
SECONDS = 100.0  # less than the timeout of a test, whose message would not say what hangs


@dataclass(frozen=True)
class Generator:
    """A generator, and the `version` with which the goldens and the known differences were made.

    `environment` is added to the environment of the program. `modules` is a folder that the site
    needs as its `node_modules`.
    """

    name: str
    version: str
    program: str
    installed_by: str
    asks_version: Sequence[str]
    builds: Sequence[str]
    output: str
    environment: Mapping[str, str] = field(default_factory=dict)
    modules: Path | None = None

    def build(self, site: Path) -> Path:
        """Build the site in its own folder; return the folder of the pages."""
        if self.modules:
            (site / "node_modules").symlink_to(self.modules)
        self._run(*self.builds, folder=site)
        return site / self.output

    def check_version(self) -> None:
        """Raise Unavailable if another version than the known one is installed."""
        found = re.search(r"\d+(?:\.\d+)+", self._run(*self.asks_version, folder=ROOT))
        installed = found[0] if found else "of an unknown version"
        if installed != self.version:
            raise Unavailable(
                f"{self.name} {installed} is installed, but the tests were made with {self.name} "
                f"{self.version}; install that version, or set the new one in "
                "tests/support/generators.py, run `python -m tests.support.dialects`, and review "
                "what changed in tests/goldens/dialects and tests/engines"
            )

    def path(self) -> str:
        """Return where the program is; raise Unavailable if it is missing."""
        found = shutil.which(self.program)
        if found is None:
            raise Unavailable(f"{self.name} is not installed; run: {self.installed_by}")
        return found

    def _run(self, *arguments: str, folder: Path) -> str:
        done = subprocess.run(
            [self.path(), *arguments], cwd=folder, env={**os.environ, **self.environment},
            stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False, timeout=SECONDS,
        )  # fmt: skip
        assert done.returncode == 0, f"{self.name} failed:\n{done.stdout}\n{done.stderr}"
        return done.stdout


_ALL = [
    Generator(
        name="jekyll",
        version="4.3.1",
        program="jekyll",
        installed_by="tools/install-packages jekyll=jekyll",
        asks_version=("--version",),
        builds=("build", "--quiet", "--disable-disk-cache"),
        output="_site",
    ),
    Generator(
        name="hugo",
        version="0.111.3",
        program="hugo",
        installed_by="tools/install-packages hugo=hugo",
        asks_version=("version",),
        builds=("--quiet",),
        output="public",
    ),
    Generator(
        name="hugo-newest",  # since 0.123 its addresses follow other rules
        version="0.168.0",
        program=f"{INSTALLED}/bin/hugo",
        installed_by=INSTALL,
        asks_version=("version",),
        builds=("--quiet",),
        output="public",
    ),
    Generator(
        name="pelican",
        version="4.12.0",
        program=f"{INSTALLED}/bin/pelican",
        installed_by=INSTALL,
        asks_version=("--version",),
        builds=("--quiet",),
        output="output",
    ),
    Generator(
        name="nikola",
        version="8.3.3",
        program=f"{INSTALLED}/bin/nikola",
        installed_by=INSTALL,
        asks_version=("version",),
        builds=("build", "--quiet"),
        output="output",
    ),
    Generator(
        name="eleventy",
        version="3.1.8",
        program=f"{INSTALLED}/node_modules/.bin/eleventy",
        installed_by=INSTALL,
        asks_version=("--version",),
        builds=("--quiet",),
        output="_site",
    ),
    Generator(
        name="hexo",
        version="7.3.0",  # the last that runs with Debian's Node.js 18
        program=f"{INSTALLED}/node_modules/.bin/hexo",
        installed_by=INSTALL,
        # Outside of a site Hexo knows the version of its command line only.
        asks_version=("version", "--cwd", str(INSTALLED)),
        builds=("generate", "--silent", "--bail"),
        output="public",
        # Hexo reads dates in the time zone of the site, but writes those in URLs in the machine's.
        environment={"TZ": "Europe/Berlin"},
        modules=INSTALLED / "node_modules",
    ),
]
GENERATORS: Mapping[str, Generator] = {one.name: one for one in _ALL}
