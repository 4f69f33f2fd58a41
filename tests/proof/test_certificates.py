"""A certificate is checked by a program that shares no code with what made it; each byte of it counts."""

from __future__ import annotations

import json
import subprocess
import sys
from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest

from libs.tlog.notes import create_signer
from services.orders.service_time.rules.credentials import CertificateKeys, Certified, certificate_claims
from services.orders.service_time.rules.status_lists import status_claims
from tests.proof.support import ROOT

NAME = "time.tests.local/certificates"
ISSUED = datetime(2026, 3, 2, 4, tzinfo=UTC)
CERTIFIED = Certified(
    UUID(int=1), 12, UUID(int=2), 180, 120, date(2026, 1, 5), date(2026, 2, 1), {"B1": 180}, ISSUED, date(2026, 6, 30)
)


class Desk:
    """A key, a certificate of it, and the files that somebody checks it with."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.keys = CertificateKeys(NAME, create_signer(folder / "seed"))
        self.credential = self.keys.sign(certificate_claims(self.keys, CERTIFIED))
        self.trust = self.keys.trust()

    def check(self, credential: str = "", *, status: str = "", at: datetime = ISSUED) -> tuple[int, str]:
        """Return the exit code, and what the program says."""
        (self.folder / "certificate").write_text(credential or self.credential)
        (self.folder / "trust").write_text(self.trust)
        (self.folder / "status").write_text(status)
        arguments = ["--at", at.isoformat(), *(["--status", str(self.folder / "status")] if status else [])]
        program = str(ROOT / "docs" / "verify" / "verify_certificate.py")
        files = [str(self.folder / name) for name in ("certificate", "trust")]
        done = subprocess.run(
            [sys.executable, "-I", program, *files, *arguments], capture_output=True, text=True, check=False
        )
        assert done.stderr == ""
        return done.returncode, done.stdout

    def status(self, *revoked: int, at: datetime = ISSUED) -> str:
        """Return the signed list of these numbers."""
        return self.keys.sign(status_claims(self.keys, 0, revoked, at))


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def test_a_certificate_holds_from_a_file_and_from_the_address_of_its_code(desk: Desk) -> None:
    code, words = desk.check()
    of_paper, _ = desk.check(f"https://time.tests.local/check/certificate#v:{desk.credential}")

    assert (code, of_paper) == (0, 0)
    assert "THE CERTIFICATE HOLDS" in words
    assert "180 (proved at the door 有完整凭证: 120)" in words
    assert "not asked" in words


def test_the_lines_of_the_key_are_enough_alone_and_put_to_those_of_a_log(desk: Desk) -> None:
    alone, _ = desk.check()
    desk.trust += "quorum none\n"
    beside, _ = desk.check()
    desk.trust = "# nothing\n"
    nothing, words = desk.check()

    assert (alone, beside, nothing) == (0, 0, 2)
    assert "CANNOT CHECK" in words


def test_a_certificate_that_was_changed_does_not_hold(desk: Desk) -> None:
    header, claims, signature = desk.credential.split(".")
    raised = json.loads(urlsafe_b64decode(claims + "=="))
    raised["credentialSubject"]["minutes"] = 18_000
    forged = urlsafe_b64encode(json.dumps(raised).encode()).rstrip(b"=").decode()

    assert desk.check(f"{header}.{forged}.{signature}") == (
        1,
        "REFUSED 不可信: the signature does not hold: the certificate was changed\n",
    )
    assert desk.check(desk.credential[:-1])[0] == 1
    assert desk.check(f"{header}.{claims}")[0] == 1


def test_a_certificate_of_another_key_says_which(desk: Desk, tmp_path: Path) -> None:
    others = CertificateKeys(NAME, create_signer(tmp_path / "other"))

    code, words = desk.check(others.sign(certificate_claims(others, CERTIFIED)))

    assert (code, "a key that the trust file does not name" in words) == (1, True)
    assert others.public.key_id.hex() in words


def test_the_key_of_a_log_signs_no_certificate(desk: Desk) -> None:
    log = CertificateKeys("time.tests.local/ledger", desk.keys.signer)
    desk.trust = log.trust() + "quorum none\n"

    assert "does not name" in desk.check(log.sign(certificate_claims(log, CERTIFIED)))[1]


def test_an_expired_certificate_says_until_when_it_was_valid(desk: Desk) -> None:
    last = datetime(2026, 6, 30, 15, 59, tzinfo=UTC)

    assert desk.check(at=last)[0] == 0
    assert desk.check(at=last + timedelta(minutes=1)) == (
        1,
        "REFUSED 不可信: expired: it was valid until 2026-06-30T16:00:00Z\n",
    )
    assert "dated in the future" in desk.check(at=ISSUED - timedelta(days=1))[1]


def test_a_revoked_certificate_says_so_when_the_signed_list_is_at_hand(desk: Desk) -> None:
    listed, other = desk.check(status=desk.status(12)), desk.check(status=desk.status(11, 13))

    assert listed == (1, "REFUSED 不可信: revoked by whoever issued it\n")
    assert (other[0], "no 否" in other[1]) == (0, True)


def test_an_old_list_or_one_that_was_changed_says_nothing(desk: Desk) -> None:
    old, changed = desk.status(11, at=ISSUED - timedelta(days=2)), desk.status(11)[:-8] + "AAAAAAAA"

    assert "expired" in desk.check(status=old)[1]
    assert "the signature does not hold" in desk.check(status=changed)[1]


def test_a_trust_file_that_is_none_is_told_apart_from_a_certificate_that_does_not_hold(desk: Desk) -> None:
    desk.trust = "log nonsense\n"

    assert desk.check()[0] == 2
