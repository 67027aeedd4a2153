"""The token file of a fleet: a secret and the fleet's own certificate, in one private file.

The head makes the file; the owner copies it to every machine. Both ends of a connection prove that
they hold its key (TLS 1.3, certificates on both sides), before either reads a message of the other.
"""

from __future__ import annotations

import datetime
import os
import secrets
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from quoth.errors import ConfigurationError
from quoth.system import is_private, make_folder, missing_extra

if TYPE_CHECKING:
    from ssl import SSLContext

    from distributed.security import Security

_NAME = "quoth-fleet"
_DAYS = 3650
_LABEL = "token: "


@dataclass(frozen=True, slots=True)
class FleetToken:
    """What a machine of the fleet holds: the token, a certificate and its key (PEM texts)."""

    token: str
    certificate: str
    key: str

    def security(self) -> Security:
        """Return the settings with which Dask encrypts, and asks every peer for the certificate."""
        import ssl

        from distributed.security import Security

        roles = ("client", "scheduler", "worker")
        pairs = {f"tls_{role}_cert": self.certificate for role in roles} | {
            f"tls_{role}_key": self.key for role in roles
        }
        return Security(
            require_encryption=True,
            tls_ca_file=self.certificate,
            tls_min_version=ssl.TLSVersion.TLSv1_3,
            **pairs,
        )

    def context(self) -> SSLContext:
        """Return the same settings for a connection beside those of Dask."""
        context: SSLContext = self.security().get_connection_args("worker")["ssl_context"]
        return context


def token_file_of(home: Path) -> Path:
    """Return the token file of the head whose home folder this is."""
    return home / "fleet" / "token"


def make_token(file: Path) -> FleetToken:
    """Make a token file for its owner alone, or read the one that is there.

    A head that starts again has the same file, so its machines find it again.
    """
    if file.exists():
        return read_fleet_token(file)
    certificate, key = _make_certificate()
    made = FleetToken(secrets.token_urlsafe(32), certificate, key)
    text = f"{_LABEL}{made.token}\n{certificate}{key}"
    make_folder(file.parent, private=True)
    try:
        descriptor = os.open(
            file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, stat.S_IRUSR | stat.S_IWUSR
        )
        with os.fdopen(descriptor, "w", encoding="ascii") as opened:
            opened.write(text)
    except FileExistsError:
        return read_fleet_token(file)
    except OSError as error:
        raise ConfigurationError(
            f"The token file {file} cannot be written: {error.strerror or error}.",
            hint="Name another one with --token-file.",
        ) from error
    return made


def read_fleet_token(file: Path) -> FleetToken:
    """Read a token file. Raises `ConfigurationError` for one that is absent, open or damaged."""
    try:
        text = file.read_text(encoding="ascii")
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is no text"
        raise ConfigurationError(
            f"The token file {file} cannot be read: {reason}.",
            hint="`quoth fleet head` makes it; copy it from there with scp.",
        ) from error
    if os.name == "posix" and not is_private(file):
        raise ConfigurationError(
            f"Others on this machine can read the token file {file}.", hint=f"chmod 600 {file}"
        )
    first, _, rest = text.partition("\n")
    marker = "-----BEGIN PRIVATE KEY-----"
    certificate, found, key = rest.partition(marker)
    if not first.startswith(_LABEL) or not found or "BEGIN CERTIFICATE" not in certificate:
        raise ConfigurationError(
            f"{file} is not the token file of a fleet.", hint="Copy it from the head again."
        )
    return FleetToken(first.removeprefix(_LABEL), certificate, marker + key)


def _make_certificate() -> tuple[str, str]:
    """Return a self-signed certificate and its key (P-256), as PEM texts."""
    try:
        from cryptography import x509
        from cryptography.hazmat.primitives import hashes, serialization
        from cryptography.hazmat.primitives.asymmetric import ec
    except ImportError as error:
        raise missing_extra("The fleet", "dask") from error
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, _NAME)])
    now = datetime.datetime.now(datetime.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))  # clocks differ
        .not_valid_after(now + datetime.timedelta(days=_DAYS))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(_NAME)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    return certificate.public_bytes(serialization.Encoding.PEM).decode(), private.decode()
