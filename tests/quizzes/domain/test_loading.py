import shutil
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.db.models import Q

import simulator
from quizzes.domain import proving
from quizzes.domain.errors import ConflictError, DomainError, InvalidInputError
from quizzes.domain.loading import LoadReport, load_course
from quizzes.domain.proving import prove_now
from quizzes.models import (
    Assessment,
    Chapter,
    Course,
    Objective,
    Proof,
    Question,
    QuestionVersion,
    Scenario,
    ScenarioVersion,
    Slot,
)
from tests import factories

pytestmark = pytest.mark.django_db

COURSE = (
    "key: os\ntitle: Operating systems\nsummary: Kernels.\nchapters: [containers]\n"
)
CHAPTER = """\
---
key: containers
number: 21
title: Containers
level: intermediate
minutes: 30
objectives:
  - {key: LO1, statement: Say what a container is.}
next_title: Files
figure: two-towers
---
They share *one* kernel.

## More

Much more.
"""
ASSESSMENT = """\
key: quiz
chapter: containers
title: Quiz
kind: quiz
instructions: Decide.
attempts_allowed: 3
tries_per_question: 2
score_policy: last
time_limit_minutes: 20
slots:
  - {question: execve, max_mark: 2}
  - {question: why, max_mark: 0.5}
"""
ALL_TABLES: tuple[Any, ...] = (
    Course,
    Chapter,
    Objective,
    Scenario,
    ScenarioVersion,
    Question,
    QuestionVersion,
    Proof,
    Assessment,
    Slot,
)
WITH_PE = {"kernel.linux.loaders": ["misc", "script", "elf", "pe"]}


class Files:
    """A small course of two questions, as files."""

    def __init__(self, root: Path) -> None:
        self.folder = root / "courses" / "os"
        self.scenarios = root / "scenarios"
        self.write("course.yaml", COURSE)
        self.write("chapters/21-containers.md", CHAPTER)
        question = factories.SINGLE_CHOICE.format(key="execve", scenario="pe")
        question += "chapter: containers\nobjectives: [LO1]\n"
        self.write("questions/execve.yaml", question)
        self.write("questions/why.yaml", factories.FREE_RESPONSE.format(key="why"))
        self.write("assessments/quiz.yaml", ASSESSMENT)
        self.write("../../scenarios/pe.yaml", factories.SMALL_SCENARIO.format(key="pe"))

    def write(self, name: str, text: str) -> None:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")

    def edit(self, name: str, before: str, after: str) -> None:
        text = (self.folder / name).read_text(encoding="utf-8")
        assert before in text
        self.write(name, text.replace(before, after))

    def load(self, **options: Any) -> LoadReport:
        return load_course(self.folder, self.scenarios, **options)


@pytest.fixture
def files(tmp_path: Path) -> Files:
    return Files(tmp_path)


def counts() -> dict[str, int]:
    return {model.__name__: model.objects.count() for model in ALL_TABLES}


def contents() -> dict[str, list[dict[str, Any]]]:
    """Every row of every table."""
    return {
        model.__name__: list(model.objects.order_by("pk").values())
        for model in ALL_TABLES
    }


def refused(load: Callable[[], Any]) -> DomainError:
    """Why nothing of it was loaded."""
    before = contents()
    with pytest.raises(DomainError) as caught:
        load()
    assert contents() == before
    return caught.value


# --- the course of the fixtures


