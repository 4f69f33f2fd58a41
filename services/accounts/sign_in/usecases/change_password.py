"""Change one's own password."""

from datetime import datetime

from services.accounts.core.acts import Act
from services.accounts.sign_in.usecases.end_sessions import end_sessions


def present_password_hash(act: Act) -> str | None:
    """Return the hash of the caller's present password, if there is one."""
    return act.store.identities.password_hashes([act.actor_id]).get(act.actor_id)


def change_password(act: Act, *, password_hash: str, at: datetime) -> datetime:
    """Keep the hash of a new password and end all sessions: whoever knew the old one is out.

    Raises:
        Unauthorized: they are dead, sealed or erased. The suspended may: it is how they sign in to see and contest.
    """
    act.store.actor(act.actor_id)
    act.store.identities.set_password_hash(act.actor_id, password_hash, at, by_other=False)
    end_sessions(act.store, act.actor_id, because="password_changed", at=at)
    return at
