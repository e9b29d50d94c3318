from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from django.urls import reverse

from quizzes.domain.finishing import finish_instance
from quizzes.domain.queries.watching import submission_state
from quizzes.domain.reviewing import grade_manually
from quizzes.enums import JobState
from quizzes.models import GradingJob, Submission
from tests import observing
from tests.factories import drain, job_of, right_answer, submit, wrong_answer
from tests.trapframe.learner.conftest import Scene, client_of
from tests.trapframe.learner.pages import html, text
from trapframe.learner.views import submissions


def page(scene: Scene, submission: Submission, who: str = "owner") -> Any:
    url = reverse("learner:submission", args=[submission.uuid])
    return client_of(getattr(scene, who)).get(url)


def test_while_it_waits_the_page_watches(scene: Scene) -> None:
    submission = submit(scene.variant, right_answer(scene.variant))
    response = page(scene, submission)
    events = reverse("events:submission", args=[submission.uuid])
    assert f'data-events="{events}"' in html(response)
    assert '<noscript><meta http-equiv="refresh"' in html(response)
    assert "Queued, number 1 in line" in text(response)
    assert "Evidence" not in text(response)


def test_a_right_answer_is_shown_with_its_evidence(scene: Scene) -> None:
    submission = submit(scene.variant, right_answer(scene.variant))
    drain()
    response = page(scene, submission)
    shown = text(response)
    evidence = response.context["evidence"]
    assert (evidence.outcome, evidence.fraction) == ("correct", Decimal(1))
    for words in [
        "✓ Right 1 of 1 mark for this question.",
        "Your answer, run",
        "this happened",
        "◆ decides",
        "Why",
        "Where this verdict comes from",
    ]:
        assert words in shown
    # A topology and a timeline for each, and the brand.
    assert html(response).count("<svg") == 2 * len(evidence.panels) + 1
    assert "data-events" not in html(response)


def test_without_a_worker_that_observes_the_page_says_so(scene: Scene) -> None:
    observing.forget()
    submission = submit(scene.variant, right_answer(scene.variant))
    drain()
    shown = text(page(scene, submission))
    assert "Simulated by simulator" in shown
    assert "Not observed on a real kernel" in shown
    assert (
        "The model's run is the only evidence No worker that can observe is at work. "
        "The verdict stands on the simulated run."
    ) in shown


def test_while_an_observation_is_open_the_page_watches_it(scene: Scene) -> None:
    observing.start_worker()
    submission = submit(scene.variant, right_answer(scene.variant))
    drain()
    response = page(scene, submission)
    events = reverse("events:observation", args=[submission.uuid])
    assert f'data-events="{events}"' in html(response)
    assert 'data-replaces="observed-label observed-body"' in html(response)
    assert "✓ Right 1 of 1 mark for this question." in text(response)
    assert "Being observed on a worker's own kernel" in text(response)
    again = reverse("learner:submission", args=[submission.uuid])
    assert f'<a href="{again}#observed">Look again</a>' in html(response)


@pytest.mark.parametrize("who", ["owner", "instructor"])
def test_both_views_of_the_same_claims_are_there(scene: Scene, who: str) -> None:
    observing.start_worker()
    submission = submit(scene.variant, right_answer(scene.variant))
    drain()
    observing.observe_all()
    response = page(scene, submission, who)
    shown = text(response)
    seen = observing.only_observation()
    assert seen.finished_at is not None
    assert (
        f"Observed on worker box:7, kernel {observing.KERNEL}, "
        f"at {seen.finished_at:%-d %b %Y, %H:%M:%S} UTC"
    ) in shown
    assert "Your answer, carried out" in shown
    assert "= Model and kernel agree." in shown
    assert "✕ failed /srv/app.exe: ENOEXEC (errno 8)" in shown
    assert shown.count("this happened") == 2
    for name in ("simulated", "observed"):
        assert f'href="#{name}"' in html(response)
        assert f'<section id="{name}"' in html(response)
    assert "data-events" not in html(response)


def test_what_differs_and_what_cannot_be_told_is_said(scene: Scene) -> None:
    observing.start_worker()
    submission = submit(scene.variant, wrong_answer(scene.variant))
    drain()
    evidence = page(scene, submission, who="instructor").context["evidence"]
    own, right = (panel.claim for panel in evidence.panels)
    observing.observe_all(
        observing.FakeKernel(
            differs=frozenset({right}),
            untold={own: "no probe does this"},
            refused={panel.arm: "no probe does this" for panel in evidence.panels},
        )
    )
    shown = text(page(scene, submission, who="instructor"))
    assert "this kernel cannot tell" in shown
    assert "Why the kernel cannot tell: no probe does this." in shown
    assert "≠ The model says otherwise (this happened)." in shown
    assert "was not carried out: no probe does this." in shown