@pytest.mark.exhaustive
def test_the_course_of_the_fixtures_is_loaded_and_stays() -> None:
    told: list[str] = []
    report = load_course(factories.OS_COURSE, factories.SCENARIOS, tell=told.append)
    executed = {
        "hypervisor-on-bare-hardware",
        "what-execve-answers",
        "which-change-makes-it-work",
        "why-containers-need-less",
    }
    questions = sorted(path.stem for path in factories.OS_COURSE.glob("questions/*"))
    assert executed < set(questions)
    assert report.course == Course.objects.get(key="operating-systems")
    assert report.chapters == ["virtualization-and-containers"]
    assert report.scenarios == sorted(p.stem for p in factories.SCENARIOS.glob("*"))
    assert (report.published, report.unchanged) == (questions, [])
    assert report.assessments == ["chapter-quiz", "exercises", "interview"]
    assert {line.partition(":")[0] for line in told} == executed
    assert set(Proof.objects.values_list("state", flat=True)) == {"held"}
    assert set(QuestionVersion.objects.values_list("state", flat=True)) == {"published"}
    asked = Q(questionversion__isnull=False)
    states = ScenarioVersion.objects.filter(asked).values_list("state", flat=True)
    assert set(states) == {"published"}
    # A scenario that no question asks about stays a draft that authors can take.
    others = ScenarioVersion.objects.exclude(asked).values_list("state", flat=True)
    assert set(others) == {"draft"}
    for proof in Proof.objects.select_related("question_version__question"):
        key = proof.question_version.question.key
        assert f"{key}: proved over {proof.total} variants" in told
        assert len({row["seed"] for row in proof.matrix}) == proof.total > 1
    assert Objective.objects.count() == 5
    assert [slot.number for slot in Slot.objects.order_by("assessment", "number")] == [
        *range(1, 5),
        *range(1, 4),
        *range(1, 4),
    ]

    before = contents()
    told.clear()
    again = load_course(factories.OS_COURSE, factories.SCENARIOS, tell=told.append)
    assert (again.published, again.unchanged, told) == ([], questions, [])
    assert again.scenarios == report.scenarios
    assert contents() == before


@pytest.fixture
def copied(tmp_path: Path) -> Callable[[], LoadReport]:
    """Loads a copy of the course with the scenarios that it asks about, in tmp_path."""
    folder, scenarios = tmp_path / "courses/operating-systems", tmp_path / "scenarios"
    shutil.copytree(factories.OS_COURSE, folder)
    scenarios.mkdir()
    for question in folder.glob("questions/*.yaml"):
        text = question.read_text(encoding="utf-8")
        key = yaml.load(text, Loader=yaml.CSafeLoader).get("scenario")
        if key:
            shutil.copy(factories.SCENARIOS / f"{key}.yaml", scenarios)
    return lambda: load_course(folder, scenarios)


def test_a_wrong_answer_key_is_told_with_its_counterexample(
    copied: Callable[[], LoadReport], tmp_path: Path
) -> None:
    path = tmp_path / "courses/operating-systems/questions/what-execve-answers.yaml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("choose: 1", "choose: 2"), encoding="utf-8")
    error = refused(copied)
    assert error.code == "proof_failed"
    first, *events = error.message.splitlines()
    assert first == (
        "what-execve-answers: the proof failed, seed 0, option a: option a "
        "(claim just_runs) does not hold: 1 options hold (c), not 2"
    )
    assert any("execve /srv/app.exe failed ENOEXEC" in event for event in events)
    assert all(event.startswith("    as_it_is: #") for event in events)
    assert error.problems[0]["events"] == [event.strip() for event in events]


def test_an_altered_simulator_loads_no_course(copied: Callable[[], LoadReport]) -> None:
    with simulator.altered(WITH_PE):
        error = refused(copied)
    assert error.code == "proof_failed"
    assert error.message.startswith(
        "what-execve-answers: the proof failed, seed 0, option a: option a "
        "(claim just_runs) is false, but not for its declared reason answers_enoexec"
    )
    assert "execve /srv/app.exe failed ENOENT" in error.message
    options = {(c["seed"], c["option"]) for c in error.problems}
    assert {(seed, "c") for seed in range(24)} < options


# --- what is stored


