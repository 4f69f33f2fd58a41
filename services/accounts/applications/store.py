"""Load (with locks) and save applications, their signatures, and the numbers that were proved for them."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from libs.db.rows import add_row, change_rows, delete_rows, find_row
from libs.http.lists import NOW, Listing, equals
from libs.programme.proposals import columns_of, proposal_of
from libs.programme.refusals import RecordNotFoundError
from libs.programme.two_people import ProposalState
from libs.programme.words import Sex
from services.accounts.applications.rules import (
    Admission,
    Applicant,
    Application,
    ApplicationState,
    Offer,
    Step,
    WaitsFor,
)
from services.accounts.applications.tables import admission, application, application_code, application_ticket
from services.accounts.core.rules.identity import IdKind
from services.accounts.core.store.narrowing import within
from services.accounts.core.store.store import SealedStore
from services.accounts.core.store.tables import person_key

STEPS = ("identity", "agreement", "training")
NUMBER = "application"
_TICKET = "application-ticket"
_FORGOTTEN_AT_ONCE_MAX = 100
_KEPT = timedelta(days=1)


class ApplicationStore:
    """Applications of one transaction."""

    def __init__(self, store: SealedStore) -> None:
        self._connection, self._vault, self._identities = store.connection, store.vault, store.identities

    def add(self, new: Application, who: Applicant) -> None:
        """Save a new application, sealed with a key of its own."""
        self._identities.add_key(new.application_id)
        sealed = self._identities.seal(new.application_id, asdict(who))
        own = {"sealed": sealed, "number_digest": self.number_digest(who.phone_number)}
        add_row(self._connection, application, {"application_id": new.application_id, **own, **_columns(new)})

    def save(self, changed: Application) -> None:
        """Save what became of an application."""
        change_rows(self._connection, application, _columns(changed), application_id=changed.application_id)

    def seal(self, application_id: UUID, who: Applicant) -> None:
        """Save what is known of who applies."""
        sealed = self._identities.seal(application_id, asdict(who))
        change_rows(self._connection, application, {"sealed": sealed}, application_id=application_id)

    def lock(self, application_id: UUID) -> Application:
        """Return an application, locked.

        Raises:
            RecordNotFoundError: there is none.
        """
        row = find_row(self._connection, application, application_id=application_id, for_update=True)
        if row is None:
            raise RecordNotFoundError(application_id=application_id)
        return _application_of(row)

    def applicant(self, application_id: UUID) -> Applicant | None:
        """Return who applies; None once they are a person, or forgotten."""
        row = find_row(self._connection, application, application_id=application_id)
        return self.unsealed(application_id, row.sealed) if row else None

    def unsealed(self, application_id: UUID, sealed: bytes | None) -> Applicant | None:
        """Return who applies, of a row."""
        if sealed is None:
            return None
        return Applicant(**self._identities.unseal(application_id, bytes(sealed)))  # type: ignore[arg-type]  # as sealed

    def destroy_seal(self, application_id: UUID) -> None:
        """Destroy the key of who applied, and what was sealed with it."""
        _destroy_seal(self._connection, application_id)

    def number_digest(self, number: str) -> bytes:
        """Return what stands for a number."""
        return self._vault.digest(NUMBER, number)

    def of_number(self, number: str) -> list[Application]:
        """Return the applications with a number, newest first."""
        rows = self._connection.execute(
            sa.select(application)
            .where(application.c.number_digest == self.number_digest(number))
            .order_by(application.c.applied_at.desc(), application.c.application_id)
        )
        return [_application_of(row) for row in rows]

    def find(self, application_id: UUID) -> Application | None:
        """Return an application, or None."""
        row = find_row(self._connection, application, application_id=application_id)
        return _application_of(row) if row else None

    def shown(self, application_id: UUID, *, now: datetime) -> Any:
        """Return an application's row with what it waits for, and since when."""
        query = sa.select(_SHOWN).where(_SHOWN.c.application_id == application_id)
        return self._connection.execute(query, {"now": now}).one()

    def waiting(self, unit_id: UUID, *, now: datetime) -> dict[str, int]:
        """Count the open applications of a unit and below by what they wait for."""
        query = (
            sa.select(_SHOWN.c.waits_for, sa.func.count().label("waiting"))
            .where(within(_SHOWN.c.unit_id)(unit_id), _SHOWN.c.state == ApplicationState.APPLIED)
            .group_by(_SHOWN.c.waits_for)
        )
        return {row.waits_for: row.waiting for row in self._connection.execute(query, {"now": now})}

    # Signatures.

    def add_admission(self, new: Admission) -> None:
        """Save a first signature."""
        own = {"admission_id": new.proposal.proposal_id, "application_id": new.application_id}
        add_row(self._connection, admission, own | columns_of(new.proposal))

    def save_admission(self, changed: Admission) -> None:
        """Save the second person's word."""
        change_rows(
            self._connection, admission, columns_of(changed.proposal), admission_id=changed.proposal.proposal_id
        )

    def admissions(self, application_id: UUID) -> list[Admission]:
        """Return the signatures under an application, oldest first."""
        rows = self._connection.execute(
            sa.select(admission)
            .where(admission.c.application_id == application_id)
            .order_by(admission.c.proposed_at, admission.c.admission_id)
        )
        return [Admission(proposal_of(row, proposal_id=row.admission_id), row.application_id) for row in rows]

    # Numbers.

    def code_sent_at(self, number: str) -> datetime | None:
        """Return when the last code went to a number."""
        row = find_row(self._connection, application_code, number_digest=self.number_digest(number), for_update=True)
        return row.sent_at if row else None

    def keep_code(self, number: str, digest: bytes, *, sent_at: datetime, expires_at: datetime) -> None:
        """Keep what a new code is checked by, instead of an earlier one; forget old ones."""
        self._forget_old(application_code, sent_at)
        self.forget_code(number)
        own = {"digest": digest, "sent_at": sent_at, "expires_at": expires_at, "tries": 0}
        add_row(self._connection, application_code, {"number_digest": self.number_digest(number), **own})

    def try_code(self, number: str, *, now: datetime, tries_max: int) -> bytes | None:
        """Count a try and return what the code is checked by; None when there is none, or no try is left."""
        tried = (
            application_code.update()
            .where(
                application_code.c.number_digest == self.number_digest(number),
                application_code.c.expires_at > now,
                application_code.c.tries < tries_max,
            )
            .values(tries=application_code.c.tries + 1)
            .returning(application_code.c.digest)
        )
        digest: bytes | None = self._connection.scalar(tried)
        return bytes(digest) if digest is not None else None

    def forget_code(self, number: str) -> None:
        """Let a code work no more."""
        digest = self.number_digest(number)
        self._connection.execute(application_code.delete().where(application_code.c.number_digest == digest))

    def add_ticket(self, digest: bytes, number: str, *, expires_at: datetime, now: datetime) -> None:
        """Keep that a number was proved; forget old ones."""
        self._forget_old(application_ticket, now)
        sealed = self._vault.seal_secret(number.encode(), name=_TICKET)
        add_row(self._connection, application_ticket, {"digest": digest, "sealed": sealed, "expires_at": expires_at})

    def number_of_ticket(self, digest: bytes, *, now: datetime) -> str | None:
        """Return the number that was proved, as long as that counts."""
        row = find_row(self._connection, application_ticket, digest=digest)
        if row is None or row.expires_at <= now:
            return None
        return self._vault.open_secret(bytes(row.sealed), name=_TICKET).decode()

    def _forget_old(self, table: sa.Table, now: datetime) -> None:
        (key,) = table.primary_key.columns
        old = sa.select(key).where(table.c.expires_at < now - _KEPT).limit(_FORGOTTEN_AT_ONCE_MAX)
        self._connection.execute(table.delete().where(key.in_(old.with_for_update(skip_locked=True))))


