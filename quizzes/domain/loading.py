"""Loading a course from files, through the same publish gate as everything else."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from django.db import IntegrityError, transaction
from django.db.models import ProtectedError

from quizzes.domain.authoring import save_question, save_scenario
from quizzes.domain.errors import ConflictError, InvalidInputError
from quizzes.domain.proving import prove_now
from quizzes.domain.publishing import current_proof, publish_question
from quizzes.enums import ProofState, VersionState
from quizzes.markup import render_block
from quizzes.models import (
    Assessment,
    Chapter,
    Course,
    Objective,
    Proof,
    Question,
    QuestionVersion,
    Slot,
)
from quizzes.specs import (
    AssessmentSpec,
    ChapterSpec,
    SpecError,
    read_assessment,
    read_chapter,
    read_course,
)

T = TypeVar("T")


@dataclass(slots=True)
class LoadReport:
    """What was loaded: keys in the order in which they were read."""

    course: Course
    chapters: list[str] = field(default_factory=list)
    scenarios: list[str] = field(default_factory=list)
    published: list[str] = field(default_factory=list)
    unchanged: list[str] = field(default_factory=list)
    assessments: list[str] = field(default_factory=list)


def load_course(
    folder: Path,
    scenarios: Path,
    *,
    author: Any = None,
    tell: Callable[[str], None] = lambda _: None,
) -> LoadReport:
    """Load or update a course; everything or nothing.

    ``folder`` holds course.yaml, chapters/*.md, questions/*.yaml and
    assessments/*.yaml; ``scenarios`` holds <key>.yaml. Each question is proved and
    published; ``tell`` gets a line of progress for each. Loading the same files
    twice changes nothing. Raises InvalidInputError (``invalid_file``, with the file
    and every line; ``unknown_chapter``, ``unknown_question``; ``proof_failed``, with
    the counterexample), ConflictError (``slot_in_use``).
    """
    with transaction.atomic():
        report = LoadReport(course=_course(folder))
        for path in sorted(folder.glob("chapters/*.md")):
            report.chapters.append(_chapter(report.course, path).key)
        for path in sorted(scenarios.glob("*.yaml")):
            report.scenarios.append(_scenario(path, author))
        for path in sorted(folder.glob("questions/*.yaml")):
            _question(report, path, author, tell)
        for position, path in enumerate(sorted(folder.glob("assessments/*.yaml"))):
            report.assessments.append(_assessment(report.course, path, position).key)
    return report


def _read(path: Path, reader: Callable[..., T]) -> T:
    try:
        return reader(_text(path), name=path.name)
    except SpecError as error:
        problems = [problem.to_json() for problem in error.problems]
        raise _invalid_file(path, problems) from error


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise InvalidInputError(
            "invalid_file", f"{path} cannot be read: {error.strerror}."
        ) from error
    except UnicodeDecodeError as error:
        raise InvalidInputError(
            "invalid_file", f"{path} is no UTF-8 text: see its byte {error.start}."
        ) from error


def _invalid_file(path: Path, problems: list[dict[str, Any]]) -> InvalidInputError:
    lines = "\n".join(
        f"  {path.name}:{problem['line']}:{problem['column']}: {problem['path']}: "
        f"{problem['message']} {problem['hint']}"
        for problem in problems
    )
    return InvalidInputError(
        "invalid_file", f"{path} cannot be loaded:\n{lines}", problems=problems
    )


def _course(folder: Path) -> Course:
    spec = _read(folder / "course.yaml", read_course)
    course, _ = Course.objects.update_or_create(
        key=spec.key, defaults={"title": spec.title, "summary": spec.summary}
    )
    return course


def _chapter(course: Course, path: Path) -> Chapter:
    spec: ChapterSpec = _read(path, read_chapter)
    fields = {
        "number": spec.number,
        "title": spec.title,
        "level": spec.level,
        "minutes": spec.minutes,
        "source": _text(path),
        "intro_html": render_block(spec.intro),
        "body_html": render_block(spec.body),
        "figure": spec.figure or "",
        "next_title": spec.next_title or "",
    }
    try:
        chapter, _ = Chapter.objects.update_or_create(
            course=course, key=spec.key, defaults=fields
        )
    except IntegrityError as error:
        raise InvalidInputError(
            "invalid_file",
            f"{path} cannot be loaded: another chapter has number {spec.number}.",
        ) from error
    for objective in spec.objectives:
        Objective.objects.update_or_create(
            chapter=chapter, key=objective.key, defaults={"text": objective.statement}
        )
    return chapter


def _scenario(path: Path, author: Any) -> str:
    source = _text(path)
    try:
        version = save_scenario(source=source, author=author)
    except InvalidInputError as error:
        raise _invalid_file(path, error.problems) from error
    return version.scenario.key


def _question(
    report: LoadReport, path: Path, author: Any, tell: Callable[[str], None]
) -> None:
    source = _text(path)
    try:
        version = save_question(report.course, source=source, author=author)
    except InvalidInputError as error:
        raise _invalid_file(path, error.problems) from error
    key = version.question.key
    if version.state == VersionState.PUBLISHED and _still_proved(version):
        report.unchanged.append(key)
        return
    if version.scenario_version is not None:
        _prove(version, tell)
    publish_question(version, user=author)
    report.published.append(key)


def _still_proved(version: QuestionVersion) -> bool:
    return version.scenario_version is None or current_proof(version) is not None


def _prove(version: QuestionVersion, tell: Callable[[str], None]) -> None:
    key = version.question.key
    proof = prove_now(version)
    if proof.state == ProofState.HELD:
        tell(f"{key}: proved over {proof.total} variants")
        return
    raise InvalidInputError(
        "proof_failed", f"{key}: {_why(proof)}", problems=proof.counterexamples
    )


def _why(proof: Proof) -> str:
    """What the first counterexample shows, or why there is none."""
    if not proof.counterexamples:
        return f"the proof could not be run, it is {proof.state}: {proof.last_error}"
    first = proof.counterexamples[0]
    where = "".join(
        f", {name} {first[name]}"
        for name in ("seed", "option")
        if first[name] not in {None, ""}
    )
    events = "".join(f"\n    {event}" for event in first["events"])
    return f"the proof failed{where}: {first['message']}{events}"


def _assessment(course: Course, path: Path, position: int) -> Assessment:
    spec: AssessmentSpec = _read(path, read_assessment)
    chapter = Chapter.objects.filter(course=course, key=spec.chapter).first()
    if chapter is None:
        raise InvalidInputError(
            "unknown_chapter",
            f"{path}: the course does not have chapter {spec.chapter!r}.",
        )
    assessment, _ = Assessment.objects.update_or_create(
        course=course,
        key=spec.key,
        defaults={
            "chapter": chapter,
            "title": spec.title,
            "kind": spec.kind,
            "instructions": spec.instructions,
            "position": position,
            "attempts_allowed": spec.attempts_allowed,
            "tries_per_question": spec.tries_per_question,
            "score_policy": spec.score_policy,
            "time_limit_minutes": spec.time_limit_minutes,
        },
    )
    _slots(assessment, spec, path)
    return assessment


def _slots(assessment: Assessment, spec: AssessmentSpec, path: Path) -> None:
    for number, slot in enumerate(spec.slots, start=1):
        question = Question.objects.filter(
            course=assessment.course, key=slot.question
        ).first()
        if question is None:
            raise InvalidInputError(
                "unknown_question",
                f"{path}: slot {number} names question {slot.question!r}, "
                "which the course does not have.",
            )
        Slot.objects.update_or_create(
            assessment=assessment,
            number=number,
            defaults={"question": question, "max_mark": slot.max_mark},
        )
    try:
        assessment.slots.filter(number__gt=len(spec.slots)).delete()
    except ProtectedError as error:
        raise ConflictError(
            "slot_in_use",
            f"{path}: a slot after number {len(spec.slots)} is gone, but attempts "
            "have its question. Keep it, or give the assessment a new key.",
        ) from error