def test_everything_in_the_files_is_stored(files: Files) -> None:
    author = factories.make_user(is_superuser=True)
    report = files.load(author=author)
    course = Course.objects.get()
    assert (course.key, course.title, course.summary) == (
        "os",
        "Operating systems",
        "Kernels.",
    )
    chapter = Chapter.objects.get()
    assert chapter.course == course
    stored = (chapter.key, chapter.number, chapter.title, chapter.level)
    assert stored == ("containers", 21, "Containers", "intermediate")
    assert (chapter.minutes, chapter.next_title) == (30, "Files")
    assert (chapter.figure, chapter.source) == ("two-towers", CHAPTER)
    html = chapter.intro_html + chapter.body_html
    assert "<p>They share <em>one</em> kernel.</p>" in html
    assert "<p>Much more.</p>" in html
    objective = Objective.objects.get()
    assert (objective.chapter, objective.key, objective.text) == (
        chapter,
        "LO1",
        "Say what a container is.",
    )
    version = QuestionVersion.objects.get(question__key="execve")
    assert (version.author, list(version.objectives.all())) == (author, [objective])
    assert version.scenario_version == ScenarioVersion.objects.get(author=author)
    assert version.proof == Proof.objects.get()
    assessment = Assessment.objects.get()
    assert (assessment.course, assessment.chapter) == (course, chapter)
    assert (assessment.key, assessment.title, assessment.kind) == (
        "quiz",
        "Quiz",
        "quiz",
    )
    assert (assessment.instructions, assessment.position) == ("Decide.", 0)
    assert (assessment.attempts_allowed, assessment.tries_per_question) == (3, 2)
    assert (assessment.score_policy, assessment.time_limit_minutes) == ("last", 20)
    slots = Slot.objects.values_list("number", "question__key", "max_mark")
    assert list(slots) == [(1, "execve", Decimal(2)), (2, "why", Decimal("0.5"))]
    assert report == LoadReport(
        course=course,
        chapters=["containers"],
        scenarios=["pe"],
        published=["execve", "why"],
        assessments=["quiz"],
    )


def test_an_edit_updates_what_it_touches(files: Files) -> None:
    files.load()
    files.edit("course.yaml", "Kernels.", "Kernels and more.")
    files.edit("chapters/21-containers.md", "title: Containers", "title: Boxes")
    files.edit("chapters/21-containers.md", "Say what", "Explain what")
    files.edit("questions/why.yaml", "Say why", "Explain why")
    files.edit("assessments/quiz.yaml", "kind: quiz", "kind: exercise")
    files.edit("assessments/quiz.yaml", "max_mark: 2}", "max_mark: 4}")
    report = files.load()
    assert (report.published, report.unchanged) == (["why"], ["execve"])
    assert Course.objects.get().summary == "Kernels and more."
    assert Chapter.objects.get().title == "Boxes"
    assert Objective.objects.get().text == "Explain what a container is."
    assert Assessment.objects.get().kind == "exercise"
    assert [slot.max_mark for slot in Slot.objects.all()] == [4, Decimal("0.5")]
    versions = QuestionVersion.objects.filter(question__key="why").order_by("number")
    assert [(v.number, v.state, v.title) for v in versions] == [
        (1, "published", "Say why"),
        (2, "published", "Explain why"),
    ]


def test_an_edited_scenario_is_proved_with_its_questions_anew(files: Files) -> None:
    files.load()
    files.edit("../../scenarios/pe.yaml", "Somebody", "A learner")
    told: list[str] = []
    report = files.load(tell=told.append)
    assert (report.published, report.unchanged) == (["execve"], ["why"])
    assert told == ["execve: proved over 2 variants"]
    version = QuestionVersion.objects.filter(question__key="execve").latest("number")
    assert (version.number, version.state) == (2, "published")
    scenario = ScenarioVersion.objects.latest("number")
    assert (scenario.number, scenario.state) == (2, "published")
    assert version.scenario_version == scenario


