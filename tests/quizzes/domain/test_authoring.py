import hashlib
from typing import Any

import pytest

import simulator
from quizzes.domain.authoring import (
    check_question_source,
    check_scenario_source,
    newest_version,
    preview_question,
    save_question,
    save_scenario,
)
from quizzes.domain.errors import InvalidInputError, NotAllowedError, NotFoundError
from quizzes.domain.proving import prove_now
from quizzes.domain.publishing import publish_question
from quizzes.enums import VersionState
from quizzes.models import (
    Course,
    Objective,
    Question,
    QuestionVersion,
    Scenario,
    ScenarioVersion,
)
from tests import factories
from tests.racing import race

pytestmark = pytest.mark.django_db

SCENARIO = factories.SMALL_SCENARIO.format(key="pe")
QUESTION = factories.SINGLE_CHOICE.format(key="execve", scenario="pe")
OTHER_QUESTION = QUESTION.replace("What happens?", "What then?")
OTHER_SCENARIO = SCENARIO.replace("Somebody", "A learner")


@pytest.fixture
def course() -> Course:
    return factories.make_course()


def saved(course: Course, source: str = QUESTION) -> QuestionVersion:
    """The question, on a scenario that is saved before it."""
    save_scenario(source=SCENARIO, author=None)
    return save_question(course, source=source, author=None)


def published(course: Course) -> QuestionVersion:
    version = saved(course)
    prove_now(version)
    return publish_question(version, user=None)


def row(model: Any, pk: int) -> dict[str, Any]:
    found: dict[str, Any] = model.objects.values().get(pk=pk)
    return found


# --- scenarios


def test_a_new_scenario_is_a_draft() -> None:
    author = factories.make_instructor(factories.make_course())
    version = save_scenario(source=SCENARIO, author=author)
    stored = ScenarioVersion.objects.get()
    assert version == stored
    assert stored.scenario == Scenario.objects.get(key="pe")
    assert (stored.number, stored.state, stored.author) == (1, "draft", author)
    assert (stored.source, stored.title) == (
        SCENARIO,
        "A Windows program on Linux ${kernel}",
    )
    assert stored.digest == hashlib.sha256(SCENARIO.encode()).hexdigest()
    assert stored.published_at is None


def test_a_draft_of_a_scenario_is_written_over() -> None:
    first = save_scenario(source=SCENARIO, author=None)
    second = save_scenario(source=OTHER_SCENARIO, author=None)
    assert second == first
    stored = ScenarioVersion.objects.get()
    assert (stored.number, stored.source) == (1, OTHER_SCENARIO)
    assert stored.digest == hashlib.sha256(OTHER_SCENARIO.encode()).hexdigest()


def test_the_same_scenario_changes_nothing(course: Course) -> None:
    draft = save_scenario(source=SCENARIO, author=None)
    before = row(ScenarioVersion, draft.pk)
    assert save_scenario(source=SCENARIO, author=None) == draft
    assert row(ScenarioVersion, draft.pk) == before
    published(course)
    assert save_scenario(source=SCENARIO, author=None) == draft
    assert ScenarioVersion.objects.get().state == VersionState.PUBLISHED


def test_a_published_scenario_gets_a_second_version(course: Course) -> None:
    first = published(course).scenario_version
    assert first is not None
    second = save_scenario(source=OTHER_SCENARIO, author=None)
    assert (second.scenario, second.number) == (first.scenario, 2)
    assert second.state == VersionState.DRAFT
    assert row(ScenarioVersion, first.pk)["source"] == SCENARIO
    # Going back to the published text is an edit of the draft, too.
    third = save_scenario(source=SCENARIO, author=None)
    assert (third, third.number, third.digest) == (second, 2, first.digest)


def test_only_instructors_write_scenarios() -> None:
    with pytest.raises(NotAllowedError) as caught:
        save_scenario(source=SCENARIO, author=factories.make_user())
    assert caught.value.code == "not_an_author"
    assert caught.value.message == "Only instructors write scenarios."
    assert Scenario.objects.count() == 0


BAD_SCENARIO = SCENARIO.replace("[misc, script, elf, pe]", "[misc, pee]").replace(
    "title: A", "titel: A"
)


