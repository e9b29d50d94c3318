"""The names of a scenario in a question, checked once the scenario is known."""

from quizzes.specs import read_question
from tests.quizzes.specs.samples import CHOICE, hints, problems

PARAMETERS = ("ram_gib", "cores")
CLAIMS = ("type_1_serves", "type_2_serves", "type_2_needs_a_host")


def test_known_names_are_fine() -> None:
    assert read_question(CHOICE, parameters=PARAMETERS, claims=CLAIMS) == read_question(
        CHOICE
    )


def test_an_unknown_parameter_is_shown_where_it_stands() -> None:
    source = CHOICE.replace("${ram_gib} GiB.", "${cores} cores and ${ram_gb} GiB.")

    assert problems(read_question, source, parameters=PARAMETERS) == [
        (8, 35, "prompt", "The scenario has no parameter `ram_gb`.")
    ]
    assert hints(read_question, source, parameters=PARAMETERS) == [
        "Did you mean `ram_gib`?"
    ]


def test_unknown_parameters_in_every_text() -> None:
    source = (
        CHOICE.replace("**Which** type", "Which ${a}")
        .replace("Type 1\n", "Type ${b}\n")
        .replace("It needs a host.", "${c} ${d}")
        .replace("Type 1 needs no host.", "${e}")
    )

    assert [
        problem[:3] for problem in problems(read_question, source, parameters=())
    ] == [
        (8, 16, "prompt"),
        (10, 9, "prompt"),
        (14, 16, "options[0].text"),
        (20, 15, "options[1].feedback"),
        (20, 20, "options[1].feedback"),
        (21, 14, "explanation"),
    ]


def test_a_parameter_written_with_escapes_is_shown_at_its_text() -> None:
    source = CHOICE.replace("text: Type 1", 'text: "\\x24{speed}"')

    assert problems(read_question, source, parameters=PARAMETERS) == [
        (14, 11, "options[0].text", "The scenario has no parameter `speed`.")
    ]


def test_an_escaped_parameter_and_a_shell_variable_are_none() -> None:
    source = CHOICE.replace("**Which** type", "$${speed} ${HOME} $(pwd)")

    assert read_question(source, parameters=PARAMETERS).prompt == (
        "A server has ${ram_gib} GiB.\n\n$${speed} ${HOME} $(pwd) fits?"
    )


def test_unknown_claims() -> None:
    source = CHOICE.replace("claim: type_1_serves", "claim: type_1_serve")

    assert problems(read_question, source, claims=CLAIMS[:2]) == [
        (
            15,
            12,
            "options[0].claim",
            "The scenario has no claim `type_1_serve`.",
        ),
        (
            19,
            17,
            "options[1].refuted_by",
            "The scenario has no claim `type_2_needs_a_host`.",
        ),
    ]
    assert hints(read_question, source, claims=CLAIMS) == [
        "Did you mean `type_1_serves`?"
    ]


def test_what_cannot_be_the_name_of_a_claim() -> None:
    source = CHOICE.replace("claim: type_1_serves", "claim: Type 1 serves")

    assert problems(read_question, source) == [
        (15, 12, "options[0].claim", "`Type 1 serves` cannot be used here.")
    ]
