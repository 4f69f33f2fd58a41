"""How databases and Kafka are reached: whole or not at all, and in plaintext only where somebody says so."""

from __future__ import annotations

from pathlib import Path

import click
import pytest

from libs.bus.kafka_settings import KafkaSettings, client_options, refuse_wrong_wire
from libs.db.wire import wire_problem
from libs.roles import MigrateSettings, read_settings, refuse_wrong_wires
from libs.settings import WrongSettingError, read

FAR, HERE = "kafka-0:9092,kafka-1:9092", "127.0.0.1:9092,localhost:9093,[::1]:9094"


@pytest.fixture
def files(tmp_path: Path) -> dict[str, str]:
    """A whole way by SCRAM over TLS."""
    for name in ("password", "ca"):
        (tmp_path / name).touch(0o600)
        (tmp_path / name).write_text("something\n")
    return {
        "X_KAFKA": FAR,
        "X_KAFKA_PROTOCOL": "SASL_SSL",
        "X_KAFKA_USER": "timebank-orders",
        "X_KAFKA_PASSWORD_FILE": str(tmp_path / "password"),
        "X_KAFKA_CA_FILE": str(tmp_path / "ca"),
    }


def test_a_whole_way_is_taken_and_given_to_the_client(files: dict[str, str]) -> None:
    settings = read("x", KafkaSettings, files)
    refuse_wrong_wire(settings, "x")

    assert client_options(settings) == {
        "security_protocol": "SASL_SSL",
        "ssl_cafile": files["X_KAFKA_CA_FILE"],
        "sasl_mechanism": "SCRAM-SHA-512",
        "sasl_plain_username": "timebank-orders",
        "sasl_plain_password": "something",
    }


def test_a_certificate_of_ours_is_given_to_the_client(files: dict[str, str]) -> None:
    key, certificate = files["X_KAFKA_PASSWORD_FILE"], files["X_KAFKA_CA_FILE"]
    given = {"X_KAFKA": FAR, "X_KAFKA_PROTOCOL": "SSL", "X_KAFKA_CA_FILE": certificate}
    settings = read("x", KafkaSettings, given | {"X_KAFKA_KEY_FILE": key, "X_KAFKA_CERTIFICATE_FILE": certificate})
    refuse_wrong_wire(settings, "x")

    assert client_options(settings)["ssl_keyfile"] == key
    with pytest.raises(WrongSettingError, match="X_KAFKA_CERTIFICATE_FILE and X_KAFKA_KEY_FILE must be set"):
        refuse_wrong_wire(read("x", KafkaSettings, given), "x")


@pytest.mark.parametrize(
    ("given", "protocol"), [({}, None), ({"X_KAFKA": HERE}, None), ({"X_KAFKA": FAR}, "PLAINTEXT")]
)
def test_plaintext_is_taken_on_this_machine_and_where_somebody_says_so(
    given: dict[str, str], protocol: str | None
) -> None:
    settings = read("x", KafkaSettings, given | ({"X_KAFKA_PROTOCOL": protocol} if protocol else {}))
    refuse_wrong_wire(settings, "x")

    assert client_options(settings) == {}


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"X_KAFKA_PROTOCOL": None}, "X_KAFKA_PROTOCOL is not: say SASL_SSL"),
        ({"X_KAFKA_PROTOCOL": "TLS"}, "'TLS' is none of PLAINTEXT, SSL, SASL_SSL"),
        ({"X_KAFKA_PROTOCOL": "SASL_PLAINTEXT"}, "'SASL_PLAINTEXT' is none of"),
        ({"X_KAFKA_PROTOCOL": "PLAINTEXT"}, "has no use for"),
        ({"X_KAFKA": None}, "is set, X_KAFKA is not"),
        ({"X_KAFKA_USER": None}, "X_KAFKA_USER must be set"),
        ({"X_KAFKA_USER": ""}, "X_KAFKA_USER must be set"),
        ({"X_KAFKA_CA_FILE": None}, "X_KAFKA_CA_FILE must be set"),
        ({"X_KAFKA_CA_FILE": "/nothing/there"}, "X_KAFKA_CA_FILE: .*No such file"),
        ({"X_KAFKA_CA_FILE": "/dev/null"}, "is empty"),
        ({"X_KAFKA_MECHANISM": "PLAIN"}, "'PLAIN' is none of SCRAM-SHA-512, SCRAM-SHA-256"),
        ({"X_KAFKA_KEY_FILE": "/k"}, "X_KAFKA_KEY_FILE is set, which"),
        ({"X_KAFKA_PASWORD_FILE": "/k"}, "X_KAFKA_PASWORD_FILE is not known: X_KAFKA_PASSWORD_FILE is"),
    ],
)
def test_a_way_that_is_half_given_or_misspelt_is_refused(
    files: dict[str, str], wrong: dict[str, str | None], words: str
) -> None:
    given = {name: value for name, value in {**files, **wrong}.items() if value is not None}

    with pytest.raises(WrongSettingError, match=words):
        refuse_wrong_wire(read("x", KafkaSettings, given), "x")