def test_a_bad_scenario_is_refused_with_all_its_problems() -> None:
    problems = check_scenario_source(BAD_SCENARIO)
    with pytest.raises(simulator.ScenarioError) as direct:
        simulator.load_scenario(BAD_SCENARIO)
    assert problems == [
        {
            "line": problem.line,
            "column": problem.column,
            "path": problem.path,
            "message": problem.message,
            "hint": problem.hint,
        }
        for problem in direct.value.problems
    ]
    assert [(problem["line"], problem["path"]) for problem in problems] == [
        (1, ""),
        (2, ""),
        (25, "arms.with_loader.changes[0].set"),
    ]
    assert "'titel'" in problems[1]["message"]
    with pytest.raises(InvalidInputError) as caught:
        save_scenario(source=BAD_SCENARIO, author=None)
    assert (caught.value.code, caught.value.problems) == ("invalid_scenario", problems)
    first = problems[0]
    assert caught.value.message == (
        f"Line {first['line']}, column {first['column']}: {first['message']} "
        f"(and {len(problems) - 1} more)"
    )
    assert Scenario.objects.count() == 0


def test_a_single_problem_is_the_whole_message() -> None:
    with pytest.raises(InvalidInputError) as caught:
        save_scenario(source="key: [", author=None)
    (problem,) = caught.value.problems
    assert caught.value.message == (
        f"Line {problem['line']}, column {problem['column']}: {problem['message']}"
    )


def test_a_good_scenario_has_no_problems() -> None:
    assert check_scenario_source(SCENARIO) == []
    assert Scenario.objects.count() == 0


# --- questions


def test_a_new_question_is_a_draft_on_its_scenario(course: Course) -> None:
    author = factories.make_instructor(course)
    scenario = save_scenario(source=SCENARIO, author=author)
    version = save_question(course, source=QUESTION, author=author)
    stored = QuestionVersion.objects.get()
    assert version == stored
    assert stored.question == Question.objects.get(course=course, key="execve")
    assert (stored.number, stored.state, stored.author) == (1, "draft", author)
    assert (stored.type, stored.title) == (
        "multiple_choice",
        "What does execve answer?",
    )
    assert (stored.source, stored.scenario_version) == (QUESTION, scenario)
    assert stored.spec["body"]["choose"] == 1
    assert stored.spec == version.spec
    assert len(stored.digest) == 64
    assert (stored.proof, stored.published_at) == (None, None)


def test_a_draft_of_a_question_is_written_over(course: Course) -> None:
    first = saved(course)
    digest = first.digest
    second = save_question(course, source=OTHER_QUESTION, author=None)
    stored = QuestionVersion.objects.get()
    assert second == first == stored
    assert (stored.number, stored.source) == (1, OTHER_QUESTION)
    assert stored.digest != digest
    assert "What then?" in stored.spec["prompt"]


def test_the_same_question_changes_nothing(course: Course) -> None:
    version = published(course)
    before = row(QuestionVersion, version.pk)
    assert save_question(course, source=QUESTION, author=None) == version
    assert row(QuestionVersion, version.pk) == before
    assert QuestionVersion.objects.count() == 1


def test_a_published_question_gets_a_second_version(course: Course) -> None:
    first = published(course)
    second = save_question(course, source=OTHER_QUESTION, author=None)
    assert (second.question, second.number, second.state) == (
        first.question,
        2,
        VersionState.DRAFT,
    )
    assert second.scenario_version == first.scenario_version
    assert row(QuestionVersion, first.pk)["source"] == QUESTION
    assert newest_version(first.question) == second
    third = save_question(course, source=QUESTION, author=None)
    assert (third, third.digest) == (second, first.digest)


def test_a_comment_is_kept_and_means_nothing(course: Course) -> None:
    first = saved(course)
    second = save_question(course, source=QUESTION + "# why not\n", author=None)
    assert second == first
    assert second.source.endswith("# why not\n")
    assert second.digest == first.digest


def test_saving_anew_pins_the_newest_scenario(course: Course) -> None:
    first = published(course)
    newer = save_scenario(source=OTHER_SCENARIO, author=None)
    second = save_question(course, source=QUESTION, author=None)
    assert (second.number, second.scenario_version) == (2, newer)
    first.refresh_from_db()
    assert first.scenario_version != newer
    assert save_question(course, source=QUESTION, author=None) == second
    assert QuestionVersion.objects.count() == 2


