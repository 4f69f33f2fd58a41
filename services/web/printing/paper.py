"""What stands on a document, in the reader's language: a page and a PDF show the same words."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any, ClassVar

from libs.translation import in_chinese, message
from services.web.printing.glyphs import MISSING, with_glyphs

WORDS_MAX = 600
MISSING_MEANS = message("〓 stands for a sign that this paper cannot print.")


@dataclass(frozen=True)
class Words:
    """A paragraph."""

    kind: ClassVar[str] = "words"
    words: str


@dataclass(frozen=True)
class Figure:
    """One number that matters, and what it is."""

    kind: ClassVar[str] = "figure"
    figure: str
    words: str


@dataclass(frozen=True)
class Facts:
    """Names and values."""

    kind: ClassVar[str] = "facts"
    rows: list[tuple[str, str]]
    title: str = ""


@dataclass(frozen=True)
class Table:
    """Rows under a heading; `numbers` are the columns that stand to the right."""

    kind: ClassVar[str] = "table"
    title: str
    head: list[str]
    rows: list[list[str]]
    numbers: tuple[int, ...] = ()
    empty: str = ""


@dataclass(frozen=True)
class Check:
    """A QR code, what it opens, and what that proves and does not."""

    kind: ClassVar[str] = "check"
    title: str
    link: str
    svg: str
    words: list[str]


@dataclass(frozen=True)
class NextSheet:
    """What follows stands on another sheet."""

    kind: ClassVar[str] = "next_sheet"


Block = Words | Figure | Facts | Table | Check | NextSheet


@dataclass(frozen=True)
class Paper:
    """One document."""

    title: str
    lead: str
    blocks: list[Block]
    foot: str
    language: str
    at: datetime
    """As of when it says what it says: it stands in the file as its date, so that the same data are the same bytes."""
    is_large: bool = False
    """Printed so large that old eyes read it."""
    name: str = field(default="document", kw_only=True)
    """The file's name, without its ending."""

    def as_content(self) -> dict[str, Any]:
        """Return what the template is given: words only, each cut to a bound."""
        blocks = [{"kind": block.kind} | _cut_all(asdict(block)) for block in self.blocks]
        shown = {"title": cut(self.title), "lead": cut(self.lead), "blocks": blocks}
        return shown | {
            "foot": cut(self.foot) + (self._says(MISSING_MEANS) if _holds(shown, MISSING) else ""),
            "language": self.language,
            "at_seconds": int(self.at.timestamp()),
            "is_large": self.is_large,
        }

    def _says(self, english: str) -> str:
        return " " + (english if self.language == "en" else in_chinese(english, module=__name__))


def cut(text: str) -> str:
    """Return a text without control characters or signs that cannot be printed, no longer than fits a paragraph."""
    readable = "".join(sign if sign.isprintable() else " " for sign in with_glyphs(text))
    return readable if len(readable) <= WORDS_MAX else readable[: WORDS_MAX - 1] + "…"


def _holds(value: Any, sign: str) -> bool:
    if isinstance(value, dict):
        return any(_holds(part, sign) for part in value.values())
    return any(_holds(part, sign) for part in value) if isinstance(value, list) else sign in str(value)


def _cut_all(value: Any, name: str = "") -> Any:
    if isinstance(value, dict):
        return {key: _cut_all(part, key) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [_cut_all(part) for part in value]
    return cut(value) if isinstance(value, str) and name not in ("svg", "link") else value
