from html import unescape
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from quizzes.models import Question, QuestionVersion, ScenarioVersion
from tests import factories
from tests.instructors import EXECVE, SCENARIO, People, make_draft, make_proof

GOOD = EXECVE.format(key="loaders")


@pytest.fixture
def author(client: Client, people: People) -> Client:
    client.force_login(people.instructor)
    return client


@pytest.fixture
def draft(people: People) -> QuestionVersion:
    return make_draft(people.course)


def typed(response: Any) -> str:
    """What stands in the text area."""
    page = response.content.decode()
    area = page.partition('<textarea id="source"')[2].partition("</textarea>")[0]
    return unescape(area.partition(">\n")[2])


def test_a_new_question_starts_with_a_text_that_shows_the_fields(
    author: Client,
) -> None:
    response = author.get(reverse("author:question-new", args=["os"]))
    assert response.status_code == 200
    assert "type: multiple_choice" in typed(response)


def test_saving_a_new_question_makes_a_draft(author: Client, people: People) -> None:
    factories.make_scenario(SCENARIO)
    response = author.post(
        reverse("author:question-new", args=["os"]), {"source": GOOD}
    )
    version = QuestionVersion.objects.get()
    assert (version.number, version.state, version.source) == (1, "draft", GOOD)
    assert version.author == people.instructor
    assert response["Location"] == reverse(
        "author:question", args=[version.question_id]
    )


def test_lines_end_as_in_the_file(author: Client) -> None:
    factories.make_scenario(SCENARIO)
    author.post(
        reverse("author:question-new", args=["os"]),
        {"source": GOOD.replace("\n", "\r\n")},
    )
    assert QuestionVersion.objects.get().source == GOOD


def test_problems_come_with_their_place_and_nothing_is_lost(author: Client) -> None:
    factories.make_scenario(SCENARIO)
    source = GOOD.replace("choose: 1", "choose: one").replace("text: ENOENT", "text: 5")
    response = author.post(
        reverse("author:question-new", args=["os"]), {"source": source}
    )
    assert response.status_code == 422
    assert typed(response) == source
    assert [
        (problem["line"], problem["column"], problem["path"])
        for problem in response.context["problems"]
    ] == [(6, 9, "choose"), (12, 11, "options[1].text")]
    page = response.content.decode()
    assert (
        '<a href="#source" data-line="6" data-column="9">Line 6, column 9</a>' in page
    )
    assert not QuestionVersion.objects.exists()


def test_markup_in_a_text_stays_text(author: Client) -> None:
    source = "key: </textarea><script>alert(1)</script>\n"
    response = author.post(
        reverse("author:question-new", args=["os"]), {"source": source}
    )
    assert typed(response) == source
    assert "<script>alert" not in response.content.decode()


def test_a_text_that_starts_with_an_empty_line_keeps_it(author: Client) -> None:
    response = author.post(
        reverse("author:question-new-check", args=["os"]), {"source": "\n\nkey: x\n"}
    )
    assert typed(response) == "\n\nkey: x\n"


@pytest.mark.parametrize(
    ("source", "is_sound"), [(GOOD, True), (GOOD.replace("key: a", "kee: a"), False)]
)
def test_checking_saves_nothing(author: Client, source: str, is_sound: bool) -> None:
    factories.make_scenario(SCENARIO)
    response = author.post(
        reverse("author:question-new-check", args=["os"]), {"source": source}
    )
    assert response.status_code == 200
    assert ("No problems" in response.content.decode()) is is_sound
    assert typed(response) == source
    assert not Question.objects.exists()


def test_editing_starts_from_the_newest_text(
    author: Client, draft: QuestionVersion
) -> None:
    response = author.get(reverse("author:question-edit", args=[draft.question_id]))
    assert typed(response) == draft.source


def save(client: Client, version: QuestionVersion, source: str) -> Any:
    """Open the editor, type this, save."""
    url = reverse("author:question-edit", args=[version.question_id])
    base = client.get(url).context["base"]
    return client.post(url, {"source": source, "base": base})


def test_saving_changes_the_draft_in_place(
    author: Client, draft: QuestionVersion
) -> None:
    source = draft.source.replace("A Windows program", "A program")
    response = save(author, draft, source)
    assert response.status_code == 302
    version = QuestionVersion.objects.get()
    assert (version.pk, version.title) == (draft.pk, "A program is started")


def test_a_published_version_stays_and_a_draft_follows(
    author: Client, people: People
) -> None:
    published = factories.make_free_response(people.course)
    source = published.source.replace("Say why", "Say more")
    save(author, published, source)
    titles = published.question.versions.values_list("number", "state", "title")
    assert list(titles) == [(2, "draft", "Say more"), (1, "published", "Say why")]


