"""What a check found wrong: which row, which field, what it should be."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from uuid import UUID


class Kind(Enum):
    """What is wrong."""

    ROW_ALTERED = "row_altered"
    LEAF_ALTERED = "leaf_altered"
    POSITION_GAP = "position_gap"
    VERSION_GAP = "version_gap"
    BALANCE_WRONG = "balance_wrong"
    BELOW_ZERO = "below_zero"
    TIME_TURNED_BACK = "time_turned_back"
    WALLET_UNKNOWN = "wallet_unknown"
    BOOK_ALTERED = "book_altered"
    WALLET_ALTERED = "wallet_altered"
    HOLD_OVERDRAWN = "hold_overdrawn"
    HOLD_WRONG = "hold_wrong"
    CAP_EXCEEDED = "cap_exceeded"
    SUM_NOT_ZERO = "sum_not_zero"
    INDEX_DISAGREES = "index_disagrees"
    ROOT_DIFFERS = "root_differs"
    JOURNAL_SHORTER = "journal_shorter"
    POSTING_TORN = "posting_torn"
    PERIOD_CLOSE_ALTERED = "period_close_altered"
    SUM_ALTERED = "sum_altered"
    ROW_MISSING = "row_missing"
    CHECKPOINT_MISSING = "checkpoint_missing"
    DIFFERS_FROM_TOPIC = "differs_from_topic"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong."""

    kind: Kind
    district_id: UUID
    position: int | None
    field: str
    expected: str = ""
    found: str = ""

    def __str__(self) -> str:
        """Return it in words."""
        where = f"book {self.district_id}" + (f", position {self.position}" if self.position is not None else "")
        values = f": expected {self.expected}, found {self.found}" if self.expected or self.found else ""
        return f"{self.kind.value} in {where}, field {self.field}{values}"
