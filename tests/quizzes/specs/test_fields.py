"""Reading single keys, through a tiny reader of each kind."""

import re
from decimal import Decimal

import pytest

from quizzes.specs import SpecError
from quizzes.specs.fields import (
    MAX_PROBLEMS,
    Fields,
    did_you_mean,
    read_mapping,
    shown,
)

WORD = re.compile(r"[a-z]+")


def fields_of(source: str) -> Fields:
    return read_mapping(source, name="file.yaml")


def found(fields: Fields) -> list[tuple[int, int, str, str, str]]:
    with pytest.raises(SpecError) as caught:
        fields.problems.check()
    assert caught.value.name == "file.yaml"
    return [
        (problem.line, problem.column, problem.path, problem.message, problem.hint)
        for problem in caught.value.problems
    ]


def refusal(source: str) -> list[tuple[int, int, str]]:
    with pytest.raises(SpecError) as caught:
        read_mapping(source, name="file.yaml").problems.check()
    return [
        (problem.line, problem.column, problem.message)
        for problem in caught.value.problems
    ]


def test_nothing_is_wrong_with_a_good_mapping() -> None:
    fields = fields_of("title: ' A title '\nkey: a-key\n")

    assert (fields.text("title", longest=9), fields.slug("key")) == (
        "A title",
        "a-key",
    )
    fields.finish()
    fields.problems.check()


@pytest.mark.parametrize(
    ("source", "place", "start"),
    [
        ("", (1, 1), "The file is empty"),
        ("# only a comment\n", (1, 1), "The file is empty"),
        ("- a list\n", (1, 1), "A mapping with keys is needed here, not a list."),
        ("just text\n", (1, 1), "A mapping with keys is needed here, not text."),
        ("3\n", (1, 1), "A mapping with keys is needed here, not a number."),
        ("a: [1, 2\n", (2, 1), "Not valid YAML"),
        ("a: 1\n  b: 2\n", (2, 4), "Not valid YAML"),
        ("a: 'open\n", (2, 1), "Not valid YAML"),
        ("a: &x 1\nb: *x\n", (1, 4), "Anchors and aliases are not allowed"),
        ("a: 1\n---\nb: 2\n", (2, 1), "A second document in one file"),
        ("? [a]\n: b\n", (1, 3), "A key must be plain text"),
        ("a: " + "[" * 40, (1, 35), "Nested deeper than 32 levels"),
        ("a: '" + "x" * 262_144 + "'", (1, 1), "The file is larger than 256 KiB"),
    ],
)
def test_files_that_are_no_mapping(
    source: str, place: tuple[int, int], start: str
) -> None:
    (problem,) = refusal(source)

    assert problem[:2] == place
    assert problem[2].startswith(start)


def test_half_a_character_is_refused() -> None:
    ((line, column, message),) = refusal("a: '\ud800'\n")

    assert (line, column) == (1, 1)
    assert message.startswith("Not valid YAML")


def test_a_bomb_of_aliases_stops_at_its_first_anchor() -> None:
    bomb = "a: &a [x]\n" + "".join(
        f"{chr(98 + n)}: &{chr(98 + n)} [*{chr(97 + n)}, *{chr(97 + n)}]\n"
        for n in range(20)
    )

    assert [problem[:2] for problem in refusal(bomb)] == [(1, 4)]


def test_a_key_that_stands_twice() -> None:
    assert found(fields_of("a: 1\nb: 2\na: 3\n")) == [
        (
            3,
            1,
            "a",
            "The key 'a' stands twice in one mapping.",
            "The first is in line 1.",
        )
    ]


def test_an_unknown_key_and_its_nearest_neighbour() -> None:
    fields = fields_of("titel: x\nfoo: y\n")
    fields.expect("title", "prompt")
    fields.finish()

    assert found(fields) == [
        (1, 1, "titel", "There is no key `titel` here.", "Did you mean `title`?"),
        (2, 1, "foo", "There is no key `foo` here.", "Known: `prompt`, `title`."),
    ]


@pytest.mark.parametrize("key", ["correct", "is_true", "Answer", "true", "solution"])
def test_a_key_that_flags_an_answer_is_told_that_answers_are_executed(key: str) -> None:
    fields = fields_of(f"{key}: yes\n")
    fields.finish()

    assert found(fields) == [
        (
            1,
            1,
            key,
            f"`{key}` cannot be declared: what is right is executed.",
            "Let the option name a `claim`; running the scenario decides.",
        )
    ]