def test_plaintext_that_nobody_asked_for_is_refused() -> None:
    with pytest.raises(WrongSettingError, match="X_KAFKA_PROTOCOL must be set: SASL_SSL; or PLAINTEXT"):
        refuse_wrong_wire(KafkaSettings(kafka=FAR), "x")


def test_a_password_that_others_may_read_is_refused(files: dict[str, str]) -> None:
    Path(files["X_KAFKA_PASSWORD_FILE"]).chmod(0o644)

    with pytest.raises(WrongSettingError, match="X_KAFKA_PASSWORD_FILE: others may read"):
        refuse_wrong_wire(read("x", KafkaSettings, files), "x")


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("postgresql://a:secret@database/x", "sslmode must be given"),
        ("postgresql://a:secret@127.0.0.1,database/x", "sslmode must be given"),
        ("postgresql://a:secret@database/x?sslmode=require", "does not check who answers"),
        ("postgresql://a:secret@database/x?sslmode=prefer", "does not check who answers"),
        ("postgresql://a:secret@database/x?sslmode=verify-ca&sslrootcert=/dev/null", "does not check who answers"),
        ("postgresql://a:secret@database/x?sslmode=verify-full", "sslrootcert must be given"),
        ("postgresql://a:secret@database/x?sslmode=verify-full&sslrootcert=/nothing/there", "No such file"),
        ("postgresql://a:secret@database/x?sslmode=verify-full&sslrootcert=/dev/null", "is empty"),
        ("postgresql://a:secret@database/x?sslmode=disable&sslrootcert=/dev/null", "has no use for"),
        ("postgresql://a:secret@database/x?sslrootcert=/dev/null", "sslmode is not"),
        ("postgresql://a:secret@database/x?sslmod=disable", 'invalid URI query parameter: "sslmod"'),
        ("postgresql://a:secret@[::1/x", "it is no URL of a database"),
    ],
)
def test_a_database_is_reached_by_tls_that_checks_or_by_plaintext_that_somebody_said(url: str, words: str) -> None:
    problem = wire_problem(url)

    assert problem is not None
    assert words in problem
    assert "secret" not in problem


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://a:b@127.0.0.1:5432/x",
        "postgresql://a:b@localhost/x",
        "postgresql:///x?host=/run/postgresql",
        "postgresql+psycopg://a:b@[::1]/x",
        "postgresql://a:b@database/x?sslmode=disable",
        "postgresql://a:b@database/x?sslmode=verify-full&sslrootcert=system",
        f"postgresql://a:b@database/x?sslmode=verify-full&sslrootcert={__file__}",
    ],
)
def test_a_database_on_this_machine_or_checked_or_plain_by_somebodys_word_is_taken(url: str) -> None:
    assert wire_problem(url) is None


def test_a_process_ends_at_its_start_with_the_variable_that_is_wrong(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("X_OWNER_URL", "postgresql://a:b@database/x")
    with pytest.raises(click.ClickException, match="X_OWNER_URL: sslmode must be given"):
        read_settings("x", MigrateSettings)

    with pytest.raises(WrongSettingError, match="X_BUS_URL: sslmode must be given"):
        refuse_wrong_wires(MigrateSettings(owner_url="postgresql:///x", bus_url="postgresql://a:b@database/x"), "x")
