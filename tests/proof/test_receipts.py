"""A receipt holds for anyone with the trust file, and not one byte of it can be changed."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path
from uuid import UUID

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from libs.tlog.merkle import leaf_hash
from libs.tlog.notes import COSIGNATURE, ED25519, Checkpoint, Note, Signature, Signer, VerifierKey, encode
from libs.tlog.policy import Policy
from services.ledger.domain.errors import NotSealedYetError
from services.ledger.domain.leaf import LEAF, NAMES
from services.ledger.domain.postings import Terms
from services.ledger.domain.reasons import Reason
from services.ledger.domain.transfers import Transfer
from services.ledger.domain.wallets import WalletClass, district_wallet
from services.ledger.proof.keys import trust_text, witness_policy
from services.ledger.tests.support import EAST, Ledger, earned, issue, move, new
from tests.proof.support import DISTRICT, LOG_NAME, ROOT, Bench, load_verifier

verify = load_verifier()
LAN = UUID("0197d3a0-0000-7000-8000-000000000001")


@pytest.fixture
def receipt(ledger: Ledger, bench: Bench) -> str:
    """The receipt of Lan's 90 minutes, entry 6 of 11."""
    ledger.post(*(issue(earned(new()), 10) for _ in range(5)))
    request = new()
    source = district_wallet(EAST, WalletClass.ISSUANCE)
    terms = Terms(cause=new(), act_id=b"o" * 16)
    ledger.post(Transfer(request, terms, source, earned(LAN.bytes), 90, Reason.HOURS_APPROVED))
    ledger.post(*(issue(earned(new()), 10) for _ in range(5)))
    bench.sealer.tick()
    return bench.receipt(request)


def _refused(receipt: str, trust: str) -> str:
    with pytest.raises(verify.RefusedError) as refused:
        verify.check(receipt, trust)
    return str(refused.value)


def test_a_receipt_says_in_words_what_happened(receipt: str, bench: Bench) -> None:
    facts = verify.check(receipt, bench.trust())

    assert (facts["minutes"], facts["reason"], facts["credit_after"], facts["position"]) == (90, 1, 90, 6)
    assert facts["log_size"] == 11
    words = verify.describe(facts, LAN)
    assert "you 本人 · earned" in words
    assert "district 区 · issuance" in words
    assert "hours_approved" in words
    assert "2026-03-02 09:00:00+08:00" in words
    assert str(UUID(bytes=b"o" * 16)) in words
    assert len(receipt) < 4096


def test_no_byte_of_a_receipt_can_be_changed(receipt: str, bench: Bench) -> None:
    raw, trust = receipt.encode(), bench.trust()
    for at in range(len(raw)):
        for bit in (1, 32) if at % 8 == 0 else (1,):
            changed = raw[:at] + bytes([raw[at] ^ bit]) + raw[at + 1 :]
            with pytest.raises((verify.RefusedError, UnicodeDecodeError)):
                verify.check(changed.decode(), trust)


def test_nothing_can_be_cut_off_put_in_or_doubled(receipt: str, bench: Bench) -> None:
    lines, trust = receipt.split("\n"), bench.trust()
    changed = [receipt[:cut] for cut in range(0, len(receipt), 7)]
    changed += ["\n".join(lines[:at] + lines[at + 1 :]) for at in range(len(lines))]
    changed += ["\n".join([*lines[:at], lines[at], *lines[at:]]) for at in range(len(lines))]
    changed += ["\n".join([*lines[:at], lines[at + 1], lines[at], *lines[at + 2 :]]) for at in range(len(lines) - 1)]
    changed += [receipt + "x", receipt + "\n", " " + receipt, "\ufeff" + receipt, receipt.replace("\n", "\r\n")]
    changed += [receipt + f"\u2014 stranger.example {encode(bytes(68))}\n", receipt.replace("index ", "index 0")]
    for one in changed:
        _ = one == receipt or _refused(one, trust)


READ_BY_STRANGERS = {"pos": "position", "request_id": "transfer", "act_id": "act", "district_id": "district"}
"""What a stranger's list calls by another name."""


