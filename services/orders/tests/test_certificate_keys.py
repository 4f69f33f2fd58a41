"""The key of certificates: where it lies, how it is named, and how another takes its place."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from libs.settings import WrongSettingError
from libs.tlog.notes import NoteError, create_signer
from libs.tlog.policy import Policy
from libs.tlog.rotations import rotate_key
from services.orders.__main__ import main
from services.orders.bootstrap import create_app
from services.orders.service_time.rules.credentials import CertificateKeys
from services.orders.settings import Settings, certificate_keys
from services.orders.tests.harness import OrdersHarness, named
from services.orders.tests.keys import CERTIFICATE_NAME, DOOR_KEY, SCAN_KEY, certificate_key_file


def test_after_a_rotation_older_certificates_hold_by_the_key_that_named_the_new_one(
    world: OrdersHarness, tmp_path: Path
) -> None:
    former = tmp_path / "none"
    path, person = f"/v1/certificates/{named('c1')}", {"person_id": str(named("min"))}
    issued = world.call("PUT", "min", path, person).get_json()
    out_seed, out_former = tmp_path / "new" / "key", tmp_path / "new" / "former"
    rotate_key(certificate_key_file(), former, CERTIFICATE_NAME, out_seed=out_seed, out_former=out_former)

    keys = CertificateKeys.read(CERTIFICATE_NAME, out_seed, out_former)

    assert keys.holds(issued["credential"])
    assert keys.holds(keys.sign({}))
    assert not CertificateKeys(CERTIFICATE_NAME, create_signer(tmp_path / "other")).holds(issued["credential"])
    assert len(Policy.parse(keys.trust() + "quorum none\n").logs) == 2
    with pytest.raises(NoteError, match="retired"):
        CertificateKeys.read(CERTIFICATE_NAME, certificate_key_file(), out_former)


def test_the_key_is_rotated_by_a_command_that_replaces_nothing(tmp_path: Path) -> None:
    create_signer(tmp_path / "seed")
    variables = {
        "ORDERS_CERTIFICATE_NAME": CERTIFICATE_NAME,
        "ORDERS_CERTIFICATE_KEY_FILE": str(tmp_path / "seed"),
        "ORDERS_CERTIFICATE_FORMER_KEYS_FILE": str(tmp_path / "former"),
    }
    command = ["rotate-certificate-key", "--out", str(tmp_path / "new")]

    first, second = (CliRunner().invoke(main, command, env=variables) for _ in range(2))

    assert (first.exit_code, second.exit_code) == (0, 1)
    assert "there already" in second.output
    seed, former = (tmp_path / "new" / name for name in ("orders.certificate.key", "orders.certificate.former.keys"))
    assert CertificateKeys.read(CERTIFICATE_NAME, seed, former).rotations


def test_without_a_key_nothing_is_issued_and_a_key_that_others_can_read_is_refused(
    world: OrdersHarness, tmp_path: Path
) -> None:
    without = Settings(database_url=world.database.url, door_key=DOOR_KEY, scan_key=SCAN_KEY)
    bare = create_app(without, clock=world.clock, database=world.database)
    seed = tmp_path / "seed"
    create_signer(seed)
    seed.chmod(0o644)

    assert bare.test_client().get("/v1/certificates/trust").get_json()["code"] == "no_certificate_key"
    named_key = Settings(
        database_url="", door_key=DOOR_KEY, certificate_name=CERTIFICATE_NAME, certificate_key_file=seed
    )
    with pytest.raises(NoteError, match="0600"):
        certificate_keys(named_key)


@pytest.mark.parametrize("name", ["time.example/certificates", "time.tests.local/ledger", "certificates"])
def test_a_name_of_the_examples_or_of_another_kind_is_refused(name: str, tmp_path: Path) -> None:
    seed = tmp_path / "seed"
    create_signer(seed)

    with pytest.raises(WrongSettingError):
        certificate_keys(Settings(database_url="", door_key=DOOR_KEY, certificate_name=name, certificate_key_file=seed))