def test_another_key_is_refused_where_it_stands(
    author: Client, draft: QuestionVersion
) -> None:
    source = "# A comment\n" + draft.source.replace(draft.question.key, "other-key")
    response = save(author, draft, source)
    assert response.status_code == 422
    assert response.context["problems"] == [
        {
            "line": 2,
            "column": 1,
            "path": "key",
            "message": "The key of this question is 'what-execve-answers', "
            "not 'other-key'.",
            "hint": "Put it back; for another question, start a new one.",
        }
    ]
    assert Question.objects.count() == 1


def test_a_new_question_does_not_fall_upon_one_that_is_there(
    author: Client, draft: QuestionVersion
) -> None:
    response = author.post(
        reverse("author:question-new", args=["os"]), {"source": draft.source}
    )
    assert response.status_code == 422
    assert [problem["message"] for problem in response.context["problems"]] == [
        "There is a question 'what-execve-answers' already."
    ]


def test_a_save_of_somebody_else_in_between_is_shown_first(
    author: Client, draft: QuestionVersion
) -> None:
    url = reverse("author:question-edit", args=[draft.question_id])
    base = author.get(url).context["base"]
    theirs = draft.source.replace("ENOENT", "No such file")
    save(author, draft, theirs)
    mine = draft.source.replace("ENOEXEC", "Exec format error")

    refused = author.post(url, {"source": mine, "base": base})
    assert refused.status_code == 409
    assert typed(refused) == mine
    assert "-    text: No such file" in refused.content.decode()
    draft.refresh_from_db()
    assert draft.source == theirs

    again = {"source": mine, "base": refused.context["base"]}
    assert author.post(url, again).status_code == 302
    draft.refresh_from_db()
    assert draft.source == mine


def test_checking_does_not_forget_what_the_text_was_based_on(
    author: Client, draft: QuestionVersion
) -> None:
    url = reverse("author:question-edit", args=[draft.question_id])
    base = author.get(url).context["base"]
    save(author, draft, draft.source.replace("ENOENT", "No such file"))
    checked = author.post(
        reverse("author:question-edit-check", args=[draft.question_id]),
        {"source": draft.source, "base": base},
    )
    assert checked.context["base"] == base


def test_a_scenario_is_saved_the_same_way(author: Client, people: People) -> None:
    source = (factories.SCENARIOS / f"{SCENARIO}.yaml").read_text()
    response = author.post(reverse("author:scenario-new"), {"source": source})
    version = ScenarioVersion.objects.get()
    assert (version.author, version.source) == (people.instructor, source)
    assert response["Location"] == reverse("author:scenario", args=[SCENARIO])


def test_problems_of_a_scenario_come_with_their_place(author: Client) -> None:
    source = (factories.SCENARIOS / f"{SCENARIO}.yaml").read_text()
    broken = source.replace("family: linux", "family: lynux")
    response = author.post(reverse("author:scenario-new"), {"source": broken})
    assert response.status_code == 422
    line = 1 + broken.split("\n").index(
        next(line for line in broken.split("\n") if "lynux" in line)
    )
    assert [problem["line"] for problem in response.context["problems"]] == [line]
    assert typed(response) == broken


def test_a_new_scenario_does_not_fall_upon_one_that_is_there(
    author: Client, draft: QuestionVersion
) -> None:
    source = (factories.SCENARIOS / f"{SCENARIO}.yaml").read_text()
    response = author.post(reverse("author:scenario-new-check"), {"source": source})
    assert [problem["message"] for problem in response.context["problems"]] == [
        "There is a scenario 'windows-program-on-linux' already."
    ]


def test_editing_a_scenario_makes_its_proofs_stale(
    author: Client, draft: QuestionVersion
) -> None:
    make_proof(draft)
    url = reverse("author:scenario-edit", args=[SCENARIO])
    page = author.get(url)
    source = typed(page).replace("ram_mib: 20}", "ram_mib: 30}")
    author.post(url, {"source": source, "base": page.context["base"]})
    desk = author.get(reverse("author:question", args=[draft.question_id]))
    assert desk.context["standing"].can_publish is False


def test_a_question_takes_the_newest_scenario_on_demand(
    author: Client, people: People
) -> None:
    draft = make_draft(people.course)
    pinned = draft.scenario_version
    assert pinned is not None
    ScenarioVersion.objects.filter(pk=pinned.pk).update(
        state="published", published_at="2026-01-01T00:00:00Z"
    )
    url = reverse("author:scenario-edit", args=[SCENARIO])
    page = author.get(url)
    source = typed(page).replace("A Windows program on", "A PE program on")
    author.post(url, {"source": source, "base": page.context["base"]})

    desk = reverse("author:question", args=[draft.question_id])
    assert author.get(desk).context["newer_scenario"].number == 2
    author.post(reverse("author:question-repin", args=[draft.question_id]))
    draft.refresh_from_db()
    assert draft.scenario_version.number == 2
    assert author.get(desk).context["newer_scenario"] is None
