import json
import subprocess
import sys
from collections import Counter
from decimal import Decimal
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quizzes.question_types.base import (
    BrokenQuestionError,
    Grade,
    InvalidAnswerError,
    Outcome,
    Presentation,
    PresentedOption,
    Review,
    ReviewedOption,
)
from quizzes.question_types.multiple_choice.type import MultipleChoice
from quizzes.specs import MultipleChoiceBody, OptionSpec, QuestionSpec, read_question
from simulator import Obligation, Option
from tests.quizzes.specs.samples import FREE

ROOT = Path(__file__).parents[4]
TYPE = MultipleChoice()
KEYS = "abcd"


def question(choose: int = 1, keys: str = KEYS) -> QuestionSpec:
    options = tuple(
        OptionSpec(
            key=key,
            text=f"Option **{key}** of ${{gib}} GiB",
            claim=f"{key}_serves",
            refuted_by=f"{key}_fails",
            feedback=f"Why {key} fails with `${{gib}}`",
        )
        for key in keys
    )
    return QuestionSpec(
        key="which-type",
        type="multiple_choice",
        title="Which type?",
        chapter=None,
        objectives=(),
        scenario="bare-hardware",
        prompt="A server has ${gib} GiB.",
        explanation="With ${gib} GiB *any* would do.",
        body=MultipleChoiceBody(choose=choose, options=options),
    )


def presented(choose: int = 1, keys: str = KEYS) -> Presentation:
    return TYPE.present(question(choose, keys), {"gib": 64}, seed=1)


def claims(true: str, keys: str = KEYS) -> dict[str, bool]:
    return {f"{key}_serves": key in true for key in keys}


def grade(chosen: str, true: str, keys: str = KEYS) -> Grade:
    spec = question(choose=len(true), keys=keys)
    presentation = presented(choose=len(true), keys=keys)
    answer = {"chosen": list(chosen)}
    return TYPE.grade(spec, presentation, answer, claims(true, keys))


def order(seed: int) -> str:
    presentation = TYPE.present(question(), {"gib": 64}, seed)
    return "".join(option.key for option in presentation.options)


def test_what_has_to_be_proved() -> None:
    assert TYPE.obligation(question(choose=2, keys="ab")) == Obligation(
        options=(
            Option("a", "a_serves", "a_fails"),
            Option("b", "b_serves", "b_fails"),
        ),
        true=2,
        key="which-type",
    )


def test_what_the_learner_sees() -> None:
    assert TYPE.present(question(keys="ab"), {"gib": 64}, seed=2) == Presentation(
        type="multiple_choice",
        control="radio",
        prompt_html="<p>A server has 64 GiB.</p>\n",
        choose=1,
        options=(
            PresentedOption("b", "Option <strong>b</strong> of 64 GiB"),
            PresentedOption("a", "Option <strong>a</strong> of 64 GiB"),
        ),
        max_words=0,
    )


def test_several_options_are_chosen_with_checkboxes() -> None:
    presentation = presented(choose=2)

    assert (presentation.control, presentation.choose) == ("checkbox", 2)


def test_nothing_that_is_shown_hints_at_the_truth() -> None:
    shown = json.dumps(presented().to_json())

    for word in ("serves", "fails", "claim", "refuted", "Why", "any", "true"):
        assert word not in shown


def test_the_order_depends_on_the_seed_alone() -> None:
    assert [order(seed) for seed in range(6)] == [order(seed) for seed in range(6)]
    assert order(1) == "cadb"
    assert order(2) == "cbda"
    assert order(3) == "cdab"


def test_another_process_finds_the_same_order() -> None:
    program = (
        "from tests.quizzes.question_types.multiple_choice.test_type import order\n"
        "print(' '.join(order(seed) for seed in range(20)))"
    )
    result = subprocess.run(
        [sys.executable, "-c", program],
        cwd=ROOT,
        env={"PYTHONHASHSEED": "77"},
        capture_output=True,
        text=True,
        check=True,
    )

    assert result.stdout.split() == [order(seed) for seed in range(20)]


