"""How a process reaches Kafka, by <SERVICE>_KAFKA…: said whole or not at all; plaintext only where somebody says so."""

from __future__ import annotations

import dataclasses
import ipaddress
from pathlib import Path
from typing import Any, ClassVar

from libs.secret_files import OpenSecretError, refuse_open_file
from libs.settings import WrongSettingError

PLAINTEXT, TLS, SCRAM_OVER_TLS = "PLAINTEXT", "SSL", "SASL_SSL"
PROTOCOLS = (PLAINTEXT, TLS, SCRAM_OVER_TLS)
MECHANISMS = ("SCRAM-SHA-512", "SCRAM-SHA-256")
_NEEDED = {
    PLAINTEXT: frozenset[str](),
    TLS: frozenset({"ca_file", "certificate_file", "key_file"}),
    SCRAM_OVER_TLS: frozenset({"ca_file", "user", "password_file"}),
}
_ALLOWED = {**_NEEDED, SCRAM_OVER_TLS: _NEEDED[SCRAM_OVER_TLS] | {"mechanism"}}


@dataclasses.dataclass(frozen=True, kw_only=True)
class KafkaSettings:
    """What is read of Kafka: its addresses (host:port, by commas) and how a connection is made.

    `kafka_protocol` is SASL_SSL (TLS, and the user proves by SCRAM that it knows the password), SSL (TLS, and a
    certificate of ours), or PLAINTEXT; where nothing is said, only the machine itself is spoken to in plaintext.
    """

    NO_OTHERS: ClassVar[tuple[str, ...]] = ("kafka",)

    kafka: str | None = None
    kafka_protocol: str | None = None
    kafka_mechanism: str | None = None
    kafka_user: str | None = None
    kafka_password_file: Path | None = None
    kafka_ca_file: Path | None = None
    kafka_certificate_file: Path | None = None
    kafka_key_file: Path | None = None


def refuse_wrong_wire(settings: KafkaSettings, prefix: str) -> None:
    """Refuse a way to Kafka that is half given, contradicts itself, or is plaintext without anybody's word.

    Raises:
        WrongSettingError: the message says what is to be set.
    """
    name = f"{prefix.upper()}_KAFKA"
    given = _given(settings)
    protocol = _protocol(settings, name)
    missing, needless = _NEEDED[protocol] - given, given - _ALLOWED[protocol]
    if missing:
        raise WrongSettingError(f"{_named(name, missing)} must be set, because {name}_PROTOCOL is {protocol}")
    if needless:
        raise WrongSettingError(f"{_named(name, needless)} is set, which {name}_PROTOCOL={protocol} has no use for")
    if settings.kafka_mechanism not in {None, *MECHANISMS}:
        raise WrongSettingError(f"{name}_MECHANISM={settings.kafka_mechanism!r} is none of {', '.join(MECHANISMS)}")
    _refuse_unusable_files(settings, name)


def certificates_of(settings: KafkaSettings, prefix: str) -> dict[str, Path]:
    """Return the files with certificates that are believed or shown, by the variables that name them."""
    files = {"CA_FILE": settings.kafka_ca_file, "CERTIFICATE_FILE": settings.kafka_certificate_file}
    return {f"{prefix.upper()}_KAFKA_{name}": path for name, path in files.items() if path is not None}


def client_options(settings: KafkaSettings) -> dict[str, Any]:
    """Return what each client of Kafka is made with; the files are read anew, for they may have been rotated.

    Raises:
        OSError: a file is away.
        OpenSecretError: others may read a secret.
    """
    if settings.kafka_protocol in {None, PLAINTEXT}:
        return {}
    options: dict[str, Any] = {"security_protocol": settings.kafka_protocol, "ssl_cafile": str(settings.kafka_ca_file)}
    if settings.kafka_protocol == TLS:
        return options | {
            "ssl_certfile": str(settings.kafka_certificate_file),
            "ssl_keyfile": str(settings.kafka_key_file),
        }
    assert settings.kafka_password_file is not None
    return options | {
        "sasl_mechanism": settings.kafka_mechanism or MECHANISMS[0],
        "sasl_plain_username": settings.kafka_user,
        "sasl_plain_password": _password(settings.kafka_password_file),
    }


def _protocol(settings: KafkaSettings, name: str) -> str:
    said, given = settings.kafka_protocol, _given(settings)
    if said is not None and said not in PROTOCOLS:
        raise WrongSettingError(f"{name}_PROTOCOL={said!r} is none of {', '.join(PROTOCOLS)}")
    if settings.kafka is None and (said or given):
        raise WrongSettingError(f"{_named(name, given | ({'protocol'} if said else set()))} is set, {name} is not")
    if said is None and given:
        raise WrongSettingError(f"{_named(name, given)} is set, {name}_PROTOCOL is not: say {SCRAM_OVER_TLS}")
    if said is None and settings.kafka and not all(map(_is_here, settings.kafka.split(","))):
        raise WrongSettingError(
            f"{name}_PROTOCOL must be set: {SCRAM_OVER_TLS}; or {PLAINTEXT}, "
            "where everybody on the network may read and write every event"
        )
    return said or PLAINTEXT


def _refuse_unusable_files(settings: KafkaSettings, name: str) -> None:
    for field in ("password_file", "key_file", "ca_file", "certificate_file"):
        path = getattr(settings, f"kafka_{field}")
        if path is None:
            continue
        try:
            if field in {"password_file", "key_file"}:
                refuse_open_file(path)
            if not path.read_text("utf-8").strip():
                raise ValueError(f"{path} is empty")
        except (OSError, ValueError, OpenSecretError) as error:
            raise WrongSettingError(f"{name}_{field.upper()}: {error}") from error


def _password(path: Path) -> str:
    refuse_open_file(path)
    return path.read_text("utf-8").strip()


def _given(settings: KafkaSettings) -> set[str]:
    names = (*_NEEDED[TLS], *_ALLOWED[SCRAM_OVER_TLS])
    return {name for name in names if getattr(settings, f"kafka_{name}") not in {None, ""}}


def _named(name: str, fields: set[str] | frozenset[str]) -> str:
    return " and ".join(sorted(f"{name}_{field.upper()}" for field in fields))


def _is_here(address: str) -> bool:
    host = address.strip().rpartition(":")[0].strip("[]")
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
