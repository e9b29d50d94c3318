from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest

from quizzes.domain.errors import NotFoundError
from quizzes.domain.queries import authored
from quizzes.models import QuestionVersion, ScenarioVersion
from tests import factories
from tests.instructors import SCENARIO, People, make_draft, make_people, make_proof


@pytest.fixture
def people(db: None) -> People:
    return make_people()


@pytest.fixture
def draft(people: People) -> QuestionVersion:
    return make_draft(people.course)


def test_own_courses_are_those_one_teaches(people: People) -> None:
    courses = {
        name: {course.key for course in authored.own_courses(people.named(name))}
        for name in ("instructor", "outsider", "learner", "admin")
    }
    assert courses == {
        "instructor": {"os"},
        "outsider": {"networks"},
        "learner": set(),
        "admin": {"os", "networks"},
    }


FINDERS: dict[str, Callable[[Any, QuestionVersion], Any]] = {
    "course": lambda user, _: authored.own_course(user, "os"),
    "question": lambda user, draft: authored.own_question(user, draft.question_id),
    "version": lambda user, draft: authored.own_version(user, draft.pk),
    "proof": lambda user, draft: authored.own_proof(user, make_proof(draft).uuid),
    "scenario": lambda user, _: authored.own_scenario(user, SCENARIO),
}


@pytest.mark.parametrize("name", FINDERS)
def test_rows_are_found_by_those_who_teach_the_course(
    people: People, draft: QuestionVersion, name: str
) -> None:
    find = FINDERS[name]
    assert type(find(people.instructor, draft)) is type(find(people.admin, draft))
    for person in (people.outsider, people.learner):
        with pytest.raises(NotFoundError):
            find(person, draft)


def test_what_is_not_there_is_not_found(people: People) -> None:
    lost: list[Callable[[], object]] = [
        lambda: authored.own_course(people.admin, "none"),
        lambda: authored.own_question(people.admin, 0),
        lambda: authored.own_version(people.admin, 0),
        lambda: authored.own_proof(people.admin, uuid4()),
        lambda: authored.own_scenario(people.admin, "none"),
    ]
    said = []
    for find in lost:
        with pytest.raises(NotFoundError) as caught:
            find()
        said.append(caught.value.message)
    assert said == [
        "There is no such course.",
        "There is no such question.",
        "There is no such version of a question.",
        "There is no such proof.",
        "There is no such scenario.",
    ]


def test_the_newest_version_of_each_question_knows_the_published_one(
    people: People, draft: QuestionVersion
) -> None:
    published = factories.make_free_response(people.course, "why")
    factories.save_question(
        people.course, source=published.source + "max_words: 90\n", author=None
    )
    proofs = [make_proof(draft), make_proof(draft)]
    rows = list(authored.newest_versions(people.course))
    assert [
        (row.question.key, row.number, row.state, row.published_number) for row in rows
    ] == [("what-execve-answers", 1, "draft", None), ("why", 2, "draft", 1)]
    assert list(rows[0].proofs.all()) == proofs[::-1]


def test_a_draft_of_a_scenario_is_seen_by_its_author_and_its_users(
    people: People, draft: QuestionVersion
) -> None:
    def seen() -> dict[str, int]:
        return {
            name: authored.own_scenario_versions(people.named(name)).count()
            for name in ("instructor", "outsider", "admin")
        }

    assert seen() == {"instructor": 1, "outsider": 0, "admin": 1}
    ScenarioVersion.objects.update(author=people.outsider)
    assert seen() == {"instructor": 1, "outsider": 1, "admin": 1}
    ScenarioVersion.objects.update(
        author=None, state="published", published_at="2026-01-01T00:00:00Z"
    )
    assert seen() == {"instructor": 1, "outsider": 1, "admin": 1}


def test_questions_on_a_scenario_are_ones_own(
    people: People, draft: QuestionVersion
) -> None:
    theirs = make_draft(people.other_course)
    scenario = authored.own_scenario(people.admin, SCENARIO)
    found = {
        name: list(authored.own_versions_on(people.named(name), scenario))
        for name in ("instructor", "outsider")
    }
    assert found == {"instructor": [draft], "outsider": [theirs]}
