"""One scene and one browser for all journeys; each journey has a window of its own."""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from tests.web.linting import problems_of
from tests.web.scene import Scene, attach, open_scene

CHROMIUM = ("/usr/bin/chromium", "/usr/bin/chromium-browser")
PHONE = {"width": 390, "height": 844}
DESK = {"width": 1366, "height": 900}
LOCALES = {"zh": "zh-CN", "en": "en-GB"}
WAIT_MS = 20_000


@dataclass
class Window:
    """One person's browser: every page that is opened in it is linted on the way."""

    scene: Scene
    context: BrowserContext
    page: Page
    language: str
    address: str

    def open(self, path: str, *, status: int = 200) -> Page:
        """Open a page."""
        answer = self.page.goto(self.address + path)
        assert answer is not None
        assert answer.status == status, f"{path}: {answer.status}"
        self.check()
        return self.page

    def check(self) -> None:
        """Look at the page that is open."""
        self.page.wait_for_load_state()
        assert problems_of(self.page.content(), language=self.language) == [], self.page.url

    def sign_in(self, label: str) -> Window:
        """Sign in as somebody of the scene."""
        self.open("/sign-in")
        self.page.fill("#f-login", self.scene.login(label))
        self.page.fill("#f-password", self.scene.password)
        self.page.click("button.big")
        self.check()
        return self

    def press(self, selector: str) -> None:
        """Press a button or link, and look at the page that comes."""
        with self.page.expect_navigation():  # Some forms ask the browser for the place before they go.
            self.page.click(selector)
        self.check()

    @property
    def text(self) -> str:
        """Return what can be read."""
        return self.page.inner_text("body")


Windows = Callable[..., Window]


@pytest.fixture(scope="session")
def scene() -> Iterator[Scene]:
    if kept := os.environ.get("WEB_SCENE"):  # For whoever works on the pages: a scene that is open already.
        yield attach(Path(kept))
        return
    with fresh_scene() as opened:
        yield opened


@contextlib.contextmanager
def fresh_scene() -> Iterator[Scene]:
    """Open a scene in which nobody has done anything yet, for journeys that move its clock or count its minutes."""
    folder = Path(tempfile.mkdtemp(prefix="timebank-web-"))
    folder.chmod(0o755)
    with open_scene(folder) as opened:
        yield opened
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    program = next((path for path in CHROMIUM if Path(path).exists()), None)
    assert program is not None, "run `make browser` first: it installs Chromium"
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        yield opened
        opened.close()


@pytest.fixture
def window(scene: Scene, browser: Browser) -> Iterator[Windows]:
    contexts: list[BrowserContext] = []

    def make(
        *, size: dict[str, int] = PHONE, language: str = "zh", script: bool = True, at: str = "", **more: Any
    ) -> Window:
        context = browser.new_context(
            viewport={"width": size["width"], "height": size["height"]},
            locale=LOCALES[language],
            java_script_enabled=script,
            **more,
        )
        context.set_default_timeout(WAIT_MS)
        contexts.append(context)
        return Window(scene, context, context.new_page(), language, at or scene.url)

    yield make
    for context in contexts:
        context.close()
