"""States in words and shapes: never by colour alone."""

from collections.abc import Mapping
from typing import Any

from django import template

from quizzes.enums import JobState, Outcome, QuestionState

register = template.Library()

# (words, shape, class)
_QUESTION = {
    QuestionState.TODO: ("Not answered", "○", ""),
    QuestionState.SAVED: ("Draft kept", "◐", ""),
    QuestionState.GRADING: ("Being graded", "◌", ""),
    QuestionState.NEEDS_GRADING: ("Waits for a person", "◇", ""),
    QuestionState.CORRECT: ("Right", "✓", "good"),
    QuestionState.PARTIAL: ("Partly right", "◑", "part"),
    QuestionState.INCORRECT: ("Not right", "✕", "miss"),
}
_JOB = {
    JobState.QUEUED: ("Queued", "◌", ""),
    JobState.RUNNING: ("Running", "◌", ""),
    JobState.NEEDS_GRADING: ("Waits for a person", "◇", ""),
    JobState.GRADED: ("Graded", "●", ""),
    JobState.INVALID: ("Could not be graded", "!", "part"),
    JobState.BROKEN: ("Question broken", "!", "part"),
    JobState.DEAD: ("Grading failed on our side", "!", "part"),
    JobState.SUPERSEDED: ("Replaced", "-", ""),
}
_OUTCOME = {
    Outcome.CORRECT: ("Right", "✓", "good"),
    Outcome.PARTIAL: ("Partly right", "◑", "part"),
    Outcome.INCORRECT: ("Not right", "✕", "miss"),
    Outcome.INVALID: _JOB[JobState.INVALID],
    Outcome.BROKEN: _JOB[JobState.BROKEN],
}
_KINDS: dict[str, Mapping[Any, tuple[str, str, str]]] = {
    "question": _QUESTION,
    "job": _JOB,
    "outcome": _OUTCOME,
}


@register.filter
def words(name: str) -> str:
    """A name of the simulator as words: ``power_on`` reads "power on"."""
    return name.replace("_", " ")


@register.inclusion_tag("learner/state.html")
def state(kind: str, value: str) -> dict[str, Any]:
    """The state of a ``question``, a ``job`` or a verdict (``outcome``)."""
    words, shape, css = _KINDS[kind][value]
    return {"words": words, "shape": shape, "css": css}
