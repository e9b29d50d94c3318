"""What a learner does on the pages, by what the pages say."""

import re

from playwright.sync_api import Locator, Page, expect

from quizzes.models import AssessmentInstance, Variant
from tests.factories import truth_of, variant_of

QUIZ = "Quiz: virtualization and containers"
PASSWORD = "correct horse battery"


def sign_up(page: Page, name: str) -> None:
    page.get_by_role("link", name="Create an account").first.click()
    page.get_by_label("Username").fill(name)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_label("Password confirmation").fill(PASSWORD)
    page.get_by_role("button", name="Create the account").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Courses")


def sign_in(page: Page, name: str) -> None:
    page.get_by_label("Username").fill(name)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()


def start_quiz(page: Page) -> None:
    page.get_by_role("link", name=QUIZ).click()
    page.get_by_role("button", name="Start").click()
    page.wait_for_url(re_question(1))


def re_question(number: int) -> re.Pattern[str]:
    return re.compile(rf"/attempts/[0-9a-f-]+/questions/{number}/$")


def variant_on(page: Page) -> Variant:
    """The variant that the page asks."""
    *_, uuid, _, number, _ = page.url.split("/")
    return variant_of(AssessmentInstance.objects.get(uuid=uuid), int(number))


def keys(variant: Variant, *, right: bool) -> list[str]:
    wanted = [key for key, holds in truth_of(variant).items() if holds is right]
    return wanted[: variant.presentation["choose"]]


def choose(page: Page, chosen: list[str]) -> None:
    for key in chosen:
        page.locator(f"input[name=chosen][value='{key}']").check()


def answer(page: Page, *, right: bool) -> None:
    choose(page, keys(variant_on(page), right=right))
    page.get_by_role("button", name="Submit", exact=True).click()


def see_verdict(page: Page, words: str, *, scripts: bool = True) -> None:
    heading = page.locator(".verdict h2")
    wait_for(page, heading, scripts=scripts)
    expect(heading).to_contain_text(words)


def wait_for(page: Page, place: Locator, *, scripts: bool) -> None:
    """Until the place is there; without scripts, by looking at the page again."""
    for _ in range(0 if scripts else 60):
        if place.count():
            break
        page.wait_for_timeout(250)
        page.reload()
    expect(place).to_be_visible()
