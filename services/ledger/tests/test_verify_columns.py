"""The walk by columns refuses what the walk by rows refuses, and hands the same on; what arrays may get wrong."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from libs.tlog.merkle import root_of
from services.ledger.audit import holds, locate, quick
from services.ledger.audit.by_number import ByNumber
from services.ledger.audit.columns import tile_roots
from services.ledger.audit.packed import NAMES, PACKED, Row
from services.ledger.audit.public_ids import ids_of
from services.ledger.audit.segments import check_closely
from services.ledger.audit.stretch import TILE, Segment, SegmentTerms
from services.ledger.domain.wallets import id_of
from services.ledger.tests.histories import (
    BOOK,
    IDS,
    LENGTHS,
    WALLETS,
    Step,
    hashed,
    history,
    packed,
    public_ids,
    terms,
)  # fmt: skip

INT64, INT32 = np.iinfo(np.int64), np.iinfo(np.int32)
ISSUANCE, CLEARING, POOL, POOL_HELD, EARNED, EARNED_HELD = range(6)
STEPS = st.lists(
    st.builds(Step, st.integers(0, 8), st.integers(0, 8), st.integers(1, 60), st.integers(0, 3)),
    min_size=1,
    max_size=24,
)
FIRSTS = st.sampled_from((1, TILE + 1, 2 * TILE + 1))
WIDTHS = dict(zip(NAMES, LENGTHS, strict=True))


@pytest.fixture(autouse=True)
def few_are_tried(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a field was is not asked here, and not looked for long."""
    for name in ("MICROSECONDS_TRIED", "POLICY_VERSIONS_MAX", "LEGS_TRIED_MAX"):
        monkeypatch.setattr(locate, name, 2)


def by_columns(
    rows: list[Row], stretch: SegmentTerms | None = None, *, at_once: int = quick.ROWS_AT_ONCE
) -> Segment | None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(quick, "ROWS_AT_ONCE", at_once)
        return quick.check_quickly(iter([packed(rows)]), stretch or terms(rows, first=rows[0].pos), public_ids())


def by_rows(rows: list[Row], stretch: SegmentTerms) -> Segment:
    return check_closely(PACKED.iter_unpack(packed(rows)), stretch, public_ids())


def told(segment: Segment) -> dict[str, Any]:
    """Everything that is handed on."""
    found = {name: getattr(segment, name) for name in Segment.__dataclass_fields__}
    return found | {name: sorted(found[name].tolist()) for name in ("sides", "named")}


def same_values(row: Row, name: str) -> list[Any]:
    """Values near the one that a field has, and those at the ends of its numbers."""
    value, width = getattr(row, name), WIDTHS[name]
    if isinstance(value, bytes):
        return [bytes(width), id_of(value[:16], "other").ljust(width, b"\x01"), value[::-1]]
    most = (1 << 8 * width - 1) - 1
    near = [value + 1, value - 1, 0, 1, -1, -value, most, -most - 1, most - 1]
    others = WALLETS if name in ("debit", "credit") else []
    return [one for one in (*near, *others) if -most - 1 <= one <= most]


@st.composite
def damaged(draw: st.DrawFn) -> tuple[list[Row], SegmentTerms]:
    """An honest history to which one or two things were done; a good forger makes the hash anew."""
    rows = history(draw(STEPS), first=draw(FIRSTS))
    stretch = terms(rows, first=rows[0].pos)
    for _ in range(draw(st.integers(0, 2))):
        at, other = draw(st.integers(0, len(rows) - 1)), draw(st.integers(0, len(rows) - 1))
        act = draw(st.sampled_from(("edit", *["edit and hash"] * 5, "swap", "drop", "double")))
        if act.startswith("edit"):
            name = draw(st.sampled_from(NAMES))
            changed = rows[at]._replace(**{name: draw(st.sampled_from(same_values(rows[at], name)))})
            rows[at] = hashed(changed) if act.endswith("hash") else changed
        elif act == "swap":
            rows[at], rows[other] = rows[other], rows[at]
        elif act == "drop" and len(rows) > 1:
            del rows[at]
        elif act == "double":
            rows.insert(other, rows[at])
    return rows, stretch


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(damaged(), st.sampled_from((1, 2, 5, quick.ROWS_AT_ONCE)))
def test_both_walks_say_the_same_of_a_damaged_history(case: tuple[list[Row], SegmentTerms], at_once: int) -> None:
    rows, stretch = case

    quickly, closely = by_columns(rows, stretch, at_once=at_once), by_rows(rows, stretch)

    if quickly is None:
        assert closely.findings or any(_is_near_the_end(row) for row in rows)
    else:
        assert told(quickly) == told(closely)
        assert not closely.findings


