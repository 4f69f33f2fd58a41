"""Who alone made the accounts of both sides has not two people behind the hours."""

from __future__ import annotations

import pytest

from libs.programme.words import Funding
from services.orders.approving.rules.signing import Signing, made_everybody, needs_second
from services.orders.core.rules.order import Submission
from services.orders.core.rules.people import Relations
from services.orders.tests.cases import order, person
from services.orders.tests.harness import named


def _signing(recipient: set[str], volunteer: set[str], *, funding: Funding = Funding.PROGRAMME) -> Signing:
    people = (
        person("lan", known_to=frozenset(map(named, recipient))),
        person("min", known_to=frozenset(map(named, volunteer))),
    )
    return Signing(order(funding=funding), person("coord"), people, Relations(()))


@pytest.mark.parametrize(
    ("recipient", "volunteer", "funding", "alone"),
    [
        ({"coord"}, {"coord"}, Funding.PROGRAMME, True),
        ({"coord"}, {"coord"}, Funding.POOL, True),
        ({"coord"}, {"coord"}, Funding.CREDIT, False),
        ({"coord", "op"}, {"coord"}, Funding.PROGRAMME, False),
        ({"coord"}, {"op"}, Funding.PROGRAMME, False),
        ({"coord"}, set(), Funding.PROGRAMME, False),
        (set(), set(), Funding.PROGRAMME, False),
    ],
)
def test_new_credit_has_two_people_behind_it_whoever_made_the_accounts(
    recipient: set[str], volunteer: set[str], funding: Funding, alone: bool
) -> None:
    signing = _signing(recipient, volunteer, funding=funding)

    assert made_everybody(signing) is alone
    assert needs_second(signing) is alone


def test_a_flag_asks_for_the_second_person_as_ever() -> None:
    signing = _signing({"op"}, {"op"})
    flagged = Signing(
        order(submission=Submission(flags=frozenset({"weak_evidence"}))),
        signing.signer,
        signing.people,
        signing.relations,
    )

    assert needs_second(flagged)
    assert not needs_second(signing)
