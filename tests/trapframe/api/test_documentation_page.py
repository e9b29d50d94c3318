"""The documentation page: the whole schema, without a script, as good as any page."""

import re
from typing import TYPE_CHECKING, Any

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django.live_server_helper import LiveServer

from tests import axe
from trapframe.api.views.documentation import _schema

if TYPE_CHECKING:
    from playwright.sync_api import Browser

DOCS = "/api/v1/docs/"


@pytest.fixture(scope="module")
def html() -> str:
    return Client().get(DOCS).content.decode().replace("<wbr>", "")


def test_it_has_every_operation_and_every_document(html: str) -> None:
    names = set(re.findall(r'<article class="card stack" id="([^"]+)"', html))

    operations = {
        operation["operationId"]
        for item in _schema()["paths"].values()
        for operation in item.values()
    }
    documents = {f"document-{name}" for name in _schema()["components"]["schemas"]}
    assert names == operations | documents


def test_every_link_of_it_leads_somewhere(html: str) -> None:
    links = set(re.findall(r'href="#([^"]+)"', html))

    assert len(links) > 40
    assert links <= set(re.findall(r'id="([^"]+)"', html))


def test_it_explains_scopes_problems_and_bodies(html: str) -> None:
    [article] = re.findall(
        r'<article class="card stack" id="submit_answer">.*?</article>', html, re.DOTALL
    )

    assert "<code>POST /api/v1/variants/{uuid}/submissions/</code>" in article
    assert "Scopes: <code>learner</code>; a browser's session as well." in article
    assert "<code>Idempotency-Key</code>" in article
    assert "<code>no_tries_left</code>" in article
    assert "&quot;chosen&quot;" in article
    assert "<strong>202 Accepted</strong>" in article


def test_it_needs_nothing_but_the_sites_own_files(html: str) -> None:
    assert re.findall(r'(?:src|action)="(?!/)([^"]*)"', html) == []
    assert re.findall(r'href="([a-z]+:[^"]*)"', html) == []


@pytest.mark.browser
@pytest.mark.parametrize(
    ("scheme", "width", "rules"),
    [("light", 1280, axe.ALL), ("dark", 320, axe.VISIBLE)],
)
def test_it_breaks_no_rule_of_accessibility(
    live_server: LiveServer,
    chromium: "Browser",
    scheme: str,
    width: int,
    rules: dict[str, Any],
) -> None:
    """The page is long: what depends on the document alone is looked for once."""
    page = chromium.new_page(
        color_scheme=scheme, viewport={"width": width, "height": 900}
    )
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(live_server.url + reverse("api:docs"))
    page.locator("summary").first.click()

    assert axe.violations(page, of=rules) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert [url for url in asked if not url.startswith(live_server.url)] == []
    page.close()
