"""Take the ledger's answers about gifts, donations, goods, grants and estates."""

from uuid import UUID

from libs.db import Connection
from services.redemption.domain.credit_request import RequestState
from services.redemption.store import credit_store as store

REASONS_ASKED_FOR = frozenset({"gift", "donation", "goods", "grant", "estate_settled"})


def record_posted(connection: Connection, cause_id: UUID) -> None:
    """Mark what was asked for as done; several transfers of one posting say so several times."""
    request = store.find_credit_request(connection, cause_id)
    if request is not None:
        if request.state is RequestState.REQUESTED:
            store.save_credit_request(connection, request.answered(RequestState.DONE))
    elif store.find_grant_run_state(connection, cause_id) == "requested":
        store.save_grant_answer(connection, cause_id, state="done", code=None)
    elif (estate := store.lock_estate(connection, cause_id)) is not None and estate.state == "requested":
        store.save_estate(connection, cause_id, state="done")


def record_refused(connection: Connection, cause_id: UUID, *, code: str) -> None:
    """Decline what was asked for, with the ledger's code."""
    request = store.find_credit_request(connection, cause_id)
    if request is not None:
        if request.state is RequestState.REQUESTED:
            store.save_credit_request(connection, request.answered(RequestState.DECLINED, code))
    elif store.find_grant_run_state(connection, cause_id) == "requested":
        store.save_grant_answer(connection, cause_id, state="declined", code=code)
    elif (estate := store.lock_estate(connection, cause_id)) is not None and estate.state == "requested":
        store.save_estate(connection, cause_id, state="declined", code=code)


def record_reversed(connection: Connection, cause_id: UUID) -> None:
    """A gift, donation or exchange was reversed: it no longer counts in the month."""
    request = store.find_credit_request(connection, cause_id)
    if request is not None and request.state is RequestState.DONE:
        store.save_credit_request(connection, request.answered(RequestState.REVERSED))
