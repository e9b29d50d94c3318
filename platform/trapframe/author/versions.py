"""Choosing two versions of one thing to compare."""

from collections.abc import Sequence
from typing import TypeVar

from django.http import Http404, QueryDict

from quizzes.models import QuestionVersion, ScenarioVersion

V = TypeVar("V", QuestionVersion, ScenarioVersion)


def pair(versions: Sequence[V], asked: QueryDict) -> tuple[V, V]:
    """The versions numbered `from` and `to`; without them, the newest two.

    `versions` come newest first; a number that none of them has is a 404.
    """
    if not versions:
        raise Http404
    numbers = {str(version.number): version for version in versions}
    newest = versions[0]
    before = versions[1] if len(versions) > 1 else newest
    try:
        return (
            numbers[asked.get("from", str(before.number))],
            numbers[asked.get("to", str(newest.number))],
        )
    except KeyError as error:
        raise Http404 from error
