"""Which characters a text may hold: those that are stored, shown and exported as they were sent."""

from __future__ import annotations

import unicodedata

LINE_BREAKS = "\n\t"
LINE_ENDS = dict.fromkeys(map(ord, "\n\t\r"), " ")
"""For `str.translate`, where a text of lines may be among others that are not known yet."""
# They turn the order in which what follows is shown; an ordinary text in Arabic or Hebrew needs none of them.
_TURNING = frozenset(map(chr, (*range(0x202A, 0x202F), *range(0x2066, 0x206A))))
HIDDEN = "\ufffd"
_HIDDEN_KINDS = frozenset({"Cc", "Cs", "Zl", "Zp"})
_NO_CHARACTERS = range(0xFDD0, 0xFDF0)
_LAST_OF_PLANE = 0xFFFE


def is_shown(character: str) -> bool:
    """Tell whether a character may stand in a text of one line."""
    number = ord(character)
    if unicodedata.category(character) in _HIDDEN_KINDS or character in _TURNING:
        return False
    return number not in _NO_CHARACTERS and number & _LAST_OF_PLANE != _LAST_OF_PLANE


def shown(text: str, longest: int) -> str:
    """Return what may be shown of a text that somebody sent, to tell it back to them."""
    return "".join(character if is_shown(character) else HIDDEN for character in text[:longest])


def may_be_shown(text: str, *, lines: bool = False) -> bool:
    """Tell whether a text is free of controls, of what turns its direction, and of what is no character.

    With `lines`, it may hold line feeds and tabs.
    """
    if text.isascii() and text.isprintable():
        return True
    return all(is_shown(character) or (lines and character in LINE_BREAKS) for character in text)
