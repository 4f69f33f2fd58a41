"""An act of two people: whoever had a hand in it decides nothing, it is decided once, and it lapses."""

from datetime import UTC, datetime, timedelta

import pytest

from libs.ids import new_id
from libs.programme.refusals import AlreadyDecidedError, MakerIsCheckerError, ProposalLapsedError
from libs.programme.two_people import LAPSES_AFTER, ProposalState, Verdict, propose

NOW = datetime(2026, 3, 1, tzinfo=UTC)
MAKER, GRANTEE, SECOND = new_id(), new_id(), new_id()


def test_the_second_person_says_yes_or_no_and_why() -> None:
    made = propose(proposal_id=new_id(), by=MAKER, now=NOW)

    yes = made.decide(Verdict(by=SECOND, ok=True, why="seen", at=NOW))
    no = made.decide(Verdict(by=SECOND, ok=False, why="unknown here", at=NOW))

    assert (yes.state, yes.decided_by, yes.why) == (ProposalState.ACCEPTED, SECOND, "seen")
    assert (no.state, no.why) == (ProposalState.DECLINED, "unknown here")


@pytest.mark.parametrize("who", [MAKER, GRANTEE])
def test_whoever_had_a_hand_in_it_decides_nothing(who: object) -> None:
    made = propose(proposal_id=new_id(), by=MAKER, now=NOW, hands=frozenset({GRANTEE}))

    with pytest.raises(MakerIsCheckerError):
        made.decide(Verdict(by=MAKER if who == MAKER else GRANTEE, ok=False, why="", at=NOW))


def test_it_is_decided_or_taken_back_once() -> None:
    made = propose(proposal_id=new_id(), by=MAKER, now=NOW)
    ended = [made.decide(Verdict(by=SECOND, ok=False, why="", at=NOW)), made.withdraw(now=NOW)]

    for proposal in ended:
        with pytest.raises(AlreadyDecidedError):
            proposal.decide(Verdict(by=SECOND, ok=True, why="", at=NOW))
        with pytest.raises(AlreadyDecidedError):
            proposal.withdraw(now=NOW)


def test_what_nobody_decides_lapses() -> None:
    made = propose(proposal_id=new_id(), by=MAKER, now=NOW)
    late = NOW + LAPSES_AFTER

    assert made.state_at(late - timedelta(seconds=1)) is ProposalState.PROPOSED
    assert made.state_at(late) is ProposalState.LAPSED
    with pytest.raises(ProposalLapsedError):
        made.decide(Verdict(by=SECOND, ok=True, why="", at=late))
    with pytest.raises(ProposalLapsedError):
        made.withdraw(now=late)
