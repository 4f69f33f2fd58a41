"""Who asked for something, as it stands in the tables of what was asked."""

from collections.abc import Mapping
from typing import Any

from libs.programme.acting import consent_from_json
from services.redemption.core.rules.people import Asking

Row = dict[str, Any]


def columns_of_asking(asked: Asking) -> Row:
    """Return who asked, by column."""
    return {
        "requested_by": asked.by,
        "requested_at": asked.at,
        "acting_for": asked.acting_for,
        "consent": asked.consent.to_json() if asked.consent else None,
        "why": asked.why,
    }


def asking_of(row: Mapping[str, Any]) -> Asking:
    """Return who asked."""
    consent = consent_from_json(row["consent"])
    return Asking(row["requested_by"], row["requested_at"], row["acting_for"], consent, row["why"])
