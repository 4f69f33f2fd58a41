"""Take the ledger's answers about gifts, donations and exchanges."""

from uuid import UUID

from libs.db import Connection
from services.redemption.gifts import store
from services.redemption.gifts.rules import RequestState


def record_posted(connection: Connection, request_id: UUID) -> None:
    """Mark what was asked for as done; several transfers of one posting say so several times."""
    request = store.find_credit_request(connection, request_id)
    if request is not None and request.state is RequestState.REQUESTED:
        store.save_credit_request(connection, request.answered(RequestState.DONE))


def record_refused(connection: Connection, request_id: UUID, *, code: str) -> None:
    """Decline what was asked for, with the ledger's code."""
    request = store.find_credit_request(connection, request_id)
    if request is not None and request.state is RequestState.REQUESTED:
        store.save_credit_request(connection, request.answered(RequestState.DECLINED, code))


def record_reversed(connection: Connection, request_id: UUID) -> None:
    """A gift, donation or exchange was reversed: it no longer counts in the month."""
    request = store.find_credit_request(connection, request_id)
    if request is not None and request.state is RequestState.DONE:
        store.save_credit_request(connection, request.answered(RequestState.REVERSED))
