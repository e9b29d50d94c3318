"""A Windows program on a Linux kernel: simulated, and observed on this very machine."""

import time
from collections.abc import Iterator

import pytest
from django.contrib.auth import get_user_model
from playwright.sync_api import Locator, Page, expect

from quizzes.domain.finishing import finish_instance
from quizzes.domain.observing_alongside import NOBODY_SECONDS
from quizzes.domain.starting import start_assessment
from quizzes.execution.live import allowed_queues, capabilities
from quizzes.models import (
    Assessment,
    InstanceQuestion,
    LiveWorker,
    Observation,
)
from tests.e2e import steps
from tests.e2e.conftest import Visit
from tests.e2e.inspecting import LOOKS, inspect
from tests.live import _environment
from tests.trial.stack import running, wait_until
from trapframe.ops import processes

pytestmark = [pytest.mark.browser, pytest.mark.pipeline]
QUESTION = "what-execve-answers"


@pytest.fixture
def live_worker(live_site: str) -> Iterator[LiveWorker]:
    """A worker that observes, and has reported what this machine lets it do."""
    with running([processes.live_worker(1, _environment())], print):
        wait_until(LiveWorker.objects.exists, "the live worker's report")
        # Who graded just now remembers for a moment that nobody could observe.
        time.sleep(NOBODY_SECONDS)
        yield LiveWorker.objects.get()


def begin(visit: Visit, *, scripts: bool) -> Page:
    """A learner who has just answered the question rightly."""
    page = visit(scripts=scripts).go("/")
    steps.sign_up(page, "learner")
    page.goto(page.url.rstrip("/") + place_of_question())
    steps.answer(page, right=True)
    steps.see_verdict(page, "Right", scripts=scripts)
    return page


def place_of_question() -> str:
    """The question of an attempt whose machine is of this one's architecture."""
    quiz = Assessment.objects.get(key="chapter-quiz")
    learner = get_user_model().objects.get(username="learner")
    while True:
        instance = start_assessment(quiz, user=learner)
        question = InstanceQuestion.objects.get(
            instance=instance, variant__question_version__question__key=QUESTION
        )
        if question.variant.params["arch"] == "x86_64":
            return f"/attempts/{instance.uuid}/questions/{question.number}/"
        finish_instance(instance, user=learner)


def agrees(panel: Locator) -> None:
    """The panel shows the same verdict as the model, from the kernel's own error."""
    expect(panel.get_by_text("this happened", exact=True).first).to_be_visible()
    expect(panel.get_by_text("Model and kernel agree.").first).to_be_visible()
    expect(panel.get_by_text("ENOEXEC (errno 8)").first).to_be_visible()


def test_both_tabs_show_the_same_verdict(visit: Visit, live_worker: LiveWorker) -> None:
    page = begin(visit, scripts=True)
    page.evaluate("window.stayed = true")
    simulated = page.get_by_role("tab", name="Simulated")
    observed = page.get_by_role("tab", name="bserved")
    panel = page.locator("#observed")
    expect(simulated).to_have_attribute("aria-selected", "true")
    expect(panel).to_be_hidden()
    expect(page.locator("#simulated")).to_contain_text("ENOEXEC (errno 8)")
    expect(page.locator("#simulated .claim").first).to_contain_text("this happened")
    if not allowed_queues():
        observed.click()
        expect(panel).to_contain_text(capabilities()["capabilities"][0]["reason"])
        return
    wait_until(Observation.objects.filter(state="observed").exists, "the observation")
    # It arrives by itself, and nothing else on the page moves.
    expect(observed).to_contain_text(f"kernel {live_worker.report['kernel']}")
    expect(observed).to_contain_text("Observed on worker")
    assert page.evaluate("window.stayed") is True
    simulated.focus()
    page.keyboard.press("ArrowRight")
    expect(observed).to_be_focused()
    expect(observed).to_have_attribute("aria-selected", "true")
    expect(page.locator("#simulated")).to_be_hidden()
    agrees(page.get_by_role("tabpanel", name="Observed on worker"))
    inspect(page, LOOKS[::3])
    page.keyboard.press("Home")
    expect(simulated).to_be_focused()
    expect(panel).to_be_hidden()


def test_without_scripts_both_are_there(visit: Visit, live_worker: LiveWorker) -> None:
    page = begin(visit, scripts=False)
    panel = page.locator("#observed")
    expect(page.locator("#simulated")).to_be_visible()
    expect(page.get_by_role("link", name="Simulated")).to_be_visible()
    expect(panel).to_be_visible()
    if not allowed_queues():
        expect(panel).to_contain_text(capabilities()["capabilities"][0]["reason"])
        return
    steps.wait_for(page, panel.get_by_text("Model and kernel agree."), scripts=False)
    agrees(panel)
