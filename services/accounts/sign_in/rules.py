"""How often something may be tried before one has to wait, and for how long; what a device and a second factor are."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from libs.translation import message
from services.accounts.core.rules.identity import Language
from services.accounts.core.rules.notices import Line, filled, lines_for
from services.accounts.sign_in.refusals import EnrolmentOverError, SecondFactorWrongError

_DOUBLINGS_MAX = 16
DEVICES_MAX = 5
ENROLMENT_LIFETIME = timedelta(minutes=15)
RECOVERY_CODES = 10


class FactorAct(StrEnum):
    """What was done with somebody's second factor."""

    ENROLLED = "enrolled"
    REPLACED = "replaced"
    REMOVED = "removed"
    CODES_RENEWED = "codes_renewed"
    RECOVERY_CODE_USED = "recovery_code_used"
    RESET = "reset"


WORDS = {
    FactorAct.ENROLLED: message(
        "Your account has a second factor from now on: signing in asks for a code. If this was not you, call the desk."
    ),
    FactorAct.REPLACED: message(
        "The second factor of your account was replaced by another. If this was not you, call the desk at once."
    ),
    FactorAct.REMOVED: message(
        "The second factor of your account was removed. If this was not you, call the desk at once."
    ),
    FactorAct.CODES_RENEWED: message(
        "New recovery codes were made for your account; the old ones work no more. If this was not you, call the desk."
    ),
    FactorAct.RECOVERY_CODE_USED: message(
        "A recovery code of your account was used. If this was not you, call the desk at once."
    ),
    FactorAct.RESET: message(
        "Two members of staff reset the second factor of your account; you are signed out everywhere. If you did not"
        " ask for it, call the desk at once."
    ),
}


@dataclass(frozen=True)
class SecondFactor:
    """A person's second factor: the secret in force, with the step of the last code that was used, and one to come.

    `secret` is None until the first code confirmed it; a step is a code's half minute, counted since 1970.
    """

    person_id: UUID
    secret: str | None = None
    last_step: int = 0
    confirmed_at: datetime | None = None
    pending: str | None = None
    pending_until: datetime | None = None

    @property
    def is_confirmed(self) -> bool:
        """Tell whether it is asked for when its person signs in."""
        return self.secret is not None

    def enrolling(self, secret: str, *, until: datetime) -> "SecondFactor":
        """Return it with a secret that waits for its first code; the one in force stays until then."""
        return replace(self, pending=secret, pending_until=until)

    def pending_at(self, now: datetime) -> str:
        """Return the secret that waits for its first code.

        Raises:
            EnrolmentOverError: none does, or it took too long.
        """
        if self.pending is None or self.pending_until is None or self.pending_until <= now:
            raise EnrolmentOverError
        return self.pending

    def confirm(self, step: int | None, now: datetime) -> "SecondFactor":
        """Return it with the waiting secret in force, by the step of its first code; that code is used by it.

        Raises:
            EnrolmentOverError
            SecondFactorWrongError: it was none of its codes.
        """
        secret = self.pending_at(now)
        if step is None:
            raise SecondFactorWrongError
        return SecondFactor(self.person_id, secret, step, now)

    def use(self, step: int | None) -> "SecondFactor":
        """Return it with a code used: none works twice, nor any before one that was used.

        Raises:
            SecondFactorWrongError: it was none of its codes, or no newer one.
        """
        if step is None or step <= self.last_step:
            raise SecondFactorWrongError
        return replace(self, last_step=step)


def notice_of(act: FactorAct, language: Language | str | None) -> list[Line]:
    """Return what the person is told, in her language; in both where she said none."""
    return lines_for(filled(f"factor_{act.value}", WORDS[act], module=__name__), language)


@dataclass(frozen=True)
class DeviceKey:
    """A device: the key it signs with, named by its thumbprint, and in which session it was shown last.

    Once revoked, only its name is kept, so that it never comes back.
    """

    key_id: str
    person_id: UUID
    session_id: UUID
    public_key: bytes
    registered_at: datetime
    revoked_at: datetime | None = None


@dataclass(frozen=True)
class Bound:
    """So many tries are free; each further one is followed by a wait, twice as long each time, up to the longest.

    Without a try for a while, all are forgotten.
    """

    free: int
    first_wait: timedelta
    wait_max: timedelta
    forgotten_after: timedelta


@dataclass(frozen=True)
class Tries:
    """What is known of somebody's tries: how many, when the last one was, and from when the next is looked at."""

    count: int
    last_at: datetime
    open_at: datetime


def wait_of(tries: Tries, now: datetime) -> timedelta:
    """Return how long it is until another try is looked at; nothing when it is now."""
    return max(timedelta(), tries.open_at - now)


def after_try(tries: Tries, bound: Bound, now: datetime) -> Tries:
    """Return the tries with one more, which is made now."""
    count = 1 if now - tries.last_at >= bound.forgotten_after else tries.count + 1
    return Tries(count, now, now + _wait_after(count, bound))


def without_last(tries: Tries, now: datetime) -> Tries:
    """Return the tries without the last, which turned out to be none."""
    return Tries(max(0, tries.count - 1), tries.last_at, now)


def _wait_after(count: int, bound: Bound) -> timedelta:
    if count < bound.free:
        return timedelta()
    doubled: timedelta = bound.first_wait * 2 ** min(count - bound.free, _DOUBLINGS_MAX)
    return min(doubled, bound.wait_max)
