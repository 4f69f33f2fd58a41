"""What a telephone is to be told, and in which language: lines, each a template that a gateway may have registered."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from string import Formatter
from typing import TypeVar

from libs.translation import in_both
from services.accounts.core.rules.identity import Language

T = TypeVar("T")


@dataclass(frozen=True)
class Line:
    """A template with what stands in its places, in one language; `docs/messages.md` has all templates."""

    template: str
    language: str
    values: Mapping[str, str]
    text: str


@dataclass(frozen=True)
class Notice:
    """What a telephone is to be told."""

    phone_number: str
    lines: Sequence[Line]


def text_of(lines: Sequence[Line]) -> str:
    """Return what is read: the lines, one below the other."""
    return "\n".join(line.text for line in lines)


def filled(
    template: str, english: str, *, module: str, values: Mapping[str, Mapping[str, str]] | None = None
) -> dict[str, Line]:
    """Return the line of a template in each language; `values` are what stands in its places, by language."""
    lines = {}
    for language, words in in_both(english, module=module).items():
        places = {place for _, place, _, _ in Formatter().parse(words) if place}
        given = {place: text for place, text in (values or {}).get(language, {}).items() if place in places}
        lines[language] = Line(template, language, given, words.format(**given))
    return lines


def lines_for(lines: Mapping[str, T], language: Language | str | None) -> list[T]:
    """Return a line in the language that its reader likes best; in both where nobody said which, Chinese first."""
    wanted = [Language(language)] if language else [Language.CHINESE, Language.ENGLISH]
    return [lines[each] for each in wanted]
