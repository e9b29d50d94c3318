import json
import zlib
from decimal import Decimal
from typing import Any

import pytest

import simulator
from quizzes.domain.failing import fail_jobs
from quizzes.domain.finishing import finish_instance
from quizzes.domain.grading import grade_batch
from quizzes.domain.queries import evidence as module
from quizzes.domain.queries import run_rows
from quizzes.domain.queries.evidence import Evidence, evidence_for
from quizzes.domain.reviewing import grade_manually
from quizzes.execution.null import NullRunner
from quizzes.execution.ports import ScenarioBrokenError
from quizzes.models import Run, Submission, Verdict
from tests import factories
from tests.desks import Desk, executed_desk, written_desk
from tests.quizzes.domain.grading_rows import claim

pytestmark = pytest.mark.django_db


def _seen(desk: Desk, submission: Submission, viewer: Any = None) -> Evidence:
    fresh = Submission.objects.get(pk=submission.pk)
    evidence = evidence_for(fresh, viewer=viewer or desk.learner)
    assert evidence is not None
    return evidence


def _panels(evidence: Evidence) -> list[tuple[str, str]]:
    return [(panel.option_key, panel.arm) for panel in evidence.panels]


def test_there_is_nothing_to_see_before_the_verdict() -> None:
    desk = executed_desk()
    submission = desk.submit("a")
    assert evidence_for(submission, viewer=desk.learner) is None
    claim()
    assert evidence_for(submission, viewer=desk.instructor) is None


def test_a_wrong_answer_shows_its_own_run_and_no_more() -> None:
    desk = executed_desk(tries_per_question=2)
    evidence = _seen(desk, desk.graded("b"))
    assert (evidence.outcome, evidence.fraction) == ("incorrect", Decimal(0))
    assert (evidence.chosen, evidence.revealed) == (("b",), False)
    assert (evidence.options, evidence.explanation_html) == ((), "")
    (panel,) = evidence.panels
    assert (panel.option_key, panel.option_html) == ("b", "A file is missing")
    assert (panel.claim_text, panel.holds) == ("a file is missing", False)
    assert (panel.arm, panel.arm_label) == ("as_it_is", "Started as it is")
    assert panel.trace_hash == evidence.verdict.trace_hashes["as_it_is"]
    assert panel.topology_svg.startswith("<svg")
    assert panel.timeline_svg.startswith("<svg")
    assert "✕ execve" in panel.timeline_svg


def test_the_deciding_event_comes_with_its_causes() -> None:
    desk = executed_desk()
    (panel,) = _seen(desk, desk.graded("b")).panels
    deciding = [row for row in panel.rows if row.is_deciding]
    (last,) = deciding
    assert last == panel.rows[-1]
    assert (last.action, last.outcome) == ("execve", "failed")
    assert "ENOEXEC (errno 8)" in last.text
    assert "no binary loader claims format pe" in last.text
    causes = panel.rows[:-1]
    assert [row.action for row in causes][-1] == "exec"
    assert [row.seq for row in panel.rows] == sorted(row.seq for row in panel.rows)
    assert all(row.time <= last.time for row in causes)
    variant = desk.variant
    assert variant.scenario_version is not None
    scenario = simulator.load_scenario(variant.scenario_version.source)
    run = simulator.run_arm(scenario, "as_it_is", variant.params, seed=variant.seed)
    assert last.time == run.events[last.seq].time / 1_000_000
    assert last.actor == run.events[last.seq].actor


def test_the_last_try_reveals_the_right_one_after_the_own() -> None:
    desk = executed_desk(tries_per_question=2)
    first = desk.graded("b")
    assert _panels(_seen(desk, first)) == [("b", "as_it_is")]
    second = desk.graded("c")
    evidence = _seen(desk, second)
    assert evidence.revealed is True
    assert _panels(evidence) == [("a", "as_it_is"), ("c", "as_it_is")]
    by_key = {option.key: option for option in evidence.options}
    assert {key: option.holds for key, option in by_key.items()} == {
        "a": True,
        "b": False,
        "c": False,
    }
    assert "never looked for it" in by_key["b"].feedback_html
    assert "Every loader declined" in evidence.explanation_html
    # The first try is seen in the same light now.
    assert _panels(_seen(desk, first)) == [("a", "as_it_is"), ("b", "as_it_is")]


