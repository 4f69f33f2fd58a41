"""What is refused of handovers, and why, in two languages."""

from uuid import UUID

from libs.errors import RuleError


class ReceiverUnfitError(RuleError):
    """Work goes to somebody else who is active and holds an office, or helps, in the same district."""

    to_id: UUID
