"""What a telephone is to be told, and in which language."""

from collections.abc import Mapping
from dataclasses import dataclass

from services.accounts.core.rules.identity import Language


@dataclass(frozen=True)
class Notice:
    """What a telephone is to be told."""

    phone_number: str
    text: str


def lines_for(texts: Mapping[str, str], language: Language | str | None) -> list[str]:
    """Return a text in the language that its reader likes best; in both where nobody said which, Chinese first."""
    wanted = [Language(language)] if language else [Language.CHINESE, Language.ENGLISH]
    return [texts[one] for one in wanted]
