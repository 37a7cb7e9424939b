"""What servers send in a header never ends a run."""

from __future__ import annotations

import os
import time
from email.message import Message
from typing import TYPE_CHECKING

import pytest

from publisher.system.http import Response

if TYPE_CHECKING:
    from collections.abc import Iterator

NOW = 1_704_067_200.0  # 2024-01-01T00:00:00Z
HUGE = "9" * 20


@pytest.fixture
def machine_in_new_york(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setitem(os.environ, "TZ", "America/New_York")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("", 0),
        ("30", 30),
        (HUGE, 999_999),
        ("-5", 0),
        ("soon", 0),
        ("Mon, 01 Jan 2024 00:00:30 GMT", 30),
        ("Sun, 31 Dec 2023 23:59:00 GMT", 0),
        (f"Mon, 01 Jan 2024 00:00:00 +{HUGE}", 0),
        (f"Mon, 01 Jan {HUGE} 00:00:00 GMT", 0),
        (f"Mon, 01 Jan 2024 {HUGE}:00:00 GMT", 0),
        (f"Mon, {HUGE} Jan 2024 00:00:00 GMT", 0),
        ("Mon, 01 Jan 2024 00:00:00 +9999", 0),
        ("Mon, 01 Jan 2024 00:00:30 -0000", 30),
    ],
)
@pytest.mark.usefixtures("machine_in_new_york")
def test_retry_after_is_a_number_of_seconds_whatever_the_server_sends(
    value: str, seconds: float
) -> None:
    headers = Message()
    headers["Retry-After"] = value
    assert Response("https://hub.example/", 429, headers, b"").retry_after(NOW) == seconds
