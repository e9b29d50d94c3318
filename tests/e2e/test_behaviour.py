"""Double clicks, two tabs, the back button, lost connections, expired sessions."""

import gzip
import re

import pytest
from playwright.sync_api import Route, expect

from quizzes.models import Draft, Submission
from tests.e2e import steps
from tests.e2e.conftest import Visit
from tests.e2e.inspecting import Visitor

pytestmark = [pytest.mark.browser, pytest.mark.pipeline]
CHAPTER = "/courses/operating-systems/chapters/virtualization-and-containers/"


def begin(visit: Visit) -> Visitor:
    """A learner on the first question of the quiz."""
    visitor = visit()
    steps.sign_up(visitor.go("/"), "learner")
    steps.start_quiz(visitor.go(CHAPTER))
    return visitor


def test_the_question_page_is_light(visit: Visit) -> None:
    visitor = begin(visit)
    page = visitor.page
    url = page.url
    page.goto("about:blank")
    visitor.requests.clear()
    page.goto(url)
    page.wait_for_load_state("networkidle")
    asked = [request for request in visitor.requests if request.url != "about:blank"]
    bodies = [request.response().body() for request in asked]
    assert len(asked) <= 6, [request.url for request in asked]
    assert sum(len(gzip.compress(body, 9)) for body in bodies) <= 20 * 1024


def test_a_double_click_gives_one_submission(visit: Visit) -> None:
    page = begin(visit).page
    steps.choose(page, steps.keys(steps.variant_on(page), right=True))
    page.get_by_role("button", name="Submit", exact=True).dblclick()
    steps.see_verdict(page, "Right")
    assert Submission.objects.count() == 1
    # Back to the question as it was left: its form is of use again, and harmless.
    page.go_back()
    expect(page).to_have_url(steps.re_question(1))
    expect(page.get_by_text("You have answered this question.")).to_be_visible()
    page.go_forward()
    steps.see_verdict(page, "Right")
    assert Submission.objects.count() == 1


def test_two_tabs_cannot_spend_one_try_twice(visit: Visit) -> None:
    visitor = begin(visit)
    first, second = visitor.page, visitor.context.new_page()
    second.goto(first.url)
    variant = steps.variant_on(first)
    steps.choose(second, steps.keys(variant, right=False))
    expect(second.get_by_text("All changes saved")).to_be_visible()
    steps.choose(first, steps.keys(variant, right=True))
    first.get_by_role("button", name="Submit", exact=True).click()
    steps.see_verdict(first, "Right")
    second.get_by_role("button", name="Submit", exact=True).click()
    expect(
        second.get_by_text("This try was already submitted, with another answer")
    ).to_be_visible()
    expect(second.get_by_text("You have answered this question.")).to_be_visible()
    assert Submission.objects.count() == 1


def test_an_answer_survives_a_lost_connection_and_a_closed_tab(visit: Visit) -> None:
    visitor = begin(visit)
    page, context = visitor.page, visitor.context
    url, chosen = page.url, steps.keys(steps.variant_on(page), right=False)
    context.set_offline(offline=True)
    steps.choose(page, chosen)
    expect(page.get_by_text("Offline: kept on this device")).to_be_visible()
    assert Draft.objects.count() == 0
    page.close()
    context.set_offline(offline=False)
    again = context.new_page()
    again.goto(url)
    expect(again.locator(f"input[value='{chosen[0]}']")).to_be_checked()
    expect(again.get_by_text("All changes saved")).to_be_visible()
    assert Draft.objects.get().answer == {"chosen": chosen}
    visitor.forgive("ERR_INTERNET_DISCONNECTED")


def test_an_answer_chosen_before_the_scripts_came_is_kept(visit: Visit) -> None:
    page = begin(visit).page
    held: list[Route] = []
    page.route("**/drafts*.js", lambda route: held.append(route))  # noqa: PLW0108
    page.reload(wait_until="commit")
    chosen = steps.keys(steps.variant_on(page), right=False)
    steps.choose(page, chosen)
    assert Draft.objects.count() == 0
    held[0].continue_()
    expect(page.get_by_text("All changes saved")).to_be_visible()
    assert Draft.objects.get().answer == {"chosen": chosen}


def test_a_stopped_session_loses_no_answer(visit: Visit) -> None:
    visitor = begin(visit)
    page = visitor.page
    variant = steps.variant_on(page)
    chosen = steps.keys(variant, right=True)
    visitor.context.clear_cookies(name="sessionid")
    steps.choose(page, chosen)
    expect(page.get_by_text("You are signed out")).to_be_visible()
    page.get_by_role("button", name="Submit", exact=True).click()
    steps.sign_in(page, "learner")
    expect(page).to_have_url(steps.re_question(1))
    expect(page.locator(f"input[value='{chosen[0]}']")).to_be_checked()
    page.get_by_role("button", name="Submit", exact=True).click()
    steps.see_verdict(page, "Right")
    visitor.forgive("401")


def test_keys_choose_and_can_be_switched_off(visit: Visit) -> None:
    page = begin(visit).page
    options = page.locator(".option input")
    switch = page.get_by_label(re.compile("^The keys 1 to"))
    expect(switch).to_be_checked()
    page.keyboard.press("2")
    expect(options.nth(1)).to_be_checked()
    page.keyboard.press("9")
    expect(options.nth(1)).to_be_checked()
    switch.uncheck()
    page.keyboard.press("1")
    expect(options.nth(1)).to_be_checked()
    page.reload()
    expect(switch).not_to_be_checked()
    page.keyboard.press("1")
    expect(options.nth(1)).to_be_checked()


def test_signing_out_leaves_no_answer_on_the_device(visit: Visit) -> None:
    visitor = begin(visit)
    page = visitor.page
    steps.choose(page, steps.keys(steps.variant_on(page), right=True))
    expect(page.get_by_text("All changes saved")).to_be_visible()
    page.route("**/draft/", lambda route: route.abort())
    steps.choose(page, steps.keys(steps.variant_on(page), right=False))
    expect(page.get_by_text("Offline: kept on this device")).to_be_visible()
    page.once("dialog", lambda dialog: dialog.dismiss())
    page.get_by_role("button", name="Sign out").click()
    expect(page).to_have_url(steps.re_question(1))
    page.once("dialog", lambda dialog: dialog.accept())
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url(visitor.site + "/")
    assert page.evaluate("Object.keys(localStorage)") == []
    visitor.forgive("ERR_FAILED")
