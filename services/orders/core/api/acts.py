"""What the caller may do with the orders that they see."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import cast

from flask import current_app

from libs.db import Connection
from libs.http import Service, current_actor
from libs.ids import new_id
from libs.translation import in_chinese
from services.orders.core.api.edge import now
from services.orders.core.api.views import OrderView
from services.orders.core.store.facts import gather
from services.orders.core.usecases.acts import Act, Allowed, OrderAct, acts_of
from services.orders.core.usecases.command_context import CommandContext
from services.orders.core.usecases.order_facts import facts_of


@dataclass(frozen=True)
class ActView:
    """An act, whether it is allowed now, and what bars it."""

    act: Act
    allowed: bool
    code: str | None = None
    zh: str | None = None
    en: str | None = None


def with_acts(connection: Connection, views: Sequence[OrderView], *, whole: bool = False) -> list[OrderView]:
    """Return orders with what the caller may do with each: by all rules (`whole`), or by a glance at the order."""
    context = CommandContext(actor=current_actor(), now=now(), cause=new_id())
    acts = cast("Sequence[OrderAct]", cast("Service", current_app.extensions["service"]).parts["acts"])
    if whole:
        gather(connection, *facts_of(context, [view.order.order_id for view in views]))
    return [
        replace(view, acts=[_shown(act) for act in acts_of(connection, context, view.order, acts, whole=whole)])
        for view in views
    ]


def _shown(act: Allowed) -> ActView:
    refusal = act.refusal
    if refusal is None:
        return ActView(act.act, allowed=True)
    chinese = in_chinese(refusal.english, module=refusal.home)
    return ActView(act.act, allowed=False, code=refusal.code, zh=chinese, en=refusal.english)
