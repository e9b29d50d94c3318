"""The documentation page works under the site's own policy and asks no other host."""

from typing import TYPE_CHECKING

import pytest
from django.test import Client
from pytest_django.live_server_helper import LiveServer

if TYPE_CHECKING:
    from playwright.sync_api import Browser

DOCS = "/api/v1/docs/"


def test_its_policy_is_that_of_every_page() -> None:
    docs, home = (
        Client().get(path)["Content-Security-Policy"]
        for path in (DOCS, "/api/v1/schema/")
    )

    assert docs == home
    assert "unsafe" not in docs


def test_it_has_no_inline_script_or_style() -> None:
    page = Client().get(DOCS).content.decode()

    assert "<style" not in page
    assert page.count("<script") == page.count("<script src=")


@pytest.mark.browser
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_shows_every_operation(
    live_server: LiveServer, chromium: "Browser", scheme: str
) -> None:
    page = chromium.new_page(color_scheme=scheme)
    asked: list[str] = []
    said: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.goto(live_server.url + DOCS)
    page.wait_for_selector(".opblock")

    assert page.locator(".opblock").count() == 21
    page.locator(".opblock-summary").first.click()
    page.wait_for_selector(".responses-wrapper")
    assert [
        url for url in asked if not url.startswith((live_server.url, "data:"))
    ] == []
    assert said == []
    page.close()