def test_a_right_answer_reveals() -> None:
    desk = executed_desk(tries_per_question=5)
    evidence = _seen(desk, desk.graded("a"))
    assert (evidence.outcome, evidence.fraction, evidence.revealed) == (
        "correct",
        1,
        True,
    )
    assert _panels(evidence) == [("a", "as_it_is")]
    assert len(evidence.options) == 3


def test_the_end_of_the_attempt_reveals() -> None:
    desk = executed_desk(tries_per_question=5)
    submission = desk.graded("b")
    assert _seen(desk, submission).revealed is False
    finish_instance(desk.instance, user=desk.learner)
    assert _seen(desk, submission).revealed is True


def test_a_new_try_under_way_hides_again_nothing_that_was_hidden() -> None:
    desk = executed_desk(tries_per_question=2)
    first = desk.graded("b")
    desk.submit("c")
    assert _seen(desk, first).revealed is False


def test_of_several_choices_nothing_is_shown_before_the_reveal() -> None:
    """Which of the chosen ones failed would tell what to choose next."""
    desk = executed_desk(text=factories.CHOICE_OF_TWO, tries_per_question=2)
    first = desk.graded("a", "b")
    evidence = _seen(desk, first)
    assert (evidence.outcome, evidence.fraction) == ("incorrect", 0)
    assert set(evidence.chosen) == {"a", "b"}
    assert (evidence.panels, evidence.options) == ((), ())
    half = desk.graded("d")
    evidence = _seen(desk, half)
    assert (evidence.outcome, evidence.fraction) == ("partial", Decimal("0.5"))
    assert evidence.revealed is True
    assert _panels(evidence) == [("a", "as_it_is"), ("d", "with_loader")]


def test_instructors_see_everything_at_once() -> None:
    desk = executed_desk(tries_per_question=2)
    submission = desk.graded("b")
    evidence = _seen(desk, submission, desk.instructor)
    assert evidence.revealed is True
    assert _panels(evidence) == [("a", "as_it_is"), ("b", "as_it_is")]
    assert len(evidence.options) == 3


def test_others_see_nothing() -> None:
    desk = executed_desk()
    submission = desk.graded("b")
    elsewhere = factories.make_instructor(factories.make_course())
    for person in (desk.peer, elsewhere, factories.make_user()):
        assert evidence_for(submission, viewer=person) is None


def test_what_is_hidden_is_in_no_corner_of_it() -> None:
    desk = executed_desk(tries_per_question=2)
    evidence = _seen(desk, desk.graded("b"))
    text = repr(
        [
            getattr(evidence, name)
            for name in Evidence.__dataclass_fields__
            if name != "verdict"
        ]
    )
    for secret in ("no binary loader takes", "no_loader", "declined", "refuted"):
        assert secret not in text
    for panel in evidence.panels:
        assert panel.option_key == "b"


def test_provenance_names_everything_that_decided() -> None:
    desk = executed_desk()
    evidence = _seen(desk, desk.graded("b"))
    verdict = Verdict.objects.get()
    scenario = desk.version.scenario_version
    assert scenario is not None
    assert evidence.verdict == verdict
    assert evidence.provenance == {
        "question_version": f"{desk.version.question.key} v1",
        "scenario_version": f"{scenario.scenario.key} v1",
        "simulator_version": simulator.SIMULATOR_VERSION,
        "seed": desk.variant.seed,
        "params_digest": desk.variant.params_digest,
        "trace_hashes": verdict.trace_hashes,
        "worker": "test",
        "started_at": verdict.started_at,
        "finished_at": verdict.finished_at,
    }


def test_a_superseded_verdict_is_not_shown() -> None:
    desk = executed_desk()
    submission = desk.submit("b")
    zombie = claim()
    fail_jobs([zombie[0].id], error="x")
    wrong = {"no_loader": False, "no_file": True, "it_runs": False, "next_thing": True}
    grade_batch(zombie, worker="zombie", runner=NullRunner(wrong))
    assert Verdict.objects.get().is_superseded is True
    assert evidence_for(submission, viewer=desk.learner) is None


def test_a_broken_question_says_so_and_shows_no_run() -> None:
    desk = executed_desk(tries_per_question=1)
    submission = desk.submit("b")
    error = ScenarioBrokenError("the arm never ends")
    grade_batch(claim(), worker="w", runner=NullRunner({}, error=error))
    evidence = _seen(desk, submission)
    assert (evidence.outcome, evidence.fraction) == ("broken", None)
    assert evidence.message == "the arm never ends"
    assert (evidence.panels, evidence.options, evidence.chosen) == ((), (), ())
    finish_instance(desk.instance, user=desk.learner)
    evidence = _seen(desk, submission)
    assert (evidence.revealed, evidence.options) == (True, ())


