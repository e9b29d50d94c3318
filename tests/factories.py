"""Rows for tests, each made the way the product makes them."""

from collections.abc import Iterator
from functools import cache
from itertools import count
from pathlib import Path
from typing import Any
from unittest.mock import patch
from uuid import uuid4

from django.contrib.auth import get_user_model
from django.contrib.auth.hashers import make_password

import simulator
from quizzes.domain.authoring import save_question, save_scenario
from quizzes.domain.enrolling import enrol
from quizzes.domain.grading import drain_lane
from quizzes.domain.proving import prove_now
from quizzes.domain.publishing import publish_question
from quizzes.domain.starting import start_assessment
from quizzes.domain.submitting import submit_answer
from quizzes.enums import Role
from quizzes.models import (
    Assessment,
    AssessmentInstance,
    Chapter,
    Course,
    GradingJob,
    Objective,
    Question,
    QuestionVersion,
    ScenarioVersion,
    Slot,
    Submission,
    Variant,
)
from simulator.mechanisms import version_suffix

ROOT = Path(__file__).resolve().parent.parent
FIXTURES = ROOT / "fixtures"
OS_COURSE = FIXTURES / "courses" / "operating-systems"
SCENARIOS = FIXTURES / "scenarios"
_numbers = count(1)

FREE_RESPONSE = """\
key: {key}
type: free_response
title: Say why
prompt: Why do containers start fast?
rubric:
  - key: kernel
    points: 2
    statement: The kernel runs already.
  - key: stages
    points: 1
    statement: Only namespaces, cgroup, file system and exec are left.
"""


# Two variants, two arms: proved and run in a millisecond.
SMALL_SCENARIO = """\
key: {key}
title: A Windows program on Linux ${{kernel}}
summary: Somebody starts a program that was built for Windows.
parameters:
  kernel: ["5.15", "6.1"]
world:
  machines:
    server: {{arch: x86_64, cores: 2, ram_mib: 8192}}
  systems:
    linux: {{family: linux, version: "${{kernel}}", arch: x86_64, services_mib: 200}}
  programs:
    app: {{path: /srv/app.exe, format: pe, arch: x86_64, ram_mib: 40}}
setup:
  - install: {{what: linux, on: server}}
  - power_on: {{machine: server}}
  - install: {{what: app, on: server}}
plan:
  - exec: {{program: app, on: server}}
arms:
  as_it_is:
    label: Started as it is
  with_loader:
    label: With a loader for PE
    changes:
      - {{mechanism: kernel.linux.loaders, set: [misc, script, elf, pe]}}
claims:
  no_loader:
    text: no binary loader takes the file
    expression: runs.as_it_is.observation.programs.app.errno_name == 'ENOEXEC'
  next_thing:
    text: with a loader the next missing thing decides
    expression: runs.with_loader.observation.programs.app.errno_name == 'ENOENT'
  no_file:
    text: a file is missing
    expression: runs.as_it_is.observation.programs.app.errno_name == 'ENOENT'
  it_runs:
    text: the program runs
    expression: runs.as_it_is.observation.programs.app.errno_name == ''
"""

SINGLE_CHOICE = """\
key: {key}
type: multiple_choice
title: What does execve answer?
scenario: {scenario}
prompt: Linux ${{kernel}} is asked to execute a PE file. What happens?
choose: 1
options:
  - {{key: a, text: No loader takes it, claim: no_loader}}
  - key: b
    text: A file is missing
    claim: no_file
    refuted_by: no_loader
    feedback: The kernel never looked for it.
  - {{key: c, text: It runs, claim: it_runs, refuted_by: no_loader}}
explanation: Every loader declined.
"""

CHOICE_OF_TWO = """\
key: {key}
type: multiple_choice
title: Which two hold?
scenario: {scenario}
prompt: Which two hold on Linux ${{kernel}}?
choose: 2
options:
  - {{key: a, text: No loader takes it, claim: no_loader}}
  - {{key: b, text: A file is missing, claim: no_file, refuted_by: no_loader}}
  - {{key: c, text: It runs, claim: it_runs, refuted_by: no_loader}}
  - {{key: d, text: A loader only moves the failure, claim: next_thing}}
explanation: Every loader declined.
"""


def make_user(username: str = "", *, password: str = "correct horse", **fields: Any):  # noqa: ANN201
    """A person; a username of their own when none is given."""
    user = get_user_model().objects.create_user(
        username=username or f"user{next(_numbers)}", **fields
    )
    user.password = _hashed(password)
    user.save(update_fields=["password"])
    return user


@cache
def _hashed(password: str) -> str:
    """Hashing is slow on purpose: once for each password is enough for tests."""
    return make_password(password)


def make_course(key: str = "", *, is_open: bool = True) -> Course:
    return Course.objects.create(
        key=key or f"course-{next(_numbers)}", title="A course", is_open=is_open
    )


def make_instructor(course: Course, username: str = "") -> Any:
    """A person who teaches the course and may enter the admin."""
    user = make_user(username, is_staff=True)
    enrol(course, user=user, role=Role.INSTRUCTOR)
    return user


