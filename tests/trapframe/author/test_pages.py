import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from quizzes.models import Question, ScenarioVersion
from tests import factories
from tests.instructors import SCENARIO, People, make_draft, make_proof
from trapframe.author.difference import DiffLine, difference


@pytest.fixture
def author(client: Client, people: People) -> Client:
    client.force_login(people.instructor)
    return client


def test_home_lists_own_courses_with_the_standing_of_each_question(
    author: Client, people: People
) -> None:
    make_proof(make_draft(people.course))
    factories.make_free_response(people.course, "why")
    factories.make_free_response(people.other_course, "not-mine")
    response = author.get(reverse("author:home"))
    [(course, standings)] = response.context["courses"]
    assert course == people.course
    assert [
        (row.version.question.key, row.version.published_number, row.can_publish)
        for row in standings
    ] == [("what-execve-answers", None, True), ("why", 1, False)]
    assert "not-mine" not in response.content.decode()


def test_an_administrator_sees_every_course(client: Client, people: People) -> None:
    client.force_login(people.admin)
    courses = client.get(reverse("author:home")).context["courses"]
    assert [course.key for course, _ in courses] == ["os", "networks"]


def one_more_question(people: People, number: int) -> None:
    make_proof(make_draft(people.course, f"question-{number}"))


@pytest.mark.parametrize("url", ["/author/", f"/author/scenarios/{SCENARIO}/"])
def test_lists_ask_as_often_for_thirty_rows_as_for_one(
    author: Client,
    people: People,
    url: str,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    def queries() -> int:
        with django_assert_max_num_queries(100) as captured:
            assert author.get(url).status_code == 200
        return len(captured)

    one_more_question(people, 0)
    few = queries()
    for number in range(1, 30):
        one_more_question(people, number)
    assert queries() == few


def test_a_question_without_any_text_offers_to_write_it(
    author: Client, people: People
) -> None:
    question = Question.objects.create(course=people.course, key="empty")
    response = author.get(reverse("author:question", args=[question.pk]))
    assert "This question has no text yet." in response.content.decode()


def test_a_question_shows_its_versions_newest_first(
    author: Client, people: People
) -> None:
    published = factories.make_free_response(people.course, "why")
    url = reverse("author:question-edit", args=[published.question_id])
    base = author.get(url).context["base"]
    text = published.source.replace("Say why", "Say more")
    author.post(url, {"source": text, "base": base})
    response = author.get(reverse("author:question", args=[published.question_id]))
    assert [(v.number, v.state) for v in response.context["versions"]] == [
        (2, "draft"),
        (1, "published"),
    ]
    diff = author.get(reverse("author:question-diff", args=[published.question_id]))
    changed = [line for line in diff.context["lines"] if line.kind in {"add", "del"}]
    assert changed == [
        DiffLine("del", "-title: Say why"),
        DiffLine("add", "+title: Say more"),
    ]


@pytest.mark.parametrize("query", ["?from=7", "?to=x", "?from=-1"])
def test_a_version_that_is_not_there_cannot_be_compared(
    author: Client, people: People, query: str
) -> None:
    version = factories.make_free_response(people.course)
    url = reverse("author:question-diff", args=[version.question_id])
    assert author.get(url).status_code == 200
    assert author.get(url + query).status_code == 404


def test_differences_come_line_by_line() -> None:
    assert difference("a\nb\nc\n", "a\nB\nc\n") == [
        DiffLine("at", "@@ -1,3 +1,3 @@"),
        DiffLine("same", " a"),
        DiffLine("del", "-b"),
        DiffLine("add", "+B"),
        DiffLine("same", " c"),
    ]
    assert difference("a\n", "a\n") == []


def test_scenarios_of_others_are_seen_once_they_are_public(
    client: Client, people: People
) -> None:
    make_draft(people.course)
    client.force_login(people.outsider)
    assert list(client.get(reverse("author:scenarios")).context["versions"]) == []
    assert client.get(reverse("author:scenario", args=[SCENARIO])).status_code == 404
    ScenarioVersion.objects.update(
        state="published", published_at="2026-01-01T00:00:00Z"
    )
    response = client.get(reverse("author:scenarios"))
    assert [v.scenario.key for v in response.context["versions"]] == [SCENARIO]
    page = client.get(reverse("author:scenario", args=[SCENARIO]))
    assert list(page.context["questions"]) == []


def test_a_scenario_names_the_questions_that_run_it(
    author: Client, people: People
) -> None:
    draft = make_draft(people.course)
    response = author.get(reverse("author:scenario", args=[SCENARIO]))
    assert list(response.context["questions"]) == [draft]
    diff = author.get(reverse("author:scenario-diff", args=[SCENARIO]))
    assert diff.context["lines"] == []


def test_a_preview_shows_the_variant_of_the_seed(
    author: Client, people: People
) -> None:
    draft = make_draft(people.course)
    url = reverse("author:preview", args=[draft.pk])
    response = author.get(url + "?seed=3")
    assert response.context["params"] == {
        "arch": "x86_64",
        "kernel": "5.15",
        "ram_mib": 32768,
        "program_ram_mib": 300,
    }
    frame = reverse("author:preview-frame", args=[draft.pk]) + "?seed=3"
    assert f'src="{frame}"' in response.content.decode()
    shown = author.get(frame).content.decode()
    assert "The server has 32768 MiB." in shown
    assert '<input type="radio" name="chosen" value="a">' in shown
    assert "answers_enoexec" not in shown
    assert "'self'" in author.get(frame)["Content-Security-Policy"]
    assert author.get(frame)["X-Frame-Options"] == "SAMEORIGIN"


def test_the_first_seed_has_none_before_it_and_the_last_none_after(
    author: Client, people: People
) -> None:
    draft = make_draft(people.course)
    url = reverse("author:preview", args=[draft.pk])
    first, last = author.get(url).context, author.get(f"{url}?seed={2**31 - 1}").context
    assert (first["previous"], first["next"]) == (None, 1)
    assert (last["previous"], last["next"]) == (2**31 - 2, None)


@pytest.mark.parametrize("seed", ["-1", "x", "", "1.5", str(2**31), "9" * 5000, "٣"])
def test_a_seed_that_is_none_is_not_found(
    author: Client, people: People, seed: str
) -> None:
    version = factories.make_free_response(people.course)
    url = reverse("author:preview", args=[version.pk])
    assert author.get(url, {"seed": seed}).status_code == 404


def test_a_question_in_words_previews_without_parameters(
    author: Client, people: People
) -> None:
    version = factories.make_free_response(people.course)
    page = author.get(reverse("author:preview", args=[version.pk])).content.decode()
    assert "every seed shows the same" in page
    frame = author.get(reverse("author:preview-frame", args=[version.pk]))
    assert '<textarea id="text" name="text"' in frame.content.decode()


def test_a_scenario_that_no_longer_reads_is_named_not_raised(
    author: Client, people: People
) -> None:
    draft = make_draft(people.course)
    ScenarioVersion.objects.update(source="key: [")
    for name in ("author:preview", "author:preview-frame"):
        response = author.get(reverse(name, args=[draft.pk]))
        assert response.status_code == 200
        assert response.context["problem"] != ""
