"""Fixtures that cost something: servers are started when first asked for, and shared by the run.

A test on a shared server uses a node name of its own and leaves the server running; one that kills
or pauses starts its own. A missing program is an error, not a skip: `make test` installs it.
"""

from __future__ import annotations

import os
import secrets
import shutil
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, settings

from tests.support.federation import Federation
from tests.support.hostile import Certificates
from tests.support.openfire import Openfire
from tests.support.servers import REAL, Ejabberd, Prosody, Server

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from selenium import webdriver

# A git hook runs the tests with GIT_DIR, which would lead the git of a test into this repository.
for name in [name for name in os.environ if name.startswith("GIT_")]:
    del os.environ[name]

# Hypothesis has limits in seconds, which a busy machine exceeds.
settings.register_profile("busy", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("busy")

# `blog` publishes and may create nodes; the others are ordinary.
ACCOUNTS = {"blog": "blog password", "reader": "reader password", "stranger": "stranger password"}
ADMINS = ("blog@localhost",)


@pytest.fixture(scope="session")
def accounts() -> Mapping[str, str]:
    """User name at localhost -> password."""
    return ACCOUNTS


@pytest.fixture(scope="session")
def prosody(accounts: Mapping[str, str]) -> Iterator[Prosody]:
    with Prosody(accounts, admins=ADMINS, storage="sql") as server:
        yield server


@pytest.fixture(scope="session")
def ejabberd(accounts: Mapping[str, str]) -> Iterator[Ejabberd]:
    with Ejabberd(accounts) as server:
        yield server


@pytest.fixture(scope="session")
def openfire(accounts: Mapping[str, str]) -> Iterator[Openfire]:
    """What plays Openfire."""
    with Openfire(accounts) as server:
        yield server


@pytest.fixture(scope="session")
def reticent_openfire(accounts: Mapping[str, str]) -> Iterator[Openfire]:
    """Another one, whose new nodes do not send their last item to those who subscribe."""
    with Openfire(accounts, sends_last_item=False) as server:
        yield server


@pytest.fixture(params=REAL)
def server(request: pytest.FixtureRequest) -> Server:
    """Each real server in turn; `every_server` adds what plays Openfire."""
    found = request.getfixturevalue(request.param)
    assert isinstance(found, Server)
    return found


@pytest.fixture(scope="session")
def federation(accounts: Mapping[str, str]) -> Iterator[Federation]:
    """Servers that talk to each other."""
    with Federation(accounts) as started:
        yield started


@pytest.fixture(scope="session")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    """What `tests.support.hostile.Hostile` shows."""
    return Certificates.make(tmp_path_factory.mktemp("certificates"))


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[webdriver.Chrome]:
    """A browser with a new profile, and without a network except loopback."""
    from selenium import webdriver  # few tests need it

    options = webdriver.ChromeOptions()
    options.binary_location = shutil.which("chromium") or "chromium"
    for switch in ("headless", "no-sandbox", "disable-gpu", "no-first-run", "disable-sync",
                   "disable-background-networking", "disable-component-update",
                   "disable-dev-shm-usage",
                   f"user-data-dir={tmp_path_factory.mktemp('profile')}"):  # fmt: skip
        options.add_argument(f"--{switch}")
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    service = webdriver.ChromeService(executable_path=shutil.which("chromedriver"))
    driver = webdriver.Chrome(options=options, service=service)
    yield driver
    driver.quit()


@pytest.fixture
def node() -> str:
    """A node name that no other test uses."""
    return f"node-{secrets.token_hex(4)}"