def _is_near_the_end(row: Row) -> bool:
    return row.outcome == 0 and max(abs(row.debit_after), abs(row.credit_after)) > quick.BALANCE_MAX


def test_an_honest_history_is_well() -> None:
    rows = history(Step(number, number + 1, 5 + number % 7, number % 3) for number in range(100))

    assert any(row.outcome for row in rows)
    for at_once in (1, 7, 100, quick.ROWS_AT_ONCE):
        segment = by_columns(rows, at_once=at_once)
        assert segment is not None
        assert told(segment) == told(by_rows(rows, terms(rows)))


def test_a_wallet_on_both_sides_goes_on_from_its_debit_to_its_credit() -> None:
    rows = history([Step(ISSUANCE, POOL, 10, 0), Step(POOL, POOL, 4, 0), Step(POOL, EARNED, 10, 0)])

    assert (rows[1].debit_version, rows[1].credit_version) == (2, 3)
    for at_once in (1, 2, 3):
        assert by_columns(rows, at_once=at_once) is not None
    swapped = rows[1]._replace(debit_version=3, credit_version=2, debit_after=10, credit_after=6)
    assert by_columns([rows[0], hashed(swapped), rows[2]]) is None


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("debit_version", 1), ("credit_version", 1), ("debit_after", 1), ("credit_after", 1), ("minutes", 1),
        ("pos", 1), ("pos", -1), ("recorded_at", -3), ("recorded_at", -4), ("recorded_at", 3),
        ("recorded_at", -1 << 60),
    ],
)  # fmt: skip
def test_each_row_goes_on_from_the_rows_before(name: str, change: int) -> None:
    rows = history(Step(number % 4, (number + 1) % 4, 20 - number, 0) for number in range(14))
    seen = set[int]()
    for at, row in enumerate(rows):
        forged = [*rows[:at], hashed(row._replace(**{name: getattr(row, name) + change})), *rows[at + 1 :]]
        found = [by_columns(forged, at_once=at_once) for at_once in (1, 3, 100)]

        # What nobody goes on from, and what went on from nobody, only the stretches around it can tell.
        is_wrong = bool(by_rows(forged, terms(rows)).findings)
        assert [one is None for one in found] == [is_wrong] * 3
        seen.add(is_wrong)
    assert True in seen


def moved(debit_after: int, credit_after: int, minutes: int, **more: Any) -> Row:
    """A row from issuance to clearing, which both may be below zero."""
    (row,) = history([Step(ISSUANCE, CLEARING, 1, 0)], first=more.get("pos", 1))
    return hashed(row._replace(debit_after=debit_after, credit_after=credit_after, minutes=minutes, **more))


@pytest.mark.parametrize("outcome", [0, 1])
@pytest.mark.parametrize("side", ["debit", "credit"])
@pytest.mark.parametrize("at", range(len(WALLETS)))
def test_only_issuance_and_clearing_are_below_zero(at: int, side: str, outcome: int) -> None:
    other = {"debit": "credit", "credit": "debit"}[side]
    below: dict[str, Any] = {
        side: WALLETS[at],
        f"{side}_after": -1,
        other: WALLETS[CLEARING if at == ISSUANCE else ISSUANCE],
    }
    row = hashed(moved(-1, 1, 1)._replace(**below, outcome=outcome))

    is_refused = at not in (ISSUANCE, CLEARING) and outcome == 0
    assert (by_columns([row]) is None) == is_refused
    assert bool(by_rows([row], terms([row])).findings) == is_refused