def test_a_hostile_file_gets_no_endless_list() -> None:
    fields = fields_of("".join(f"key{number}: x\n" for number in range(5_000)))
    fields.finish()

    assert len(found(fields)) == MAX_PROBLEMS


def test_problems_beyond_the_limit_are_dropped() -> None:
    fields = fields_of("a: 1\n")
    for _ in range(MAX_PROBLEMS + 5):
        fields.add("a", "Wrong.")

    assert len(found(fields)) == MAX_PROBLEMS


@pytest.mark.parametrize(
    ("value", "column", "message", "hint"),
    [
        ("", 3, "This must not be empty.", ""),
        ("''", 4, "This must not be empty.", ""),
        ("'  '", 4, "This must not be empty.", ""),
        (
            "12",
            4,
            "Text is needed here; YAML reads this as a number.",
            "Put it in quotes.",
        ),
        (
            "1.5",
            4,
            "Text is needed here; YAML reads this as a number.",
            "Put it in quotes.",
        ),
        (
            "true",
            4,
            "Text is needed here; YAML reads this as true or false.",
            "Put it in quotes.",
        ),
        ("[x]", 4, "Text is needed here; YAML reads this as a list.", ""),
        ("{x: y}", 4, "Text is needed here; YAML reads this as a mapping.", ""),
        ("abcdefghijk", 4, "This is 11 characters long; 10 are allowed.", ""),
        ("ABC", 4, "`ABC` cannot be used here.", "Small letters."),
        ('"a\\0"', 4, "This holds a character that cannot be stored.", ""),
    ],
)
def test_what_is_no_text(value: str, column: int, message: str, hint: str) -> None:
    fields = fields_of(f"a: {value}\n")

    fields.text("a", longest=10, pattern=WORD, hint="Small letters.")

    assert found(fields) == [(1, column, "a", message, hint)]


def test_words_that_other_dialects_of_yaml_would_change_stay_text() -> None:
    fields = fields_of("a: no\nb: on\nc: 12:30\nd: 2026-01-01\n")

    assert [fields.text(key, longest=20) for key in "abcd"] == [
        "no",
        "on",
        "12:30",
        "2026-01-01",
    ]
    fields.problems.check()


def test_a_missing_key() -> None:
    fields = fields_of("a: 1\n")
    nested = Fields(fields.problems, fields.node, "options[2]")

    assert nested.text("title", longest=10) == ""
    assert found(nested) == [
        (1, 1, "options[2].title", "The key `title` is missing.", "")
    ]


def test_a_default_stands_in_for_a_missing_key_only() -> None:
    fields = fields_of("b: ''\n")

    assert fields.text("a", longest=10, default="else") == "else"
    assert fields.text("b", longest=10, default="else") == ""
    assert [problem[3] for problem in found(fields)] == ["This must not be empty."]


def test_an_entry_that_is_no_mapping_is_one_problem_not_many() -> None:
    fields = fields_of("list: [x]\n")
    (entry,) = fields.mappings("list", fewest=1, most=3)

    assert (entry.slug("key"), entry.slug("other")) == ("", "")
    assert found(fields) == [
        (1, 8, "list[0]", "A mapping with keys is needed here, not text.", "")
    ]


def test_optional_slug() -> None:
    fields = fields_of("a: some-key\nb: Some Key\n")

    assert fields.optional_slug("a") == "some-key"
    assert fields.optional_slug("c") is None
    assert fields.optional_slug("b") == "Some Key"
    assert found(fields) == [
        (
            2,
            4,
            "b",
            "`Some Key` cannot be used here.",
            "Use small letters, digits and single hyphens.",
        )
    ]


def test_a_list_of_texts() -> None:
    fields = fields_of("a: [x, y]\nb: []\n")

    def read(key: str) -> tuple[str, ...]:
        return fields.texts(key, longest=5, pattern=WORD, hint="")

    assert (read("a"), read("b"), read("c")) == (("x", "y"), (), ())
    fields.problems.check()


def test_faults_in_a_list_of_texts() -> None:
    fields = fields_of("a: [x, 1, x, '', '']\nb: x\n")

    fields.texts("a", longest=5, pattern=WORD, hint="", most=4)
    fields.texts("b", longest=5, pattern=WORD, hint="")
    fields.texts("c", longest=5, pattern=WORD, hint="", fewest=1)

    assert [problem[:4] for problem in found(fields)] == [
        (1, 1, "c", "The key `c` is missing."),
        (1, 4, "a", "`a` needs 0 to 4 entries and has 5."),
        (1, 8, "a[1]", "Text is needed here; YAML reads this as a number."),
        (1, 11, "a[2]", "`x` stands here twice."),
        (1, 14, "a[3]", "This must not be empty."),
        (2, 4, "b", "`b` must be a list, not text."),
    ]