def first_to_forget(connection: sa.Connection) -> date | None:
    """Return the earliest day on which an application is forgotten."""
    day: date | None = connection.scalar(sa.select(sa.func.min(application.c.forget_on)))
    return day


def to_forget(connection: sa.Connection, today: date, *, limit: int) -> list[Application]:
    """Return the applications whose day has come, locked."""
    rows = connection.execute(
        sa.select(application)
        .where(application.c.forget_on <= today)
        .order_by(application.c.forget_on, application.c.application_id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    return [_application_of(row) for row in rows]


def forget(connection: sa.Connection, gone: Application) -> None:
    """Save an application with its result, and forget who it was of; that there was one stays known."""
    change_rows(connection, application, _columns(gone), application_id=gone.application_id)
    _destroy_seal(connection, gone.application_id)
    left: dict[str, object] = {
        "number_digest": None,
        "born": None,
        "sex": None,
        "services": [],
        "hours": [],
        "ended_why": "",
    }
    change_rows(connection, application, left | {"forget_on": None}, application_id=gone.application_id)


def _destroy_seal(connection: sa.Connection, application_id: UUID) -> None:
    delete_rows(connection, person_key, person_id=application_id)
    change_rows(connection, application, {"sealed": None}, application_id=application_id)


def _application_of(row: Any) -> Application:
    steps = {name: _step_of(row, name) for name in STEPS}
    return Application(
        application_id=row.application_id,
        unit_id=row.unit_id,
        born=row.born,
        sex=Sex(row.sex) if row.sex else None,
        offer=Offer(tuple(row.services), tuple(row.hours)),
        privacy_version=row.privacy_version,
        applied_at=row.applied_at,
        state=ApplicationState(row.state),
        document=IdKind(row.document) if row.document else None,
        **steps,
        ended_by=row.ended_by,
        ended_at=row.ended_at,
        ended_why=row.ended_why,
        forget_on=row.forget_on,
    )


def _step_of(row: Any, name: str) -> Step | None:
    by, at, on = (getattr(row, f"{name}_{part}") for part in ("by", "at", "on"))
    return Step(by, at, on) if by else None


def _columns(of: Application) -> dict[str, object]:
    steps: Mapping[str, Step | None] = {name: getattr(of, name) for name in STEPS}
    return {
        "unit_id": of.unit_id,
        "state": of.state,
        "born": of.born,
        "sex": of.sex,
        "services": list(of.offer.services),
        "hours": [dict(window) for window in of.offer.hours],
        "privacy_version": of.privacy_version,
        "applied_at": of.applied_at,
        "document": of.document,
        "ended_by": of.ended_by,
        "ended_at": of.ended_at,
        "ended_why": of.ended_why,
        "forget_on": of.forget_on,
    } | {
        f"{name}_{part}": getattr(step, part) if step else None
        for name, step in steps.items()
        for part in ("by", "at", "on")
    }


_SIGNED = (
    sa.select(admission.c.proposed_at)
    .where(
        admission.c.application_id == application.c.application_id,
        admission.c.state == ProposalState.PROPOSED,
        admission.c.lapses_at > NOW,
    )
    .order_by(admission.c.proposed_at.desc())
    .limit(1)
    .scalar_subquery()
)
"""When the first signature was given that waits for the second now."""
_LAST_NO = (
    sa.select(sa.func.max(sa.func.coalesce(admission.c.decided_at, admission.c.lapses_at)))
    .where(admission.c.application_id == application.c.application_id, admission.c.lapses_at <= NOW)
    .scalar_subquery()
)
_DECIDED = (
    sa.select(sa.func.max(admission.c.decided_at))
    .where(admission.c.application_id == application.c.application_id)
    .scalar_subquery()
)
_A = application.c
_is_open = _A.state == ApplicationState.APPLIED
_waits_for = sa.case(
    (~_is_open, sa.null()),
    (_A.identity_at.is_(None), WaitsFor.IDENTITY.value),
    (_A.agreement_at.is_(None), WaitsFor.AGREEMENT.value),
    (_A.training_at.is_(None), WaitsFor.TRAINING.value),
    (_SIGNED.is_not(None), WaitsFor.SECOND_SIGNATURE.value),
    else_=WaitsFor.FIRST_SIGNATURE.value,
)
_since = sa.case(
    (~_is_open, _A.ended_at),
    (_A.identity_at.is_(None), _A.applied_at),
    (_A.agreement_at.is_(None), sa.func.greatest(_A.applied_at, _A.identity_at)),
    (_A.training_at.is_(None), sa.func.greatest(_A.applied_at, _A.identity_at, _A.agreement_at)),
    (_SIGNED.is_not(None), _SIGNED),
    else_=sa.func.greatest(_A.applied_at, _A.identity_at, _A.agreement_at, _A.training_at, _LAST_NO, _DECIDED),
)
_SHOWN = sa.select(
    application,
    sa.cast(_waits_for, sa.Text).label("waits_for"),
    sa.cast(_since, sa.DateTime(timezone=True)).label("waits_since"),
).subquery("shown")
APPLICATIONS = Listing(
    sa.select(_SHOWN),
    order=(_SHOWN.c.waits_since, _SHOWN.c.application_id),
    narrowed={
        "unit": within(_SHOWN.c.unit_id),
        "state": equals(_SHOWN.c.state),
        "waits_for": equals(_SHOWN.c.waits_for),
    },
    scope=("unit",),
)
"""Applications of a unit and below: those that have waited longest for what comes next first."""
