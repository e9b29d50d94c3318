"""The course that is shipped: complete, consistent, and proved."""

from pathlib import Path

import pytest

from quizzes.question_types.registry import question_type
from quizzes.specs import (
    AssessmentSpec,
    ChapterSpec,
    CourseSpec,
    FreeResponseBody,
    QuestionSpec,
    read_assessment,
    read_chapter,
    read_course,
    read_question,
)
from simulator import Scenario, load_scenario, prove

FIXTURES = Path(__file__).parents[3] / "fixtures"
COURSE = FIXTURES / "courses" / "operating-systems"
QUESTION_FILES = sorted(COURSE.glob("questions/*.yaml"))
QUIZ = [
    "hypervisor-on-bare-hardware",
    "why-containers-need-less",
    "what-execve-answers",
    "which-change-makes-it-work",
]
EXERCISES = [
    "exercise-two-types",
    "exercise-start-times",
    "mini-project-dockerfile",
]
INTERVIEW = [
    "interview-legacy-and-modern",
    "interview-namespaces",
    "interview-virtualbox-on-windows",
]


def course() -> CourseSpec:
    return read_course((COURSE / "course.yaml").read_text())


def chapters() -> list[ChapterSpec]:
    paths = sorted(COURSE.glob("chapters/*.md"))
    return [read_chapter(path.read_text(), name=path.name) for path in paths]


def questions() -> dict[str, QuestionSpec]:
    specs = [read_question(path.read_text(), name=path.name) for path in QUESTION_FILES]
    return {spec.key: spec for spec in specs}


def assessments() -> dict[str, AssessmentSpec]:
    paths = sorted(COURSE.glob("assessments/*.yaml"))
    specs = [read_assessment(path.read_text(), name=path.name) for path in paths]
    return {spec.key: spec for spec in specs}


def scenario(key: str) -> Scenario:
    return load_scenario((FIXTURES / "scenarios" / f"{key}.yaml").read_text(), name=key)


def test_the_course_lists_its_chapters() -> None:
    assert list(course().chapters) == [chapter.key for chapter in chapters()]


def test_the_chapter() -> None:
    (chapter,) = chapters()

    assert (chapter.number, chapter.level, chapter.minutes) == (21, "intermediate", 30)
    assert [objective.key for objective in chapter.objectives] == [
        "LO1",
        "LO2",
        "LO3",
        "LO4",
        "LO5",
    ]
    assert chapter.next_title == "Distributed operating systems"
    assert chapter.figure == "two-towers"
    assert chapter.intro


def test_what_each_assessment_asks() -> None:
    asked = {
        spec.key: [slot.question for slot in spec.slots]
        for spec in assessments().values()
    }

    assert asked == {
        "chapter-quiz": QUIZ,
        "exercises": EXERCISES,
        "interview": INTERVIEW,
    }


def test_every_question_is_asked_and_every_file_is_named_after_its_key() -> None:
    assert sorted(questions()) == sorted(QUIZ + EXERCISES + INTERVIEW)
    assert [path.stem for path in QUESTION_FILES] == sorted(questions())


def test_every_objective_is_asked_for() -> None:
    (chapter,) = chapters()
    asked = {key for spec in questions().values() for key in spec.objectives}

    assert {spec.chapter for spec in questions().values()} == {chapter.key}
    assert asked == {objective.key for objective in chapter.objectives}


def test_the_marks_of_written_questions_are_the_points_of_their_rubrics() -> None:
    specs = questions()
    for assessment in (assessments()["exercises"], assessments()["interview"]):
        for slot in assessment.slots:
            body = specs[slot.question].body
            assert isinstance(body, FreeResponseBody)
            assert slot.max_mark == sum(item.points for item in body.rubric)


@pytest.mark.parametrize("key", QUIZ)
def test_the_key_of_every_executed_question_is_proved(key: str) -> None:
    spec = questions()[key]
    assert spec.scenario is not None
    world = scenario(spec.scenario)
    source = (COURSE / "questions" / f"{key}.yaml").read_text()
    checked = read_question(source, parameters=world.parameters, claims=world.claims)

    report = prove(world, question_type(spec.type).obligation(checked))

    assert checked == spec
    assert report.failures == ()
    assert report.holds
