"""Maker is not checker: who may sign hours."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from libs.programme.refusals import ApproverRelatedError, MakerIsCheckerError, SelfApprovalError
from libs.programme.words import Funding
from services.orders.core.rules.order import Order
from services.orders.core.rules.people import Person, Relations

# New credit and pool credit always have two people behind them.
PLACER_MAY_NOT_SIGN = frozenset({Funding.PROGRAMME, Funding.POOL})


@dataclass(frozen=True)
class Signing:
    """Somebody about to sign hours, and everybody concerned."""

    order: Order
    signer: Person
    # The volunteers and the recipient, as far as they are still known.
    people: tuple[Person, ...]
    relations: Relations
    on_round: tuple[Person, ...] = ()
    """To whom a round goes; they confirm nothing, so who made the volunteer still made everybody."""
    hands: frozenset[UUID] = frozenset()
    """Whose hands the signer's count as beside their own: those whose roles are lent to them."""


def refuse_own_or_related(signing: Signing) -> None:
    """Refuse a signature under one's own hours, or those given to or by one's family.

    Raises:
        SelfApprovalError: the signer served.
        ApproverRelatedError: the signer is a relative or housemate of the volunteer, or of who receives it.
    """
    signer, concerned = signing.signer, signing.people + signing.on_round
    if signer.person_id in signing.order.volunteer_ids:
        raise SelfApprovalError
    if any(signer.person_id == p.person_id or signing.relations.keep_from_signing(signer, p) for p in concerned):
        raise ApproverRelatedError


def refuse_maker(order: Order, signer_id: UUID) -> None:
    """Refuse a signature of whoever placed, served, confirmed or signed it before.

    Raises:
        MakerIsCheckerError: confirmed it for the recipient, placed it from public credit, checked the volunteer in or
            out, or signed it.
    """
    placed = order.funding in PLACER_MAY_NOT_SIGN and signer_id == order.placement.by
    confirmed = signer_id == order.confirmation.by
    if placed or confirmed or signer_id in order.approval.approvers:
        raise MakerIsCheckerError
    refuse_hand(order, signer_id)


def refuse_hand(order: Order, signer_id: UUID) -> None:
    """Refuse a signature of whoever checked the volunteer in or out.

    Raises:
        MakerIsCheckerError: they did.
    """
    if any(signer_id in (part.checked_in_by, part.checked_out_by) for part in order.assignments):
        raise MakerIsCheckerError


def needs_second(signing: Signing) -> bool:
    """Tell whether one signature is not enough.

    The hours carry a flag, or are what a dispute left that nobody decided; or the signer made everybody in them.
    """
    order = signing.order
    was_left = order.approval.decided_minutes is not None
    return bool(order.submission.flags) or was_left or made_everybody(signing)


def made_everybody(signing: Signing) -> bool:
    """Tell whether new credit would have one person behind it: the signer alone knows who any of the people are.

    Who registers both an elder and a volunteer, and whom nobody else has seen, could be all three of them.
    """
    is_new = signing.order.funding in PLACER_MAY_NOT_SIGN and bool(signing.people)
    hands = {signing.signer.person_id, *signing.hands}
    return is_new and any(all(person.is_known_only_to(hand) for person in signing.people) for hand in hands)


def refuse_caller_concerned(order: Order, caller_id: UUID) -> None:
    """Refuse a call-back by somebody who is not a third person.

    Raises:
        MakerIsCheckerError: placed it, confirmed it, or works on it.
    """
    if caller_id in (order.placement.by, order.confirmation.by, order.recipient_id, *order.volunteer_ids):
        raise MakerIsCheckerError
