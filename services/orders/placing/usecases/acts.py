"""What may be done to an order before somebody takes it."""

from __future__ import annotations

from services.orders.core.rules.life_cycle import Verb
from services.orders.core.usecases.acts import Act, OrderAct, by_any, by_payer, by_recipient, by_staff
from services.orders.placing.usecases.cancel_order import refuse_who_may_not_cancel
from services.orders.placing.usecases.review_order import refuse_who_may_not_review

ACTS = (
    OrderAct(Act.REVIEW, Verb.REVIEW, by_staff("review_order"), refuse_who_may_not_review),
    OrderAct(
        Act.CANCEL, Verb.CANCEL, by_any(by_staff("cancel_order"), by_recipient, by_payer), refuse_who_may_not_cancel
    ),
)
