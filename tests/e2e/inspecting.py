"""A browser that is watched while a test uses it, and pages inspected in it."""

import re
from collections.abc import Iterable
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Request

from tests.axe import ALL as EVERY_RULE
from tests.axe import VISIBLE, violations

_OVERFLOW = """() => document.documentElement.scrollWidth
    - document.documentElement.clientWidth"""
_ACTIVE = re.compile(
    r"""</?noscript>|<script[^>]*></script>|<meta http-equiv="refresh"[^>]*>"""
)
WIDE, NARROW, NARROWEST = 1280, 360, 320
LOOKS = [(width, scheme) for width in (WIDE, NARROW) for scheme in ("light", "dark")]


class Visitor:
    """One person's browser; on leaving, nothing may have gone wrong in it.

    A request to another host, an error in the console (a violation of the
    Content-Security-Policy is one) or an exception in a script fails the test.
    """

    def __init__(self, browser: Browser, site: str, *, scripts: bool = True) -> None:
        self.site = site
        self.context: BrowserContext = browser.new_context(
            java_script_enabled=scripts, reduced_motion="reduce"
        )
        self.context.set_default_timeout(15_000)
        self.faults: list[str] = []
        self.requests: list[Request] = []
        self.context.on("request", self._note_request)
        self.context.on("console", self._note_console)
        self.context.on("weberror", lambda error: self.faults.append(str(error.error)))
        self.page = self.context.new_page()
        self._scripts = scripts
        self._browser = browser

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.context.close()
        if error is None:
            assert self.faults == []

    def go(self, path: str) -> Page:
        self.page.goto(self.site + path)
        return self.page

    def inspect(self) -> None:
        """Inspect the page as it stands, see ``inspect``."""
        if self._scripts:
            inspect(self.page)
            return
        inspector = self._browser.new_page(reduced_motion="reduce")
        inspector.goto(self.site + "/livez")
        inspector.set_content(_ACTIVE.sub("", self.page.content()))
        # The same elements and styles but for a few: half of the looks is enough.
        inspect(inspector, LOOKS[::3])
        inspector.close()

    def forgive(self, part: str) -> None:
        """Forget faults that the test has provoked; there must be some."""
        kept = [fault for fault in self.faults if part not in fault]
        assert kept != self.faults
        self.faults = kept

    def _note_request(self, request: Request) -> None:
        self.requests.append(request)
        if urlsplit(request.url).netloc != urlsplit(self.site).netloc:
            self.faults.append(f"asked another host: {request.url}")

    def _note_console(self, message: Any) -> None:
        if message.type in {"error", "warning"}:
            self.faults.append(
                f"{message.page.url if message.page else ''}: {message.text}"
            )


def inspect(page: Page, looks: Iterable[tuple[int, str]] = LOOKS) -> None:
    """No violation of axe in any of these looks, one h1, no sideways scroll.

    What depends on the document alone is looked for in the first.
    """
    found: list[str] = []
    rules = EVERY_RULE
    for width, scheme in looks:
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        lines = violations(page, of=rules)
        found += [f"{scheme}, {width} px: {line}" for line in lines]
        rules = VISIBLE
    page.set_viewport_size({"width": NARROWEST, "height": 900})
    overflow = page.evaluate(_OVERFLOW)
    page.set_viewport_size({"width": WIDE, "height": 900})
    headings = page.locator("h1").all_inner_texts()
    if found or overflow or len(headings) != 1:
        pytest.fail(f"{page.url}: {headings}, scrolls {overflow} px sideways, {found}")
