"""What of the databases is exported, what is left out, and why: a test holds this against every table there is.

Without the key of personal data an export has ids, credit, states and times; what says more about somebody (words that
were written, days of birth, places, what was sealed) is in it only when asked for by whoever holds the key.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping


@dataclasses.dataclass(frozen=True)
class Exported:
    """One table that becomes a file.

    `personal` columns are left out without the key. `secret` columns are in no export: they open something, or tell
    nothing without a key that ends with the programme. `sealed` is opened with the key of `sealed_of`;
    `only_opened` has no file without.
    """

    name: str
    what: str
    personal: tuple[str, ...] = ()
    secret: tuple[str, ...] = ()
    sealed: str | None = None
    sealed_of: str = "person_id"
    only_opened: bool = False

    @property
    def always_left_out(self) -> tuple[str, ...]:
        """The columns that are in no export as they are."""
        return (*self.secret, *([self.sealed] if self.sealed else []))


WORDS = ("decision_why",)
CONSENT = ("consent", "why")
PLACE = ("latitude_e6", "longitude_e6")
WHO = (
    "born", "sex", "grade", "hardship", "household_id", "household_by", "household_next", "household_next_by",
    "home_latitude_millideg", "home_longitude_millideg", "has_phone", "visit_risk", "visit_listed_on", "training",
    "clean_record", "insured_until", "certificates", "died_on", "known_to", "speaks",
)  # fmt: skip
SERVED = (
    "in_latitude_e6", "in_longitude_e6", "in_device", "metres_from_home", "out_latitude_e6", "out_longitude_e6",
    "out_device",
)  # fmt: skip
APPLIED = ("born", "sex", "services", "hours", "document", "ended_why")

TABLES: Mapping[str, tuple[Exported, ...]] = {
    "accounts": (
        Exported("unit", "city, districts, streets and communities"),
        Exported("person", "who is registered, where, and how they stand", WHO),
        Exported("person_identity", "names, numbers and addresses, opened", sealed="sealed", only_opened=True),
        Exported("person_photo", "photographs of volunteers, opened", sealed="sealed", only_opened=True),
        Exported("role_grant", "which role somebody has or had, in which unit, by whom"),
        Exported("deputyship", "who was away, and who stood in", WORDS),
        Exported("handover", "whose work went to whom, at which unit"),
        Exported("handover_result", "how much of each kind went over, and how much stayed"),
        Exported("role_proposal", "roles as they were proposed and decided", WORDS),
        Exported("relation", "who is whose relative, neighbour or guardian", ("turned_down_why",)),
        Exported("acting_grant", "who may act for whom", ("words",)),
        Exported("acted_for", "what was done for somebody else"),
        Exported("consent", "consents, and how they were given", ("words", "why")),
        Exported("policy", "rules of the districts, every version, with who decided them", WORDS),
        Exported("volunteer_group", "groups of volunteers and their members"),
        Exported(
            "application", "who asked to become a volunteer", APPLIED, ("number_digest",), "sealed", "application_id"
        ),
        Exported("admission", "decisions on applications", WORDS),
        Exported("identity_sighting", "that two members of staff saw somebody's document", ("document",)),
        Exported("finding", "grades and hardships as they were found", ("grade", "categories", *WORDS)),
        Exported("status_change", "suspensions and what came after", ("why",)),
        Exported("complaint", "complaints and their answers", ("words", "reason")),
        Exported("death", "deaths as two people recorded them", ("died_on", *WORDS)),
        Exported("death_mistake", "deaths that were recorded by mistake", ("why", *WORDS)),
        Exported("erasure", "whose data were to end, and what became of it"),
        Exported("number_proposal", "telephone numbers as they were proposed", WORDS, sealed="sealed"),
        Exported("number_change", "when a number changed, and by whom", secret=("digest",)),
        Exported("notice", "who was to be told of an order, and whether they were"),
        Exported("duty_notice", "who was told of urgent calls, and by which ways"),
        Exported("import", "tables of people that were sent", secret=("sealed_content",)),
        Exported("import_row", "what became of each row of them"),
        Exported("second_factor_act", "what was done with the second factor of staff"),
        Exported("second_factor_reset", "second factors that two people reset", WORDS),
        Exported("access_log", "who looked at whose data", ("why",)),
        Exported("disclosure", "which volunteer may see which recipient, until when"),
    ),
    "orders": (
        Exported("catalogue_item", "kinds of help, every version"),
        Exported("catalogue_proposal", "versions of them that were proposed, and decided by another", WORDS),
        Exported("orders", "each order as it stands", CONSENT),
        Exported("series", "help asked for every week, until a day or until cancelled", CONSENT),
        Exported("series_pattern", "on which days of the week, from which day on"),
        Exported("series_day", "what became of each day of them"),
        Exported("venue", "canteens, day centres and neighbour points", PLACE),
        Exported("venue_code_reader", "who was told the code of one last"),
        Exported("venue_count", "how many came to them on a day, with every correction", ("why",)),
        Exported("activity", "what was planned at them", ("why",)),
        Exported("activity_waiter", "who waits for a seat"),
        Exported("round_stop", "to whom a round went, and what came of it", ("words",)),
        Exported("order_step", "each step of each order: who, when, from which state to which", CONSENT),
        Exported("assignment", "who served, from when until when, with what evidence", SERVED),
        Exported("confirmation", "that the recipient confirmed", ("confirm_device",)),
        Exported("call_back", "calls back about hours, what was asked and answered", ("words",)),
        Exported("scan", "scans that were uploaded, with the hash of each"),
        Exported("scan_order", "which order stands on which scan"),
        Exported("scan_look", "who looked at a scan"),
        Exported("mark", "notes on what a volunteer did with an order, each of a closed kind"),
        Exported("counted", "what the monthly figures count, row by row"),
        Exported("sample_seed", "by which seed submissions of a day were drawn for a call"),
        Exported("sample_call", "what was drawn, and what the recipient said"),
        Exported("dispute", "disputes and their ends", WORDS),
        Exported("decision", "decisions on disputed hours, by two people", ("why", *WORDS)),
        Exported("reversal", "hours taken back, by two people", ("why", *WORDS)),
        Exported("objection", "what volunteers said against what counts of their hours", ("words", *WORDS)),
        Exported("referral", "where orders went that nobody took, and its outcome", ("provider", "contact", "words")),
        Exported("incident", "emergencies and what became of them", (*PLACE, "words", "outcome", *CONSENT)),
        Exported("duty_entry", "who was on duty, in which unit, until when"),
        Exported("duty_call", "urgent calls, and who took them"),
        Exported("welfare_check", "welfare checks, and how far they came"),
        Exported("welfare_step", "their steps: who was told, who took them, what came of it"),
        Exported("duty_ring", "who was rung for them, one after the other"),
        Exported("visit", "visits at home", ("outcome", "findings")),
        Exported("visit_listing", "who was on the visit list when", ("risk",)),
        Exported("visitor", "who visits whom"),
        Exported("service_record", "minutes of service by person and day"),
        Exported("record_proposal", "records of service as they were proposed", ("scan", *WORDS)),
        Exported("certificate", "certificates of service that were issued", ("verification_code", *CONSENT)),
        Exported("not_wanted", "which volunteer a recipient did not want", CONSENT),
        Exported("volunteer_stop", "days on which a volunteer was to serve nobody", ("why", "lifted_why")),
        Exported("slip_range", "numbers of paper slips that were given out"),
        Exported("slip_used", "paper slips that were entered", ("scan",)),
        Exported("door_act", "what devices signed at the door", PLACE),
        Exported("device_key", "the public keys of those devices"),
    ),
    "ledger": (
        Exported("journal.book", "the book of each district"),
        Exported("journal.wallet", "wallets: whose, of which class, in which book"),
        Exported("journal.answer", "what was told besides a row: messages of proto/timebank/ledger, as bytes"),
        Exported("journal.checkpoint", "signed heads of the logs"),
        Exported("journal.period_close", "closed months with their statements"),
        Exported("journal.ddl", "changes of the journal's schema"),
        Exported("proposal", "acts of two people on credit", ("reason",)),
        Exported("decision", "their decisions", ("why",)),
        Exported("month_run", "months whose end was run"),
        Exported("credit_due", "when the credit of somebody who left falls to the pool"),
    ),
    "redemption": (
        Exported("redemption", "help asked for with credit", (*CONSENT, "end_why")),
        Exported("capture", "what was paid for it"),
        Exported("credit_request", "gifts, donations and grants as they were asked for", (*CONSENT, *WORDS)),
        Exported("entitlement", "minutes that somebody is entitled to", ("why", *WORDS)),
        Exported("entitlement_use", "what was used of them"),
        Exported("estate", "credit of the dead and who was to have it", ("why", *WORDS)),
        Exported("grant_run", "monthly grants by district"),
        Exported("grant_line", "monthly grants by person"),
    ),
}

ENTRIES = "journal.entry"
ENTRIES_WHAT = "the rows of the ledger: one file for each book, in the order in which they were recorded"

OF_EVENTS = "how far events have come on their way between the services"
FROM_ACCOUNTS = "a copy of what accounts has"
OF_SIGNING_IN = "opens something, or is worth nothing once nobody signs in"

LEFT_OUT: Mapping[str, Mapping[str, str]] = {
    "accounts": dict.fromkeys(
        (
            "credential", "session", "refresh_token", "sign_in_code", "sign_in_request", "counted_try", "signing_key",
            "device_key", "application_code", "application_ticket", "second_factor", "recovery_code", "sign_in_ticket",
        ),
        OF_SIGNING_IN,
    )
    | {"person_key": "the keys of personal data, wrapped", "person_index": "digests by which people are found"}
    | {"retired_index_key": "which keys of such digests are used no more"},
    "orders": dict.fromkeys(
        ("acting_grant", "person", "policy", "relation", "standing", "unit", "volunteer_group"), FROM_ACCOUNTS
    )
    | dict.fromkeys(("ended_session", "signing_key"), OF_SIGNING_IN)
    | {
        "counted_sum": "sums of counted",
        "counting": "how far they reach",
        "deadline": "what falls due next; it follows from the orders",
        "door": "how often a door code was renewed or mistaken",
        "scan_content": "pictures, sealed under a key that ends with the programme",
        "grant_use": "what accounts has as acted_for, added up by month",
    },
    "ledger": dict.fromkeys(("acting_grant", "person", "policy", "relation", "standing", "unit"), FROM_ACCOUNTS)
    | dict.fromkeys(("ended_session", "signing_key"), OF_SIGNING_IN)
    | {
        "erasure": "erasures of accounts that are being answered",
        "month_sum": "sums of journal.entry",
        "summed": "how far they reach",
        "grant_use": "what accounts has as acted_for, added up by month",
    },
    "redemption": dict.fromkeys(("acting_grant", "person", "policy", "relation", "standing", "unit"), FROM_ACCOUNTS)
    | dict.fromkeys(("ended_session", "signing_key"), OF_SIGNING_IN)
    | {
        "catalogue_item": "a copy of what orders has",
        "order_placed": "a copy of what orders has",
        "service_minutes": "a copy of what the ledger told",
        "grant_use": "what accounts has as acted_for, added up by month",
    },
}  # fmt: skip
LEFT_OUT_EVERYWHERE: Mapping[str, str] = {
    "alembic_version": "the migration is in the manifest",
    "applied_migration": "the migration is in the manifest",
    "command": "answers kept for a caller who asks again",
    **dict.fromkeys(
        (
            "outbox", "outbox_stream", "outbox_published", "outbox_leader", "outbox_epoch", "inbox_act", "inbox_epoch",
            "inbox_group", "inbox_offset", "inbox_parked", "inbox_position", "inbox_version",
        ),
        OF_EVENTS,
    ),
}  # fmt: skip


def left_out(service: str) -> dict[str, str]:
    """Return the tables of a service that are in no export, with the reason of each."""
    return {**LEFT_OUT_EVERYWHERE, **LEFT_OUT[service]}
