"""Keep what was done for somebody, with whose word, and who looked at whom."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection
from sqlalchemy.dialects.postgresql import insert

from libs.programme.acting import Consent
from services.accounts.core.store.tables import access_log, acted_for, consent as consents


class RecordStore:
    """What is kept about acts for others and looks at others, in one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add_consent(self, *, person_id: UUID, act: str, consent: Consent, why: str, by: UUID, at: datetime) -> None:
        """Keep how a person's word reached who acted for them, when, and what was said."""
        self._connection.execute(
            consents.insert().values(
                person_id=person_id,
                act=act,
                how=consent.how,
                given_at=consent.given_at,
                words=consent.words,
                why=why,
                recorded_by=by,
                recorded_at=at,
            )
        )

    def add_act_for(self, columns: Mapping[str, object]) -> None:
        """Keep what was done for somebody, once."""
        self._connection.execute(insert(acted_for).values(columns).on_conflict_do_nothing(index_elements=["use_id"]))

    def log_views(self, *, viewer_id: UUID, person_ids: Iterable[UUID], what: str, why: str, at: datetime) -> None:
        """Keep that somebody looked at the personal data of others; looking at one's own is nobody's business."""
        views = [
            {"viewed_at": at, "viewer_id": viewer_id, "person_id": person_id, "what": what, "why": why}
            for person_id in person_ids
            if person_id != viewer_id
        ]
        if views:
            self._connection.execute(access_log.insert(), views)
