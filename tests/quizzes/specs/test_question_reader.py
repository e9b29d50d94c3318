from quizzes.specs import (
    FreeResponseBody,
    MultipleChoiceBody,
    OptionSpec,
    QuestionSpec,
    RubricItem,
    read_question,
)
from tests.quizzes.specs.samples import CHOICE, FREE, hints, problems, without


def test_a_multiple_choice_question() -> None:
    assert read_question(CHOICE) == QuestionSpec(
        key="which-type",
        type="multiple_choice",
        title="Which type?",
        chapter="virtualization",
        objectives=("LO1", "LO2"),
        scenario="bare-hardware",
        prompt="A server has ${ram_gib} GiB.\n\n**Which** type fits?",
        explanation="Type 1 needs no host.",
        body=MultipleChoiceBody(
            choose=1,
            options=(
                OptionSpec(key="a", text="Type 1", claim="type_1_serves"),
                OptionSpec(
                    key="b",
                    text="Type 2",
                    claim="type_2_serves",
                    refuted_by="type_2_needs_a_host",
                    feedback="It needs a host.",
                ),
            ),
        ),
    )


def test_a_free_response() -> None:
    assert read_question(FREE) == QuestionSpec(
        key="tell-me",
        type="free_response",
        title="Tell me",
        chapter=None,
        objectives=(),
        scenario=None,
        prompt="Which one, and why?",
        explanation="",
        body=FreeResponseBody(
            rubric=(
                RubricItem(key="decision", points=1, statement="Decides."),
                RubricItem(key="reason", points=3, statement="Gives the reason."),
            ),
            max_words=200,
        ),
    )


def test_a_free_response_has_500_words_unless_it_says_otherwise() -> None:
    spec = read_question(without(FREE, "max_words"))

    assert isinstance(spec.body, FreeResponseBody)
    assert spec.body.max_words == 500


def test_an_empty_mapping_lacks_everything_that_is_needed() -> None:
    assert problems(read_question, "objectives: []\n") == [
        (1, 1, "key", "The key `key` is missing."),
        (1, 1, "prompt", "The key `prompt` is missing."),
        (1, 1, "title", "The key `title` is missing."),
        (1, 1, "type", "The key `type` is missing."),
    ]


def test_keys_of_a_multiple_choice_that_are_missing() -> None:
    source = "key: a\ntype: multiple_choice\ntitle: A\nprompt: A?\n"

    assert problems(read_question, source) == [
        (1, 1, "choose", "The key `choose` is missing."),
        (1, 1, "options", "The key `options` is missing."),
        (
            1,
            1,
            "scenario",
            "A multiple-choice question needs a `scenario` that decides it.",
        ),
    ]


def test_keys_of_a_free_response_that_are_missing() -> None:
    source = "key: a\ntype: free_response\ntitle: A\nprompt: A?\n"

    assert problems(read_question, source) == [
        (1, 1, "rubric", "The key `rubric` is missing.")
    ]


def test_an_unknown_type_says_so_and_spares_the_rest() -> None:
    source = CHOICE.replace("multiple_choice", "multiple_choise")

    assert problems(read_question, source) == [
        (2, 7, "type", "`type` cannot be `multiple_choise`.")
    ]
    assert hints(read_question, source) == ["Did you mean `multiple_choice`?"]


def test_the_key_of_an_answer_is_refused_at_every_level() -> None:
    source = CHOICE.replace(
        "    claim: type_1_serves\n", "    claim: type_1_serves\n    correct: true\n"
    )

    assert problems(read_question, source + "answer: a\n") == [
        (
            16,
            5,
            "options[0].correct",
            "`correct` cannot be declared: what is right is executed.",
        ),
        (
            23,
            1,
            "answer",
            "`answer` cannot be declared: what is right is executed.",
        ),
    ]


def test_options_with_the_same_key_text_or_claim() -> None:
    source = (
        CHOICE.replace("key: b", "key: a")
        .replace("text: Type 2", "text: '  type   1 '")
        .replace("claim: type_2_serves", "claim: type_1_serves")
    )

    assert problems(read_question, source) == [
        (16, 10, "options[1].key", "An earlier entry has this key."),
        (17, 11, "options[1].text", "An earlier entry says the same."),
        (
            18,
            12,
            "options[1].claim",
            "An earlier entry names this claim, and the two always agree.",
        ),
    ]


