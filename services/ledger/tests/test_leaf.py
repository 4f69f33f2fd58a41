"""The list of a leaf's fields: what was packed once is packed the same for ever, by everything that packs."""

from __future__ import annotations

import numpy as np

from services.ledger.audit.columns import LEAVES
from services.ledger.domain.entries import Entry, entry_of, leaf_bytes
from services.ledger.domain.leaf import (
    FIELDS,
    LEAF,
    LEAF_PREFIX,
    NAMES,
    WALLETS,
    Source,
    hash_leaf,
    place_of,
    unpack_leaf,
)
from services.ledger.domain.wallets import WalletKey, wallet_id
from services.ledger.store.raw import FORMS
from services.ledger.store.rows import COPY_ROW, pack_leaf_of, pack_row

GOLDEN = {
    "version": "01",
    "district_id": "01" * 16,
    "pos": "0000000000000002",
    "request_id": "03" * 16,
    "cause": "04" * 16,
    "act_id": "05" * 16,
    "reason": "0006",
    "outcome": "0007",
    "leg": "0008",
    "legs": "0009",
    "evidence": "000a",
    "policy_version": "0000000b",
    "debit": "d23815a999645865a03e0adcbf8de8d6",
    "credit": "00" * 16,
    "minutes": "000000000000000e",
    "debit_version": "000000000000000f",
    "debit_after": "fffffffffffffff0",
    "credit_version": "0000000000000011",
    "credit_after": "0000000000000012",
    "actor": "13" * 16,
    "checker": "14" * 16,
    "effective_at": "0000000000000015",
    "recorded_at": "0000000000000016",
    "salt": "17" * 16,
}
LEAF_OF_GOLDEN = bytes.fromhex("".join(GOLDEN.values()))
HASH_OF_GOLDEN = "06803b2bd46c7de790de7e2b3c8783ae04c11d0c0e9e6428f20a0d80669768fa"
GIVER = WalletKey(b"\1" * 16, b"\x0c" * 16, 5)


def an_id(number: int) -> bytes:
    """Sixteen times the same byte."""
    return bytes([number]) * 16


VALUES = (
    an_id(1), 2, an_id(3), an_id(4), an_id(5), 6, 7, 8, 9, 10, 11, wallet_id(GIVER), bytes(16), 14, 15, -16, 17, 18,
    an_id(19), an_id(20), 21, 22, an_id(23),
)  # fmt: skip


def test_a_leaf_has_the_bytes_that_it_always_had() -> None:
    entry = entry_of(VALUES, GIVER, None, bytes(32))

    assert leaf_bytes(entry) == LEAF_OF_GOLDEN
    assert LEAF.format == ">B16sq16s16s16shhhhhi16s16sqqqqq16s16sqq16s"
    assert tuple(GOLDEN) == NAMES
    assert hash_leaf(LEAF_OF_GOLDEN).hex() == HASH_OF_GOLDEN


def test_what_is_read_of_the_row_that_was_written_packs_to_the_same_leaf() -> None:
    packed = pack_row(VALUES, 7, 70, 71, bytes(32))
    row = COPY_ROW.unpack(packed)[2::2]

    assert dict(zip(FORMS, row, strict=True))["book"] == 7
    assert pack_leaf_of(row, an_id(1), wallet_id(GIVER), bytes(16)) == LEAF_OF_GOLDEN


def test_a_row_is_written_with_each_column_behind_its_width() -> None:
    fields, *told = COPY_ROW.unpack(pack_row(VALUES, 7, 70, 71, b"h" * 32))

    assert fields == len(FORMS) == len(told[1::2])
    expected = dict(zip(NAMES[1:], VALUES, strict=True)) | {
        "debit": 70,
        "credit": 71,
        "book": 7,
        "leaf_hash": b"h" * 32,
    }
    assert told[1::2] == [expected[name] for name in FORMS]


def test_the_columns_of_the_check_are_those_of_the_list() -> None:
    leaves = np.frombuffer(LEAF_PREFIX + LEAF_OF_GOLDEN, LEAVES)

    assert {name: leaves[name].tobytes().hex() for name in NAMES} == GOLDEN


def test_a_field_stands_where_the_list_says() -> None:
    assert {name: LEAF_OF_GOLDEN[place_of(name)].hex() for name in NAMES} == GOLDEN
    assert unpack_leaf(LEAF_OF_GOLDEN)["debit_after"] == -16


def test_every_field_has_a_source_and_every_column_is_in_the_leaf() -> None:
    columns = {field.name for field in FIELDS if field.source in (Source.COLUMN, Source.WALLET)}

    assert columns == FORMS.keys() - {"book", "leaf_hash"}
    assert WALLETS == ("debit", "credit")
    assert Entry._fields == (*NAMES[1:], "leaf_hash")
