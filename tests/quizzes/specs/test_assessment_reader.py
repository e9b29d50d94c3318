from decimal import Decimal

from quizzes.enums import AssessmentKind, ScorePolicy
from quizzes.specs import AssessmentSpec, SlotSpec, read_assessment
from quizzes.specs.assessment_reader import KINDS, SCORE_POLICIES
from tests.quizzes.specs.samples import ASSESSMENT, problems, without


def test_an_assessment() -> None:
    assert read_assessment(ASSESSMENT) == AssessmentSpec(
        key="chapter-quiz",
        chapter="virtualization",
        title="Quiz",
        kind="quiz",
        instructions="Two tries each.",
        attempts_allowed=3,
        tries_per_question=2,
        score_policy="last",
        time_limit_minutes=20,
        slots=(
            SlotSpec(question="which-type", max_mark=Decimal(1)),
            SlotSpec(question="tell-me", max_mark=Decimal("2.5")),
        ),
    )


def test_an_assessment_that_leaves_all_choices_open() -> None:
    source = without(
        ASSESSMENT,
        "instructions",
        "attempts_allowed",
        "tries_per_question",
        "score_policy",
        "time_limit_minutes",
    )
    spec = read_assessment(source)

    assert spec.instructions == ""
    assert spec.attempts_allowed is None
    assert spec.tries_per_question == 1
    assert spec.score_policy == "best"
    assert spec.time_limit_minutes is None


def test_null_means_without_limit() -> None:
    source = ASSESSMENT.replace("attempts_allowed: 3", "attempts_allowed: null")

    assert read_assessment(source).attempts_allowed is None


def test_an_assessment_with_faults() -> None:
    source = (
        ASSESSMENT.replace("kind: quiz", "kind: exam")
        .replace("attempts_allowed: 3", "attempts_allowed: 0")
        .replace("max_mark: 1}", "max_mark: 0}")
        .replace("question: tell-me", "question: which-type")
    )

    assert problems(read_assessment, source) == [
        (4, 7, "kind", "`kind` cannot be `exam`."),
        (
            6,
            19,
            "attempts_allowed",
            "`attempts_allowed` must be a whole number from 1 to 100.",
        ),
        (
            11,
            38,
            "slots[0].max_mark",
            "`max_mark` must be a number above 0 and up to 1000.",
        ),
        (12, 16, "slots[1].question", "Another slot asks this question."),
    ]


def test_an_assessment_without_slots() -> None:
    source = ASSESSMENT[: ASSESSMENT.index("slots:")] + "slots: []\n"

    assert problems(read_assessment, source) == [
        (10, 8, "slots", "`slots` needs 1 to 200 entries and has 0.")
    ]


def test_the_words_are_those_of_the_database() -> None:
    assert set(KINDS) == set(AssessmentKind.values)
    assert set(SCORE_POLICIES) == set(ScorePolicy.values)
