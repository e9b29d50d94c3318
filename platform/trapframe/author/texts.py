"""What the editor edits: where a text comes from, how it is checked and saved."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.urls import reverse

from quizzes.domain.authoring import (
    check_question_source,
    check_scenario_source,
    save_question,
    save_scenario,
)
from quizzes.models import (
    Course,
    Question,
    QuestionVersion,
    Scenario,
    ScenarioVersion,
)
from quizzes.specs import read_question
from simulator import load_scenario

QUESTION_START = """\
# A question that a run decides. ${name} stands for a parameter of its scenario.
# For an answer in words: type: free_response, with a rubric in place of the options.
key: name-of-the-question
type: multiple_choice
title: A short title
scenario: key-of-a-scenario
prompt: |
  What is asked?
choose: 1 # how many options hold in every variant
options:
  - key: a
    text: First option
    claim: a_claim_of_the_scenario
  - key: b
    text: Second option
    claim: another_claim
    refuted_by: a_claim_of_the_scenario # what must hold wherever this option does not
    feedback: Why it does not hold.
explanation: |
  What the run shows.
"""
SCENARIO_START = """\
# A simulated computer: what there is, what is done with it, what is claimed of that.
key: name-of-the-scenario
title: A short title
summary: |
  What the learner is told.
"""


@dataclass(frozen=True, slots=True)
class Text:
    """One text under the editor: a question's or a scenario's."""

    title: str
    noun: str
    key: str
    """The key of the thing that is edited; empty for a new one."""
    newest: QuestionVersion | ScenarioVersion | None
    start: str
    check: Callable[[str], list[dict[str, Any]]]
    save: Callable[[str, Any], QuestionVersion | ScenarioVersion]
    key_of: Callable[[str], str]
    """The key in a text without problems."""
    is_taken: Callable[[str], bool]
    """Whether a thing of this key is there already."""
    save_url: str
    check_url: str
    back_url: str

    def problems(self, source: str) -> list[dict[str, Any]]:
        """All that keeps this text from being saved here."""
        problems = self.check(source)
        return problems or self._key_problems(source)

    def _key_problems(self, source: str) -> list[dict[str, Any]]:
        key = self.key_of(source)
        if self.key and key != self.key:
            message = f"The key of this {self.noun} is {self.key!r}, not {key!r}."
            hint = f"Put it back; for another {self.noun}, start a new one."
        elif not self.key and self.is_taken(key):
            message = f"There is a {self.noun} {key!r} already."
            hint = "Choose another key, or edit that one."
        else:
            return []
        return [_at_key(source, message, hint)]


def question_text(course: Course, question: Question | None) -> Text:
    """The text of a question of this course, or of a new one."""
    back = reverse("author:question", args=[question.pk]) if question else ""
    name = "question-edit" if question else "question-new"
    which = question.pk if question else course.key
    return Text(
        title=f"Edit question {question.key}" if question else "New question",
        noun="question",
        key=question.key if question else "",
        newest=_newest(question),
        start=QUESTION_START,
        check=lambda source: check_question_source(course, source),
        save=lambda source, author: save_question(course, source=source, author=author),
        key_of=lambda source: read_question(source).key,
        is_taken=lambda key: course.questions.filter(key=key).exists(),
        save_url=reverse(f"author:{name}", args=[which]),
        check_url=reverse(f"author:{name}-check", args=[which]),
        back_url=back or reverse("author:home"),
    )


def scenario_text(scenario: Scenario | None, newest: ScenarioVersion | None) -> Text:
    """The text of a scenario, or of a new one."""
    back = reverse("author:scenario", args=[scenario.key]) if scenario else ""
    name = "scenario-edit" if scenario else "scenario-new"
    which = [scenario.key] if scenario else []
    return Text(
        title=f"Edit scenario {scenario.key}" if scenario else "New scenario",
        noun="scenario",
        key=scenario.key if scenario else "",
        newest=newest,
        start=SCENARIO_START,
        check=check_scenario_source,
        save=lambda source, author: save_scenario(source=source, author=author),
        key_of=lambda source: load_scenario(source).key,
        is_taken=lambda key: Scenario.objects.filter(key=key).exists(),
        save_url=reverse(f"author:{name}", args=which),
        check_url=reverse(f"author:{name}-check", args=which),
        back_url=back or reverse("author:scenarios"),
    )


def _newest(question: Question | None) -> QuestionVersion | None:
    if question is None:
        return None
    return question.versions.select_related("author").order_by("-number").first()


def _at_key(source: str, message: str, hint: str) -> dict[str, Any]:
    """A problem that stands where the text names its key."""
    lines = source.split("\n")
    line = next((n for n, text in enumerate(lines, 1) if text.startswith("key:")), 1)
    return {"line": line, "column": 1, "path": "key", "message": message, "hint": hint}
