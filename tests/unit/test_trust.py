"""Which authorities of a system a connection trusts, and when they are read."""

from __future__ import annotations

import ssl
import subprocess
from typing import TYPE_CHECKING

import pytest

from publisher.errors import ConfigError
from publisher.xmpp.trust import tls_context

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.hostile import Certificates


@pytest.fixture
def folder(tmp_path: Path, certificates: Certificates) -> Path:
    """A folder with an authority under its hash, as `openssl rehash` makes it."""
    (tmp_path / "authority.pem").write_bytes(certificates.good[0].read_bytes())
    subprocess.run(["openssl", "rehash", str(tmp_path)], check=True)
    return tmp_path


def paths(folder: Path, bundle: Path) -> ssl.DefaultVerifyPaths:
    return ssl.get_default_verify_paths()._replace(cafile=str(bundle), capath=str(folder))


def test_authorities_of_a_system_are_read_when_they_are_needed(
    folder: Path, certificates: Certificates
) -> None:
    context = tls_context(None, paths=paths(folder, certificates.good[0]))
    assert context.cert_store_stats()["x509"] == 0
    assert context.verify_mode == ssl.CERT_REQUIRED
    assert context.check_hostname
    assert not context.hostname_checks_common_name
    assert context.minimum_version == ssl.TLSVersion.TLSv1_2


@pytest.mark.parametrize("lacks", ["folder", "one authority", "every authority"])
def test_all_authorities_are_read_if_they_are_not_in_the_folder(
    folder: Path, certificates: Certificates, lacks: str
) -> None:
    pem = certificates.good[0].read_bytes()
    bundle = folder / "bundle.crt"
    bundle.write_bytes(pem * (2 if lacks == "one authority" else 1))
    if lacks == "every authority":
        for path in folder.glob("*.0"):
            path.unlink()
    searched = folder / "missing" if lacks == "folder" else folder
    context = tls_context(None, paths=paths(searched, bundle))
    assert context.cert_store_stats() == ssl.create_default_context().cert_store_stats()


def test_only_the_authorities_of_ca_file_are_trusted(certificates: Certificates) -> None:
    assert tls_context(certificates.good[0]).cert_store_stats()["x509"] == 1


def test_a_ca_file_without_certificates_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "empty.pem").touch()
    with pytest.raises(ConfigError, match=r"xmpp\.ca_file: .*empty\.pem cannot be read"):
        tls_context(tmp_path / "empty.pem")