def test_a_retired_scenario_is_not_taken(course: Course) -> None:
    published(course)
    ScenarioVersion.objects.update(state="retired")
    problems = check_question_source(course, QUESTION)
    assert [problem["path"] for problem in problems] == ["scenario"]


def test_a_question_without_a_run_is_pinned_to_nothing(course: Course) -> None:
    source = factories.FREE_RESPONSE.format(key="why")
    version = save_question(course, source=source, author=None)
    assert (version.scenario_version, version.type) == (None, "free_response")
    assert check_question_source(course, source) == []


def test_a_key_names_another_question_in_another_course(course: Course) -> None:
    first = saved(course)
    second = saved(factories.make_course())
    assert second.question != first.question
    assert (second.question.key, second.number) == ("execve", 1)


def test_an_unknown_scenario_is_a_problem_of_its_key(course: Course) -> None:
    problem = {
        "line": 1,
        "column": 1,
        "path": "scenario",
        "message": "There is no scenario 'pe'.",
        "hint": "Save the scenario first.",
    }
    with pytest.raises(InvalidInputError) as caught:
        save_question(course, source=QUESTION, author=None)
    assert (caught.value.code, caught.value.problems) == ("unknown_scenario", [problem])
    assert caught.value.message == "There is no scenario 'pe'."
    assert check_question_source(course, QUESTION) == [problem]
    assert Question.objects.count() == 0


def test_a_question_is_checked_against_its_scenario(course: Course) -> None:
    source = QUESTION.replace("claim: no_file", "claim: no_fiel").replace(
        "Linux ${kernel} is", "Linux ${kernal} is"
    )
    save_scenario(source=SCENARIO, author=None)
    problems = check_question_source(course, source)
    assert [(problem["line"], problem["path"]) for problem in problems] == [
        (5, "prompt"),
        (11, "options[1].claim"),
    ]
    assert problems[1]["column"] == 12
    assert "no_fiel" in problems[1]["message"]
    assert "no_file" in problems[1]["message"] + problems[1]["hint"]
    assert "kernel" in problems[0]["message"] + problems[0]["hint"]
    with pytest.raises(InvalidInputError) as caught:
        save_question(course, source=source, author=None)
    assert (caught.value.code, caught.value.problems) == ("invalid_question", problems)
    assert caught.value.message == (
        f"Line 5, column {problems[0]['column']}: {problems[0]['message']} (and 1 more)"
    )
    assert Question.objects.count() == 0


def test_a_good_question_has_no_problems(course: Course) -> None:
    save_scenario(source=SCENARIO, author=None)
    assert check_question_source(course, QUESTION) == []
    assert Question.objects.count() == 0


@pytest.mark.parametrize("teaches_elsewhere", [False, True])
def test_only_instructors_of_the_course_write(
    course: Course, *, teaches_elsewhere: bool
) -> None:
    save_scenario(source=SCENARIO, author=None)
    user = factories.make_user()
    if teaches_elsewhere:
        user = factories.make_instructor(factories.make_course())
    with pytest.raises(NotAllowedError) as caught:
        save_question(course, source=QUESTION, author=user)
    assert caught.value.code == "not_an_author"
    assert caught.value.message == "Only instructors of the course write."
    assert Question.objects.count() == 0


def test_the_author_of_a_version_is_who_began_it(course: Course) -> None:
    first, second = (factories.make_instructor(course) for _ in range(2))
    save_scenario(source=SCENARIO, author=first)
    save_question(course, source=QUESTION, author=first)
    version = save_question(course, source=OTHER_QUESTION, author=second)
    assert version.author == first


def test_objectives_are_those_of_the_chapter(course: Course) -> None:
    chapter = factories.make_chapter(course, key="containers")
    second = Objective.objects.create(chapter=chapter, key="LO2", text="say why")
    factories.make_chapter(course, key="files")
    factories.make_chapter(factories.make_course(), key="containers")
    named = QUESTION + "chapter: containers\nobjectives: [LO1, LO2]\n"
    first = chapter.objectives.get(key="LO1")
    assert set(saved(course, named).objectives.all()) == {first, second}
    fewer = QUESTION + "chapter: containers\nobjectives: [LO1]\n"
    assert set(saved(course, fewer).objectives.all()) == {first}
    assert set(saved(course).objectives.all()) == set()


