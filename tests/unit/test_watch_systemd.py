"""What systemd hears of a watcher."""

from __future__ import annotations

import os
import socket
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from publisher.app.watch.systemd import Systemd

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SECONDS = 60.0


@contextmanager
def manager(address: str) -> Iterator[socket.socket]:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as channel:
        channel.bind(address.replace("@", "\0", 1))
        channel.settimeout(SECONDS)
        yield channel


def heard(channel: socket.socket) -> list[str]:
    return channel.recv(4096).decode().splitlines()


@pytest.mark.parametrize("is_abstract", [False, True])
def test_it_hears_when_the_watcher_is_ready_and_when_it_ends(
    tmp_path: Path, *, is_abstract: bool
) -> None:
    address = f"@publisher-test-{os.getpid()}" if is_abstract else str(tmp_path / "notify")
    with manager(address) as channel:
        with Systemd({"NOTIFY_SOCKET": address}) as systemd:
            systemd.ready()
            assert heard(channel) == ["READY=1"]
            systemd.reloading()
            first, second = heard(channel)
            assert first == "RELOADING=1"
            assert second.startswith("MONOTONIC_USEC=")
            systemd.status("1 of 1 account logged in")
            assert heard(channel) == ["STATUS=1 of 1 account logged in"]
        assert heard(channel) == ["STOPPING=1"]


def test_its_watchdog_hears_of_a_watcher_that_goes_on(tmp_path: Path) -> None:
    address = str(tmp_path / "notify")
    environment = {"NOTIFY_SOCKET": address, "WATCHDOG_USEC": "20000"}
    with manager(address) as channel, Systemd(environment):
        assert heard(channel) == ["WATCHDOG=1"]
        assert heard(channel) == ["WATCHDOG=1"]


@pytest.mark.parametrize(
    "environment",
    [{}, {"WATCHDOG_USEC": "soon"}, {"WATCHDOG_USEC": "20000", "WATCHDOG_PID": "1"}],
)
def test_the_watchdog_of_another_process_hears_nothing(
    tmp_path: Path, environment: dict[str, str]
) -> None:
    address = str(tmp_path / "notify")
    with manager(address) as channel:
        with Systemd({"NOTIFY_SOCKET": address, **environment}):
            pass
        assert heard(channel) == ["STOPPING=1"]


def test_without_systemd_nothing_is_told() -> None:
    with Systemd({}) as systemd:
        systemd.ready()
    with Systemd({"NOTIFY_SOCKET": "/no/such/socket"}) as systemd:
        systemd.ready()
