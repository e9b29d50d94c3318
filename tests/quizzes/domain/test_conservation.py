"""Whatever happens in whatever order: nothing is lost, nothing is graded twice."""

import logging
import operator
import random
from collections import Counter, defaultdict
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from quizzes.domain.clock import database_now
from quizzes.domain.drafting import save_draft
from quizzes.domain.errors import ConflictError
from quizzes.domain.finishing import finish_instance
from quizzes.domain.grading import drain_lane, grade_batch
from quizzes.domain.queries.queue import conservation
from quizzes.domain.retrying import retry_dead_job
from quizzes.domain.sweeping import sweep
from quizzes.enums import JobState, QuestionState
from quizzes.execution.in_process import InProcessRunner
from quizzes.execution.null import NullRunner
from quizzes.execution.ports import RunnerFailedError
from quizzes.models import (
    AssessmentInstance,
    GradeEvent,
    GradingJob,
    InstanceQuestion,
    Submission,
    Verdict,
)
from tests import factories
from tests.desks import executed_desk
from tests.quizzes.domain.grading_rows import claim, expire_leases, make_available
from tests.racing import race

TRIES = 2
LEARNERS = 3


class Life:
    """A course in use: learners, workers that die and come back, a sweeper, staff."""

    def __init__(self, seed: int, policy: str) -> None:
        self.choose = random.Random(seed)
        self.policy = policy
        desk = executed_desk(tries_per_question=TRIES, score_policy=policy)
        self.desk = desk
        self.instances = [desk.instance] + [
            factories.start(desk.assessment, factories.make_user())
            for _ in range(LEARNERS - 1)
        ]
        self.held: list[list[Any]] = []
        self.steps: Counter[str] = Counter()

    def live(self, steps: int) -> None:
        weights: dict[Callable[[], Any], int] = {
            self.submit: 5,
            self.draft: 1,
            self.claim: 2,
            self.claim_suspect: 5,
            self.return_to_work: 2,
            self.fail: 2,
            self.lose_workers: 4,
            self.retry: 2,
            self.finish: 1,
        }
        for _ in range(steps):
            (action,) = self.choose.choices([*weights], [*weights.values()])
            self.steps[action.__name__] += 1
            action()
            self.check()

    def settle(self) -> None:
        """Let everything come to its end."""
        while GradingJob.objects.filter(state__in=("queued", "running")).exists():
            self.lose_workers()
            make_available()
            drain_lane(
                "interactive",
                worker="last",
                seconds=60,
                suspect_runner=InProcessRunner(),
            )
            self.check()

    def submit(self) -> None:
        instance = self.choose.choice(self.instances)
        answer = {"chosen": [self.choose.choice("abc")]}
        key = str(self.choose.randrange(6))
        try:
            factories.submit(factories.variant_of(instance), answer, key=key)
        except ConflictError as refusal:
            self.steps[refusal.code] += 1

    def draft(self) -> None:
        instance = self.choose.choice(self.instances)
        variant = factories.variant_of(instance)
        try:
            save_draft(
                variant,
                user=instance.user,
                answer={"chosen": [self.choose.choice("abc")]},
                seq=self.choose.randrange(9),
            )
        except ConflictError as refusal:
            self.steps[refusal.code] += 1

    def claim(self) -> None:
        self.held.append(claim(limit=self.choose.randint(1, 3)))

    def claim_suspect(self) -> None:
        make_available()
        self.held.append(claim(limit=1, suspects=True))

    def return_to_work(self) -> None:
        """A worker goes on with what it claimed, however long ago that was."""
        if self.held:
            jobs = self.held[self.choose.randrange(len(self.held))]
            grade_batch(jobs, worker="w", runner=InProcessRunner())

    def fail(self) -> None:
        if self.held:
            runner = NullRunner({}, error=RunnerFailedError("no memory"))
            jobs = self.held.pop(self.choose.randrange(len(self.held)))
            grade_batch(jobs, worker="w", runner=runner)

    def lose_workers(self) -> None:
        expire_leases()
        sweep()

    def retry(self) -> None:
        for job in GradingJob.objects.filter(state="dead"):
            try:
                retry_dead_job(job, user=self.desk.instructor)
            except ConflictError as refusal:
                self.steps[refusal.code] += 1

    def finish(self) -> None:
        if self.choose.random() < 0.1:
            instance = self.choose.choice(self.instances)
            finish_instance(instance, user=instance.user)

    def check(self) -> None:
        law = conservation()
        assert law.holds, law
        applied = Verdict.objects.filter(is_superseded=False).select_related("job")
        assert len(applied) == GradeEvent.objects.count() == law.graded
        # Whoever lost the job to another worker never gave the grade.
        assert [v.job_id for v in applied if v.token != v.job.token] == []
        ledger: dict[int, list[Decimal]] = defaultdict(list)
        for event in GradeEvent.objects.order_by("id"):
            ledger[event.instance_question_id].append(event.fraction)
        jobs: dict[int, Counter[str]] = defaultdict(Counter)
        question_id = "submission__variant__instance_question_id"
        for question, state in GradingJob.objects.values_list(question_id, "state"):
            jobs[question][state] += 1
        for question in InstanceQuestion.objects.all():
            self.check_question(question, ledger[question.pk], jobs[question.pk])

    def check_question(
        self, question: InstanceQuestion, grades: list[Decimal], jobs: Counter[str]
    ) -> None:
        """Its grade is what the ledger says by the policy; its tries are bounded."""
        counts = max if self.policy == "best" else operator.itemgetter(-1)
        assert question.fraction == (counts(grades) if grades else None)
        under_way = jobs["queued"] + jobs["running"]
        assert under_way == int(question.state == QuestionState.GRADING)
        assert under_way + jobs["graded"] <= TRIES


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("seed", "policy"), [(0, "best"), (1, "last"), (2, "best"), (3, "last")]
)
def test_any_order_of_events_keeps_the_law(
    seed: int, policy: str, caplog: pytest.LogCaptureFixture
) -> None:
    life = Life(seed, policy)
    with caplog.at_level(logging.CRITICAL, logger="quizzes"):
        life.live(steps=120)
        life.settle()
    law = conservation()
    assert law.graded > 0, life.steps
    replaced = GradingJob.objects.filter(state=JobState.SUPERSEDED).count()
    assert (law.open, law.ungradable) == (0, replaced)
    ended = law.graded + law.dead + replaced
    assert law.submitted == ended == Submission.objects.count()


