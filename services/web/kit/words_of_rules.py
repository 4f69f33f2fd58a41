"""What a word of a parameter is called, where it is also one of an order or a person."""

from __future__ import annotations

from services.web.kit.labels import LABELS, label

OF_OTHERS = ("rule", "evidence", "hardship", "service_risk", "class")
"""Under what a word of a rule may be found: what an order or a person has is called the same there."""


def label_of_rule(word: object) -> str:
    """Return what a word of a parameter is called; the word itself, such as a service's code, where it has no name."""
    names = (f"{prefix}.{word}" for prefix in OF_OTHERS)
    return label(next((name for name in names if name in LABELS), "")) or str(word)
