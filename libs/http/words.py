"""What a schema says of a field, in Chinese: the validators of marshmallow speak English only."""

from __future__ import annotations

import re

_WORDS = {
    "Unknown field.": "未知字段",
    "Missing data for required field.": "必填",
    "Field may not be null.": "不能为空",
    "Not a valid integer.": "应为整数",
    "Not a valid number.": "应为数字",
    "Not a valid string.": "应为文字",
    "Not a valid boolean.": "应为 true 或 false",
    "Not a valid UUID.": "应为 UUID",
    "Not a valid date.": "应为日期(YYYY-MM-DD)",
    "Not a valid datetime.": "应为带时区的时间(RFC 3339)",
    "Not a valid naive datetime.": "时间不应带时区",
    "Not a valid aware datetime.": "时间应带时区",
    "Not a valid list.": "应为列表",
    "Not a valid mapping type.": "应为对象",
    "Not a valid email address.": "应为电子邮箱地址",
    "Not a valid URL.": "应为网址",
    "Invalid input type.": "类型有误",
    "Invalid value.": "取值有误",
    "Invalid JSON body.": "不是有效的 JSON",
    "String does not match expected pattern.": "格式有误",
    "Special numeric values (nan or infinity) are not permitted.": "应为有限的数字",
    "Number too large.": "数字过大",
    "Holds characters that cannot be shown.": "含有无法显示的字符",
}
_PATTERNS = (
    (r"Must be greater than or equal to (\S+) and less than or equal to (\S+?)\.", r"应在 \1 与 \2 之间"),
    (r"Must be greater than or equal to (\S+?)\.", r"不得小于 \1"),
    (r"Must be less than or equal to (\S+?)\.", r"不得大于 \1"),
    (r"Must be greater than (\S+?)\.", r"应大于 \1"),
    (r"Must be less than (\S+?)\.", r"应小于 \1"),
    (r"The year must be between (\d+) and (\d+)\.", r"年份应在 \1 与 \2 之间"),
    (r"Must be one of: (.+?)\.", r"应为其中之一:\1"),
    (r"Must be equal to (.+?)\.", r"应为 \1"),
    (r"Length must be between (\d+) and (\d+)\.", r"长度应在 \1 与 \2 之间"),
    (r"Length must be (\d+)\.", r"长度应为 \1"),
    (r"Shorter than minimum length (\d+)\.", r"长度不得小于 \1"),
    (r"Longer than maximum length (\d+)\.", r"长度不得大于 \1"),
)


def in_chinese(messages: object) -> object:
    """Return the messages of a schema, however nested, in Chinese; what has no translation stays as it is."""
    if isinstance(messages, dict):
        return {name: in_chinese(entry) for name, entry in messages.items()}
    if isinstance(messages, list):
        return [in_chinese(entry) for entry in messages]
    return _translate(messages) if isinstance(messages, str) else messages


def _translate(message: str) -> str:
    if message in _WORDS:
        return _WORDS[message]
    for pattern, words in _PATTERNS:
        if re.fullmatch(pattern, message):
            return re.sub(pattern, words, message)
    return message