def test_another_simulator_proves_again_what_is_published(
    files: Files, monkeypatch: pytest.MonkeyPatch
) -> None:
    files.load()
    first = QuestionVersion.objects.values().get(question__key="execve")
    monkeypatch.setattr(simulator, "SIMULATOR_VERSION", "99")
    assert files.load().published == ["execve"]
    assert Proof.objects.count() == 2
    assert QuestionVersion.objects.values().get(question__key="execve") == first
    assert files.load().unchanged == ["execve", "why"]
    assert Proof.objects.count() == 2


def test_a_slot_that_is_gone_from_the_file_goes(files: Files) -> None:
    files.load()
    last = "  - {question: why, max_mark: 0.5}\n"
    files.edit("assessments/quiz.yaml", last, "")
    files.load()
    assert [slot.question.key for slot in Slot.objects.all()] == ["execve"]


def test_a_slot_that_attempts_have_stays(files: Files) -> None:
    files.load()
    factories.start(Assessment.objects.get(), factories.make_user())
    files.edit("assessments/quiz.yaml", "  - {question: why, max_mark: 0.5}\n", "")
    error = refused(files.load)
    assert isinstance(error, ConflictError)
    path = files.folder / "assessments" / "quiz.yaml"
    assert error.code == "slot_in_use"
    assert error.message == (
        f"{path}: a slot after number 1 is gone, but attempts have its question. "
        "Keep it, or give the assessment a new key."
    )


# --- what is refused


@pytest.mark.parametrize(
    ("name", "before", "after", "line"),
    [
        ("course.yaml", "title: ", "titel: ", 2),
        ("chapters/21-containers.md", "number: 21", "number: many", 3),
        ("questions/why.yaml", "points: 2", "points: -2", 7),
        ("questions/execve.yaml", "claim: no_file", "claim: no_fiel", 11),
        ("assessments/quiz.yaml", "kind: quiz", "kind: exam", 4),
        ("../../scenarios/pe.yaml", "cores: 2", "cores: two", 8),
    ],
)
def test_a_broken_file_is_named_with_its_line(
    files: Files, name: str, before: str, after: str, line: int
) -> None:
    files.edit(name, before, after)
    error = refused(files.load)
    assert isinstance(error, InvalidInputError)
    assert error.code == "invalid_file"
    path = files.folder / name
    first, *lines = error.message.splitlines()
    assert Path(first.removesuffix(" cannot be loaded:")).name == path.name
    assert lines == [
        f"  {path.name}:{problem['line']}:{problem['column']}: {problem['path']}: "
        f"{problem['message']} {problem['hint']}"
        for problem in error.problems
    ]
    assert line in {problem["line"] for problem in error.problems}


def test_a_file_that_is_no_yaml_is_named_with_its_line(files: Files) -> None:
    files.edit("questions/execve.yaml", "choose: 1", "choose: [1")
    error = refused(files.load)
    assert error.message.splitlines()[0] == (
        f"{files.folder / 'questions' / 'execve.yaml'} cannot be loaded:"
    )
    (problem,) = error.problems
    assert error.message.splitlines()[1].startswith(
        f"  execve.yaml:{problem['line']}:{problem['column']}: "
    )
    assert problem["line"] in {6, 7}


def test_nothing_of_an_update_stays_when_a_later_file_is_broken(files: Files) -> None:
    files.load()
    files.edit("course.yaml", "Kernels.", "Kernels and more.")
    files.edit("questions/why.yaml", "Say why", "Explain why")
    files.edit("assessments/quiz.yaml", "kind: quiz", "kind: exam")
    assert refused(files.load).code == "invalid_file"
    assert Course.objects.get().summary == "Kernels."


def test_a_folder_without_a_course_is_named(files: Files) -> None:
    (files.folder / "course.yaml").unlink()
    error = refused(files.load)
    path = files.folder / "course.yaml"
    assert (error.code, error.message) == (
        "invalid_file",
        f"{path} cannot be read: No such file or directory.",
    )