def test_two_empty_texts_are_not_called_the_same() -> None:
    source = CHOICE.replace("text: Type 1", "text: ''").replace(
        "text: Type 2", "text: ''"
    )

    assert [problem[2:] for problem in problems(read_question, source)] == [
        ("options[0].text", "This must not be empty."),
        ("options[1].text", "This must not be empty."),
    ]


def test_choose_stays_within_the_options() -> None:
    for choose in ("0", "3", "all"):
        source = CHOICE.replace("choose: 1", f"choose: {choose}")
        assert problems(read_question, source) == [
            (11, 9, "choose", "`choose` must be a whole number from 1 to 2.")
        ]


def test_choosing_all_options_can_be_read() -> None:
    spec = read_question(CHOICE.replace("choose: 1", "choose: 2"))

    assert isinstance(spec.body, MultipleChoiceBody)
    assert spec.body.choose == 2


def test_one_option_is_no_choice() -> None:
    start = CHOICE.index("  - key: b")
    source = CHOICE[:start] + CHOICE[CHOICE.index("explanation") :]

    assert problems(read_question, source) == [
        (13, 3, "options", "`options` needs 2 to 12 entries and has 1.")
    ]


def test_a_claim_cannot_refute_itself() -> None:
    source = CHOICE.replace(
        "refuted_by: type_2_needs_a_host", "refuted_by: type_2_serves"
    )

    assert problems(read_question, source) == [
        (19, 17, "options[1].refuted_by", "A claim cannot refute itself.")
    ]


def test_an_unusable_option_key() -> None:
    source = CHOICE.replace("key: b", "key: The right one!")

    assert problems(read_question, source) == [
        (16, 10, "options[1].key", "`The right one!` cannot be used here.")
    ]


def test_an_unusable_objective() -> None:
    source = CHOICE.replace("[LO1, LO2]", "[LO1, LO 2]")

    assert problems(read_question, source) == [
        (5, 19, "objectives[1]", "`LO 2` cannot be used here.")
    ]
    assert hints(read_question, source) == ["Objectives have keys such as LO1."]


def test_a_free_response_runs_nothing() -> None:
    source = FREE + "scenario: bare-hardware\n"

    assert problems(read_question, source) == [
        (
            9,
            11,
            "scenario",
            "A free response is graded by a person: nothing is run.",
        )
    ]


def test_a_free_response_has_no_parameters() -> None:
    source = FREE.replace("Which one", "Which of ${count}")

    assert problems(read_question, source) == [
        (4, 18, "prompt", "The scenario has no parameter `count`.")
    ]
    assert hints(read_question, source) == ["Known: none."]


def test_options_do_not_belong_to_a_free_response() -> None:
    assert problems(read_question, FREE + "options: []\n") == [
        (9, 1, "options", "There is no key `options` here.")
    ]


def test_faults_of_a_rubric() -> None:
    source = FREE.replace("reason, points: 3", "decision, points: 0, point: 1")

    assert problems(read_question, source) == [
        (8, 11, "rubric[1].key", "An earlier entry has this key."),
        (
            8,
            29,
            "rubric[1].points",
            "`points` must be a whole number from 1 to 100.",
        ),
        (8, 32, "rubric[1].point", "There is no key `point` here."),
    ]


def test_every_fault_of_a_file_is_told_at_once() -> None:
    source = (
        CHOICE.replace("key: which-type", "key: Which Type")
        .replace("title: Which type?", "titel: Which type?")
        .replace("choose: 1", "choose: 9")
        .replace("text: Type 2", "text: ''")
    )

    assert problems(read_question, source) == [
        (1, 1, "title", "The key `title` is missing."),
        (1, 6, "key", "`Which Type` cannot be used here."),
        (3, 1, "titel", "There is no key `titel` here."),
        (11, 9, "choose", "`choose` must be a whole number from 1 to 2."),
        (17, 11, "options[1].text", "This must not be empty."),
    ]