def test_the_strangers_list_of_fields_is_ours() -> None:
    assert verify.LEAF.format == LEAF.format
    assert [READ_BY_STRANGERS.get(name, name) for name in NAMES] == verify.LEAF_FIELDS


@pytest.mark.parametrize("field", range(len(LEAF.unpack(bytes(LEAF.size)))))
def test_no_field_of_the_entry_can_be_changed(receipt: str, bench: Bench, field: int) -> None:
    values = list(LEAF.unpack(_entry_of(receipt)))
    value = values[field]
    values[field] = bytes([value[0] ^ 1]) + value[1:] if isinstance(value, bytes) else value + 1
    changed = encode(LEAF.pack(*values))

    assert "not in the log" in _refused(receipt.replace(encode(_entry_of(receipt)), changed), bench.trust())


def test_a_receipt_that_is_consistent_under_other_keys_is_refused(receipt: str, bench: Bench) -> None:
    forged = _receipt_of_one_leaf(_as_first(_entry_of(receipt)), seed=1)

    assert "trust file does not name" in _refused(forged, bench.trust())
    assert verify.check(forged, _trust_of(seed=1))["minutes"] == 90


def test_a_receipt_without_the_witness_is_refused(receipt: str, bench: Bench) -> None:
    without = receipt.rsplit("\u2014 bureau", 1)[0]

    assert "too few" in _refused(without, bench.trust())
    log_only = trust_text(VerifierKey.parse(bench.trust().split("\n")[1][4:]), Policy.parse("quorum none\n"))
    assert verify.check(without, log_only)["minutes"] == 90


def test_a_witness_alone_or_a_witness_key_as_log_is_no_log(receipt: str, bench: Bench) -> None:
    head, body, signatures = receipt.split("\n\n")
    only_witness = "\n\n".join([head, body, signatures.split("\n", 1)[1]])

    assert "not signed by the log" in _refused(only_witness, bench.trust())


def test_unknown_signers_are_looked_past_only_when_asked(receipt: str, bench: Bench) -> None:
    text = receipt.split("\n\n")[1] + "\n"
    line = Signer(Ed25519PrivateKey.generate()).cosign("zeta.example/w", text, at_seconds=1)
    more = f"{receipt}{line}\n"

    assert "does not name" in _refused(more, bench.trust())
    assert verify.check(more, bench.trust(), ignore_unknown=True)["minutes"] == 90


def test_a_receipt_of_another_districts_log_is_refused(receipt: str, bench: Bench) -> None:
    other = bench.trust().replace(LOG_NAME, "timebank.example/elsewhere")

    with pytest.raises(verify.TrustError):
        verify.check(receipt, other)
    key = VerifierKey.parse(bench.trust().split("\n")[1][4:])
    moved = VerifierKey(key.name[:-1] + "0", ED25519, key.public)
    assert _refused(receipt, bench.trust().replace(str(key), str(moved)))


def test_before_the_seal_there_is_no_receipt(ledger: Ledger, bench: Bench) -> None:
    first, second = issue(earned(new()), 10), issue(earned(new()), 10)
    ledger.post(first)
    with pytest.raises(NotSealedYetError):
        bench.receipt(first.request_id)
    bench.sealer.tick()
    ledger.post(second)

    assert bench.receipt(first.request_id)
    with pytest.raises(NotSealedYetError):
        bench.receipt(second.request_id)


def test_a_refusal_has_a_receipt_too(ledger: Ledger, bench: Bench) -> None:
    refused = move(earned(new()), earned(new()), 5)
    ledger.post(refused)
    bench.sealer.tick()

    facts = verify.check(bench.receipt(refused.request_id), bench.trust())

    assert facts["outcome"] >= 10
    assert "nothing moved" in verify.describe(facts)


def test_every_reason_and_wallet_class_has_a_name_in_the_verifier() -> None:
    assert {number: words.split()[0] for number, words in verify.REASONS.items()} == {
        reason.value: reason.label for reason in Reason
    }
    assert verify.CLASSES[::2] == [wallet_class.name.lower() for wallet_class in WalletClass]


