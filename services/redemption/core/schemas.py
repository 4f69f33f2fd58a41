"""What callers send and get in more than one feature; unknown fields are refused."""

from marshmallow import Schema, fields

from libs.http.fields import Choice, Whole, page_cursor, page_limit

MINUTES_MAX = 1_000_000
PROPOSAL_STATES = (
    "proposed", "requested", "in_force", "done", "declined", "reversed", "turned_down", "lapsed",
)  # fmt: skip


def minutes_field(*, least: int = 0, most: int = MINUTES_MAX) -> Whole:
    """Return a field of whole minutes."""
    return Whole(least, most, required=True)


class PageQuerySchema(Schema):
    """How much of a list, and from where."""

    limit = page_limit()
    cursor = page_cursor()


class ProposalQuerySchema(PageQuerySchema):
    """Which proposals to list: of a person, or of the people of a unit and all below it."""

    person = fields.UUID(load_default=None)
    unit = fields.UUID(load_default=None)
    state = Choice(PROPOSAL_STATES, load_default=None)
