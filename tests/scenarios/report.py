"""The table of a run by group, and the list of stories that may still fail."""

from collections import Counter
from collections.abc import Mapping
from pathlib import Path

PENDING = Path(__file__).resolve().parents[2] / "docs" / "scenarios-pending.txt"
OUTCOMES = ("passed", "failed", "not yet supported")


def pending() -> dict[str, str]:
    """Return {story name: the verb or rule that is missing} from docs/scenarios-pending.txt."""
    lines = PENDING.read_text(encoding="utf-8").splitlines() if PENDING.exists() else []
    rows = [line.partition(":") for line in lines if line.strip() and not line.startswith("#")]
    return {name.strip(): reason.strip() for name, _, reason in rows}


def table(outcomes: Mapping[tuple[str, str], str]) -> str:
    """Return the table of {(group, story): outcome} by group."""
    counts = Counter((group, outcome) for (group, _), outcome in outcomes.items())
    groups = sorted({group for group, _ in outcomes})
    rows = [f"{'group':<14}" + "".join(f"{outcome:>20}" for outcome in OUTCOMES)]
    for group in [*groups, "all"]:
        numbers = [sum(counts[g, outcome] for g in groups if group in ("all", g)) for outcome in OUTCOMES]
        rows.append(f"{group:<14}" + "".join(f"{number:>20}" for number in numbers))
    return "\n".join(rows)