@pytest.mark.django_db(transaction=True)
def test_learners_workers_and_sweepers_at_once_keep_the_law() -> None:
    desk = executed_desk(tries_per_question=3, time_limit_minutes=10)
    users = [factories.make_user() for _ in range(6)]
    instances = [factories.start(desk.assessment, user) for user in users]

    def learn(instance: AssessmentInstance) -> Callable[[], None]:
        def learning() -> None:
            variant = factories.variant_of(instance)
            for number, answer in enumerate("bcbcbc"):
                try:
                    factories.submit(variant, {"chosen": [answer]}, key=str(number))
                except ConflictError:
                    continue
            finish_instance(instance, user=instance.user)

        return learning

    def work() -> None:
        for _ in range(5):
            drain_lane(
                "interactive",
                worker="w",
                seconds=5,
                suspect_runner=InProcessRunner(),
            )

    def disturb() -> None:
        for _ in range(5):
            expire_leases()
            sweep()
            GradingJob.objects.filter(state="queued").update(
                available_at=database_now()
            )

    results = race([*map(learn, instances), work, work, disturb, disturb])
    assert [result for result in results if result is not None] == []
    while GradingJob.objects.filter(state__in=("queued", "running")).exists():
        disturb()
        work()
    law = conservation()
    assert law.holds, law
    assert (law.open, law.graded_twice) == (0, 0)
    assert law.submitted >= len(users)
    assert GradeEvent.objects.count() == law.graded