def test_every_order_comes_up_about_equally_often() -> None:
    orders = Counter(order(seed) for seed in range(720))

    assert set(orders) == {"".join(keys) for keys in permutations(KEYS)}
    assert all(15 <= count <= 50 for count in orders.values())


def test_two_questions_with_one_seed_are_shuffled_apart() -> None:
    assert order(1) != "".join(
        option.key
        for option in TYPE.present(
            QuestionSpec.from_json({**question().to_json(), "key": "other"}),
            {"gib": 64},
            seed=1,
        ).options
    )


@pytest.mark.parametrize(
    ("raw", "chosen"),
    [
        ({"chosen": "b"}, ["b"]),
        ({"chosen": ["b"]}, ["b"]),
        ({"chosen": ["b", "b", ""]}, ["b"]),
        ({"chosen": ["c"], "text": "ignored", "token": "x"}, ["c"]),
    ],
)
def test_an_answer_in_its_stored_form(raw: dict[str, Any], chosen: list[str]) -> None:
    assert TYPE.parse_answer(question(), presented(), raw) == {"chosen": chosen}


def test_chosen_options_are_stored_in_the_order_shown() -> None:
    spec, presentation = question(choose=4), presented(choose=4)
    shown = [option.key for option in presentation.options]

    for keys in permutations(KEYS):
        raw = {"chosen": list(keys)}
        assert TYPE.parse_answer(spec, presentation, raw) == {"chosen": shown}


@pytest.mark.parametrize(
    ("raw", "code", "message"),
    [
        ({}, "nothing_chosen", "Choose an option first."),
        ({"chosen": None}, "nothing_chosen", "Choose an option first."),
        ({"chosen": ""}, "nothing_chosen", "Choose an option first."),
        ({"chosen": []}, "nothing_chosen", "Choose an option first."),
        ({"chosen": [""]}, "nothing_chosen", "Choose an option first."),
        (
            {"chosen": "z"},
            "unknown_option",
            "One of the chosen options does not belong to this question.",
        ),
        (
            {"chosen": ["a", "z"]},
            "unknown_option",
            "One of the chosen options does not belong to this question.",
        ),
        (
            {"chosen": ["a", "b"]},
            "too_many_chosen",
            "Choose at most 1; you chose 2.",
        ),
        (
            {"chosen": {"a": 1}},
            "malformed",
            "`chosen` must be a list of option keys.",
        ),
        ({"chosen": 7}, "malformed", "`chosen` must be a list of option keys."),
        ({"chosen": [7]}, "malformed", "`chosen` must be a list of option keys."),
        ({"chosen": [["a"]]}, "malformed", "`chosen` must be a list of option keys."),
    ],
)
def test_answers_that_cannot_be_graded(
    raw: dict[str, Any], code: str, message: str
) -> None:
    with pytest.raises(InvalidAnswerError) as caught:
        TYPE.parse_answer(question(), presented(), raw)

    assert (caught.value.code, caught.value.message) == (code, message)


JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=3),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.text(max_size=3), inner, max_size=3)
    ),
    max_leaves=5,
)


@given(st.dictionaries(st.sampled_from(["chosen", "text"]), JSON_VALUES))
def test_any_json_is_an_answer_or_is_refused_with_a_reason(raw: dict[str, Any]) -> None:
    try:
        answer = TYPE.parse_answer(question(), presented(), raw)
    except InvalidAnswerError as error:
        refusal = error.code
    else:
        assert set(answer) == {"chosen"}
        assert set(answer["chosen"]) <= set(KEYS)
        return
    assert refusal in {
        "malformed",
        "nothing_chosen",
        "unknown_option",
        "too_many_chosen",
    }


