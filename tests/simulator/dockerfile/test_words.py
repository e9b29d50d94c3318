"""The arguments of instructions: lists, quotes, flags, names with values."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulator.dockerfile.limits import MAX_WORDS, Report
from simulator.dockerfile.words import (
    arguments_of,
    exec_form,
    flags_of,
    pairs_of,
    quoted_words,
)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[]", ()),
        ("[ ]", ()),
        ('["a"]', ("a",)),
        ('["a","b"]', ("a", "b")),
        ('[ "a" , "b" ]', ("a", "b")),
        ('["a b", ""]', ("a b", "")),
        ('["\\"", "\\\\", "\\n", "\\u00e4"]', ('"', "\\", "\n", "\u00e4")),
        ('["a"] ', ("a",)),
        ('["\u00e4"]', ("\u00e4",)),
        ("", None),
        ("a", None),
        ("[", None),
        ("[a]", None),
        ("['a']", None),
        ('["a",]', None),
        ('["a" "b"]', None),
        ('["a"] b', None),
        ('["a", 1]', None),
        ('["a", ["b"]]', None),
        ('{"a": "b"}', None),
        ('["a', None),
        ('["a\n"]', None),
        ('["\\x"]', None),
        ('["\\u00"]', None),
    ],
)
def test_lists_in_json(text: str, words: tuple[str, ...] | None) -> None:
    assert exec_form(text) == words


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", []),
        ("   ", []),
        ("a b", ["a", "b"]),
        ("a\tb", ["a", "b"]),
        ("A='b c' d", ["A='b c'", "d"]),
        ('A="b c" d', ['A="b c"', "d"]),
        ("A=b\\ c d", ["A=b\\ c", "d"]),
        ('"it\'s" x', ['"it\'s"', "x"]),
        ("'a \"b' c", ["'a \"b'", "c"]),
        ('"a \\" b" c', ['"a \\" b"', "c"]),
        ("'a \\' b", ["'a \\'", "b"]),
        ('"open b', ['"open b']),
        ("a\\", ["a\\"]),
        ('""', ['""']),
    ],
)
def test_words_with_quotes(text: str, words: list[str]) -> None:
    assert quoted_words(text, "\\") == words


def test_words_with_another_escape_mark() -> None:
    assert quoted_words("c:\\a b` c", "`") == ["c:\\a", "b` c"]


def flags(rest: str, *known: str) -> tuple[object, str, list[str]]:
    report = Report()
    found, after = flags_of(rest, known, 3, "RUN", report)
    return found, after, [p.message for p in report.problems]


@pytest.mark.parametrize(
    ("rest", "found", "after"),
    [
        ("a", (), "a"),
        ("--x=1 a", (("x", "1"),), "a"),
        ("--x a", (("x", "true"),), "a"),
        ("--x=1 --y=2 a", (("x", "1"), ("y", "2")), "a"),
        ("--x=1 --x=2 a", (("x", "1"), ("x", "2")), "a"),
        ("--x=a=b,c=d  a", (("x", "a=b,c=d"),), "a"),
        ("a --x=1", (), "a --x=1"),
        ("--x=1", (("x", "1"),), ""),
        ("-- a", (), "-- a"),
        ("-x a", (), "-x a"),
        ("", (), ""),
    ],
)
def test_flags(rest: str, found: object, after: str) -> None:
    assert flags(rest, "x", "y") == (found, after, [])


@pytest.mark.parametrize(
    ("rest", "message"),
    [
        ("--z a", "unknown flag: --z"),
        ("--x= a", "missing a value on flag: --x"),
        ("--X=1 a", "unknown flag: --X"),
    ],
)
def test_wrong_flags(rest: str, message: str) -> None:
    assert flags(rest, "x", "y")[2] == [message]


def test_hints_for_flags() -> None:
    report = Report()
    flags_of("--plattform=x a", ("platform",), 1, "FROM", report)
    flags_of("--q a", ("platform", "other"), 2, "FROM", report)
    flags_of("--q a", (), 3, "CMD", report)
    assert [(p.line, p.hint) for p in report.problems] == [
        (1, "did you mean --platform?"),
        (2, "one of: --platform, --other"),
        (3, "CMD has no flags"),
    ]


def pairs(rest: str) -> tuple[object, list[str], list[str]]:
    report = Report()
    found = pairs_of(rest, "\\", 1, "ENV", report)
    return (
        found,
        [p.message for p in report.problems],
        [p.message for p in report.advice],
    )


@pytest.mark.parametrize(
    ("rest", "found"),
    [
        ("A=1", (("A", "1"),)),
        ("A=", (("A", ""),)),
        ("A=1 B=2", (("A", "1"), ("B", "2"))),
        ("A=b=c", (("A", "b=c"),)),
        ("A='b c'", (("A", "'b c'"),)),
        ("A=$B C=${D:-e}", (("A", "$B"), ("C", "${D:-e}"))),
    ],
)
def test_names_with_values(rest: str, found: tuple[tuple[str, str], ...]) -> None:
    assert pairs(rest) == (found, [], [])


def test_the_old_form() -> None:
    assert pairs("A b c") == ((("A", "b c"),), [], ["LegacyKeyValueFormat"])
    assert pairs("A b=c") == ((("A", "b=c"),), [], ["LegacyKeyValueFormat"])
    assert pairs('A "b" ') == ((("A", '"b"'),), [], ["LegacyKeyValueFormat"])


@pytest.mark.parametrize(
    ("rest", "messages"),
    [
        ("", ["ENV requires at least one argument"]),
        ("A", ["ENV must have two arguments"]),
        ("=x", ["ENV names can not be blank"]),
        ("A=1 B", ["can't find = in 'B'"]),
        ("A=1 =2 C", ["ENV names can not be blank", "can't find = in 'C'"]),
    ],
)
def test_wrong_pairs(rest: str, messages: list[str]) -> None:
    assert pairs(rest)[1] == messages


@pytest.mark.parametrize(
    ("rest", "found", "messages"),
    [
        ("A", (("A", None),), []),
        ("A=1", (("A", "1"),), []),
        ("A=1 B C=", (("A", "1"), ("B", None), ("C", "")), []),
        ("_a1", (("_a1", None),), []),
        ("", (), ["ARG requires at least one argument"]),
        ("1a", (("1a", None),), ["'1a' is not the name of a variable"]),
        ("a-b=1", (("a-b", "1"),), ["'a-b' is not the name of a variable"]),
    ],
)
def test_arguments(rest: str, found: object, messages: list[str]) -> None:
    report = Report()
    assert arguments_of(rest, "\\", 1, report) == found
    assert [p.message for p in report.problems] == messages


def test_the_number_of_words_is_bounded() -> None:
    report = Report()
    many = " ".join(f"A{number}=1" for number in range(MAX_WORDS + 50))
    assert len(pairs_of(many, "\\", 1, "ENV", report)) == MAX_WORDS
    assert len(arguments_of(many, "\\", 1, report)) == MAX_WORDS


@given(st.lists(st.text(st.characters(exclude_categories=["Cs", "Cc"])), max_size=5))
@settings(max_examples=100, deadline=None)
def test_every_list_of_strings_is_read(words: list[str]) -> None:
    spelled = ", ".join(
        '"' + word.replace("\\", "\\\\").replace('"', '\\"') + '"' for word in words
    )
    assert exec_form(f"[{spelled}]") == tuple(words)


@given(st.text(max_size=40))
@settings(max_examples=150, deadline=None)
def test_splitting_loses_nothing_but_white_space(text: str) -> None:
    found = quoted_words(text, "\\")
    assert "".join("".join(found).split()) == "".join(text.split())
    assert all(found)
