"""People and rows of two courses, for the pages of instructors."""

from dataclasses import dataclass
from typing import Any

from quizzes.domain.authoring import save_question
from quizzes.domain.clock import database_now
from quizzes.domain.enrolling import enrol
from quizzes.domain.proving import request_proof
from quizzes.enums import JobState, ProofState, QuestionState
from quizzes.models import (
    Course,
    GradingJob,
    InstanceQuestion,
    Proof,
    QuestionVersion,
)
from tests import factories

SCENARIO = "windows-program-on-linux"
EXECVE = """\
key: {key}
type: multiple_choice
title: A Windows program is started
scenario: windows-program-on-linux
prompt: The server has ${{ram_mib}} MiB. What does execve answer?
choose: 1
options:
  - key: a
    text: ENOEXEC
    claim: answers_enoexec
  - key: b
    text: ENOENT
    claim: answers_enoent
    refuted_by: answers_enoexec
    feedback: The file is there.
explanation: No binary loader takes the file.
"""


@dataclass(frozen=True)
class People:
    """A course, and everybody who meets its pages."""

    course: Course
    instructor: Any
    """Teaches the course."""
    outsider: Any
    """Teaches another course."""
    learner: Any
    admin: Any
    other_course: Course

    def named(self, name: str) -> Any:
        return getattr(self, name)


def make_people() -> People:
    course = factories.make_course("os")
    other = factories.make_course("networks")
    learner = factories.make_user("lea", first_name="Lea", last_name="Learner")
    enrol(course, user=learner)
    return People(
        course=course,
        instructor=factories.make_instructor(course, "ina"),
        outsider=factories.make_instructor(other, "oscar"),
        learner=learner,
        admin=factories.make_user("ada", is_staff=True, is_superuser=True),
        other_course=other,
    )


def make_draft(course: Course, key: str = "what-execve-answers") -> QuestionVersion:
    """A draft on the scenario of the Windows program; nothing is proved."""
    factories.make_scenario(SCENARIO)
    return save_question(course, source=EXECVE.format(key=key), author=None)


def make_proof(
    version: QuestionVersion,
    state: ProofState = ProofState.HELD,
    *,
    user: Any = None,
    rows: int = 24,
    counterexamples: int = 0,
) -> Proof:
    """A proof in this state, as a worker would have left it."""
    proof = request_proof(version, user=user)
    proof.state = state
    ended = state not in {ProofState.QUEUED, ProofState.RUNNING}
    if state == ProofState.RUNNING:
        proof.lease_until = database_now()
    if ended:
        proof.finished_at = database_now()
        proof.matrix = [
            {
                "seed": seed,
                "params": {"arch": "x86_64", "ram_mib": 8192},
                "row": {"a": True, "b": seed < counterexamples},
            }
            for seed in range(rows)
        ]
    proof.total, proof.done = rows, rows if ended else 0
    proof.counterexamples = [
        {
            "kind": "count",
            "seed": seed,
            "params": {"arch": "x86_64", "ram_mib": 8192},
            "option": "b",
            "message": "2 options hold where 1 is declared.",
            "events": ["as_it_is #3 linux-1 execve failed: ENOENT"],
        }
        for seed in range(counterexamples)
    ]
    proof.save()
    return proof


def make_waiting(people: People, text: str = "The kernel runs.") -> GradingJob:
    """An answer in words that waits for a person."""
    return make_waiting_of(people.course, people.learner, text)


def make_waiting_of(course: Course, user: Any, text: str) -> GradingJob:
    version = factories.make_free_response(course)
    assessment = factories.make_assessment(course, version.question)
    instance = factories.start(assessment, user)
    submission = factories.submit(factories.variant_of(instance), {"text": text})
    factories.drain()
    return factories.job_of(submission)


def kill(job: GradingJob, error: str = "MemoryError()") -> GradingJob:
    """Make the job dead, as three failures of the platform would."""
    job.state = JobState.DEAD
    job.failures = 3
    job.last_error = error
    job.finished_at = database_now()
    job.save()
    InstanceQuestion.objects.filter(
        pk=job.submission.variant.instance_question_id
    ).update(state=QuestionState.SAVED)
    return job