def test_a_single_choice_is_right_when_its_claim_held() -> None:
    assert grade(chosen="b", true="b") == Grade(
        fraction=Decimal(1),
        outcome=Outcome.CORRECT,
        options={"a": False, "b": True, "c": False, "d": False},
        chosen=("b",),
    )


def test_the_same_choice_is_wrong_where_the_run_says_otherwise() -> None:
    assert grade(chosen="b", true="c") == Grade(
        fraction=Decimal(0),
        outcome=Outcome.INCORRECT,
        options={"a": False, "b": False, "c": True, "d": False},
        chosen=("b",),
    )


@pytest.mark.parametrize(
    ("chosen", "true", "fraction", "outcome"),
    [
        ("ab", "ab", "1.00000", "correct"),
        ("a", "ab", "0.50000", "partial"),
        ("ac", "ab", "0.00000", "incorrect"),
        ("cd", "ab", "0.00000", "incorrect"),
        ("c", "ab", "0.00000", "incorrect"),
        ("abd", "abc", "0.33333", "partial"),
        ("ab", "abc", "0.66667", "partial"),
        ("abc", "abc", "1.00000", "correct"),
        ("abcd", "abcd", "1.00000", "correct"),
    ],
)
def test_wrong_choices_cancel_right_ones(
    chosen: str, true: str, fraction: str, outcome: str
) -> None:
    result = grade(chosen=chosen, true=true)

    assert (str(result.fraction), result.outcome) == (fraction, outcome)


@given(
    st.sets(st.sampled_from("abcdef"), min_size=1),
    st.sets(st.sampled_from("abcdef"), min_size=1),
)
def test_the_fraction_and_the_outcome_agree(chosen: set[str], true: set[str]) -> None:
    result = grade("".join(sorted(chosen)), "".join(sorted(true)), keys="abcdef")

    assert result.fraction is not None
    assert 0 <= result.fraction <= 1
    assert (result.fraction == 1) == (chosen == true)
    assert result.outcome == {0: "incorrect", 1: "correct"}.get(
        int(result.fraction) if result.fraction in {0, 1} else 2, "partial"
    )


def test_a_claim_without_a_result_breaks_the_question() -> None:
    results = claims("a")
    del results["c_serves"], results["b_serves"]

    with pytest.raises(BrokenQuestionError) as caught:
        TYPE.grade(question(), presented(), {"chosen": ["a"]}, results)

    assert str(caught.value) == "The run decided nothing on: b_serves, c_serves."


@pytest.mark.parametrize(("true", "count"), [("", 0), ("ab", 2)])
def test_another_number_of_true_options_breaks_the_question(
    true: str, count: int
) -> None:
    with pytest.raises(BrokenQuestionError) as caught:
        TYPE.grade(question(), presented(), {"chosen": ["a"]}, claims(true))

    assert str(caught.value) == f"{count} options hold in this variant, not 1."


def test_the_review_tells_what_held_and_why_the_rest_did_not() -> None:
    spec = question(keys="ab")
    presentation = TYPE.present(spec, {"gib": 64}, seed=2)

    review = TYPE.review(spec, presentation, {"gib": 64}, claims("a", "ab"))

    assert review == Review(
        explanation_html="<p>With 64 GiB <em>any</em> would do.</p>\n",
        options=(
            ReviewedOption(
                key="b",
                html="Option <strong>b</strong> of 64 GiB",
                claim="b_serves",
                refuted_by="b_fails",
                holds=False,
                feedback_html="Why b fails with <code>64</code>",
            ),
            ReviewedOption(
                key="a",
                html="Option <strong>a</strong> of 64 GiB",
                claim="a_serves",
                refuted_by="a_fails",
                holds=True,
                feedback_html="",
            ),
        ),
        rubric=(),
    )


def test_a_question_of_another_type_is_a_mistake_of_the_program() -> None:
    with pytest.raises(TypeError, match="The question tell-me is of type free_resp"):
        TYPE.present(read_question(FREE), {}, seed=1)
