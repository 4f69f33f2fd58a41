"""Write the gallery: `python -m tests.web.screenshots docs/screens` (make screenshots), or a few pictures by name."""

from __future__ import annotations

import contextlib
import io
import os
import sys
import tempfile
from pathlib import Path

from PIL import Image, ImageDraw
from playwright.sync_api import Browser, Page, sync_playwright

from tests.web.conftest import CHROMIUM, DESK, LOCALES, PHONE, WAIT_MS
from tests.web.pages_of import ids_of
from tests.web.scene import Scene, attach, open_scene
from tests.web.sizes import ELDER_PAGES, Sizes, measure, write_table

QUALITY = 60
HEIGHT_MAX = 1_500
SHOWN: tuple[tuple[str, str, str, str], ...] = (
    ("front", "", "/", "both"),
    ("rules", "", "/rules/{d1}", "desk"),
    ("supply", "", "/supply", "desk"),
    ("check", "", "/check", "phone"),
    ("sign-in", "", "/sign-in", "phone"),
    ("apply", "", "/apply", "phone"),
    ("kiosk", "", "/kiosk", "desk"),
    ("elder", "lan", "/elder", "phone"),
    ("elder-ask", "lan", "/elder/ask", "phone"),
    ("elder-when", "lan", "/elder/ask/B1", "phone"),
    ("elder-who-comes", "lan", "/elder/orders/{next}", "phone"),
    ("elder-was-it-good", "lan", "/elder/orders/{today}", "phone"),
    ("elder-time", "lan", "/elder/time", "phone"),
    ("elder-not-wanted", "lan", "/elder/not-wanted", "phone"),
    ("elder-messages", "lan", "/messages", "phone"),
    ("elder-urgent", "lan", "/urgent/{urgent}", "phone"),
    ("elder-slip", "lan", "/papers/{lan}/slip?month=2026-03", "phone"),
    ("volunteer", "min", "/volunteer", "both"),
    ("volunteer-door", "min", "/volunteer/orders/{next}", "phone"),
    ("volunteer-time", "min", "/volunteer/time", "both"),
    ("volunteer-receipt", "min", "/volunteer/receipts/{transfer}", "phone"),
    ("volunteer-gift", "ann", "/volunteer/gift", "phone"),
    ("volunteer-duty", "min", "/duty", "phone"),
    ("volunteer-account", "min", "/me", "phone"),
    ("family", "ann", "/family/{lan}", "phone"),
    ("desk", "coord", "/desk", "both"),
    ("approvals", "coord", "/desk/approvals", "both"),
    ("order", "coord", "/desk/orders/{weak}", "desk"),
    ("visits", "coord", "/desk/visits", "desk"),
    ("checkouts", "coord", "/desk/checkouts", "desk"),
    ("stops", "coord", "/desk/stops?volunteer={min}", "desk"),
    ("venues", "coord", "/desk/venues", "both"),
    ("counts", "coord", "/desk/venues/counts", "desk"),
    ("meals", "coord", "/desk/rounds/{round}/sheet", "desk"),
    ("activities", "min", "/volunteer/activities", "both"),
    ("away", "coord", "/away", "both"),
    ("handover", "coord", "/handover", "both"),
    ("duty-roster", "coord", "/duty/roster", "desk"),
    ("applications", "coord", "/applicants", "desk"),
    ("register", "coord", "/register", "desk"),
    ("street", "check", "/street", "desk"),
    ("objections", "check", "/objections", "desk"),
    ("calls", "op", "/calls/{lan}", "desk"),
    ("call-list", "op", "/calls/list", "desk"),
    ("urgent", "op", "/urgent/{urgent}", "desk"),
    ("second-factor", "check", "/me/second-factor", "desk"),
    ("district", "admin", "/district", "desk"),
    ("figures", "admin", "/figures?unit={d1}", "desk"),
    ("person", "coord", "/people/{lan}", "desk"),
    ("decisions", "check", "/decisions", "desk"),
    ("next-rules", "admin", "/district/rules/{d1}/next", "desk"),
    ("credit", "admin", "/district/credit", "desk"),
    ("units", "admin", "/district/units", "desk"),
    ("rights", "min", "/mine", "phone"),
    ("who-looked", "lan", "/mine/looks", "phone"),
    ("wallet", "min", "/mine/wallets/{wallet}", "phone"),
    ("series", "lan", "/series/{weekly}", "phone"),
    ("planning", "coord", "/desk/planning", "desk"),
    ("slips", "coord", "/slips", "desk"),
    ("signatures", "coord", "/desk/signatures", "desk"),
    ("sample", "op", "/calls/sample", "desk"),
    ("visitor", "coord", "/desk/visits/{lan}/visitor", "desk"),
    ("volunteer-visits", "min", "/volunteer/visits", "phone"),
)
LABELS = ("next", "today", "lan", "weak")


