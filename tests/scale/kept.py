"""How long the rows of every table are kept: tests hold it against the tables there are, and docs/scale.md against it.

A table is bounded by people, places and rules; or partitioned and dropped; or pruned after a named time; or it stays,
with the rows that come in a year at two million elders and twenty million orders, what one takes, and why.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

ORDERS_A_YEAR = 20_000_000
REDEMPTIONS_A_YEAR = 15_000_000
ELDERS = 2_000_000

BOUNDED: Mapping[str, frozenset[str]] = {
    # One row, or a few, for each person, unit, rule, stream or key, however long the platform runs.
    "everywhere": frozenset((
        "alembic_version", "applied_migration", "inbox_epoch", "inbox_group", "inbox_offset", "inbox_position",
        "inbox_version", "outbox_epoch", "outbox_leader", "outbox_published", "outbox_stream",
    )),
    "accounts": frozenset((
        "acting_grant", "counted_try", "credential", "device_key", "person", "person_identity", "person_index",
        "person_key", "person_photo", "policy", "recovery_code", "refresh_token", "relation", "retired_index_key",
        "role_grant", "second_factor", "session", "sign_in_code", "sign_in_request", "sign_in_ticket", "signing_key",
        "unit", "volunteer_group",
    )),
    "orders": frozenset((
        "acting_grant", "catalogue_item", "counting", "deadline", "device_key", "person", "policy", "relation",
        "signing_key", "standing", "unit", "venue", "venue_code_reader", "visitor", "volunteer_group",
    )),
    "ledger": frozenset((
        "acting_grant", "credit_due", "erasure", "journal.book", "journal.ddl", "journal.wallet", "person", "policy",
        "relation", "signing_key", "standing", "summed", "unit",
    )),
    "redemption": frozenset((
        "acting_grant", "catalogue_item", "entitlement", "person", "policy", "relation", "signing_key", "standing",
        "unit",
    )),
}  # fmt: skip

PARTITIONED: Mapping[str, Mapping[str, str]] = {
    "everywhere": {"outbox": "weeks, dropped after 30 days"},
    "accounts": {"access_log": "months, dropped after 36"},
}

_APPLICATIONS = "services.accounts.applications.usecases.forget_applications:forget_applications"
_SESSIONS = ("when its tokens have ended", "libs.programme.standing:refuse_sessions")
PRUNED: Mapping[str, Mapping[str, tuple[str, str]]] = {
    # The time, and what prunes.
    "everywhere": {
        "command": ("60 days", "libs.http.forgetting:forget_old_commands"),
        "inbox_parked": ("when the event is applied or removed", "libs.inbox.parking:Parking"),
    },
    "accounts": {
        "notice": ("400 days", "services.accounts.notices.store:forget_old_notices"),
        "disclosure": ("when the order ends", "services.accounts.privacy.store:DisclosureStore"),
        "application_code": ("when it expires", _APPLICATIONS),
        "application_ticket": ("when it expires", _APPLICATIONS),
    },
    "orders": {
        "activity_waiter": (
            "when the activity ends", "services.orders.activities.usecases.plan_activity:end_waiting"
        ),
        "door_act": ("when it is too old to count", "services.orders.serving.store:forget_old_acts"),
        "ended_session": _SESSIONS,
        "scan_content": ("retention.photo_days after the order", "services.orders.scans.usecases:delete_scan_due"),
    },
    "ledger": {"ended_session": _SESSIONS},
    "redemption": {"ended_session": _SESSIONS},
}  # fmt: skip


@dataclass(frozen=True)
class Stays:
    """Rows that are kept for ever: how many come in a year, what each takes with its indexes, and why."""

    rows_a_year: int
    bytes_each: int
    why: str

    @property
    def gigabytes_a_year(self) -> float:
        """How much that is."""
        return self.rows_a_year * self.bytes_each / 1e9


_OF_ORDERS = "what was done for whom, by whom; corrected for years, counted for certificates"
_OF_STAFF = "who decided what about whom; asked about for years"
_FEW = 500
"""Bytes of a row with its words, where there are few."""

STAYS: Mapping[str, Mapping[str, Stays]] = {
    "everywhere": {"inbox_act": Stays(1_000, _FEW, "what operators did to events")},
    "accounts": {
        "acted_for": Stays(ELDERS, 250, "what was done in somebody's name: shown to them"),
        "admission": Stays(50_000, _FEW, _OF_STAFF),
        "application": Stays(50_000, 800, "blanked when decided; the row says that there was one"),
        "complaint": Stays(ELDERS // 50, 500, _OF_STAFF),
        "consent": Stays(ELDERS // 2, 250, "on what ground data are kept"),
        "death": Stays(ELDERS // 25, _FEW, _OF_STAFF),
        "death_mistake": Stays(ELDERS // 10_000, _FEW, _OF_STAFF),
        "duty_notice": Stays(ELDERS // 10, 200, "that somebody was told of an urgent call"),
        "erasure": Stays(ELDERS // 50, 300, "that data have ended: asked for after every restore"),
        "finding": Stays(ELDERS // 5, _FEW, _OF_STAFF),
        "identity_sighting": Stays(ELDERS // 5, 200, _OF_STAFF),
        "import": Stays(1_000, _FEW, _OF_STAFF),
        "import_row": Stays(ELDERS // 10, 100, "what became of each row, for whoever sent it"),
        "number_change": Stays(ELDERS // 10, 200, "whose number was whose when"),
        "number_proposal": Stays(ELDERS // 50, 400, _OF_STAFF),
        "deputyship": Stays(ELDERS // 20, _FEW, _OF_STAFF),
        "handover": Stays(ELDERS // 100, 300, _OF_STAFF),
        "handover_result": Stays(ELDERS // 50, 100, _OF_STAFF),
        "role_proposal": Stays(ELDERS // 20, _FEW, _OF_STAFF),
        "second_factor_act": Stays(50_000, 150, _OF_STAFF),
        "second_factor_reset": Stays(1_000, _FEW, _OF_STAFF),
        "status_change": Stays(ELDERS // 10, 200, _OF_STAFF),
    },
    "orders": {
        "activity": Stays(200_000, 400, "where and when the seats of volunteers were"),
        "assignment": Stays(ORDERS_A_YEAR, 400, _OF_ORDERS),
        "call_back": Stays(ORDERS_A_YEAR // 50, 300, "what was asked and answered by telephone"),
        "catalogue_proposal": Stays(1_000, 1_000, _OF_STAFF),
        "counted": Stays(ORDERS_A_YEAR * 3 + ELDERS // 10 * 12, 240, "what the figures of a month count, row by row"),
        "counted_sum": Stays(120_000 * 50, 180, "figures of months that are over"),
        "certificate": Stays(ELDERS // 20, 400, "checked by strangers for ever"),
        "confirmation": Stays(ORDERS_A_YEAR, 120, _OF_ORDERS),
        "decision": Stays(ORDERS_A_YEAR // 500, _FEW, _OF_STAFF),
        "dispute": Stays(ORDERS_A_YEAR // 500, 200, _OF_ORDERS),
        "door": Stays(ORDERS_A_YEAR, 110, "how often a code was mistaken: one of an order's flags"),
        "duty_call": Stays(ELDERS // 20, 300, "who answered an urgent call"),
        "duty_entry": Stays(ELDERS // 20, 200, "who was on duty"),
        "welfare_check": Stays(ELDERS // 20, 300, "how far somebody was looked after"),
        "welfare_step": Stays(ELDERS // 10, 300, "who was told of each step, and what came of it"),
        "duty_ring": Stays(ELDERS // 10, 150, "who was rung for an urgent call"),
        "grant_use": Stays(ELDERS, 130, "how much of a grant a month was used"),
        "incident": Stays(ELDERS // 20, 500, "what became of an emergency"),
        "mark": Stays(ORDERS_A_YEAR // 20, 120, _OF_ORDERS),
        "referral": Stays(ORDERS_A_YEAR // 100, 400, _OF_ORDERS),
        "objection": Stays(ORDERS_A_YEAR // 1_000, 700, _OF_ORDERS),
        "order_step": Stays(ORDERS_A_YEAR * 5, 170, _OF_ORDERS),
        "orders": Stays(ORDERS_A_YEAR, 800, _OF_ORDERS),
        "record_proposal": Stays(ELDERS // 100, _FEW, _OF_STAFF),
        "reversal": Stays(ORDERS_A_YEAR // 1_000, _FEW, _OF_STAFF),
        "round_stop": Stays(ORDERS_A_YEAR // 2, 250, "what was brought to whom: counted for the subsidy"),
        "sample_call": Stays(ORDERS_A_YEAR // 20, 140, "what was drawn, and what the recipient said"),
        "sample_seed": Stays(366, 100, "by which a draw is computed again"),
        "scan": Stays(ORDERS_A_YEAR // 20, 260, "whose scan it was, and its hash"),
        "scan_look": Stays(ORDERS_A_YEAR // 20, 110, "who looked at it"),
        "scan_order": Stays(ORDERS_A_YEAR // 20, 180, _OF_ORDERS),
        "series": Stays(ELDERS // 4, 600, _OF_ORDERS),
        "series_day": Stays(ORDERS_A_YEAR // 2, 200, "which day of a series became which order, or why none"),
        "series_pattern": Stays(ELDERS // 2, 150, _OF_ORDERS),
        "service_record": Stays(ORDERS_A_YEAR, 260, _OF_ORDERS),
        "slip_range": Stays(10_000, 150, "which numbers were given out"),
        "slip_used": Stays(ORDERS_A_YEAR // 20, 150, "that no slip counts twice"),
        "venue_count": Stays(700_000, 200, "how many came to each place on a day: the figures of its month"),
        "visit": Stays(ELDERS * 2, 220, "who was seen when; the visit list follows from it"),
        "not_wanted": Stays(ELDERS // 20, 200, "whom a recipient does not want, until they say otherwise or are gone"),
        "visit_listing": Stays(ELDERS // 10, 250, "who was on the visit list when: of whom a month's rate is"),
        "volunteer_stop": Stays(1_000, _FEW, _OF_STAFF),
    },
    "ledger": {
        "decision": Stays(ELDERS // 50, 300, _OF_STAFF),
        "grant_use": Stays(ELDERS, 130, "how much of a grant a month was used"),
        "journal.answer": Stays(ORDERS_A_YEAR, 200, "what was told besides a row: the log's proof"),
        "journal.checkpoint": Stays(10_000_000, 600, "every head that was ever signed: receipts point at them"),
        "journal.entry": Stays(ORDERS_A_YEAR * 5 // 2, 430, "append-only: the ledger itself"),
        "journal.period_close": Stays(1_200, 2_000, "what a month was closed with"),
        "month_run": Stays(1_200, 120, "that a month's end was run"),
        "month_sum": Stays(1_200 * 30, 150, "sums of the journal"),
        "proposal": Stays(ELDERS // 50, 400, _OF_STAFF),
    },
    "redemption": {
        "capture": Stays(REDEMPTIONS_A_YEAR, 110, "what was paid; reversed for years"),
        "credit_request": Stays(ELDERS // 2, _FEW, "gifts and donations as they were asked for"),
        "entitlement_use": Stays(ORDERS_A_YEAR // 10, 130, "what was used of an entitlement"),
        "estate": Stays(ELDERS // 50, _FEW, _OF_STAFF),
        "grant_line": Stays(ELDERS * 12 // 10, 110, "who was granted minutes in a month"),
        "grant_run": Stays(1_200, 300, "that a month's grants were made"),
        "grant_use": Stays(ELDERS, 130, "how much of a grant a month was used"),
        "order_placed": Stays(ORDERS_A_YEAR, 200, "which order a settlement is of"),
        "redemption": Stays(REDEMPTIONS_A_YEAR, 600, _OF_ORDERS),
        "service_minutes": Stays(ORDERS_A_YEAR, 180, "whose minutes a reversal takes back"),
    },
}  # fmt: skip


def lists_of(service: str) -> dict[str, list[str]]:
    """Return each table of a service with the lists that name it: exactly one, or something is wrong."""
    named: dict[str, list[str]] = {}
    for name, lists in (("bounded", BOUNDED), ("partitioned", PARTITIONED), ("pruned", PRUNED), ("stays", STAYS)):
        for of in ("everywhere", service):
            for table in lists.get(of, ()):
                named.setdefault(table, []).append(name)
    return named
