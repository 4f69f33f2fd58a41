"""Acting for somebody: the person's own word, as whoever acts recorded it: how, when, and what was said."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from libs.programme.refusals import ConsentMissingError

CONSENT_AGE_DAYS_MAX = 30
CLOCK_SKEW_SECONDS_MAX = 60
WORDS_MAX = 500
WORDS_LENGTH_MIN = 8
WORDS_LETTERS_MIN = 4
"""Different letters that a sentence has at least."""
WIDE_FROM = "\u2e80"
"""From here on a character says about as much as two letters do: 她同意了 is a sentence of four."""


class ConsentHow(StrEnum):
    """How the person's word reached whoever acts for them."""

    PHONE = "phone"
    DESK = "desk"
    HOME = "home"
    SPOKEN = "spoken"
    PAPER = "paper"
    GRANT = "grant"
    """A relative acts under the grant that staff recorded."""
    NONE_POSSIBLE = "none_possible"
    """In an emergency, and for the dead."""


@dataclass(frozen=True)
class Consent:
    """A person's consent to one act; `words` are the recorder's, and stay in the service that heard them."""

    how: ConsentHow
    given_at: datetime
    words: str = ""

    def to_json(self) -> dict[str, str]:
        """Return it as it is stored."""
        return {"how": self.how.value, "given_at": self.given_at.isoformat(), "words": self.words}


def consent_from_json(stored: Mapping[str, str] | None) -> Consent | None:
    """Return a stored consent."""
    if stored is None:
        return None
    return Consent(ConsentHow(stored["how"]), datetime.fromisoformat(stored["given_at"]), stored["words"])


def refuse_unless_consented(
    consent: Consent | None, *, now: datetime, under_grant: bool = False, can_consent: bool = True
) -> None:
    """Refuse an act for somebody without a consent that counts.

    `under_grant`: a relative acts, by a grant; `can_consent`: false in an emergency and for the dead.

    Raises:
        ConsentMissingError: none, or one that lacks something (`lacks`: consent, how, given_at or words).
    """
    if consent is None:
        raise ConsentMissingError(lacks="consent")
    if consent.how is ConsentHow.NONE_POSSIBLE and can_consent:
        raise ConsentMissingError(lacks="how")
    if consent.how is ConsentHow.GRANT and not under_grant:
        raise ConsentMissingError(lacks="how")
    if not _is_of_these_days(consent, now):
        raise ConsentMissingError(lacks="given_at")
    if not is_sentence(consent.words):
        raise ConsentMissingError(lacks="words")


def _is_of_these_days(consent: Consent, now: datetime) -> bool:
    """Tell whether it was given lately, and not in the future; a grant has an end of its own."""
    if consent.given_at > now + timedelta(seconds=CLOCK_SKEW_SECONDS_MAX):
        return False
    return consent.how is ConsentHow.GRANT or consent.given_at >= now - timedelta(days=CONSENT_AGE_DAYS_MAX)


def is_sentence(words: str) -> bool:
    """Tell whether words say something: long enough, and not one letter or mark over and over."""
    letters = [letter.casefold() for letter in words if letter.isalnum()]
    length = sum(2 if letter >= WIDE_FROM else 1 for letter in letters)
    return length >= WORDS_LENGTH_MIN and len(set(letters)) >= WORDS_LETTERS_MIN