def test_a_balance_that_wraps_around_is_refused() -> None:
    rows = [
        moved(0, INT64.max, 1),
        moved(-1, INT64.min, 1, pos=2, debit_version=2, credit_version=2),
    ]

    assert by_columns(rows) is None
    assert by_columns(rows, at_once=1) is None
    assert by_rows(rows, terms(rows)).findings


@pytest.mark.parametrize("after", [INT64.min, INT64.min + 1, INT64.max])
def test_a_balance_at_the_end_of_the_numbers_is_left_to_the_walk_by_rows(after: int) -> None:
    row = moved(after, 0, INT32.max)

    assert by_columns([row]) is None
    assert by_rows([row], terms([row])).sides[0][3] == min(after + INT32.max, INT64.max)


def test_a_version_that_wraps_around_is_refused() -> None:
    versions = {"debit_version": INT32.max, "credit_version": 5}, {"debit_version": INT32.min, "credit_version": 6}
    rows = [moved(-pos, pos, 1, pos=pos, **more) for pos, more in enumerate(versions, 1)]

    assert by_columns(rows) is None
    assert by_columns(rows, at_once=1) is None
    assert by_rows(rows, terms(rows)).findings


def test_the_least_minutes_are_counted_with_their_sign() -> None:
    rows = [
        moved(-INT32.min, INT32.min, INT32.min),
        moved(-2 * INT32.min, 2 * INT32.min, INT32.min, pos=2, debit_version=2, credit_version=2),
    ]

    for at_once in (1, 2):
        segment = by_columns(rows, at_once=at_once)
        assert segment is not None
        assert told(segment) == told(by_rows(rows, terms(rows)))


@pytest.mark.parametrize("number", [WALLETS[4] + 16 * 100, WALLETS[4] + (1 << 36), -WALLETS[4], -1, 16, BOOK << 36])
@pytest.mark.parametrize("outcome", [0, 1])
def test_a_wallet_that_is_not_there_is_refused(number: int, outcome: int) -> None:
    rows = history([Step(ISSUANCE, POOL, 10, 0), Step(POOL, EARNED, 4, 0)])
    rows[1] = hashed(rows[1]._replace(credit=number, outcome=outcome))

    assert by_columns(rows) is None
    assert by_rows(rows, terms(rows)).findings


def test_a_wallet_of_another_book_is_left_to_the_walk_by_rows() -> None:
    rows = history([Step(ISSUANCE, POOL, 10, 0), Step(ISSUANCE, POOL, 10, 0)])
    stretch = terms(rows)
    strange = SegmentTerms(stretch.url, BOOK + 1, stretch.district_id, 1, 2)

    assert by_columns(rows, strange) is None
    assert not by_rows(rows, strange).findings


def test_a_wallet_without_a_serial_is_left_to_the_walk_by_rows() -> None:
    number = BOOK << 36
    rows = history([Step(ISSUANCE, POOL, 10, 0)])
    rows[0] = hashed(rows[0]._replace(credit=number))

    assert quick.check_quickly([packed(rows)], terms(rows), public_ids([*IDS, number])) is None
    assert not check_closely(PACKED.iter_unpack(packed(rows)), terms(rows), public_ids([*IDS, number])).findings


def test_a_number_that_two_wallets_have_is_left_to_the_walk_by_rows() -> None:
    rows = history([Step(ISSUANCE, POOL, 10, 0)])

    assert quick.check_quickly([packed(rows)], terms(rows), public_ids([*IDS, WALLETS[0]])) is None


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.binary(min_size=16, max_size=16), st.text(max_size=40)), max_size=5))
def test_ids_are_the_same_made_all_at_once(parts: list[tuple[bytes, str]]) -> None:
    made = ids_of([cause for cause, _ in parts], [name for _, name in parts])

    assert made.tolist() == [id_of(cause, name) for cause, name in parts]


@pytest.mark.parametrize("at", range(len(NAMES) + 1))
def test_a_length_word_is_looked_at(at: int) -> None:
    rows = history([Step(ISSUANCE, POOL, 10, 0)] * 3)
    stream = bytearray(packed(rows))
    place = PACKED.size + (2 + sum(4 + width for width in LENGTHS[: at - 1]) if at else 0)
    stream[place + (3 if at else 1)] ^= 1

    assert quick.check_quickly([bytes(stream)], terms(rows), public_ids()) is None


