"""What is refused of incidents, in two languages."""

from __future__ import annotations

from libs.errors import RuleError


class IncidentsExceededError(RuleError):
    """One caller opened more emergencies within the hour than anybody can mean."""

    code = "incidents_exceeded"
    zh = "一小时内求助次数过多，请直接拨打120或社区电话"
    en = "Too many emergencies within an hour: please call 120 or the community directly"