@pytest.mark.parametrize(
    ("named", "place", "path", "message", "hint"),
    [
        (
            "chapter: container\nobjectives: [LO1]\n",
            (0, 10),
            "chapter",
            "The course has no chapter `container`.",
            "Did you mean `containers`?",
        ),
        (
            "chapter: containers\nobjectives: [LO1, LO11]\n",
            (1, 19),
            "objectives[1]",
            "The chapter has no objective `LO11`.",
            "Did you mean `LO1`?",
        ),
        (
            "chapter: empty\nobjectives: [LO1]\n",
            (1, 14),
            "objectives[0]",
            "The chapter has no objective `LO1`.",
            "Known: none.",
        ),
        (
            "objectives: [LO1]\n",
            (0, 13),
            "objectives",
            "Objectives are those of a chapter.",
            "Name it with the key `chapter`.",
        ),
    ],
)
def test_a_misspelt_chapter_or_objective_is_told(
    course: Course,
    named: str,
    place: tuple[int, int],
    path: str,
    message: str,
    hint: str,
) -> None:
    factories.make_chapter(course, key="containers")
    factories.make_chapter(course, key="empty").objectives.all().delete()
    save_scenario(source=SCENARIO, author=None)
    down, column = place
    line = QUESTION.count("\n") + 1 + down
    problem = {
        "line": line,
        "column": column,
        "path": path,
        "message": message,
        "hint": hint,
    }
    assert check_question_source(course, QUESTION + named) == [problem]
    with pytest.raises(InvalidInputError) as refusal:
        save_question(course, source=QUESTION + named, author=None)
    assert refusal.value.problems == [problem]
    assert QuestionVersion.objects.count() == 0


# --- looking


def test_a_preview_shows_each_seeds_variant(course: Course) -> None:
    version = saved(course)
    scenario = simulator.load_scenario(SCENARIO)
    prompts = []
    for seed in range(4):
        presentation, params = preview_question(version, seed=seed)
        assert params == dict(scenario.variant(seed))
        assert {option.key for option in presentation.options} == {"a", "b", "c"}
        prompts.append(presentation.prompt_html)
        assert preview_question(version, seed=seed)[0] == presentation
    assert [
        f"Linux {params}" in prompts[n]
        for n, params in enumerate(["5.15", "6.1", "5.15", "6.1"])
    ] == [True] * 4


def test_the_preview_of_a_question_without_a_run_has_no_parameters(
    course: Course,
) -> None:
    version = factories.make_free_response(course)
    presentation, params = preview_question(version, seed=3)
    assert (params, presentation.control) == ({}, "text")
    assert presentation.prompt_html == "<p>Why do containers start fast?</p>\n"


def test_the_newest_version_of_no_version(course: Course) -> None:
    question = Question.objects.create(course=course, key="empty")
    with pytest.raises(NotFoundError) as caught:
        newest_version(question)
    assert caught.value.message == "There is no such question version."


@pytest.mark.django_db(transaction=True)
def test_eight_authors_at_once_share_one_draft(course: Course) -> None:
    save_scenario(source=SCENARIO, author=None)
    texts = [QUESTION.replace("What happens?", f"What {n}?") for n in range(8)]
    calls = [
        lambda text=text: save_question(course, source=text, author=None)
        for text in texts
    ]
    versions = race(calls)
    assert len({version.pk for version in versions}) == 1
    stored = QuestionVersion.objects.get()
    assert stored.number == 1
    assert stored.source in texts


@pytest.mark.django_db(transaction=True)
def test_eight_authors_at_once_share_one_draft_of_a_scenario() -> None:
    texts = [SCENARIO.replace("Somebody", f"Person {n}") for n in range(8)]
    calls = [
        lambda text=text: save_scenario(source=text, author=None) for text in texts
    ]
    assert len({version.pk for version in race(calls)}) == 1
    assert ScenarioVersion.objects.get().source in texts
