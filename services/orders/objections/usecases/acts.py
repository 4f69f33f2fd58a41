"""Who may object to an order's hours now."""

from __future__ import annotations

from services.orders.core.rules.life_cycle import Verb
from services.orders.core.usecases.acts import Act, OrderAct, by_any, by_recipient, by_volunteer
from services.orders.objections.usecases.make_objection import refuse_who_may_not_object

ACTS = (OrderAct(Act.OBJECT, Verb.OBJECT, by_any(by_volunteer, by_recipient), refuse_who_may_not_object),)