def test_a_word_of_a_choice() -> None:
    fields = fields_of("a: best\n")

    assert fields.choice("a", ("best", "last")) == "best"
    assert fields.choice("b", ("best", "last"), default="last") == "last"
    assert fields.optional_choice("a", ("best", "last")) == "best"
    assert fields.optional_choice("b", ("best", "last")) is None
    fields.problems.check()


def test_a_word_outside_the_choice() -> None:
    fields = fields_of("a: bast\nb: [best]\nc:\n")

    for key in "abcd":
        assert fields.choice(key, ("best", "last")) == ""
    assert fields.optional_choice("a", ("best",)) is None
    assert found(fields) == [
        (1, 1, "d", "The key `d` is missing.", ""),
        (1, 4, "a", "`a` cannot be `bast`.", "Did you mean `best`?"),
        (1, 4, "a", "`a` cannot be `bast`.", "Did you mean `last`?"),
        (2, 4, "b", "`b` cannot be a list.", "Known: `best`, `last`."),
        (3, 3, "c", "`c` cannot be nothing.", "Known: `best`, `last`."),
    ]


def test_whole_numbers() -> None:
    fields = fields_of("a: 1\nb: 20\nc: null\nd:\n")

    def optional(key: str) -> int | None:
        return fields.optional_number(key, lowest=1, highest=20)

    assert fields.whole_number("a", lowest=1, highest=20) == 1
    assert fields.whole_number("b", lowest=1, highest=20) == 20
    assert fields.whole_number("x", lowest=1, highest=20, default=7) == 7
    assert [optional(key) for key in "abcdx"] == [1, 20, None, None, None]
    fields.problems.check()


@pytest.mark.parametrize(
    "value", ["0", "21", "-1", "1.0", "'1'", "one", "[1]", "true", "9" * 30]
)
def test_what_is_no_whole_number_in_range(value: str) -> None:
    fields = fields_of(f"a: {value}\n")

    assert fields.whole_number("a", lowest=1, highest=20) == 1
    assert found(fields)[-1][2:] == (
        "a",
        "`a` must be a whole number from 1 to 20.",
        "",
    )


def test_a_missing_whole_number_is_noted_once() -> None:
    fields = fields_of("b: 1\n")

    assert fields.whole_number("a", lowest=1, highest=20) == 1
    assert [problem[3] for problem in found(fields)] == ["The key `a` is missing."]


def test_points() -> None:
    fields = fields_of("a: 1\nb: 2.5\nc: 0.25\n")

    assert [fields.points(key, highest=Decimal(10)) for key in "abc"] == [
        Decimal(1),
        Decimal("2.5"),
        Decimal("0.25"),
    ]
    fields.problems.check()


@pytest.mark.parametrize("value", ["0", "-1", "10.01", "1.234", "1e1", "'1'", "[]"])
def test_what_are_no_points(value: str) -> None:
    fields = fields_of(f"a: {value}\n")
    fields.points("a", highest=Decimal(10))

    assert found(fields) == [
        (
            1,
            4,
            "a",
            "`a` must be a number above 0 and up to 10.",
            "At most two decimal places.",
        )
    ]


def test_missing_points() -> None:
    fields = fields_of("b: 1\n")

    assert fields.points("a", highest=Decimal(10)) == Decimal(10)
    assert [problem[3] for problem in found(fields)] == ["The key `a` is missing."]


def test_too_long_a_list_of_mappings_is_read_up_to_its_limit() -> None:
    fields = fields_of("a: [{k: x}, {k: y}, {k: z}]\n")

    entries = list(fields.mappings("a", fewest=1, most=2))

    assert [entry.slug("k") for entry in entries] == ["x", "y"]
    assert [entry.path for entry in entries] == ["a[0]", "a[1]"]
    assert found(fields) == [(1, 4, "a", "`a` needs 1 to 2 entries and has 3.", "")]


def test_did_you_mean_without_any_words() -> None:
    assert did_you_mean("x", []) == "Known: none."


def test_long_and_unprintable_words_are_shown_tamed() -> None:
    assert shown("x" * 61) == f"`{'x' * 60}…`"
    assert shown("a\x00b\nc") == "`a b c`"
