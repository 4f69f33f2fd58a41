"""One command as a use case sees it: who asks, when, on which transaction; and whether they may."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from libs.clock import local_date
from libs.contracts.powers import POWERS
from libs.db import Connection
from libs.errors import ForbiddenError, PersonSuspendedError
from libs.http import Actor, holds, require
from libs.ids import new_id
from libs.programme.acting import Consent, refuse_unless_consented
from libs.programme.refusals import MakerIsCheckerError
from libs.programme.two_people import Verdict
from services.accounts.core.messages import person_state
from services.accounts.core.refusals import PersonNotBelowError
from services.accounts.core.rules.persons import Person
from services.accounts.core.rules.roles import (
    RoleGrant,
    RolePlace,
    highest_rank,
    is_staff,
    may_sign_about,
    may_witness,
    stands_above,
)
from services.accounts.core.store.store import SealedStore


@dataclass(frozen=True)
class OnBehalf:
    """For whom somebody else acts: whose word it is, how it was given, why."""

    acting_for: UUID | None = None
    consent: Consent | None = None
    why: str = ""


@dataclass(frozen=True)
class Act:
    """What every use case needs: the stores of its transaction, who acts, and the platform's time."""

    store: SealedStore
    actor_id: UUID
    now: datetime

    @property
    def connection(self) -> Connection:
        """Return the transaction."""
        return self.store.connection

    @property
    def today(self) -> date:
        """Return the programme's local day."""
        return local_date(self.now)

    def actor(self) -> Actor:
        """Return who acts with the roles they hold now, not those of their token.

        Raises:
            PersonSuspendedError: they are suspended.
            Unauthorized: they are nobody, dead, sealed or erased.
        """
        actor = self.store.actor(self.actor_id)
        if actor.is_suspended:
            raise PersonSuspendedError
        return actor

    def require(self, power: str, unit_id: UUID) -> None:
        """Refuse unless who acts has the power at a unit.

        Raises:
            PersonSuspendedError, ForbiddenError (`not_authorised`), OutOfScopeError
        """
        require(self.actor(), POWERS[power], self.store.units.unit(unit_id).path)

    def require_view(self, person_id: UUID) -> None:
        """Refuse unless who acts looks at themselves, or may look at people where this one is at home.

        Raises:
            PersonNotFoundError
            PersonSuspendedError, ForbiddenError (`not_authorised`), OutOfScopeError
        """
        if person_id != self.actor_id:
            self.require("view_person", self.store.persons.person(person_id).home_unit_id)

    def require_anywhere(self, power: str) -> None:
        """Refuse unless who acts has the power at some unit.

        Raises:
            PersonSuspendedError, ForbiddenError
        """
        if not any(held.role in POWERS[power] for held in self.actor().roles):
            raise ForbiddenError

    def holds(self, power: str, unit_id: UUID) -> bool:
        """Tell whether who acts has the power at a unit; the suspended have none, and are asked nothing."""
        return holds(self.store.actor(self.actor_id), POWERS[power], self.store.units.unit(unit_id).path)

    def require_over(self, power: str, person: Person) -> None:
        """Refuse unless who acts has the power where a person is at home, and stands above that person.

        Every act of staff on a person passes through here or `require_above`; a test walks them all.

        Raises:
            PersonSuspendedError, ForbiddenError (`not_authorised`), OutOfScopeError
            MakerIsCheckerError, PersonNotBelowError
        """
        self.require(power, person.home_unit_id)
        self.require_above(person.person_id)

    def require_above(self, person_id: UUID) -> None:
        """Refuse staff who would act on themselves, or on a person whose role is not below their own.

        Raises:
            MakerIsCheckerError: it is themselves.
            PersonNotBelowError: the person holds a role that is not below theirs in the same branch.
        """
        if person_id == self.actor_id:
            raise MakerIsCheckerError
        if not self.is_above(person_id):
            raise PersonNotBelowError

    def is_above(self, person_id: UUID) -> bool:
        """Tell whether who acts stands above a person; nobody stands above themselves."""
        places = self.store.persons.places([self.actor_id, person_id])
        return person_id != self.actor_id and stands_above(places[self.actor_id], places[person_id])

    def may_sign_about(self, person_id: UUID) -> bool:
        """Tell whether who acts may be one of two people about somebody: above them, or beside them at the top."""
        places = self.store.persons.places([self.actor_id, person_id])
        return may_sign_about(places[self.actor_id], places[person_id])

    def require_witness(self, power: str, person: Person) -> None:
        """Refuse unless who acts may be one of two who say that a person died, or did not.

        Of a member of staff those say so who stand above them, whatever else they may do: few of the others do. Nobody
        stands above the top, and people at the top die too: there it is those beside them.

        Raises:
            PersonSuspendedError, ForbiddenError (`not_authorised`), OutOfScopeError
            MakerIsCheckerError, PersonNotBelowError
        """
        self.actor()
        places = self.store.persons.places([self.actor_id, person.person_id])
        mine, theirs = places[self.actor_id], places[person.person_id]
        if person.person_id == self.actor_id or not (is_staff(theirs) and is_staff(mine)):
            self.require_over(power, person)
        elif not may_witness(mine, theirs):
            raise PersonNotBelowError

    def rank(self, power: str, unit_id: UUID, *, of: UUID | None = None) -> int:
        """Return the rank of the highest role by which who acts, or somebody else, has a power at a unit; 0: none."""
        who = of or self.actor_id
        path = self.store.units.unit(unit_id).path
        return highest_rank(self.store.persons.places([who])[who], roles=POWERS[power], path=path)

    def places(self, person_id: UUID) -> list[RolePlace]:
        """Return the roles that somebody holds, with their places."""
        return self.store.persons.places([person_id])[person_id]

    def verdict(self, *, ok: bool, why: str) -> Verdict:
        """Return the word of who acts on what another proposed."""
        return Verdict(by=self.actor_id, ok=ok, why=why, at=self.now)

    def keep_consent(self, on_behalf: OnBehalf, about: Collection[UUID], act: str) -> None:
        """Keep the consent of a person for whom this is done, and that it was done; only staff act for others here.

        Raises:
            OutOfScopeError, ForbiddenError: the actor may not act for this person, or it is not about them.
            WrongPersonStateError: nobody acts for the dead, or for who left.
            ConsentMissingError: somebody is acted for without their recorded word.
        """
        if on_behalf.acting_for is None or on_behalf.acting_for == self.actor_id:
            return
        if on_behalf.acting_for not in about:
            raise ForbiddenError
        person = self.store.persons.lock_person(on_behalf.acting_for)
        self.require("act_for", person.home_unit_id)
        person.refuse_unless_living()
        refuse_unless_consented(on_behalf.consent, now=self.now)
        assert on_behalf.consent is not None
        self.store.records.add_consent(
            person_id=on_behalf.acting_for,
            act=act,
            consent=on_behalf.consent,
            why=on_behalf.why,
            by=self.actor_id,
            at=self.now,
        )
        self.store.records.add_act_for(
            {
                "use_id": new_id(),
                "service": "accounts",
                "person_id": on_behalf.acting_for,
                "actor_id": self.actor_id,
                "act": act,
                "subject_id": on_behalf.acting_for,
                "minutes": 0,
                "how": on_behalf.consent.how,
                "given_at": on_behalf.consent.given_at,
                "at": self.now,
            }
        )

    def publish(self, person: Person, roles: Sequence[RoleGrant] | None = None) -> None:
        """Tell the others the person's present state, with their roles (read when not given)."""
        held = self.store.persons.roles(person.person_id) if roles is None else roles
        self.store.append(person_state(person, held, now=self.now))
