"""Every refusal of this service, one class per rule; codes are those of the scenarios' table."""

from __future__ import annotations

from libs.errors import RuleError


class ServedInFutureError(RuleError):
    """A slip cannot tell of service that has not happened."""

    code = "served_in_future"
    zh = "服务尚未结束"
    en = "This service is not over yet"


class SlipMissingError(RuleError):
    """No scanned slip."""

    code = "slip_missing"
    zh = "缺少纸单扫描件"
    en = "There is no scanned slip"


class SlipNotIssuedError(RuleError):
    """The slip's number was never issued to this unit."""

    code = "slip_not_issued"
    zh = "该纸单号未发放给本单位"
    en = "This slip number was never issued to this unit"


class SlipAlreadyUsedError(RuleError):
    """The slip's number was entered before."""

    code = "slip_already_used"
    zh = "该纸单号已经补录过"
    en = "This slip was entered before"


class SlipAlreadyIssuedError(RuleError):
    """Some of these numbers were issued to the unit before."""

    code = "slip_already_issued"
    zh = "部分纸单号已发放"
    en = "Some of these numbers were issued before"


class LateEntryTooOldError(RuleError):
    """Served longer ago than the policy allows."""

    code = "late_entry_too_old"
    zh = "超过补录期限"
    en = "Served longer ago than the policy allows"