def test_a_run_that_was_not_kept_is_not_shown() -> None:
    """Only a run whose trace has the verdict's hash is evidence for it."""
    desk = executed_desk()
    submission = desk.submit("b")
    claims = {"no_loader": True, "no_file": False, "it_runs": False, "next_thing": True}
    grade_batch(claim(), worker="w", runner=NullRunner(claims))
    evidence = _seen(desk, submission)
    assert (evidence.outcome, evidence.panels) == ("incorrect", ())


def test_a_stored_run_of_another_trace_is_no_evidence() -> None:
    desk = executed_desk()
    assert desk.version.scenario_version is not None
    document = json.dumps({"never": "read"}).encode()
    for arm in ("as_it_is", "with_loader"):
        Run.objects.create(
            scenario_version=desk.version.scenario_version,
            simulator_version=simulator.SIMULATOR_VERSION,
            params_digest=desk.variant.params_digest,
            arm=arm,
            trace_hash="another",
            document=zlib.compress(document),
        )
    evidence = _seen(desk, desk.graded("b"))
    assert (evidence.outcome, evidence.panels) == ("incorrect", ())


def test_a_claim_whose_run_is_gone_is_left_out(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    desk = executed_desk()
    submission = desk.graded("b")
    monkeypatch.setattr(module, "_runs", lambda verdict: {})
    assert _seen(desk, submission).panels == ()


def test_a_person_verdict_shows_points_and_reason() -> None:
    desk = written_desk(tries_per_question=1)
    submission = desk.submit(text="The kernel runs already.")
    factories.drain()
    points = {"kernel": Decimal(2), "stages": Decimal(0)}
    grade_manually(
        factories.job_of(submission),
        grader=desk.instructor,
        points=points,
        reason="The stages are missing.",
    )
    evidence = _seen(desk, submission)
    assert (evidence.outcome, evidence.reason) == ("partial", "The stages are missing.")
    assert evidence.points == {"kernel": "2", "stages": "0"}
    assert (evidence.panels, evidence.options, evidence.revealed) == ((), (), True)
    assert evidence.provenance["scenario_version"] is None
    assert evidence.provenance["simulator_version"] is None


def test_a_long_chain_of_causes_is_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    desk = executed_desk()
    submission = desk.graded("b")
    (whole,) = _seen(desk, submission).panels
    monkeypatch.setattr(run_rows, "MAX_CAUSES", 1)
    (cut,) = _seen(desk, submission).panels
    assert cut.rows == whole.rows[-1:]


def test_an_event_reads_as_a_real_system_reports_it() -> None:
    def text(**detail: Any) -> str:
        event = simulator.Event(1, 2, "linux", "x", "failed", detail, None)
        return run_rows._text(event)

    assert text() == ""
    assert text(target="/bin/x") == "/bin/x"
    assert text(errno=2, errno_name="ENOENT", log="no") == "ENOENT (errno 2): no"
    assert text(signal="SIGKILL", exit_status=137) == "SIGKILL: exit status 137"


def test_two_deciding_events_of_one_chain_are_shown_once() -> None:
    scenario = simulator.load_scenario(factories.SMALL_SCENARIO.format(key="chain"))
    run = simulator.run_arm(scenario, "as_it_is", scenario.variant(0))
    last = run.events[-1]
    assert last.cause is not None
    rows = list(run_rows.deciding_rows(run, {last.seq, last.cause}))
    assert [row.seq for row in rows] == sorted({row.seq for row in rows})
    assert [row.seq for row in rows if row.is_deciding] == [last.cause, last.seq]


@pytest.mark.parametrize("revealed", [False, True])
def test_the_number_of_queries_does_not_grow_with_the_questions(
    django_assert_max_num_queries: Any, revealed: bool
) -> None:
    course = factories.make_course()
    versions = [factories.make_free_response(course) for _ in range(29)]
    executed = factories.make_small(course)
    assessment = factories.make_assessment(
        course, executed.question, *(v.question for v in versions)
    )
    instance = factories.start(assessment, factories.make_user())
    variant = factories.variant_of(instance)
    submission = factories.submit(variant, {"chosen": ["a" if revealed else "b"]})
    factories.drain()
    viewer = submission.variant.instance_question.instance.user
    with django_assert_max_num_queries(12):
        evidence = evidence_for(submission, viewer=viewer)
    assert evidence is not None
    assert evidence.revealed is revealed