def test_a_row_that_is_too_short_or_too_long_is_refused() -> None:
    rows = history([Step(ISSUANCE, POOL, 10, 0)] * 3)
    stream = packed(rows)

    for block in (stream[:-1], stream + b"\x00", stream[1:], stream[: PACKED.size]):
        assert quick.check_quickly([block], terms(rows), public_ids()) is None


@settings(max_examples=40, deadline=None)
@given(st.lists(st.integers(0, 700), max_size=8), st.sampled_from((1, 2, 5, 100)))
def test_blocks_are_cut_anew_however_they_come(lengths: list[int], size: int) -> None:
    blocks = [bytes([number]) * length for number, length in enumerate(lengths)]

    cut = list(quick._cut(blocks, size))

    assert b"".join(cut) == b"".join(blocks)
    assert all(len(block) == size for block in cut[:-1])
    assert len(cut[-1]) < size


@pytest.mark.parametrize("count", [1, TILE - 1, TILE, TILE + 1, 3 * TILE])
@pytest.mark.parametrize("at_once", [100, TILE, 1000])
def test_full_tiles_are_made_and_the_rest_is_handed_on(count: int, at_once: int) -> None:
    rows = history([Step(ISSUANCE, POOL, 1, 0)] * count)
    leaves = [row.leaf_hash for row in rows]
    whole = count // TILE * TILE

    segment = by_columns(rows, at_once=at_once)

    assert segment is not None
    assert segment.tiles == [root_of(leaves[at : at + TILE]) for at in range(0, whole, TILE)]
    assert segment.tail == leaves[whole:]
    assert tile_roots(b"") == []


PAIRS = st.tuples(st.integers(1, 9), st.integers(0, 999))
PUTS = st.lists(st.dictionaries(st.integers(-50, 50), PAIRS, max_size=9), max_size=5)
MOVEMENTS = st.lists(st.tuples(st.integers(0, 5), st.sampled_from(WALLETS[3:6]), st.integers(-3, 3)), max_size=40)


@pytest.mark.parametrize("odd", [holds.ODD, np.uint64(0)], ids=["apart", "mixed up"])
@given(movements=MOVEMENTS, at_once=st.integers(1, 10))
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_holds_are_added_up_by_act_and_twin(
    movements: list[tuple[int, int, int]], at_once: int, odd: np.uint64
) -> None:
    expected: dict[tuple[bytes, int], int] = {}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(holds, "ODD", odd)
        patch.setattr(holds, "MOVEMENTS_AT_ONCE", 7)
        open_holds = holds.OpenHolds()
        for start in range(0, len(movements), at_once):
            some = movements[start : start + at_once]
            acts = [bytes([act]) + bytes(14) + bytes([act % 2]) for act, _, _ in some]
            twins, changes = (np.array([one[column] for one in some], np.int64) for column in (1, 2))
            open_holds.add(np.array(acts, "V16"), twins, changes)
            for act, (_, twin, change) in zip(acts, some, strict=True):
                expected[act, twin] = expected.get((act, twin), 0) + change

        assert open_holds.left() == {key: left for key, left in expected.items() if left}


@settings(max_examples=40, deadline=None)
@given(PUTS)
def test_numbers_of_wallets_are_found_again(puts: list[dict[int, tuple[int, int]]]) -> None:
    by_number, expected = ByNumber(2), dict[int, tuple[int, int]]()
    asked = np.arange(-60, 60)
    for put in puts:
        by_number.put(np.array(list(put), np.int64), np.array(list(put.values()), np.int64).reshape(-1, 2))
        expected |= put

        values, is_there = by_number.find(asked)

        assert [tuple(one) for one in values.tolist()] == [expected.get(number, (0, 0)) for number in asked.tolist()]
        assert is_there.tolist() == [number in expected for number in asked.tolist()]
    assert {number: (one, other) for number, one, other in by_number.rows()} == expected
