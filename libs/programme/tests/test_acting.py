"""A consent counts when it says how, when and what; anything else is none."""

from datetime import UTC, datetime, timedelta

import pytest
from marshmallow import ValidationError

from libs.programme.acting import (
    CLOCK_SKEW_SECONDS_MAX,
    CONSENT_AGE_DAYS_MAX,
    Consent,
    ConsentHow,
    consent_from_json,
    is_sentence,
    refuse_unless_consented,
)
from libs.programme.acting_schemas import ActingSchema
from libs.programme.refusals import ConsentMissingError

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
SAID = "She asked me on the phone to order the help"
LONG_AGO = timedelta(days=CONSENT_AGE_DAYS_MAX, seconds=1)


def given(*, how: str = "phone", at: datetime = NOW, words: str = SAID) -> Consent:
    return Consent(ConsentHow(how), at, words)


@pytest.mark.parametrize("how", ["phone", "desk", "home", "spoken", "paper"])
def test_a_consent_heard_lately_and_in_words_counts(how: str) -> None:
    refuse_unless_consented(given(how=how), now=NOW)


@pytest.mark.parametrize(
    ("consent", "lacks"),
    [
        (None, "consent"),
        (given(words="x"), "words"),
        (given(at=NOW + timedelta(seconds=CLOCK_SKEW_SECONDS_MAX + 1)), "given_at"),
        (given(at=NOW - LONG_AGO), "given_at"),
        (given(how="none_possible"), "how"),
        (given(how="grant"), "how"),
    ],
)
def test_what_lacks_something_is_no_consent(consent: Consent | None, lacks: str) -> None:
    with pytest.raises(ConsentMissingError) as refused:
        refuse_unless_consented(consent, now=NOW)

    assert refused.value.fields == {"lacks": lacks}


def test_only_in_an_emergency_and_for_the_dead_no_consent_is_possible() -> None:
    refuse_unless_consented(given(how="none_possible"), now=NOW, can_consent=False)


def test_a_relative_acts_by_a_grant_however_long_ago_it_was_given() -> None:
    refuse_unless_consented(given(how="grant", at=NOW - LONG_AGO), now=NOW, under_grant=True)


@pytest.mark.parametrize(
    "words", ["", "x", "ok", "yes", "........", "。。。。。。", "aaaaaaaaaa", "ok ok ok ok", "同意", "同意同意"]
)
def test_a_letter_a_mark_or_one_word_over_and_over_is_no_sentence(words: str) -> None:
    assert not is_sentence(words)


@pytest.mark.parametrize("words", ["她同意了", "本人来电同意", "she said yes", "是的，她愿意"])
def test_a_short_sentence_is_one(words: str) -> None:
    assert is_sentence(words)


def test_what_is_stored_is_read_again_whole() -> None:
    assert consent_from_json(given().to_json()) == given()
    assert consent_from_json(None) is None


def test_every_command_takes_a_consent_of_three_parts() -> None:
    terms = {"consent": {"how": "phone", "given_at": NOW.isoformat(), "words": f" {SAID} "}}

    assert ActingSchema().load(terms)["consent"] == given()


@pytest.mark.parametrize(
    "consent",
    [
        "phone",
        {},
        {"how": "phone", "given_at": "2026-03-02T09:00:00", "words": SAID},
        {"how": "whispered", "given_at": NOW.isoformat(), "words": SAID},
        {"how": "phone", "given_at": NOW.isoformat(), "words": ""},
        {"how": "phone", "given_at": NOW.isoformat(), "words": SAID, "by": "me"},
    ],
)
def test_anything_else_is_refused_at_the_edge(consent: object) -> None:
    with pytest.raises(ValidationError):
        ActingSchema().load({"consent": consent})
