from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quizzes.scoring import (
    ObjectiveProgress,
    ScoringError,
    instance_score,
    mark,
    objective_progress,
    percent,
    question_mark,
    rubric_fraction,
)
from quizzes.specs import FreeResponseBody, RubricItem

FRACTIONS = st.decimals("0", "1", places=5)
MARKS = st.decimals("0", "1000", places=2)
RUBRIC = FreeResponseBody(
    rubric=(
        RubricItem(key="decision", points=1, statement="Decides."),
        RubricItem(key="reason", points=2, statement="Gives the reason."),
    ),
    max_words=100,
)


def tries(*fractions: str) -> list[Decimal]:
    return [Decimal(fraction) for fraction in fractions]


def test_without_a_graded_try_the_mark_is_nought() -> None:
    assert str(question_mark([], max_mark=Decimal(3), policy="best", max_tries=2)) == (
        "0.00"
    )


@pytest.mark.parametrize(
    ("policy", "fractions", "expected"),
    [
        ("best", tries("0.5"), "1.50"),
        ("best", tries("0", "1"), "3.00"),
        ("best", tries("1", "0"), "3.00"),
        ("last", tries("1", "0"), "0.00"),
        ("last", tries("0", "0.5"), "1.50"),
        ("best", tries("0", "0", "1"), "0.00"),
        ("last", tries("0", "0.5", "1"), "1.50"),
    ],
)
def test_the_try_that_counts(
    policy: str, fractions: list[Decimal], expected: str
) -> None:
    marked = question_mark(fractions, max_mark=Decimal(3), policy=policy, max_tries=2)

    assert str(marked) == expected


@given(st.lists(FRACTIONS, min_size=1, max_size=5), FRACTIONS)
def test_another_try_never_lowers_the_best_mark(
    fractions: list[Decimal], another: Decimal
) -> None:
    def best(counted: list[Decimal]) -> Decimal:
        return question_mark(
            counted, max_mark=Decimal(7), policy="best", max_tries=len(counted)
        )

    assert best([*fractions, another]) >= best(fractions)


@pytest.mark.parametrize(
    ("fraction", "max_mark", "expected"),
    [
        ("0.33333", "3", "1.00"),
        ("0.66667", "3", "2.00"),
        ("0.5", "0.25", "0.13"),
        ("0.125", "1", "0.13"),
        ("1", "2.5", "2.50"),
    ],
)
def test_marks_are_rounded_half_up(fraction: str, max_mark: str, expected: str) -> None:
    assert str(mark(Decimal(fraction), max_mark=Decimal(max_mark))) == expected


@given(FRACTIONS, MARKS)
def test_a_mark_stays_within_its_maximum(fraction: Decimal, max_mark: Decimal) -> None:
    assert 0 <= mark(fraction, max_mark=max_mark) <= max_mark


def test_a_score_is_the_sum_of_the_marks() -> None:
    assert str(instance_score(tries("1.25", "0.5", "2"))) == "3.75"
    assert str(instance_score([])) == "0.00"


@pytest.mark.parametrize(
    ("score", "max_score", "expected"),
    [
        ("5", "5", "100.0"),
        ("0", "5", "0.0"),
        ("1", "3", "33.3"),
        ("2", "3", "66.7"),
        ("999.99", "1000", "99.9"),
        ("0.01", "1000", "0.1"),
        ("0", "0", "0.0"),
    ],
)
def test_percent(score: str, max_score: str, expected: str) -> None:
    assert str(percent(Decimal(score), Decimal(max_score))) == expected


@given(MARKS, MARKS)
def test_only_a_full_score_is_100_percent(one: Decimal, other: Decimal) -> None:
    score, max_score = sorted((one, other))
    share = percent(score, max_score)

    assert 0 <= share <= 100
    assert (share == 100) == (score == max_score and max_score > 0)
    assert (share == 0) == (score == 0)


@pytest.mark.parametrize(
    ("decision", "reason", "expected"),
    [
        ("0", "0", "0.00000"),
        ("1", "0", "0.33333"),
        ("0", "2", "0.66667"),
        ("1", "0.5", "0.50000"),
        ("1", "2", "1.00000"),
    ],
)
def test_the_fraction_of_a_rubric(decision: str, reason: str, expected: str) -> None:
    points = {"decision": Decimal(decision), "reason": Decimal(reason)}

    assert str(rubric_fraction(RUBRIC, points)) == expected


@pytest.mark.parametrize(
    ("points", "message"),
    [
        ({"decision": "1"}, "The item reason has no points yet; 0 is a choice too."),
        ({"decision": "2", "reason": "1"}, "The item decision takes 0 to 1 points."),
        ({"decision": "1", "reason": "-1"}, "The item reason takes 0 to 2 points."),
        (
            {"decision": "1", "reason": "1", "z": "1", "style": "1"},
            "The rubric has no item style, z.",
        ),
        ({"decision": "NaN", "reason": "1"}, "The item decision takes 0 to 1 points."),
    ],
)
def test_points_that_the_rubric_does_not_allow(
    points: dict[str, str], message: str
) -> None:
    with pytest.raises(ScoringError) as caught:
        rubric_fraction(RUBRIC, {key: Decimal(value) for key, value in points.items()})

    assert str(caught.value) == message


def test_progress_by_objective() -> None:
    questions = {"q1": ["LO2"], "q2": ["LO1", "LO2"], "q3": ["LO2"], "q4": []}
    best = {"q1": Decimal(1), "q2": Decimal("0.5"), "q4": Decimal(1)}

    assert objective_progress(questions, best) == (
        ObjectiveProgress("LO1", questions=1, answered=1, fraction=Decimal("0.50000")),
        ObjectiveProgress("LO2", questions=3, answered=2, fraction=Decimal("0.50000")),
    )


def test_progress_before_the_first_answer() -> None:
    assert objective_progress({"q1": ["LO1"]}, {}) == (
        ObjectiveProgress("LO1", questions=1, answered=0, fraction=Decimal("0.00000")),
    )
    assert objective_progress({}, {}) == ()
