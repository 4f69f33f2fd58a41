"""What the processes of orders need to know, read once from ORDERS_*."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from libs.roles import RoleSettings
from libs.settings import WrongSettingError, chosen_name
from services.orders.service_time.rules.credentials import NAME_ENDS, CertificateKeys


@dataclass(frozen=True, kw_only=True)
class Settings(RoleSettings):
    """What every service reads, the loopback port that wakes the relay of this machine, and what only the API needs.

    That is the key that makes and reads door codes, the one that seals scans, and the key that signs certificates,
    under its name: without one no certificate is issued. `certificate_former_keys_file` holds the statements by
    which former keys named it, if any.
    """

    door_key: str = field(default="", repr=False)
    scan_key: str = field(default="", repr=False)
    certificate_name: str | None = None
    certificate_key_file: Path | None = None
    certificate_former_keys_file: Path = Path("orders.certificate.former.keys")
    wake_port: int | None = None


@dataclass(frozen=True, kw_only=True)
class CertificateKeySettings:
    """What the rotation of the certificates' key reads, of the same variables."""

    certificate_name: str | None = None
    certificate_key_file: Path = Path("orders.certificate.key")
    certificate_former_keys_file: Path = Path("orders.certificate.former.keys")


def chosen_certificate_name(settings: Settings | CertificateKeySettings) -> str:
    """Return the name that somebody chose for the certificates.

    Raises:
        MissingSettingError, WrongSettingError: nobody chose one that fits.
    """
    name = chosen_name("ORDERS_CERTIFICATE_NAME", settings.certificate_name)
    if not name.endswith(NAME_ENDS):
        raise WrongSettingError(f"ORDERS_CERTIFICATE_NAME={name!r} does not end with {NAME_ENDS}")
    return name


def certificate_keys(settings: Settings) -> CertificateKeys | None:
    """Return the keys that certificates are signed with; None where no file is named.

    Raises:
        MissingSettingError, WrongSettingError: the name does not fit.
        NoteError: the key cannot be used.
    """
    if settings.certificate_key_file is None:
        return None
    former = settings.certificate_former_keys_file
    return CertificateKeys.read(chosen_certificate_name(settings), settings.certificate_key_file, former)
