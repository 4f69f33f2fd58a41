"""Texts for people: English in the code, Chinese in one gettext catalogue per package, read as it is committed.

| package | its catalogue |
|---|---|
| `libs` and what is below | `libs/translations/zh_CN/LC_MESSAGES/messages.po` |
| `services.<name>` and what is below | `services/<name>/translations/zh_CN/LC_MESSAGES/messages.po` |

`make messages` writes what the code says into the catalogues; a test finds what nobody has translated. There is nothing
to compile: a catalogue is read at its first use.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

from babel.messages.pofile import read_po

ROOT = Path(__file__).resolve().parents[1]
CATALOGUE = Path("translations", "zh_CN", "LC_MESSAGES", "messages.po")


def message(english: str) -> str:
    """Mark a text for people, so that `make messages` finds it; it is said with `in_chinese` or as it is."""
    return english


def in_chinese(english: str, *, module: str) -> str:
    """Return a text of a module in Chinese; in English where its package has no translation of it."""
    return _catalogue(package_of(module)).get(english, english)


def in_both(english: str, *, module: str) -> dict[str, str]:
    """Return a text in both languages: `zh` and `en`."""
    return {"zh": in_chinese(english, module=module), "en": english}


def package_of(module: str) -> str:
    """Return the package whose catalogue a module's texts are in."""
    names = module.split(".")
    return ".".join(names[:2]) if names[0] == "services" else names[0]


def catalogue_of(package: str) -> Path:
    """Return where a package's catalogue is."""
    return ROOT.joinpath(*package.split("."), CATALOGUE)


@cache
def _catalogue(package: str) -> dict[str, str]:
    path = catalogue_of(package)
    if not path.is_file():
        return {}
    with path.open("rb") as file:
        return {
            str(entry.id): str(entry.string) for entry in read_po(file, locale="zh_CN") if entry.id and entry.string
        }
