"""Change one's own password."""

from datetime import datetime

from services.accounts.core.store.store import SealedStore
from services.accounts.core.usecases.command_context import CommandContext
from services.accounts.sign_in.usecases.end_sessions import end_sessions


def present_password_hash(store: SealedStore, context: CommandContext) -> str | None:
    """Return the hash of the caller's present password, if there is one."""
    return store.identities.password_hashes([context.caller_id]).get(context.caller_id)


def change_password(store: SealedStore, context: CommandContext, *, password_hash: str, at: datetime) -> datetime:
    """Keep the hash of a new password and end all sessions: whoever knew the old one is out.

    Raises:
        Unauthorized: they are dead, sealed or erased. The suspended may: it is how they sign in to see and contest.
    """
    store.actor(context.caller_id)
    store.identities.set_password_hash(context.caller_id, password_hash, at, by_other=False)
    end_sessions(store, context.caller_id, because="password_changed", at=at)
    return at
