"""The table of the life cycle."""

from __future__ import annotations

import pytest

from services.orders.core.refusals import WrongOrderStateError
from services.orders.core.rules.life_cycle import CLOSED, OPEN, TRANSITIONS, State, Verb, refuse_unless_allowed


def test_a_verb_outside_the_table_is_refused() -> None:
    with pytest.raises(WrongOrderStateError):
        refuse_unless_allowed(Verb.CHECK_IN, State.PUBLISHED)


def test_a_closed_order_never_opens_again_but_by_dispute() -> None:
    reopening = {
        (verb, state)
        for verb, rows in TRANSITIONS.items()
        for state, transition in rows.items()
        if state in CLOSED and transition.leads_to & OPEN
    }

    # An objection that is upheld with fewer minutes is decided as a dispute is: by a second person.
    assert reopening == {
        (Verb.DISPUTE, State.SETTLED),
        (Verb.SAMPLE_CALL, State.SETTLED),
        (Verb.ANSWER_OBJECTION, State.SETTLED),
    }


def test_every_state_but_the_draft_is_reached() -> None:
    reached = {state for rows in TRANSITIONS.values() for transition in rows.values() for state in transition.leads_to}

    assert set(State) - reached == {State.DRAFT}
