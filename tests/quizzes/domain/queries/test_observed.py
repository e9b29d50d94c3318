import pytest

from quizzes.domain.queries.evidence import Evidence, evidence_for
from quizzes.domain.queries.observed_views import Observed
from quizzes.enums import LiveQueue, ObservationState
from quizzes.models import Observation, Submission
from tests import factories, observing
from tests.desks import Desk, executed_desk

pytestmark = pytest.mark.django_db


def _evidence(desk: Desk, submission: Submission) -> Evidence:
    fresh = Submission.objects.get(pk=submission.pk)
    evidence = evidence_for(fresh, viewer=desk.learner)
    assert evidence is not None
    return evidence


def _observed(desk: Desk, submission: Submission) -> Observed:
    observed = _evidence(desk, submission).observed
    assert observed is not None
    return observed


def _graded(desk: Desk, *chosen: str) -> Submission:
    observing.start_worker()
    return desk.graded(*chosen)


def test_without_any_worker_the_model_is_alone_and_says_so() -> None:
    observing.forget()
    desk = executed_desk()
    assert _observed(desk, desk.graded("b")) == Observed(
        None, "", "", None, "No worker that can observe is at work.", ()
    )


def test_a_worker_that_cannot_says_why() -> None:
    desk = executed_desk()
    observing.start_worker(queues=(), exec="user namespaces are switched off")
    observing.start_worker("live@zoo", queues=())
    observed = _observed(desk, desk.graded("b"))
    assert (observed.state, observed.is_open, observed.is_seen) == (None, False, False)
    assert observed.reason == (
        "live@box cannot: user namespaces are switched off. "
        "live@zoo cannot: it was not started for this."
    )


def test_a_worker_that_came_later_was_not_asked() -> None:
    observing.forget()
    desk = executed_desk()
    submission = desk.graded("b")
    observing.start_worker()
    assert _observed(desk, submission).reason == (
        "No worker was asked to observe this variant."
    )


def test_an_open_observation_shows_nothing_yet() -> None:
    desk = executed_desk()
    observed = _observed(desk, _graded(desk, "b"))
    assert (observed.state, observed.is_open) == (ObservationState.QUEUED, True)
    assert (observed.reason, observed.claims) == ("", ())


@pytest.mark.parametrize(
    ("state", "reason"),
    [
        ("dead", "The workers that tried to observe it failed."),
        ("untaken", "No worker was there to observe it."),
    ],
)
def test_a_failed_observation_falls_back_to_the_model(state: str, reason: str) -> None:
    desk = executed_desk()
    submission = _graded(desk, "b")
    Observation.objects.update(state=state)
    observed = _observed(desk, submission)
    assert (observed.state, observed.is_open, observed.reason) == (state, False, reason)


def test_the_chosen_claim_is_judged_by_both() -> None:
    desk = executed_desk(tries_per_question=2)
    submission = _graded(desk, "b")
    observing.observe_all()
    observed = _observed(desk, submission)
    assert (observed.is_seen, observed.worker) == (True, "box:7")
    assert observed.kernel == observing.KERNEL
    assert observed.observed_at == observing.only_observation().finished_at
    (claim,) = observed.claims
    assert (claim.option_key, claim.claim_text) == ("b", "a file is missing")
    assert (claim.simulated, claim.observed, claim.agrees) == (False, False, True)
    (arm,) = claim.arms
    assert (arm.arm, arm.arm_label, arm.reason) == ("as_it_is", "Started as it is", "")
    (row,) = arm.rows
    assert (row.action, row.outcome) == ("execve", "failed")
    assert row.text == "/srv/app.exe: ENOEXEC (errno 8)"
    assert (row.time, row.is_deciding) == (0.0015, False)
    assert arm.timeline_svg.startswith("<svg")
    assert "✕ execve" in arm.timeline_svg


def test_the_right_option_is_observed_once_it_is_revealed() -> None:
    desk = executed_desk(tries_per_question=1)
    submission = _graded(desk, "b")
    observing.observe_all()
    evidence = _evidence(desk, submission)
    assert evidence.observed is not None
    shown = {panel.option_key for panel in evidence.panels}
    assert shown == {"a", "b"}
    assert {claim.option_key for claim in evidence.observed.claims} == shown


def test_a_disagreement_and_what_cannot_be_told_are_shown() -> None:
    desk = executed_desk(tries_per_question=1)
    submission = _graded(desk, "b")
    observing.observe_all(
        observing.FakeKernel(
            differs=frozenset({"no_loader"}),
            untold={"no_file": "as_it_is: no probe does this"},
            refused={"as_it_is": "no probe does this"},
        )
    )
    claims = {claim.option_key: claim for claim in _observed(desk, submission).claims}
    assert (claims["a"].observed, claims["a"].agrees) == (False, False)
    assert (claims["b"].observed, claims["b"].agrees) == (None, None)
    assert claims["b"].reason == "as_it_is: no probe does this"
    (arm,) = claims["b"].arms
    assert (arm.rows, arm.reason) == ((), "no probe does this")
    assert not arm.timeline_svg


def test_what_guests_judged_is_shown_with_their_runs_and_kernel() -> None:
    desk = executed_desk(tries_per_question=1)
    submission = _graded(desk, "b")
    observing.observe_all(
        observing.FakeKernel(
            refused={"as_it_is": "no probe does this"},
            in_guests=frozenset({"no_loader"}),
        )
    )
    claims = {claim.option_key: claim for claim in _observed(desk, submission).claims}
    assert claims["a"].guest_kernel == observing.GUEST_KERNEL
    assert claims["b"].guest_kernel == ""
    assert [bool(claims[key].arms[0].rows) for key in "ab"] == [True, False]


def test_a_claim_that_the_observation_does_not_know_is_untold() -> None:
    desk = executed_desk()
    submission = _graded(desk, "b")
    observing.observe_all()
    Observation.objects.update(claims={})
    (claim,) = _observed(desk, submission).claims
    assert (claim.observed, claim.reason) == (None, "")


def test_what_was_seen_stays_while_it_is_looked_at_again() -> None:
    desk = executed_desk()
    submission = _graded(desk, "b")
    observing.observe_all()
    seen = observing.only_observation()
    again = Observation(
        lane=LiveQueue.PROGRAMS,
        scenario_version=seen.scenario_version,
        scenario_digest=seen.scenario_digest,
        params=seen.params,
        params_digest=seen.params_digest,
    )
    again.save()
    assert _observed(desk, submission).is_seen


def test_where_no_run_is_shown_no_observation_is() -> None:
    observing.start_worker()
    desk = executed_desk(text=factories.CHOICE_OF_TWO, tries_per_question=2)
    evidence = _evidence(desk, desk.graded("b", "c"))
    assert (evidence.panels, evidence.observed) == ((), None)
