from decimal import Decimal

import pytest

import simulator
from quizzes.domain.errors import ConflictError
from quizzes.domain.rerunning import rerun_verdict
from quizzes.domain.reviewing import grade_manually
from quizzes.execution.null import NullRunner
from quizzes.execution.ports import RunnerFailedError, ScenarioBrokenError
from quizzes.models import GradeEvent, QuestionVersion, Run, ScenarioVersion, Verdict
from tests import factories
from tests.desks import Desk, executed_desk, make_desk, written_desk

pytestmark = pytest.mark.django_db

WITH_PE = {"kernel.linux.loaders": ["misc", "script", "elf", "pe"]}


@pytest.fixture
def desk() -> Desk:
    return executed_desk()


def counts() -> list[int]:
    return [model.objects.count() for model in (Verdict, GradeEvent, Run)]


@pytest.mark.parametrize("chosen", ["a", "b"])
def test_a_verdict_comes_out_identical(desk: Desk, chosen: str) -> None:
    desk.graded(chosen)
    before = counts()
    verdict = Verdict.objects.get()
    report = rerun_verdict(verdict)
    assert (report.verdict, report.identical, report.differences) == (verdict, True, ())
    assert report.simulator_version == simulator.SIMULATOR_VERSION
    assert counts() == before


def test_questions_of_the_course_come_out_identical() -> None:
    course = factories.make_course()
    for key in ("what-execve-answers", "which-change-makes-it-work"):
        desk = make_desk(factories.make_executed(course, key))
        answer = factories.right_answer(desk.variant)
        factories.submit(desk.variant, answer)
        assert factories.drain() == 1
    verdicts = list(Verdict.objects.all())
    assert [verdict.outcome for verdict in verdicts] == ["correct", "correct"]
    assert [rerun_verdict(verdict).differences for verdict in verdicts] == [(), ()]


def test_another_mechanism_makes_another_verdict(desk: Desk) -> None:
    desk.graded("a")
    verdict = Verdict.objects.get()
    with simulator.altered(WITH_PE):
        report = rerun_verdict(verdict)
    assert report.identical is False
    assert report.simulator_version.startswith(
        f"{simulator.SIMULATOR_VERSION}+altered."
    )
    version, outcome, fraction, evidence, trace, _ = report.differences
    assert version == (
        f"simulator version: {simulator.SIMULATOR_VERSION} before, "
        f"{report.simulator_version} now"
    )
    # With the loader a file is missing, so option b is the right one.
    assert outcome == "outcome: correct before, incorrect now"
    assert fraction == "fraction: 1.00000 before, 0.00000 now"
    assert evidence.startswith("evidence: {'chosen': ['a'], 'claims': ")
    before = verdict.trace_hashes["as_it_is"]
    assert trace.startswith(f"trace of arm as_it_is: {before} before, ")
    assert before not in trace.partition(" before, ")[2]
    assert rerun_verdict(verdict).identical is True


def test_what_a_worker_remembers_is_no_part_of_a_rerun(desk: Desk) -> None:
    """The worker's own memory would agree with anything that it said before."""
    desk.graded("a")
    verdict = Verdict.objects.get()
    with simulator.altered(WITH_PE):
        rerun_verdict(verdict)
    assert rerun_verdict(verdict).differences == ()


def test_a_rerun_takes_all_from_the_verdict_and_its_submission(desk: Desk) -> None:
    desk.graded("a")
    verdict = Verdict.objects.get()
    claims = {"no_loader": True, "no_file": False, "it_runs": False}
    runner = NullRunner(claims)
    report = rerun_verdict(verdict, runner=runner)
    (execution,) = runner.executions
    variant = desk.variant
    scenario = variant.scenario_version
    assert scenario is not None
    assert (execution.source, execution.digest) == (scenario.source, scenario.digest)
    assert (execution.params, execution.seed) == (variant.params, variant.seed)
    names = {difference.partition(":")[0] for difference in report.differences}
    assert names == {
        "simulator version",
        "evidence",
        "trace of arm as_it_is",
        "trace of arm with_loader",
    }
    assert report.simulator_version == "null"


def test_later_versions_do_not_matter(desk: Desk) -> None:
    desk.graded("a")
    scenario = desk.version.scenario_version
    assert scenario is not None
    factories.make_small_scenario(scenario.scenario.key, title="Another title")
    assert ScenarioVersion.objects.count() == 2
    assert QuestionVersion.objects.count() == 1
    assert rerun_verdict(Verdict.objects.get()).identical is True


def test_a_rerun_that_breaks_says_what_there_was_before(desk: Desk) -> None:
    desk.graded("a")
    verdict = Verdict.objects.get()
    runner = NullRunner({}, error=ScenarioBrokenError("no such part"))
    report = rerun_verdict(verdict, runner=runner)
    assert report.simulator_version == ""
    assert report.differences[:3] == (
        f"simulator version: {verdict.simulator_version} before,  now",
        "outcome: correct before, broken now",
        "fraction: 1.00000 before, None now",
    )
    assert report.differences[4:] == tuple(
        f"trace of arm {arm}: {verdict.trace_hashes[arm]} before, None now"
        for arm in ("as_it_is", "with_loader")
    )


def test_a_platform_that_fails_is_no_difference(desk: Desk) -> None:
    desk.graded("a")
    runner = NullRunner({}, error=RunnerFailedError("out of memory"))
    with pytest.raises(RunnerFailedError):
        rerun_verdict(Verdict.objects.get(), runner=runner)


def test_a_persons_verdict_has_no_run() -> None:
    desk = written_desk()
    submission = desk.submit(text="Because.")
    factories.drain()
    points = {"kernel": Decimal(2), "stages": Decimal(0)}
    grade_manually(
        factories.job_of(submission),
        grader=desk.instructor,
        points=points,
        reason="Half of it.",
    )
    with pytest.raises(ConflictError) as caught:
        rerun_verdict(Verdict.objects.get())
    assert (caught.value.code, caught.value.message) == (
        "graded_by_a_person",
        "A person gave this verdict: there is no run.",
    )
