"""How large an elder's pages are and how well they can be read, as a browser measures it; and the table of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

TEXT_MIN_PX = 18.0
"""The industry ministry's rules for the old ask for 18 dp, which is a CSS pixel."""
TARGET_MIN_PX = 60.0
CONTRAST_MIN = 4.5
ELDER_PAGES = ("/elder", "/elder/ask", "/elder/ask/B1", "/elder/time", "/elder/orders/{next}", "/elder/orders/{today}")
_TARGETS = """() => {
  const touched = 'main a, main button, main input:not([type=hidden]), main summary, footer a';
  return [...document.querySelectorAll(touched)].filter((one) => one.offsetParent)
    .map((one) => one.getBoundingClientRect().height);
}"""
_TEXTS = """() => {
  const isText = (node) => node.nodeType === 3 && node.textContent.trim();
  return [...document.querySelectorAll('main *')]
    .filter((one) => one.offsetParent && [...one.childNodes].some(isText))
    .map((one) => parseFloat(getComputedStyle(one).fontSize));
}"""


@dataclass(frozen=True)
class Sizes:
    """The least of a page: its text and what one touches in CSS pixels, the contrast of text as a ratio."""

    text_px: float
    target_px: float
    contrast: float


def measure(page: Page) -> Sizes:
    """Return the least that is on a page that is open."""
    found = Axe().run(page, options={"runOnly": ["color-contrast"]}).response
    ratios = [ratio for part in ("passes", "violations") for rule in found[part] for ratio in _ratios(rule)]
    return Sizes(min(page.evaluate(_TEXTS)), min(page.evaluate(_TARGETS)), min(ratios))


def _ratios(rule: dict[str, Any]) -> Iterable[float]:
    for node in rule["nodes"]:
        for check in node["any"]:
            if (check.get("data") or {}).get("contrastRatio"):
                yield float(check["data"]["contrastRatio"])


def write_table(rows: dict[str, dict[str, Sizes]], path: Path) -> None:
    """Write the document: for each page and size of screen the least of everything."""
    lines = [
        "# How large an elder's pages are",
        "",
        "Measured in Chromium by `make screenshots`, on a telephone of 390 pixels and at a desk of 1,366: the",
        "smallest text, the lowest thing to touch, the weakest contrast of a page. The rules for the old ask for text",
        "of 18 px, targets of 60 px and a contrast of 4.5; `make test-browser` fails below that.",
        "",
        "| page | text, phone | touch, phone | contrast, phone | text, desk | touch, desk | contrast, desk |",
        "|---|--:|--:|--:|--:|--:|--:|",
    ]
    for name, by_size in rows.items():
        cells = [
            f"{least.text_px:.0f} px | {least.target_px:.0f} px | {least.contrast:.1f}" for least in by_size.values()
        ]
        lines.append(f"| `{name}` | " + " | ".join(cells) + " |")
    path.write_text("\n".join(lines) + "\n", "utf-8")
