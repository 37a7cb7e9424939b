"""The password: where it comes from, and what is said if it cannot come from there."""

from __future__ import annotations

import asyncio
import os
import shlex
import sys
from pathlib import Path

import pytest

from publisher.config import Xmpp
from publisher.errors import ConfigError
from publisher.xmpp.password import password


def of_file(path: Path) -> str:
    return asyncio.run(password(Xmpp(jid="a@b.example", password_file=path, nodes=()), {}))


def test_a_file_that_others_may_read_is_named_with_the_command(tmp_path: Path) -> None:
    path = tmp_path / "secret"
    path.write_text("secret")
    path.chmod(0o644)
    with pytest.raises(ConfigError, match=r"run: chmod 600 "):
        of_file(path)


@pytest.mark.parametrize("path", [Path("folder"), Path("/dev/null")])
def test_nobody_is_told_to_close_a_folder_or_a_device(path: Path, tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir(mode=0o755)
    with pytest.raises(ConfigError, match="name a file") as error:
        of_file(tmp_path / path)
    assert "chmod" not in str(error.value)


def test_a_pipe_is_read(tmp_path: Path) -> None:
    read, write = os.pipe()
    os.write(write, b"secret\n")
    os.close(write)
    try:
        assert of_file(Path(f"/dev/fd/{read}")) == "secret"
    finally:
        os.close(read)


def test_a_tilde_in_a_command_is_the_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / "secret").write_text("from home")
    program = "import sys; print(open(sys.argv[1]).read())"
    command = f"{shlex.join([sys.executable, '-c', program])} ~/secret"
    xmpp = Xmpp(jid="a@b.example", password_command=command, nodes=())
    assert asyncio.run(password(xmpp, {})) == "from home"
