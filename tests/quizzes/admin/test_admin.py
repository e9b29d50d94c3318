"""The admin: whose rows, who may change what, and that no state can be set."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.contrib import admin
from django.contrib.messages import get_messages
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from quizzes.domain.enrolling import enrol
from quizzes.domain.reviewing import grade_manually
from quizzes.enums import Role
from quizzes.models import (
    Assessment,
    Chapter,
    Course,
    Enrolment,
    GradeEvent,
    GradingJob,
    Observation,
    Proof,
    Question,
    QuestionVersion,
    Scenario,
    ScenarioVersion,
    Slot,
    Submission,
    Verdict,
)
from tests import factories, observing
from tests.instructors import People, make_draft, make_proof, make_waiting_of

# Django's own and those of accounts are for administrators; these are the domain's.
TABLES = [
    Assessment,
    Chapter,
    Course,
    Enrolment,
    GradeEvent,
    GradingJob,
    Observation,
    Proof,
    Question,
    QuestionVersion,
    Scenario,
    ScenarioVersion,
    Submission,
    Verdict,
]
READ_ONLY = [
    Chapter,
    GradeEvent,
    GradingJob,
    Observation,
    Proof,
    Question,
    QuestionVersion,
    Scenario,
    ScenarioVersion,
    Submission,
    Verdict,
]


def url(model: Any, page: str, *args: Any) -> str:
    return reverse(f"admin:quizzes_{model._meta.model_name}_{page}", args=args)


@pytest.fixture
def author(client: Client, people: People) -> Client:
    client.force_login(people.instructor)
    return client


def fill(course: Course, learner: Any, grader: Any) -> None:
    """At least one row of each table, all of this course."""
    factories.make_chapter(course)
    proof = make_proof(make_draft(course, f"draft-of-{course.key}"))
    observing.make_observation(proof.scenario_version)
    job = make_waiting_of(course, learner, "Because.")
    points = {"kernel": Decimal(1), "stages": Decimal(1)}
    grade_manually(job, grader=grader, points=points, reason="Half.")


@pytest.fixture
def filled(people: People) -> People:
    fill(people.course, people.learner, people.instructor)
    return people


def test_every_table_of_the_domain_is_here() -> None:
    registered = {
        model.__name__
        for model in admin.site._registry
        if model._meta.app_label == "quizzes"
    }
    assert registered == {model.__name__ for model in TABLES}


def test_instructors_find_their_own_rows_and_no_others(
    client: Client, filled: People, subtests: pytest.Subtests
) -> None:
    rows = {
        Course: filled.course,
        Enrolment: filled.course.enrolments.get(user=filled.learner),
    }
    for model in TABLES:
        row = rows.get(model) or model.objects.latest("pk")
        found = {}
        for person in ("instructor", "outsider", "admin"):
            client.force_login(filled.named(person))
            listed = client.get(url(model, "changelist")).context["cl"].queryset
            page = client.get(url(model, "change", row.pk))
            found[person] = (row in listed, page.status_code)
        with subtests.test(model.__name__):
            assert found == {
                "instructor": (True, 200),
                "outsider": (False, 302),
                "admin": (True, 200),
            }


def test_learners_do_not_come_in(
    client: Client, filled: People, subtests: pytest.Subtests
) -> None:
    client.force_login(filled.learner)
    for model in TABLES:
        response = client.get(url(model, "changelist"))
        with subtests.test(model.__name__):
            assert response.status_code == 302
            assert response["Location"].startswith("/admin/login/")


def test_rows_made_by_verbs_are_only_looked_at(
    client: Client, filled: People, subtests: pytest.Subtests
) -> None:
    client.force_login(filled.admin)
    for model in READ_ONLY:
        with subtests.test(model.__name__):
            _only_looked_at(client, model)


def _only_looked_at(client: Client, model: Any) -> None:
    row = model.objects.latest("pk")
    before = model.objects.filter(pk=row.pk).values().get()
    answers = {
        "add": client.get(url(model, "add")).status_code,
        "change": client.post(
            url(model, "change", row.pk), {"state": "published", "source": "x"}
        ).status_code,
        "delete": client.post(
            url(model, "delete", row.pk), {"post": "yes"}
        ).status_code,
    }
    assert answers == {"add": 403, "change": 403, "delete": 403}
    assert model.objects.filter(pk=row.pk).values().get() == before


def test_there_are_no_bulk_actions(
    client: Client, filled: People, subtests: pytest.Subtests
) -> None:
    client.force_login(filled.admin)
    for model in TABLES:
        with subtests.test(model.__name__):
            _not_deleted_in_bulk(client, model)


def _not_deleted_in_bulk(client: Client, model: Any) -> None:
    rows = model.objects.count()
    client.post(
        url(model, "changelist"),
        {
            "action": "delete_selected",
            "_selected_action": [str(row.pk) for row in model.objects.all()],
            "post": "yes",
        },
    )
    assert model.objects.count() == rows
    assert client.get(url(model, "changelist")).context["action_form"] is None


def more_of_all(people: People, number: int) -> None:
    learner = factories.make_user()
    enrol(people.course, user=learner)
    factories.make_chapter(people.course)
    draft = make_draft(people.course, f"draft-{number}")
    QuestionVersion.objects.filter(pk=draft.pk).update(author=people.instructor)
    proof = make_proof(draft, user=people.instructor)
    observing.make_observation(proof.scenario_version)
    job = make_waiting_of(people.course, learner, "Because.")
    points = {"kernel": Decimal(1), "stages": Decimal(1)}
    grade_manually(job, grader=people.instructor, points=points, reason="Half.")


def test_lists_ask_as_often_for_thirty_rows_as_for_one(
    author: Client,
    people: People,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    def queries() -> dict[str, int]:
        asked = {}
        for model in TABLES:
            with django_assert_max_num_queries(100) as captured:
                author.get(url(model, "changelist"))
            asked[model.__name__] = len(captured)
        return asked

    more_of_all(people, 0)
    few = queries()
    for number in range(1, 30):
        more_of_all(people, number)
    assert queries() == few


def test_an_instructor_writes_the_courses_settings_not_its_key(
    author: Client, people: People
) -> None:
    author.post(
        url(Course, "change", people.course.pk),
        {"key": "other", "title": "New title", "summary": "S"},
    )
    people.course.refresh_from_db()
    assert (people.course.key, people.course.title, people.course.is_open) == (
        "os",
        "New title",
        False,
    )


@pytest.mark.parametrize(("person", "status"), [("instructor", 403), ("admin", 200)])
def test_only_administrators_make_courses(
    client: Client, people: People, person: str, status: int
) -> None:
    client.force_login(people.named(person))
    assert client.get(url(Course, "add")).status_code == status


def enrolment(people: People, **changes: Any) -> dict[str, Any]:
    return {
        "course": people.course.pk,
        "username": people.outsider.username,
        "role": "learner",
        **changes,
    }


def errors(response: Any) -> dict[str, list[str]]:
    return dict(response.context["adminform"].form.errors)


def test_enrolling_goes_by_user_name(author: Client, people: People) -> None:
    author.post(url(Enrolment, "add"), enrolment(people))
    enrolled = people.course.enrolments.get(user=people.outsider)
    assert enrolled.role == Role.LEARNER


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"username": "nobody"}, {"username": ["Nobody has the user name “nobody”."]}),
        (
            {"username": "lea"},
            {"username": ["Lea Learner already takes part in A course."]},
        ),
        ({"username": ""}, {"username": ["This field is required."]}),
    ],
)
def test_who_cannot_be_enrolled_is_said(
    author: Client,
    people: People,
    changes: dict[str, Any],
    expected: dict[str, list[str]],
) -> None:
    response = author.post(url(Enrolment, "add"), enrolment(people, **changes))
    assert errors(response) == expected


def test_nobody_enrols_into_anothers_course(author: Client, people: People) -> None:
    response = author.post(
        url(Enrolment, "add"), enrolment(people, course=people.other_course.pk)
    )
    assert list(errors(response)) == ["course"]
    assert people.other_course.enrolments.count() == 1


def test_a_role_changes_and_an_enrolment_ends(author: Client, people: People) -> None:
    row = people.course.enrolments.get(user=people.learner)
    author.post(url(Enrolment, "change", row.pk), {"role": "instructor"})
    row.refresh_from_db()
    assert row.role == Role.INSTRUCTOR
    author.post(url(Enrolment, "delete", row.pk), {"post": "yes"})
    assert not people.course.enrolments.filter(user=people.learner).exists()


def slots(question: Question, **changes: Any) -> dict[str, Any]:
    return {
        "chapter": "",
        "title": "A quiz",
        "kind": "quiz",
        "instructions": "",
        "position": "0",
        "attempts_allowed": "",
        "tries_per_question": "3",
        "score_policy": "best",
        "time_limit_minutes": "",
        "slots-TOTAL_FORMS": "1",
        "slots-INITIAL_FORMS": "0",
        "slots-0-number": "1",
        "slots-0-question": question.pk,
        "slots-0-pinned_version": "",
        "slots-0-max_mark": "2",
        **changes,
    }


def inline_errors(response: Any) -> list[dict[str, Any]]:
    [formset] = response.context["inline_admin_formsets"]
    return [dict(form.errors) for form in formset.formset.forms]


def test_an_assessment_gets_slots(author: Client, people: People) -> None:
    question = factories.make_free_response(people.course).question
    assessment = factories.make_assessment(people.course)
    author.post(url(Assessment, "change", assessment.pk), slots(question))
    assessment.refresh_from_db()
    assert assessment.tries_per_question == 3
    assert list(assessment.slots.values_list("number", "question", "max_mark")) == [
        (1, question.pk, Decimal(2))
    ]


def test_a_new_assessment_belongs_to_an_own_course(
    author: Client, people: People
) -> None:
    question = factories.make_free_response(people.course).question
    form = slots(question, key="new", course=people.other_course.pk)
    assert "course" in errors(author.post(url(Assessment, "add"), form))
    author.post(url(Assessment, "add"), {**form, "course": people.course.pk})
    assert Assessment.objects.get().slots.count() == 1


def test_a_slot_takes_questions_and_versions_of_the_course_alone(
    client: Client, people: People
) -> None:
    own = factories.make_free_response(people.course)
    foreign = factories.make_free_response(people.other_course)
    assessment = factories.make_assessment(people.course)
    change = url(Assessment, "change", assessment.pk)
    client.force_login(people.admin)
    other = client.post(change, slots(foreign.question))
    assert inline_errors(other) == [
        {"question": ["This question belongs to another course."]}
    ]
    pinned = {"slots-0-pinned_version": foreign.pk}
    wrong = client.post(change, slots(own.question, **pinned))
    assert inline_errors(wrong) == [
        {"pinned_version": [f"This is not a version of {own.question}."]}
    ]
    client.force_login(people.instructor)
    hidden = client.post(change, slots(foreign.question, **pinned))
    assert [sorted(found) for found in inline_errors(hidden)] == [
        ["pinned_version", "question"]
    ]
    assert not Slot.objects.exists()


def test_a_draft_cannot_be_pinned(author: Client, people: People) -> None:
    draft = make_draft(people.course)
    assessment = factories.make_assessment(people.course)
    form = slots(draft.question, **{"slots-0-pinned_version": draft.pk})
    response = author.post(url(Assessment, "change", assessment.pk), form)
    assert [sorted(found) for found in inline_errors(response)] == [["pinned_version"]]


def test_inputs_of_slots_say_what_they_are(author: Client, people: People) -> None:
    question = factories.make_free_response(people.course).question
    assessment = factories.make_assessment(people.course, question)
    page = author.get(url(Assessment, "change", assessment.pk)).content.decode()
    assert 'aria-label="Question, row 1"' in page
    assert 'aria-label="Max mark, new row"' in page


TOOLS: list[tuple[Any, Callable[[Any], str]]] = [
    (Question, lambda row: reverse("author:question", args=[row.pk])),
    (QuestionVersion, lambda row: reverse("author:preview", args=[row.pk])),
    (Scenario, lambda row: reverse("author:scenario", args=[row.key])),
    (ScenarioVersion, lambda row: reverse("author:scenario", args=[row.scenario.key])),
    (Proof, lambda row: reverse("author:proof", args=[row.uuid])),
    (Verdict, lambda row: reverse("staff:verdict", args=[row.uuid])),
]


@pytest.mark.parametrize(
    ("model", "target"), TOOLS, ids=[model.__name__ for model, _ in TOOLS]
)
def test_rows_lead_to_where_they_are_worked_on(
    client: Client, filled: People, model: Any, target: Callable[[Any], str]
) -> None:
    client.force_login(filled.instructor)
    row = model.objects.latest("pk")
    page = client.get(url(model, "change", row.pk)).content.decode()
    assert f'href="{target(row)}"' in page


@pytest.mark.parametrize(
    ("state", "name"), [("needs_grading", "staff:grade"), ("dead", "staff:dead-jobs")]
)
def test_an_open_job_leads_to_what_can_be_done(
    author: Client, people: People, state: str, name: str
) -> None:
    job = make_waiting_of(people.course, people.learner, "Because.")
    GradingJob.objects.update(state=state)
    page = author.get(url(GradingJob, "change", job.pk)).content.decode()
    args = [job.uuid] if name == "staff:grade" else []
    assert f'href="{reverse(name, args=args)}"' in page


def test_the_list_of_questions_shows_newest_and_published(
    author: Client, people: People
) -> None:
    make_draft(people.course)
    factories.make_free_response(people.course, "why")
    [first, second] = author.get(url(Question, "changelist")).context["cl"].result_list
    table = admin.site.get_model_admin(Question)
    shown: Any = [
        (row.key, table.title(row), table.newest(row), table.published(row))
        for row in (first, second)
    ]
    assert shown == [
        ("what-execve-answers", "A Windows program is started", "1 draft", None),
        ("why", "Say why", "1 published", "1"),
    ]


def test_an_unknown_row_is_said_not_raised(author: Client) -> None:
    response = author.get(url(Proof, "change", 12345))
    assert response.status_code == 302
    [said] = [str(message) for message in get_messages(response.wsgi_request)]
    assert said.startswith("proof with ID “12345” doesn")