def make_chapter(course: Course, **fields: Any) -> Chapter:
    number = next(_numbers)
    chapter = Chapter.objects.create(
        course=course,
        **{
            "key": f"chapter-{number}",
            "number": number,
            "title": "A chapter",
            "intro_html": "<p>Intro.</p>",
            "body_html": "<p>Body.</p>",
            **fields,
        },
    )
    Objective.objects.create(chapter=chapter, key="LO1", text="say what it is")
    return chapter


def make_free_response(course: Course, key: str = "") -> QuestionVersion:
    """A published question that a person grades: 3 points."""
    source = FREE_RESPONSE.format(key=key or f"question-{next(_numbers)}")
    version = save_question(course, source=source, author=None)
    return publish_question(version, user=None)


def make_scenario(key: str) -> None:
    """A scenario of fixtures/scenarios, stored as it is in the file."""
    save_scenario(source=(SCENARIOS / f"{key}.yaml").read_text(), author=None)


def make_executed(
    course: Course, key: str = "hypervisor-on-bare-hardware", *, publish: bool = True
) -> QuestionVersion:
    """A question of the operating-systems course, proved and published.

    Without its chapter and objectives: this course has them not.
    """
    lines = (OS_COURSE / "questions" / f"{key}.yaml").read_text().splitlines()
    for line in lines:
        if line.startswith("scenario:"):
            make_scenario(line.partition(":")[2].strip())
    named = ("chapter:", "objectives:")
    source = "\n".join(line for line in lines if not line.startswith(named))
    version = save_question(course, source=source, author=None)
    if not publish:
        return version
    with patch.object(simulator, "iter_proof", _known_proof):
        prove_now(version)
    return publish_question(version, user=None)


_prove = simulator.iter_proof
_proofs: dict[object, tuple[simulator.ProofStep, ...]] = {}


def _known_proof(
    scenario: simulator.Scenario, obligation: simulator.Obligation, **limits: Any
) -> Iterator[simulator.ProofStep]:
    """Prove a question once for all tests that ask it: proofs are pure functions."""
    key = scenario.digest, obligation, version_suffix()
    if key not in _proofs:
        _proofs[key] = tuple(_prove(scenario, obligation, **limits))
    return iter(_proofs[key])


def make_small_scenario(key: str = "", *, title: str = "") -> ScenarioVersion:
    """A draft of a scenario of two variants: option a holds in both."""
    source = SMALL_SCENARIO.format(key=key or f"scenario-{next(_numbers)}")
    if title:
        source = source.replace("A Windows program on Linux ${kernel}", title)
    return save_scenario(source=source, author=None)


def make_small_draft(
    course: Course, key: str = "", *, text: str = SINGLE_CHOICE
) -> QuestionVersion:
    """A draft of a question on a small scenario of its own."""
    key = key or f"question-{next(_numbers)}"
    make_small_scenario(f"of-{key}")
    source = text.format(key=key, scenario=f"of-{key}")
    return save_question(course, source=source, author=None)


def make_small(
    course: Course, key: str = "", *, text: str = SINGLE_CHOICE
) -> QuestionVersion:
    """A question on a small scenario, proved and published: a is right, b is not."""
    version = make_small_draft(course, key, text=text)
    prove_now(version)
    return publish_question(version, user=None)


def make_assessment(course: Course, *questions: Question, **fields: Any) -> Assessment:
    """An assessment with a slot of one mark for each question."""
    number = next(_numbers)
    assessment = Assessment.objects.create(
        course=course,
        **{
            "key": f"assessment-{number}",
            "title": "A quiz",
            "kind": "quiz",
            "tries_per_question": 2,
            **fields,
        },
    )
    for slot, question in enumerate(questions, start=1):
        Slot.objects.create(assessment=assessment, number=slot, question=question)
    return assessment


def start(assessment: Assessment, user: Any) -> AssessmentInstance:
    return start_assessment(assessment, user=user)


def variant_of(instance: AssessmentInstance, number: int = 1) -> Variant:
    return Variant.objects.get(
        instance_question__instance=instance, instance_question__number=number
    )


def submit(variant: Variant, raw: dict[str, Any], *, key: str = "") -> Submission:
    """An answer of the attempt's own learner."""
    user = variant.instance_question.instance.user
    result = submit_answer(
        variant, user=user, raw=raw, idempotency_key=key or uuid4().hex
    )
    return result.submission


def drain(lane: str = "interactive") -> int:
    """What a worker does when its bell rings, in this process."""
    return drain_lane(lane, worker="test", seconds=30).taken


def job_of(submission: Submission) -> GradingJob:
    return GradingJob.objects.filter(submission=submission).latest("id")


def truth_of(variant: Variant) -> dict[str, bool]:
    """Each option's truth in this variant, from its proof."""
    matrix = variant.question_version.proof.matrix
    return next(row["row"] for row in matrix if row["seed"] == variant.seed)


def right_answer(variant: Variant) -> dict[str, Any]:
    return {"chosen": [key for key, holds in truth_of(variant).items() if holds]}


def wrong_answer(variant: Variant) -> dict[str, Any]:
    """As many options as asked for, every one of which does not hold."""
    wrong = [key for key, holds in truth_of(variant).items() if not holds]
    return {"chosen": wrong[: variant.presentation["choose"]]}