def test_what_the_kernel_of_a_guest_showed_is_said(scene: Scene) -> None:
    observing.start_worker()
    submission = submit(scene.variant, wrong_answer(scene.variant))
    drain()
    evidence = page(scene, submission, who="instructor").context["evidence"]
    own = evidence.panels[0].claim
    observing.observe_all(observing.FakeKernel(in_guests=frozenset({own})))
    shown = text(page(scene, submission, who="instructor"))
    said = f"Asked of a guest's kernel, {observing.GUEST_KERNEL}:"
    assert shown.count(said) == 1


def test_with_tries_left_the_kernel_gives_no_other_option_away(scene: Scene) -> None:
    observing.start_worker()
    submission = submit(scene.variant, wrong_answer(scene.variant))
    drain()
    observing.observe_all()
    shown = text(page(scene, submission))
    assert "Your answer, carried out" in shown
    assert "The option that holds, carried out" not in shown


def test_each_deciding_event_is_a_row(scene: Scene) -> None:
    submission = submit(scene.variant, right_answer(scene.variant))
    drain()
    response = page(scene, submission)
    panels = response.context["evidence"].panels
    deciding = sum(row.is_deciding for panel in panels for row in panel.rows)
    assert deciding >= 1
    assert text(response).count("◆ decides") == deciding


def test_with_tries_left_only_the_chosen_options_run_is_shown(scene: Scene) -> None:
    submission = submit(scene.variant, wrong_answer(scene.variant))
    drain()
    response = page(scene, submission)
    shown = text(response)
    assert "✕ Not right" in shown
    assert "You can try again: 1 of 2 tries used." in shown
    assert "Try again" in shown
    assert "The option that holds, run" not in shown
    assert "is shown once your tries are used up" in shown
    assert response.context["evidence"].explanation_html == ""


def test_a_verdict_that_comes_while_the_page_is_made_is_shown_whole(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    submission = submit(scene.variant, wrong_answer(scene.variant))

    def graded_just_now(uuid: UUID) -> dict[str, Any]:
        drain()
        return submission_state(uuid)

    monkeypatch.setattr(submissions, "submission_state", graded_just_now)
    shown = text(page(scene, submission))
    assert "You can try again: 1 of 2 tries used." in shown
    assert "1 ✕ Not right" in shown


def test_after_the_last_try_the_right_options_run_comes_too(scene: Scene) -> None:
    for _ in range(2):
        submission = submit(scene.variant, wrong_answer(scene.variant))
        drain()
    shown = text(page(scene, submission))
    assert "The option that holds, run" in shown
    assert "Try again" not in shown


def test_staff_see_everything_at_once(scene: Scene) -> None:
    submission = submit(scene.variant, wrong_answer(scene.variant))
    drain()
    shown = text(page(scene, submission, who="instructor"))
    assert "The option that holds, run" in shown
    assert "Try again" not in shown


def test_provenance_names_all_that_the_verdict_came_from(scene: Scene) -> None:
    submission = submit(scene.variant, right_answer(scene.variant))
    drain()
    response = page(scene, submission)
    verdict = response.context["evidence"].verdict
    shown = text(response).partition("Where this verdict comes from")[2]
    for words in [
        str(verdict.question_version),
        str(verdict.scenario_version),
        verdict.simulator_version,
        f"Seed {verdict.seed}",
        *verdict.trace_hashes.values(),
        f"Graded by {verdict.worker}",
    ]:
        assert words in shown


@pytest.mark.parametrize(
    ("state", "words"),
    [
        (JobState.DEAD, "Nothing is lost: your answer is stored, and this used up no"),
        (JobState.BROKEN, "That is the author's fault, not yours: it used up no try"),
        (JobState.INVALID, "It used up no try."),
        (JobState.SUPERSEDED, "Replaced by a newer result"),
    ],
)
def test_faults_are_told_honestly(scene: Scene, state: JobState, words: str) -> None:
    submission = submit(scene.variant, right_answer(scene.variant))
    GradingJob.objects.update(state=state)
    assert words in text(page(scene, submission))


def test_a_text_waits_for_a_person_and_then_shows_their_reason(scene: Scene) -> None:
    submission = submit(scene.text_variant, {"text": "Since <the> kernel runs."})
    drain()
    shown = text(page(scene, submission))
    assert "Waiting for a person" in shown
    assert "Since <the> kernel runs." in shown
    grade_manually(
        job_of(submission),
        grader=scene.instructor,
        points={"kernel": Decimal(2), "stages": Decimal(0)},
        reason="The stages are missing.",
    )
    shown = text(page(scene, submission))
    assert "◑ Partly right 0.67 of 1 mark for this question." in shown
    assert "The stages are missing." in shown


def test_the_next_step_is_offered(scene: Scene) -> None:
    first = submit(scene.variant, right_answer(scene.variant))
    last = submit(scene.text_variant, {"text": "b"})
    assert "Next question" in text(page(scene, first))
    assert "Finish the attempt" in text(page(scene, last))
    finish_instance(scene.instance, user=scene.owner)
    assert "Finish the attempt" not in text(page(scene, last))
