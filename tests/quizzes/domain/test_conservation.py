"""Whatever happens in whatever order: nothing is lost, nothing is graded twice."""

import logging
import random
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from django.db.models import Max

from quizzes.domain.clock import database_now
from quizzes.domain.drafting import save_draft
from quizzes.domain.errors import ConflictError
from quizzes.domain.finishing import finish_instance
from quizzes.domain.grading import drain_lane, grade_batch
from quizzes.domain.queries.queue import conservation
from quizzes.domain.retrying import retry_dead_job
from quizzes.domain.submitting import tries_spent
from quizzes.domain.sweeping import sweep
from quizzes.enums import QuestionState
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
LEARNERS = 4


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
        actions: list[Callable[[], Any]] = [
            self.submit,
            self.submit,
            self.submit,
            self.draft,
            self.claim,
            self.claim_suspect,
            self.return_to_work,
            self.return_to_work,
            self.fail,
            self.lose_workers,
            self.lose_workers,
            self.rest,
            self.retry,
            self.finish,
        ]
        for _ in range(steps):
            action = self.choose.choice(actions)
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

    def rest(self) -> None:
        make_available()

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
        for instance in self.instances:
            assert tries_spent(factories.variant_of(instance)) <= TRIES
        applied = Verdict.objects.filter(is_superseded=False)
        assert applied.count() == GradeEvent.objects.count() == law.graded
        self.check_questions()

    def check_questions(self) -> None:
        """A question's grade is what its ledger says, by the policy."""
        for question in InstanceQuestion.objects.all():
            events = GradeEvent.objects.filter(instance_question=question)
            best = events.aggregate(best=Max("fraction"))["best"]
            last = events.order_by("-id").values_list("fraction", flat=True).first()
            assert question.fraction == (best if self.policy == "best" else last)
            under_way = GradingJob.objects.filter(
                submission__variant__instance_question=question,
                state__in=("queued", "running"),
            )
            busy = question.state == QuestionState.GRADING
            assert under_way.count() == int(busy)


@pytest.mark.django_db
@pytest.mark.parametrize("policy", ["best", "last"])
@pytest.mark.parametrize("seed", range(4))
def test_any_order_of_events_keeps_the_law(
    seed: int, policy: str, caplog: pytest.LogCaptureFixture
) -> None:
    life = Life(seed, policy)
    with caplog.at_level(logging.CRITICAL, logger="quizzes"):
        life.live(steps=50)
        life.settle()
    law = conservation()
    assert law.submitted > 0, life.steps
    assert (law.open, law.ungradable) == (0, 0)
    assert law.submitted == law.graded + law.dead == Submission.objects.count()


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
