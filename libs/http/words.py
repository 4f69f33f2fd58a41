"""What a schema says of a field, in Chinese: the validators of marshmallow speak English only."""

from __future__ import annotations

import re

from libs import translation
from libs.translation import message

_SENTENCES = frozenset(
    {
        message("Unknown field."),
        message("Missing data for required field."),
        message("Field may not be null."),
        message("Not a valid integer."),
        message("Not a valid number."),
        message("Not a valid string."),
        message("Not a valid boolean."),
        message("Not a valid UUID."),
        message("Not a valid date."),
        message("Not a valid datetime."),
        message("Not a valid naive datetime."),
        message("Not a valid aware datetime."),
        message("Not a valid list."),
        message("Not a valid mapping type."),
        message("Not a valid email address."),
        message("Not a valid URL."),
        message("Invalid input type."),
        message("Invalid value."),
        message("Invalid JSON body."),
        message("String does not match expected pattern."),
        message("Special numeric values (nan or infinity) are not permitted."),
        message("Number too large."),
        message("Holds characters that cannot be shown."),
    }
)
_PATTERNS = (
    (r"Must be greater than or equal to (\S+) and less than or equal to (\S+?)\.", r"应在 \1 与 \2 之间"),
    (r"Must be greater than or equal to (\S+?)\.", r"不得小于 \1"),
    (r"Must be less than or equal to (\S+?)\.", r"不得大于 \1"),
    (r"Must be greater than (\S+?)\.", r"应大于 \1"),
    (r"Must be less than (\S+?)\.", r"应小于 \1"),
    (r"The year must be between (\d+) and (\d+)\.", r"年份应在 \1 与 \2 之间"),
    (r"Must be one of: (.+?)\.", r"应为其中之一:\1"),
    (r"Give one of: (.+?)\.", r"应提供其中之一:\1"),
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


def _translate(said: str) -> str:
    if said in _SENTENCES:
        return translation.in_chinese(said, module=__name__)
    for pattern, words in _PATTERNS:
        if re.fullmatch(pattern, said):
            return re.sub(pattern, words, said)
    return said
