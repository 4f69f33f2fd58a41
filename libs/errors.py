"""The six kinds of refusal that a caller may meet; services subclass them once per rule."""

import re
from enum import Enum
from typing import ClassVar, dataclass_transform
from uuid import UUID

_CAPITAL = re.compile(r"(?<!^)[A-Z]")


class Kind(Enum):
    """How a refusal is answered; libs/http/problems.py holds the one table kind → status."""

    INVALID = "invalid"
    FORBIDDEN = "forbidden"
    NOT_FOUND = "not_found"
    CONFLICT = "conflict"
    RULE = "rule"
    NOT_YET = "not_yet"


@dataclass_transform(kw_only_default=True)
class Refusal(Exception):  # noqa: N818 - the base of errors that are answers, named for what it is
    """The request was refused.

    Each rule has a class of its own: its code comes from the class's name, its English from the first line of the
    docstring, its Chinese from the catalogue of its home's package (libs/translation.py). The fields that explain
    it are annotated on the class; nothing but them is accepted (mypy).
    """

    kind: ClassVar[Kind] = Kind.RULE
    code: ClassVar[str] = "refused"
    english: ClassVar[str] = "The request was refused"
    home: ClassVar[str] = __name__
    retry_after_seconds: ClassVar[int | None] = None
    # What the use case wrote before it refused is kept with the refusal: for what counts although refused.
    keeps_effects: ClassVar[bool] = False

    def __init_subclass__(cls, **options: object) -> None:
        """Derive the code and the English of a class that does not name its own."""
        super().__init_subclass__(**options)
        cls.home = cls.__module__
        if "code" not in vars(cls):
            cls.code = _CAPITAL.sub(r"_\g<0>", cls.__name__.removesuffix("Error")).lower()
        if "english" not in vars(cls):
            cls.english = (cls.__doc__ or "").partition("\n")[0].rstrip(".")

    def __init__(self, **fields: object) -> None:
        super().__init__(self.code, fields)
        self.fields = fields


class InvalidError(Refusal):
    """The request is malformed."""

    kind = Kind.INVALID
    code = "invalid_request"


class ForbiddenError(Refusal):
    """The caller has no role or relation that allows this."""

    kind = Kind.FORBIDDEN
    code = "not_authorised"


class NotFoundError(Refusal):
    """There is no such resource.

    Or the caller may not know of it.
    """

    kind = Kind.NOT_FOUND


class ConflictError(Refusal):
    """The present state does not allow this."""

    kind = Kind.CONFLICT


class RuleError(Refusal):
    """A rule refuses this."""

    kind = Kind.RULE
    code = "rule_refused"


class NotYetError(Refusal):
    """Try again in a moment."""

    kind = Kind.NOT_YET
    retry_after_seconds = 1


class IdReusedError(ConflictError):
    """This id was used before with other content."""

    application_id: UUID | None = None
    complaint_id: UUID | None = None
    mistake_id: UUID | None = None
    death_id: UUID | None = None
    group_id: UUID | None = None
    import_id: UUID | None = None
    proposal_id: UUID | None = None
    unit_id: UUID | None = None
    person_id: UUID | None = None
    policy_id: UUID | None = None
    finding_id: UUID | None = None
    grant_id: UUID | None = None
    relation_id: UUID | None = None
    sighting_id: UUID | None = None


class OutOfScopeError(ForbiddenError):
    """The caller's role does not reach this unit."""


class PersonSuspendedError(ForbiddenError):
    """The person is suspended."""

    person_id: UUID | None = None
