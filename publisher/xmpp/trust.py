"""TLS that verifies the name and the chain of a server's certificate."""

from __future__ import annotations

import re
import ssl
from pathlib import Path

from publisher.errors import ConfigError
from publisher.system.network_reasons import network_reason

_BEGIN = b"-----BEGIN CERTIFICATE-----"
_HASH = re.compile(r"[0-9a-f]{8}\.[0-9]+")  # the name under which OpenSSL looks for an authority


def tls_context(
    ca_file: Path | None, *, paths: ssl.DefaultVerifyPaths | None = None
) -> ssl.SSLContext:
    """TLS 1.2 or later (RFC 9325, RFC 9525). Raises ConfigError if the `ca_file` cannot be read.

    Without `ca_file`, the authorities of the system are trusted. `paths` is where they are.
    """
    try:
        context = _trusting(ca_file, paths or ssl.get_default_verify_paths())
    except (OSError, ssl.SSLError) as error:
        why = network_reason(error)
        raise ConfigError(f"xmpp.ca_file: {ca_file} cannot be read: {why}") from error
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    # RFC 9525 section 6.3: the common name of a certificate is no host name.
    context.hostname_checks_common_name = False
    return context


def _trusting(ca_file: Path | None, paths: ssl.DefaultVerifyPaths) -> ssl.SSLContext:
    folder = paths.capath
    if ca_file is None and folder and _has_all(Path(folder), paths.cafile):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        # OpenSSL opens only the authority that it looks for. All of them together take longer to
        # parse than the rest of a login.
        context.load_verify_locations(capath=folder)
        return context
    return ssl.create_default_context(cafile=str(ca_file) if ca_file else None)


def _has_all(folder: Path, bundle: str | None) -> bool:
    """Whether the folder has every authority of the bundle, by its hash, as on Debian."""
    try:
        names = {path.name for path in folder.iterdir()} if bundle else set()
        hashed = sum(bool(_HASH.fullmatch(name)) for name in names)
        return bool(bundle) and 0 < Path(bundle or "").read_bytes().count(_BEGIN) == hashed
    except OSError:
        return False
