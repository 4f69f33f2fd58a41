"""What the desk sees of applications; every look is logged."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from libs.http.lists import Page
from libs.programme.refusals import RecordNotFoundError
from services.accounts.applications.store import APPLICATIONS, ApplicationStore
from services.accounts.core.store.store import SealedStore
from services.accounts.core.usecases.authorise import require_power, require_power_somewhere
from services.accounts.core.usecases.command_context import CommandContext


def list_applications(
    store: SealedStore, context: CommandContext, query: Mapping[str, Any]
) -> tuple[Page[Any], dict[str, int]]:
    """Return the applications at a unit and below, and how many wait for what.

    Raises:
        UnitNotFoundError, PersonSuspendedError, ForbiddenError, OutOfScopeError
    """
    require_power(store, context, "view_person", query["unit"])
    page = APPLICATIONS.page(store.connection, query, now=context.now)
    _log(store, context, [row.application_id for row in page.rows if row.sealed is not None])
    return page, ApplicationStore(store).waiting(query["unit"], now=context.now)


def see_application(store: SealedStore, context: CommandContext, application_id: UUID) -> Any:
    """Return an application's row to staff of its community.

    Raises:
        RecordNotFoundError, PersonSuspendedError, ForbiddenError, OutOfScopeError
    """
    require_power_somewhere(context, "view_person")
    application = ApplicationStore(store).find(application_id)
    if application is None:
        raise RecordNotFoundError(application_id=application_id)
    require_power(store, context, "view_person", application.unit_id)
    _log(store, context, [application_id])
    return ApplicationStore(store).shown(application_id, now=context.now)


def _log(store: SealedStore, context: CommandContext, ids: list[UUID]) -> None:
    store.records.log_views(viewer_id=context.caller_id, person_ids=ids, what="application", why="", at=context.now)
