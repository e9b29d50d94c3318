"""The main job in a real browser, on real processes, with and without scripts."""

import re

import pytest
from playwright.sync_api import expect

from tests.e2e import steps
from tests.e2e.conftest import Visit
from tests.e2e.inspecting import Visitor

pytestmark = [pytest.mark.browser, pytest.mark.pipeline]
both_ways = pytest.mark.parametrize(
    "scripts", [True, False], ids=["scripts", "no-scripts"]
)


@both_ways
def test_from_signing_up_to_the_review(visit: Visit, *, scripts: bool) -> None:
    visitor = visit(scripts=scripts)
    visitor.go("/")
    arrive(visitor)
    read_the_chapter(visitor)
    start(visitor)
    keep_a_draft(visitor, scripts=scripts)
    miss_once(visitor, scripts=scripts)
    get_it_right(visitor, scripts=scripts)
    finish(visitor)


def arrive(visitor: Visitor) -> None:
    page = visitor.page
    visitor.inspect()
    page.get_by_role("link", name="Sign in").first.click()
    visitor.inspect()
    steps.sign_up(page, "learner")
    visitor.inspect()


def read_the_chapter(visitor: Visitor) -> None:
    page = visitor.page
    page.get_by_role("link", name="Operating systems").click()
    visitor.inspect()
    page.get_by_role("link", name="Virtualization and containers", exact=True).click()
    expect(page.locator(".figure svg[role=img]")).to_be_visible()
    visitor.inspect()
    page.get_by_role("button", name="Mark as read").click()
    expect(page.get_by_text("You have marked this chapter as read")).to_be_visible()


def start(visitor: Visitor) -> None:
    page = visitor.page
    page.get_by_role("link", name=steps.QUIZ).click()
    visitor.inspect()
    page.get_by_role("button", name="Start").click()
    scenario = page.get_by_role("complementary", name=re.compile(r"\w"))
    expect(scenario).to_contain_text("What will be run")


def keep_a_draft(visitor: Visitor, *, scripts: bool) -> None:
    page = visitor.page
    chosen = steps.keys(steps.variant_on(page), right=False)
    steps.choose(page, chosen)
    if scripts:
        expect(page.get_by_text("All changes saved")).to_be_visible()
    else:
        page.get_by_role("button", name="Save without submitting").click()
        expect(page.get_by_text("It is not submitted yet")).to_be_visible()
    page.reload()
    expect(page.locator(f"input[value='{chosen[0]}']")).to_be_checked()
    visitor.inspect()


def miss_once(visitor: Visitor, *, scripts: bool) -> None:
    """A wrong try shows the run of its own option, and no other."""
    page = visitor.page
    page.get_by_role("button", name="Submit", exact=True).click()
    steps.see_verdict(page, "Not right", scripts=scripts)
    expect(page.get_by_text("Your answer, run")).to_be_visible()
    expect(page.get_by_text("The option that holds, run")).to_have_count(0)
    visitor.inspect()


def get_it_right(visitor: Visitor, *, scripts: bool) -> None:
    page = visitor.page
    page.get_by_role("link", name="Try again").click()
    steps.answer(page, right=True)
    steps.see_verdict(page, "Right", scripts=scripts)
    expect(page.get_by_text("◆ decides").first).to_be_visible()
    expect(page.locator(".topology svg[role=img]").first).to_be_visible()
    page.get_by_text("Where this verdict comes from").click()
    expect(page.get_by_text("Graded by")).to_be_visible()
    visitor.inspect()


def finish(visitor: Visitor) -> None:
    page = visitor.page
    page.get_by_role("link", name="Next question").click()
    visitor.inspect()
    page.get_by_role("link", name="Overview of the attempt").click()
    visitor.inspect()
    page.get_by_role("link", name="Finish the attempt").click()
    expect(page.get_by_text("You have submitted no answer to:")).to_be_visible()
    visitor.inspect()
    page.get_by_role("button", name="Finish").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Review of attempt 1")
    expect(page.locator(".score")).to_contain_text("1 of 5 marks")
    visitor.inspect()


@both_ways
def test_a_text_waits_for_a_person(visit: Visit, *, scripts: bool) -> None:
    visitor = visit(scripts=scripts)
    page = visitor.go("/")
    steps.sign_up(page, "learner")
    visitor.go("/courses/operating-systems/assessments/exercises/")
    page.get_by_role("button", name="Start").click()
    page.get_by_label("Your answer").fill("The one runs on the hardware itself.")
    visitor.inspect()
    page.get_by_role("button", name="Submit", exact=True).click()
    heading = page.get_by_role("heading", name="Waiting for a person")
    steps.wait_for(page, heading, scripts=scripts)
    visitor.inspect()
    visitor.go("/attempts/")
    visitor.inspect()


def test_pages_of_the_account(visit: Visit) -> None:
    visitor = visit()
    page = visitor.go("/accounts/sign-up/")
    page.get_by_role("button", name="Create the account").click()
    visitor.inspect()  # with its errors
    steps.sign_up(page, "learner")
    for path in ("", "password/", "tokens/"):
        visitor.go(f"/accounts/{path}")
        visitor.inspect()
    page.get_by_label("Name").fill("LMS")
    page.get_by_label("answer as its owner").check()
    page.get_by_role("button", name="Make the token").click()
    visitor.inspect()
    page.get_by_role("button", name="Revoke LMS").click()
    page.get_by_role("button", name="Sign out").click()
    visitor.go("/no/such/page/")
    visitor.inspect()
    visitor.forgive("404")
