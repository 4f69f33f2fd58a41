"""A sheet of numbered slips, printed beforehand: one line for each visit, filled in by hand at the elder's home."""

from __future__ import annotations

from services.web.kit.i18n import language, say
from services.web.kit.viewer import now, web
from services.web.printing.paper import Facts, NextSheet, Paper, Words

SHEET_SLIPS_MAX = 24
SLIPS_A_PAGE = 4
BLANK = "_" * 40


def sheet_paper(first: int, last: int) -> Paper:
    """Return the sheet of the slips of these numbers."""
    blocks: list[Words | Facts | NextSheet] = [
        Words(
            say("One slip for each visit. The elder, or who is with them, signs after the visit; bring it to the desk.")
        )
    ]
    for place, number in enumerate(range(first, last + 1)):
        if place and place % SLIPS_A_PAGE == 0:
            blocks.append(NextSheet())
        blocks.append(_slip(number))
    return Paper(
        say("Slips %(first)s to %(last)s", first=first, last=last),
        say("For visits that no telephone records"),
        list(blocks),
        web().parts.programme_name,
        language(),
        now(),
        name=f"slips-{first}-{last}",
    )


def _slip(number: int) -> Facts:
    return Facts(
        [
            (say("Elder"), BLANK),
            (say("Volunteer"), BLANK),
            (say("What was done"), BLANK),
            (say("Day; from and until"), BLANK),
            (say("Signatures of both"), BLANK),
        ],
        say("No. %(number)s", number=number),
    )
