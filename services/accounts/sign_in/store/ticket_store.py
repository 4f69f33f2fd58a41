"""Load and save tickets: who gave the first factor, and has to give the second."""

from dataclasses import asdict, dataclass
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import Connection

from services.accounts.sign_in.tables import sign_in_ticket


@dataclass(frozen=True)
class Ticket:
    """Somebody gave the first factor: a password, or a code that was sent."""

    digest: bytes
    person_id: UUID
    by_password: bool
    expires_at: datetime


class TicketStore:
    """Tickets of one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, new: Ticket, *, now: datetime) -> None:
        """Save a ticket; those of the same person that are too old are deleted on the way."""
        mine = sign_in_ticket.c.person_id == new.person_id
        self._connection.execute(sign_in_ticket.delete().where(mine, sign_in_ticket.c.expires_at <= now))
        self._connection.execute(sign_in_ticket.insert().values(**asdict(new)))

    def find(self, digest: bytes, *, now: datetime) -> Ticket | None:
        """Return a ticket that is still good, or None."""
        query = sa.select(sign_in_ticket).where(sign_in_ticket.c.digest == digest, sign_in_ticket.c.expires_at > now)
        row = self._connection.execute(query).first()
        return Ticket(bytes(row.digest), row.person_id, row.by_password, row.expires_at) if row else None

    def use(self, digest: bytes) -> bool:
        """Use a ticket up; False when it was used before, or ended with the sessions."""
        return self._connection.execute(sign_in_ticket.delete().where(sign_in_ticket.c.digest == digest)).rowcount == 1

    def forget_of(self, person_id: UUID) -> None:
        """Delete a person's tickets."""
        self._connection.execute(sign_in_ticket.delete().where(sign_in_ticket.c.person_id == person_id))