def take(scene: Scene, browser: Browser, folder: Path, *, only: tuple[str, ...] = ()) -> None:
    """Take every picture, or some by name, as JPEG of moderate quality: the gallery stays small."""
    ids = ids_of(scene)
    _send_portrait(scene, browser, "min")
    for language in LOCALES:
        for size, viewport in (("phone", PHONE), ("desk", DESK)):
            for who in dict.fromkeys(who for _, who, _, _ in SHOWN):
                _take_as(scene, browser, who, size, viewport, language, ids, folder, only)


def _take_as(
    scene: Scene,
    browser: Browser,
    who: str,
    size: str,
    viewport: dict[str, int],
    language: str,
    ids: dict[str, str],
    folder: Path,
    only: tuple[str, ...],
) -> None:
    shown = [(name, path) for name, by, path, sizes in SHOWN if by == who and sizes in (size, "both")]
    shown = [(name, path) for name, path in shown if not only or name in only]
    if not shown or (language == "en" and size == "phone"):
        return
    context = browser.new_context(
        viewport={"width": viewport["width"], "height": viewport["height"]}, locale=LOCALES[language]
    )
    context.set_default_timeout(WAIT_MS)
    page = context.new_page()
    if who:
        _sign_in(page, scene, who)
    for name, path in shown:
        page.goto(scene.url + path.format(**ids))
        height = min(HEIGHT_MAX, int(page.evaluate("document.documentElement.scrollHeight")))
        page.set_viewport_size({"width": viewport["width"], "height": max(height, viewport["height"])})
        page.screenshot(path=folder / f"{name}-{size}-{language}.jpg", type="jpeg", quality=QUALITY)
        page.set_viewport_size({"width": viewport["width"], "height": viewport["height"]})
    context.close()


def _send_portrait(scene: Scene, browser: Browser, who: str) -> None:
    """Send the drawn face of a volunteer who is nobody."""
    face, written = Image.new("RGB", (480, 480), "#cfe3df"), io.BytesIO()
    draw = ImageDraw.Draw(face)
    draw.ellipse((60, 340, 420, 660), fill="#0f5c56")
    draw.ellipse((150, 90, 330, 350), fill="#f0c9a4")
    draw.pieslice((140, 70, 340, 290), 180, 360, fill="#3a2c25")
    for left in (195, 270):
        draw.ellipse((left, 210, left + 16, 226), fill="#3a2c25")
    draw.arc((200, 230, 280, 300), 20, 160, fill="#a34a3c", width=6)
    face.save(written, "PNG")
    page = browser.new_page()
    _sign_in(page, scene, who)
    page.goto(f"{scene.url}/me")
    page.set_input_files("#f-photo", {"name": "face.png", "mimeType": "image/png", "buffer": written.getvalue()})
    page.click("form[action='/me/photo'] button:not([disabled])")
    page.wait_for_load_state()
    page.close()


def _sign_in(page: Page, scene: Scene, who: str) -> None:
    page.goto(f"{scene.url}/sign-in")
    page.fill("#f-login", scene.login(who))
    page.fill("#f-password", scene.password)
    page.click("button.big")
    page.wait_for_load_state()


def measured(scene: Scene, browser: Browser) -> dict[str, dict[str, Sizes]]:
    """Return how large an elder's pages are, on both sizes of screen."""
    ids = {label: scene.id_of(label) for label in LABELS}
    rows: dict[str, dict[str, Sizes]] = {}
    for size, viewport in (("phone", PHONE), ("desk", DESK)):
        context = browser.new_context(
            viewport={"width": viewport["width"], "height": viewport["height"]}, locale=LOCALES["zh"]
        )
        page = context.new_page()
        _sign_in(page, scene, "lan")
        for path in ELDER_PAGES:
            page.goto(scene.url + path.format(**ids))
            rows.setdefault(path, {})[size] = measure(page)
        context.close()
    return rows


def main() -> None:
    """Open the scene, write the pictures into the folder that is named, and the table of sizes beside it.

    Where pictures are named behind the folder, only these are taken.
    """
    folder, only = Path(sys.argv[1]), tuple(sys.argv[2:])
    folder.mkdir(parents=True, exist_ok=True)
    program = next(path for path in CHROMIUM if Path(path).exists())
    with contextlib.ExitStack() as stack:
        if kept := os.environ.get("WEB_SCENE"):
            scene = attach(Path(kept))
        else:
            place = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="timebank-web-")))
            place.chmod(0o755)
            scene = stack.enter_context(open_scene(place))
        playwright = stack.enter_context(sync_playwright())
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        if not only:
            write_table(measured(scene, browser), folder.parent / "sizes.md")
        take(scene, browser, folder, only=only)
        browser.close()


if __name__ == "__main__":
    main()