@pytest.mark.parametrize(
    ("public", "message", "signature"),
    [
        (
            "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
            "",
            "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e06522490155"
            "5fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
        ),
        (
            "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
            "72",
            "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
            "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
        ),
    ],
)
def test_the_verifiers_ed25519_agrees_with_rfc_8032(public: str, message: str, signature: str) -> None:
    key, text, raw = bytes.fromhex(public), bytes.fromhex(message), bytes.fromhex(signature)

    assert verify.ed25519_holds(key, text, raw)
    assert not verify.ed25519_holds(key, text + b"x", raw)
    # The same signature with the group's order added to s: must not pass as a second form of it.
    grown = (int.from_bytes(raw[32:], "little") + verify.ORDER).to_bytes(32, "little")
    assert not verify.ed25519_holds(key, text, raw[:32] + grown)


def test_the_program_says_so_and_exits_accordingly(receipt: str, bench: Bench, tmp_path: Path) -> None:
    (tmp_path / "r.tlog-proof").write_text(receipt)
    (tmp_path / "changed").write_text(receipt.replace("index 5", "index 4"))
    (tmp_path / "trust").write_text(bench.trust())
    (tmp_path / "no-trust").write_text("log x\n")

    good = _run(tmp_path / "r.tlog-proof", tmp_path / "trust", "--person", str(LAN))
    results = [
        _run(tmp_path / "changed", tmp_path / "trust"),
        _run(tmp_path / "r.tlog-proof", tmp_path / "no-trust"),
        _run(tmp_path / "nowhere", tmp_path / "trust"),
    ]

    assert good.returncode == 0
    assert "THE RECEIPT HOLDS" in good.stdout
    assert "you 本人 · earned" in good.stdout
    assert [result.returncode for result in results] == [1, 2, 2]
    assert "REFUSED" in results[0].stdout


def test_the_program_is_short_and_needs_nothing_but_python() -> None:
    source = (ROOT / "docs" / "verify" / "verify.py").read_text()
    found = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Import | ast.ImportFrom)]
    imported = {name.name for node in found if isinstance(node, ast.Import) for name in node.names}
    imported |= {str(node.module) for node in found if isinstance(node, ast.ImportFrom)}

    assert len(source.splitlines()) < 300
    assert imported <= sys.stdlib_module_names


def _run(*arguments: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-I", str(ROOT / "docs" / "verify" / "verify.py"), *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def _entry_of(receipt: str) -> bytes:
    return bytes(verify.unbase64(receipt.split("\n")[1][6:]))


def _as_first(entry: bytes) -> bytes:
    values = list(LEAF.unpack(entry))
    values[2] = 1
    return LEAF.pack(*values)


def _signers(seed: int) -> tuple[Signer, Signer]:
    keys = (bytes([seed]) * 32, bytes([seed + 100]) * 32)
    log, witness = (Signer(Ed25519PrivateKey.from_private_bytes(key)) for key in keys)
    return log, witness


def _trust_of(seed: int) -> str:
    log, witness = _signers(seed)
    vkey = str(witness.key("bureau.example/witness", kind=COSIGNATURE))
    policy = Policy.parse(witness_policy({"bureau": (vkey, "")}, needed=1))
    return trust_text(log.key(f"{LOG_NAME}/{DISTRICT}", kind=ED25519), policy)


def _receipt_of_one_leaf(entry: bytes, *, seed: int) -> str:
    """A receipt in which everything fits, but for the keys."""
    log, witness = _signers(seed)
    origin = f"{LOG_NAME}/{DISTRICT}"
    text = Checkpoint(origin, 1, leaf_hash(entry)).text()
    signatures: tuple[Signature, ...] = (
        log.sign(origin, text),
        witness.cosign("bureau.example/witness", text, at_seconds=1),
    )
    head = f"c2sp.org/tlog-proof@v1\nextra {encode(entry)}\nindex 0\n"
    return f"{head}\n{Note(text, signatures)}"
