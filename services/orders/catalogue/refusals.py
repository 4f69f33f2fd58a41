"""What the catalogue refuses, and why."""

from __future__ import annotations

from datetime import date

from libs.errors import ConflictError, RuleError


class CatalogueUnitError(RuleError):
    """A service is the city's or a district's, of no other unit."""


class CatalogueBackdatedError(RuleError):
    """A version takes effect on a later day than today, and not before the one published last."""

    effective: date
    today: date
    latest: date | None = None


class CatalogueOutdatedError(ConflictError):
    """Another version of this service was published since; propose it again."""

    published: int


class CatalogueContradictionError(RuleError):
    """What the version says does not fit together; `field` names what is wrong."""

    field: str
