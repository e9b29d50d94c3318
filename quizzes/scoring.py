"""From graded answers to marks, scores and progress. Pure decimal arithmetic.

A *fraction* is 0 to 1, a *mark* is a fraction of the slot's maximum, a *score* is the
sum of an attempt's marks. Marks are rounded once, half up, to two places.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from quizzes.specs import FreeResponseBody

MARK_STEP = Decimal("0.01")
PERCENT_STEP = Decimal("0.1")
FRACTION_STEP = Decimal("0.00001")
BEST = "best"
LAST = "last"


class ScoringError(ValueError):
    """Points that the rubric does not allow; the message names the item."""


def question_mark(
    fractions: Sequence[Decimal], *, max_mark: Decimal, policy: str, max_tries: int
) -> Decimal:
    """The mark of a question from its graded tries, in the order of submission.

    Tries beyond `max_tries` never count; without a graded try the mark is 0.
    """
    counted = fractions[:max_tries]
    if not counted:
        return Decimal(0).quantize(MARK_STEP)
    fraction = counted[-1] if policy == LAST else max(counted)
    return mark(fraction, max_mark=max_mark)


def mark(fraction: Decimal, *, max_mark: Decimal) -> Decimal:
    return (fraction * max_mark).quantize(MARK_STEP, ROUND_HALF_UP)


def instance_score(marks: Iterable[Decimal]) -> Decimal:
    return sum(marks, Decimal(0)).quantize(MARK_STEP, ROUND_HALF_UP)


def percent(score: Decimal, max_score: Decimal) -> Decimal:
    """The share in percent; 100 only for a full score, 0 only for none.

    Rounding must not tell a learner with 99.96 % that nothing was missed.
    """
    if max_score == 0:
        return Decimal(0).quantize(PERCENT_STEP)
    share = (score * 100 / max_score).quantize(PERCENT_STEP, ROUND_HALF_UP)
    if score < max_score:
        share = min(share, 100 - PERCENT_STEP)
    if score > 0:
        share = max(share, PERCENT_STEP)
    return share


def rubric_fraction(body: FreeResponseBody, points: Mapping[str, Decimal]) -> Decimal:
    """The fraction that a grader's points are worth; every item needs its points."""
    highest = {item.key: item.points for item in body.rubric}
    unknown = sorted(set(points) - set(highest))
    if unknown:
        raise ScoringError(f"The rubric has no item {', '.join(unknown)}.")
    for key, most in highest.items():
        if key not in points:
            raise ScoringError(f"The item {key} has no points yet; 0 is a choice too.")
        if not (points[key].is_finite() and 0 <= points[key] <= most):
            raise ScoringError(f"The item {key} takes 0 to {most} points.")
    share = sum(points.values(), Decimal(0)) / sum(highest.values())
    return share.quantize(FRACTION_STEP, ROUND_HALF_UP)


@dataclass(frozen=True, slots=True)
class ObjectiveProgress:
    """How far a learner is with one objective."""

    key: str
    questions: int
    answered: int
    """Questions with at least one graded try."""
    fraction: Decimal
    """Mean of the best fractions over all of the objective's questions."""


def objective_progress(
    questions: Mapping[str, Iterable[str]], best: Mapping[str, Decimal]
) -> tuple[ObjectiveProgress, ...]:
    """Progress by objective, sorted by key.

    `questions` gives the objectives of each question, `best` the best fraction of
    each question that has been graded; a question that has not counts as 0.
    """
    by_objective: dict[str, list[str]] = {}
    for question, objectives in questions.items():
        for objective in objectives:
            by_objective.setdefault(objective, []).append(question)
    return tuple(
        _objective(key, by_objective[key], best) for key in sorted(by_objective)
    )


def _objective(
    key: str, questions: Sequence[str], best: Mapping[str, Decimal]
) -> ObjectiveProgress:
    graded = [best[question] for question in questions if question in best]
    mean = sum(graded, Decimal(0)) / len(questions)
    return ObjectiveProgress(
        key=key,
        questions=len(questions),
        answered=len(graded),
        fraction=mean.quantize(FRACTION_STEP, ROUND_HALF_UP),
    )