@pytest.mark.parametrize(
    "name", ["course.yaml", "questions/why.yaml", "../../scenarios/pe.yaml"]
)
def test_a_file_that_is_no_text_is_named(files: Files, name: str) -> None:
    path = (files.folder / name).resolve()
    path.write_bytes(b"key: \xff\n")
    error = refused(files.load)
    assert (error.code, error.message) == (
        "invalid_file",
        f"{path} is no UTF-8 text: see its byte 5.",
    )


def test_two_chapters_of_one_number_are_named(files: Files) -> None:
    text = CHAPTER.replace("key: containers", "key: boxes")
    files.write("chapters/22-boxes.md", text)
    error = refused(files.load)
    path = files.folder / "chapters" / "22-boxes.md"
    assert (error.code, error.message) == (
        "invalid_file",
        f"{path} cannot be loaded: another chapter has number 21.",
    )


def test_a_slot_of_an_unknown_question_is_named(files: Files) -> None:
    files.edit("assessments/quiz.yaml", "question: why", "question: wy")
    error = refused(files.load)
    path = files.folder / "assessments" / "quiz.yaml"
    assert (error.code, error.message) == (
        "unknown_question",
        f"{path}: slot 2 names question 'wy', which the course does not have.",
    )


def test_a_question_of_another_course_is_unknown(files: Files) -> None:
    factories.make_free_response(factories.make_course(), "elsewhere")
    files.edit("assessments/quiz.yaml", "question: why", "question: elsewhere")
    assert refused(files.load).code == "unknown_question"


def test_an_assessment_of_an_unknown_chapter_is_named(files: Files) -> None:
    files.edit("assessments/quiz.yaml", "chapter: containers", "chapter: boxes")
    error = refused(files.load)
    path = files.folder / "assessments" / "quiz.yaml"
    assert (error.code, error.message) == (
        "unknown_chapter",
        f"{path}: the course does not have chapter 'boxes'.",
    )


def test_a_question_without_its_scenario_is_named(files: Files) -> None:
    (files.scenarios / "pe.yaml").unlink()
    error = refused(files.load)
    assert error.message == (
        f"{files.folder / 'questions' / 'execve.yaml'} cannot be loaded:\n"
        "  execve.yaml:1:1: scenario: There is no scenario 'pe'. "
        "Save the scenario first."
    )


def test_a_person_without_the_right_loads_nothing(files: Files) -> None:
    learner = factories.make_user()
    error = refused(lambda: files.load(author=learner))
    assert error.code == "not_an_author"


def test_a_failure_that_no_variant_shows_has_no_seed(
    files: Files, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*args: Any, **options: Any) -> None:
        raise simulator.SimulatorError("the world has no server")

    monkeypatch.setattr(simulator, "iter_proof", broken)
    error = refused(files.load)
    assert error.message == "execve: the proof failed: the world has no server"
    assert [problem["kind"] for problem in error.problems] == ["scenario"]


def test_a_failure_of_the_platform_is_said_to_be_one(
    files: Files, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*args: Any, **options: Any) -> None:
        raise MemoryError("too much")

    monkeypatch.setattr(simulator, "iter_proof", broken)
    error = refused(files.load)
    assert error.code == "proof_failed"
    assert error.message == (
        "execve: the proof could not be run, it is queued: MemoryError('too much')"
    )
    assert error.problems == []
    assert [record.message for record in caplog.records] != []


def test_a_question_is_proved_by_the_same_gate(
    files: Files, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[QuestionVersion] = []

    def noted(version: QuestionVersion) -> Proof:
        seen.append(version)
        return prove_now(version)

    monkeypatch.setattr("quizzes.domain.loading.prove_now", noted)
    files.load()
    assert [version.question.key for version in seen] == ["execve"]
    assert proving.is_current(Proof.objects.get())
