"""The admin, the author's and the staff's pages in a real browser."""

from decimal import Decimal
from typing import TYPE_CHECKING, Any
from uuid import UUID

import pytest
from django.test import Client
from django.urls import reverse

from quizzes.domain.observing_proofs import request_for_proof
from quizzes.domain.reviewing import grade_manually
from quizzes.enums import ProofState
from tests import factories, observing
from tests.axe import ALL as EVERY_RULE
from tests.axe import VISIBLE, violations
from tests.instructors import (
    SCENARIO,
    People,
    kill,
    make_draft,
    make_people,
    make_proof,
    make_waiting,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import Literal

    from playwright.sync_api import Browser, BrowserContext, Page

    Views = Sequence[tuple[Literal["light", "dark"], int]]

pytestmark = pytest.mark.browser

ANSWER = "The kernel runs already.\nOnly namespaces are made."
BOTH: "Views" = [("light", 1280), ("dark", 320)]
ALL: "Views" = [*BOTH, ("dark", 1280), ("light", 320)]
# One of each layout is looked at in every way, its likes in the two that differ most.
IN_EVERY_WAY = {"index", "list with filters", "form with slots", "editor", "grading"}


@pytest.fixture
def people(live_site: str) -> People:
    return make_people()


@pytest.fixture
def page(live_site: str, chromium: "Browser", people: People) -> "Iterator[Page]":
    """A window in which the administrator is signed in; it logs what went wrong."""
    context = signed_in(live_site, chromium, people.admin)
    yield context.new_page()
    context.close()


def signed_in(
    site: str, chromium: "Browser", user: Any, **how: Any
) -> "BrowserContext":
    client = Client()
    client.force_login(user)
    context = chromium.new_context(base_url=site, reduced_motion="reduce", **how)
    cookie = client.cookies["sessionid"].value
    context.add_cookies([{"name": "sessionid", "value": cookie, "url": site}])
    return context


def row(model: str, page: str, *args: Any) -> str:
    return reverse(f"admin:quizzes_{model}_{page}", args=args)


def addresses(people: People) -> dict[str, str]:
    """Every kind of page, each with rows on it."""
    draft = make_draft(people.course)
    other = make_draft(people.course, "refuted")
    held = make_proof(draft)
    failed = make_proof(other, ProofState.FAILED, counterexamples=2)
    why = factories.make_free_response(people.course)
    assessment = factories.make_assessment(people.course, why.question, draft.question)
    dead, done, waiting = (make_waiting(people, ANSWER) for _ in range(3))
    kill(dead)
    points = {"kernel": Decimal(2), "stages": Decimal(0)}
    event = grade_manually(done, grader=people.instructor, points=points, reason="One.")
    verdict: Any = event.verdict
    return {
        "index": reverse("admin:index"),
        "list": row("question", "changelist"),
        "row": row("questionversion", "change", draft.pk),
        "row with a ledger": row("verdict", "change", verdict.pk),
        "list with filters": row("verdict", "changelist"),
        "form with slots": row("assessment", "change", assessment.pk),
        "form": row("enrolment", "add"),
        "list of people": reverse("admin:accounts_user_changelist"),
        "person": reverse("admin:accounts_user_change", args=[people.learner.pk]),
        "list of tokens": reverse("admin:accounts_apitoken_changelist"),
        "password": reverse("admin:password_change"),
        "author": reverse("author:home"),
        "question": reverse("author:question", args=[draft.question_id]),
        "editor": reverse("author:question-edit", args=[draft.question_id]),
        "diff": reverse("author:question-diff", args=[draft.question_id]),
        "preview": reverse("author:preview", args=[draft.pk]),
        "preview in words": reverse("author:preview", args=[why.pk]),
        "held proof": reverse("author:proof", args=[held.uuid]),
        "failed proof": reverse("author:proof", args=[failed.uuid]),
        "scenarios": reverse("author:scenarios"),
        "scenario": reverse("author:scenario", args=[SCENARIO]),
        "review queue": reverse("staff:queue"),
        "grading": reverse("staff:grade", args=[waiting.uuid]),
        "dead jobs": reverse("staff:dead-jobs"),
        "health": reverse("staff:health"),
        "live workers": reverse("staff:live-workers"),
        "observed proof": reverse("author:proof", args=[_observed_proof(people)]),
        "grade books": reverse("staff:gradebooks"),
        "grade book": reverse("staff:gradebook", args=["os"]),
        "verdict": reverse("staff:verdict", args=[verdict.uuid]),
    }


def _observed_proof(people: People) -> UUID:
    """A proof with the fidelity of its scenario: one claim differs, one is untold."""
    observing.start_worker(containers="user namespaces are switched off")
    proof = factories.make_small(people.course, "observed").proof
    assert proof is not None
    request_for_proof(proof, user=people.instructor)
    differs, untold = frozenset({"no_file"}), {"it_runs": "it reads events"}
    observing.observe_all(observing.FakeKernel(differs=differs, untold=untold))
    return proof.uuid


def faults(page: "Page", views: "Views" = ALL) -> list[str]:
    """What is wrong with the open page in these schemes and widths.

    What depends on the document alone is looked for in the first.
    """
    found: list[str] = []
    rules = EVERY_RULE
    for scheme, width in views:
        page.emulate_media(color_scheme=scheme)
        page.set_viewport_size({"width": width, "height": 900})
        found += [f"{scheme} {width}: {line}" for line in violations(page, of=rules)]
        rules = VISIBLE
        if page.evaluate("document.documentElement.scrollWidth") > width:
            found.append(f"{scheme} {width}: scrolls sideways")
    return found


def test_pages_are_accessible_and_keep_to_the_policy(
    page: "Page", people: People
) -> None:
    logged: list[str] = []
    page.on("console", lambda line: logged.append(f"{line.type}: {line.text}"))
    page.on("pageerror", lambda error: logged.append(str(error)))
    found = {}
    for name, address in addresses(people).items():
        assert page.goto(address).status == 200  # type: ignore[union-attr]
        found[name] = faults(page, ALL if name in IN_EVERY_WAY else BOTH)
    assert {name: lines for name, lines in found.items() if lines} == {}
    # Chromium also has advice for forms, at a level below that of warnings.
    assert [line for line in logged if not line.startswith("verbose")] == []


def test_signing_in_to_the_admin_is_accessible(
    live_site: str, chromium: "Browser"
) -> None:
    context = chromium.new_context(base_url=live_site, reduced_motion="reduce")
    page = context.new_page()
    page.goto("/admin/login/")
    assert faults(page) == []
    context.close()


def test_a_problem_leads_to_its_line(page: "Page", people: People) -> None:
    draft = make_draft(people.course)
    page.goto(reverse("author:question-edit", args=[draft.question_id]))
    source = page.locator("#source")
    broken = draft.source.replace("choose: 1", "choose: one")
    source.fill(broken)
    page.get_by_role("button", name="Check").click()
    assert faults(page) == []
    assert source.input_value() == broken
    page.get_by_role("link", name="Line 6, column 9").click()
    chosen = source.evaluate("e => e.value.slice(e.selectionStart, e.selectionEnd)")
    assert chosen == "one"
    assert page.locator("[data-place]").inner_text() == (
        "Line 6, column 9. Tab leaves the text."
    )
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Save"


def test_prove_watch_publish(page: "Page", people: People) -> None:
    draft = make_draft(people.course)
    page.goto(reverse("author:question", args=[draft.question_id]))
    publish = page.get_by_role("button", name="Publish version 1")
    assert publish.is_disabled()
    page.get_by_role("button", name="Prove version 1").click()
    # The stream of events reloads the page when the worker is done.
    page.get_by_role("heading", name="The proof holds").wait_for(timeout=60_000)
    assert page.get_by_role("row").filter(has_text="holds").count() == 24
    publish.click()
    assert page.locator(".messagelist").inner_text() == (
        "What-execve-answers v1 is published."
    )
    draft.refresh_from_db()
    assert draft.state == "published"


def test_prove_and_publish_without_scripts(
    live_site: str, chromium: "Browser", people: People
) -> None:
    draft = make_draft(people.course)
    context = signed_in(
        live_site, chromium, people.instructor, java_script_enabled=False
    )
    page = context.new_page()
    page.goto(reverse("author:question", args=[draft.question_id]))
    page.get_by_role("button", name="Prove version 1").click()
    holds = page.get_by_role("heading", name="The proof holds")
    for _ in range(60):
        if holds.count():
            break
        page.wait_for_timeout(500)
        page.reload()
    page.get_by_role("button", name="Publish version 1").click()
    draft.refresh_from_db()
    assert draft.state == "published"
    context.close()
