"""The six kinds of refusal that a caller may meet; services subclass them once per rule."""

from enum import Enum
from typing import ClassVar


class Kind(Enum):
    """How a refusal is answered; libs/http/problems.py holds the one table kind → status."""

    INVALID = "invalid"
    FORBIDDEN = "forbidden"
    NOT_FOUND = "not_found"
    CONFLICT = "conflict"
    RULE = "rule"
    NOT_YET = "not_yet"


class Refusal(Exception):  # noqa: N818 - the base of errors that are answers, named for what it is
    """A request that is answered with a no: a stable code, two texts, and the fields that explain it."""

    kind: ClassVar[Kind] = Kind.RULE
    code: ClassVar[str] = "refused"
    zh: ClassVar[str] = "请求被拒绝"
    en: ClassVar[str] = "The request was refused"
    retry_after_seconds: ClassVar[int | None] = None
    # What the use case wrote before it refused is kept with the refusal: for what counts although refused.
    keeps_effects: ClassVar[bool] = False

    def __init__(self, **fields: object) -> None:
        super().__init__(self.code, fields)
        self.fields = fields


class InvalidError(Refusal):
    """The request is malformed."""

    kind = Kind.INVALID
    code = "invalid_request"
    zh = "请求内容有误"
    en = "The request is malformed"


class ForbiddenError(Refusal):
    """The caller may not do this."""

    kind = Kind.FORBIDDEN
    code = "not_authorised"
    zh = "没有权限"
    en = "The caller has no role or relation that allows this"


class NotFoundError(Refusal):
    """There is no such thing, or the caller may not know of it."""

    kind = Kind.NOT_FOUND
    code = "not_found"
    zh = "没有找到"
    en = "There is no such resource"


class ConflictError(Refusal):
    """The state of things does not allow it."""

    kind = Kind.CONFLICT
    code = "conflict"
    zh = "当前状态不允许"
    en = "The present state does not allow this"


class RuleError(Refusal):
    """A rule of the programme refuses it."""

    kind = Kind.RULE
    code = "rule_refused"
    zh = "规则不允许"
    en = "A rule refuses this"


class IdReusedError(ConflictError):
    """The same id came with other content."""

    code = "id_reused"
    zh = "同一编号对应了不同的内容"
    en = "This id was used before with other content"


class OutOfScopeError(ForbiddenError):
    """The caller has the role, but it does not reach this unit."""

    code = "out_of_scope"
    zh = "超出管辖范围"
    en = "The caller's role does not reach this unit"


class PersonSuspendedError(ForbiddenError):
    """A suspended person does nothing new, but for contesting it."""

    code = "person_suspended"
    zh = "该人员已被暂停"
    en = "The person is suspended"


class NotYetError(Refusal):
    """The same request will be answered in a moment."""

    kind = Kind.NOT_YET
    code = "not_yet"
    zh = "请稍后再试"
    en = "Try again in a moment"
    retry_after_seconds = 1
