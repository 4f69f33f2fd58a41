"""Which characters the font of the documents has, and what is printed for one that it has not.

A character without a glyph (an emoji, Arabic, Tibetan) would be printed as an empty box, and nobody could say whether
that is a mistake of the printer. It is printed as the mark that typesetters use for a missing character, 〓, once for
a run of them, and the foot of the document says what the mark means.
"""

from __future__ import annotations

import re
import struct
import unicodedata
from bisect import bisect_right
from functools import lru_cache
from pathlib import Path

import manimgx_fonts_cjk

FONT = Path(manimgx_fonts_cjk.__file__).parent / "NotoSansCJK-VF.otf.ttc"
MISSING = "〓"
RANGES_MAX = 100_000
_SEGMENTED = 12
"""The kind of table that holds characters beyond the first 65,536."""
_JOINERS = re.compile("[\u200d\ufe00-\ufe0f\U0001f3fb-\U0001f3ff\U000e0020-\U000e007f]+")
"""What only changes the picture before it: it goes with it."""
_RUN = re.compile(f"{MISSING}+")


def with_glyphs(text: str) -> str:
    """Return a text of which every visible character can be printed."""
    plain = _JOINERS.sub("", unicodedata.normalize("NFC", text))
    if all(_has_glyph(sign) for sign in plain):
        return plain
    return _RUN.sub(MISSING, "".join(sign if _has_glyph(sign) else MISSING for sign in plain))


def _has_glyph(sign: str) -> bool:
    starts, ends = _ranges()
    at = bisect_right(starts, ord(sign)) - 1
    return not sign.isprintable() or (at >= 0 and ord(sign) <= ends[at])


@lru_cache(maxsize=1)
def _ranges() -> tuple[list[int], list[int]]:
    """Return where the runs of characters begin and end that the font maps to glyphs, in order."""
    with FONT.open("rb") as font:
        assert font.read(4) == b"ttcf", "a collection of fonts"
        font.seek(12)
        [first] = struct.unpack(">I", font.read(4))
        font.seek(first + 4)
        [tables] = struct.unpack(">H6x", font.read(8))
        listed = [struct.unpack(">4sIII", font.read(16)) for _ in range(tables)]
        [start] = [offset for tag, _, offset, _ in listed if tag == b"cmap"]
        font.seek(start)
        [maps] = struct.unpack(">2xH", font.read(4))
        offsets = {struct.unpack(">HHI", font.read(8))[2] for _ in range(maps)}
        for offset in offsets:
            font.seek(start + offset)
            kind, groups = struct.unpack(">H10xI", font.read(16))
            if kind == _SEGMENTED:
                assert groups <= RANGES_MAX
                rows = struct.iter_unpack(">III", font.read(12 * groups))
                runs = [(begins, ends) for begins, ends, glyph in rows if glyph]
                return [begins for begins, _ in runs], [ends for _, ends in runs]
    raise AssertionError("the font maps no characters")
