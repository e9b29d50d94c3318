"""Writing questions and scenarios: drafts that may change until they are published."""

import hashlib
import json
from typing import Any, TypeVar

from django.db import transaction
from django.db.models import QuerySet

import simulator
from quizzes.domain.errors import InvalidInputError, NotAllowedError, NotFoundError
from quizzes.enums import VersionState
from quizzes.execution.in_process import scenario_of
from quizzes.models import (
    Course,
    Objective,
    Question,
    QuestionVersion,
    Scenario,
    ScenarioVersion,
)
from quizzes.question_types.base import Presentation
from quizzes.question_types.registry import question_type
from quizzes.rules import can_author, can_author_scenarios
from quizzes.specs import QuestionSpec, SpecError, read_question

Version = TypeVar("Version", QuestionVersion, ScenarioVersion)

LATEST_STATES = (VersionState.DRAFT, VersionState.PUBLISHED)


def save_scenario(*, source: str, author: Any) -> ScenarioVersion:
    """Store the text as the draft of the scenario that its key names.

    A text that is the newest version already changes nothing. ``author`` None is the
    loader of fixtures. Raises NotAllowedError (``not_an_author``), InvalidInputError
    (``invalid_scenario``) with every problem's line and column.
    """
    if author is not None and not can_author_scenarios(author):
        raise NotAllowedError("not_an_author", "Only instructors write scenarios.")
    problems = check_scenario_source(source)
    if problems:
        raise _invalid("invalid_scenario", problems)
    parsed = scenario_of(source)
    digest = _sha256(source)
    with transaction.atomic():
        scenario, _ = Scenario.objects.select_for_update(no_key=True).get_or_create(
            key=parsed.key
        )
        newest = _lock_newest(scenario.versions.all())
        if newest is not None and newest.digest == digest:
            return newest
        return _store(
            newest,
            ScenarioVersion(scenario=scenario, author=author),
            {"source": source, "digest": digest, "title": parsed.title},
        )


def save_question(course: Course, *, source: str, author: Any) -> QuestionVersion:
    """Store the text as the draft of the question that its key names.

    It is pinned to the newest version of its scenario. A text that is the newest
    version already, on the same scenario version, changes nothing. Raises
    NotAllowedError (``not_an_author``), InvalidInputError (``invalid_question``).
    """
    if author is not None and not can_author(author, course):
        raise NotAllowedError("not_an_author", "Only instructors of the course write.")
    spec = _parse_question(source, course)
    scenario_version = _newest_scenario(spec.scenario) if spec.scenario else None
    fields = {
        "source": source,
        "spec": spec.to_json(),
        "digest": _sha256(json.dumps(spec.to_json(), sort_keys=True)),
        "type": spec.type,
        "title": spec.title,
        "scenario_version": scenario_version,
    }
    with transaction.atomic():
        question, _ = Question.objects.select_for_update(no_key=True).get_or_create(
            course=course, key=spec.key
        )
        newest = _lock_newest(question.versions.all())
        if (
            newest is not None
            and newest.digest == fields["digest"]
            and newest.source == source
            and newest.scenario_version == scenario_version
        ):
            return newest
        version = _store(
            newest, QuestionVersion(question=question, author=author), fields
        )
        version.objectives.set(_objectives(course, spec))
    return version


def check_scenario_source(source: str) -> list[dict[str, Any]]:
    """Every problem of a scenario's text: line, column, path, message, hint."""
    try:
        scenario_of(source)
    except simulator.ScenarioError as error:
        return [_problem(problem) for problem in error.problems]
    return []


def check_question_source(course: Course, source: str) -> list[dict[str, Any]]:
    """Every problem of a question's text: line, column, path, message, hint."""
    try:
        _parse_question(source, course)
    except InvalidInputError as error:
        return error.problems
    return []


def preview_question(
    version: QuestionVersion, *, seed: int
) -> tuple[Presentation, dict[str, Any]]:
    """What a learner would see of this seed's variant, and its parameters."""
    spec = QuestionSpec.from_json(version.spec)
    params: dict[str, Any] = {}
    if version.scenario_version is not None:
        scenario = scenario_of(version.scenario_version.source)
        params = dict(scenario.variant(seed))
    return question_type(spec.type).present(spec, params, seed), params


def newest_version(question: Question) -> QuestionVersion:
    """The draft if there is one, else the newest published version."""
    version = question.versions.order_by("-number").first()
    if version is None:
        raise NotFoundError("question version")
    return version


def _lock_newest(versions: QuerySet[Version]) -> Version | None:
    """The newest version, which nobody publishes until the draft is written."""
    return versions.select_for_update(no_key=True).order_by("-number").first()


def _store(newest: Version | None, fresh: Version, fields: dict[str, Any]) -> Version:
    """Write the fields into the open draft, or into the next version."""
    if newest is not None and newest.state == VersionState.DRAFT:
        version = newest
    else:
        version = fresh
        version.number = newest.number + 1 if newest else 1
    for name, value in fields.items():
        setattr(version, name, value)
    version.save()
    return version


def _parse_question(source: str, course: Course) -> QuestionSpec:
    """Read the text twice: once for its scenario's key, once against that scenario."""
    chapters = _objective_keys(course)
    try:
        spec = read_question(source, chapters=chapters)
        if spec.scenario is None:
            return spec
        scenario = scenario_of(_newest_scenario(spec.scenario).source)
        return read_question(
            source,
            parameters=list(scenario.parameters),
            claims=list(scenario.claims),
            chapters=chapters,
        )
    except SpecError as error:
        problems = [_problem(problem) for problem in error.problems]
        raise _invalid("invalid_question", problems) from error


def _newest_scenario(key: str) -> ScenarioVersion:
    version = (
        ScenarioVersion.objects.filter(scenario__key=key, state__in=LATEST_STATES)
        .order_by("-number")
        .first()
    )
    if version is None:
        raise InvalidInputError(
            "unknown_scenario",
            f"There is no scenario {key!r}.",
            problems=[
                {
                    "line": 1,
                    "column": 1,
                    "path": "scenario",
                    "message": f"There is no scenario {key!r}.",
                    "hint": "Save the scenario first.",
                }
            ],
        )
    return version


def _objective_keys(course: Course) -> dict[str, list[str]]:
    """Per chapter of the course: the keys of its objectives."""
    keys: dict[str, list[str]] = {}
    for chapter, objective in course.chapters.values_list("key", "objectives__key"):
        keys.setdefault(chapter, []).extend([objective] if objective else [])
    return keys


def _objectives(course: Course, spec: QuestionSpec) -> list[Objective]:
    return list(
        Objective.objects.filter(
            chapter__course=course,
            chapter__key=spec.chapter,
            key__in=spec.objectives,
        )
    )


def _problem(problem: Any) -> dict[str, Any]:
    return {
        "line": problem.line,
        "column": problem.column,
        "path": problem.path,
        "message": problem.message,
        "hint": problem.hint,
    }


def _invalid(code: str, problems: list[dict[str, Any]]) -> InvalidInputError:
    first = problems[0]
    rest = f" (and {len(problems) - 1} more)" if len(problems) > 1 else ""
    message = f"Line {first['line']}, column {first['column']}: {first['message']}"
    return InvalidInputError(code, message + rest, problems=problems)


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
