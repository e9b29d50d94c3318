"""Words and operators of a command line."""

import pytest

from simulator.subsystems.builds.shell.tokens import (
    MAX_TOKENS,
    Operator,
    Part,
    ShellSyntaxError,
    Word,
    tokens_of,
)


def plain(line: str) -> list[str]:
    """Words by their letters, operators in brackets."""
    return [
        f"[{token.text}]"
        if isinstance(token, Operator)
        else "".join(part.text for part in token.parts)
        for token in tokens_of(line)
    ]


@pytest.mark.parametrize(
    ("line", "tokens"),
    [
        ("", []),
        ("  \t ", []),
        ("a b  c", ["a", "b", "c"]),
        ("a&&b||c;d", ["a", "[&&]", "b", "[||]", "c", "[;]", "d"]),
        ("a | b & c", ["a", "[|]", "b", "[&]", "c"]),
        ("(a)", ["[(]", "a", "[)]"]),
        ("a\nb", ["a", "[\n]", "b"]),
        ("a # comment\nb", ["a", "[\n]", "b"]),
        ("a#b", ["a#b"]),
        ("# all", []),
        ("a > b", ["a", "[>]", "b"]),
        ("a>b", ["a", "[>]", "b"]),
        ("a >>b", ["a", "[>>]", "b"]),
        ("a 2>b", ["a", "[2>]", "b"]),
        ("a2>b", ["a2", "[>]", "b"]),
        ("a 2>&1", ["a", "[2>&1]"]),
        ("a 1>&2", ["a", "[>&2]"]),
        ("a >&2", ["a", "[>&2]"]),
        ("a 2>>b", ["a", "[2>>]", "b"]),
        ("a &>b", ["a", "[&>]", "b"]),
        ("a <b", ["a", "[<]", "b"]),
        ("a <<END", ["a", "[<<]", "END"]),
        ("'a b'", ["a b"]),
        ('"a b"', ["a b"]),
        ("a'b'\"c\"", ["abc"]),
        ("''", [""]),
        ("a\\ b", ["a b"]),
        ("a \\\nb", ["a", "b"]),
        ("a\\", ["a"]),
        ("${a b} c", ["${a b}", "c"]),
        ("x=1 y", ["x=1", "y"]),
        ("python3.12", ["python3.12"]),
        ("10 20", ["10", "20"]),
        ("a;\n;b", ["a", "[;]", "[\n]", "[;]", "b"]),
    ],
)
def test_splitting(line: str, tokens: list[str]) -> None:
    assert plain(line) == tokens


def test_quotes_are_remembered() -> None:
    assert tokens_of("a'b'\"$c\"\\d") == [
        Word((Part("a", ""), Part("b", "'"), Part("$c", '"'), Part("d", "'")))
    ]


def test_what_is_not_quoted_grows_together() -> None:
    assert tokens_of("$name2/x") == [Word((Part("$name2/x", ""),))]


def test_a_plain_word_has_no_quotes() -> None:
    (word,) = tokens_of("exit")
    assert isinstance(word, Word)
    assert word.plain == "exit"
    (word,) = tokens_of("ex'it'")
    assert isinstance(word, Word)
    assert word.plain is None


@pytest.mark.parametrize(
    ("text", "name", "value"),
    [
        ("A=1", "A", (Part("1", ""),)),
        ("A=", "A", (Part("", ""),)),
        ("a_1='x y'", "a_1", (Part("", ""), Part("x y", "'"))),
    ],
)
def test_assignments(text: str, name: str, value: tuple[Part, ...]) -> None:
    (word,) = tokens_of(text)
    assert isinstance(word, Word)
    assert word.assignment() == (name, Word(value))


@pytest.mark.parametrize("text", ["a", "1A=x", "'A'=x", "=x", "a-b=c"])
def test_no_assignments(text: str) -> None:
    (word,) = tokens_of(text)
    assert isinstance(word, Word)
    assert word.assignment() is None


def test_a_word_of_nothing_assigns_nothing() -> None:
    assert Word(()).assignment() is None


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("'a", "Unterminated quoted string"),
        ('"a', "Unterminated quoted string"),
        ('"a\\"', "Unterminated quoted string"),
        ("${a", "Missing '}'"),
        ("$(date)", "command substitution is not modelled"),
        ("`date`", "command substitution is not modelled"),
        ('"$(date)"', "command substitution is not modelled"),
        ('"`date`"', "command substitution is not modelled"),
        ("a " * (MAX_TOKENS + 1), f"more than {MAX_TOKENS} words"),
    ],
)
def test_what_cannot_be_read(line: str, message: str) -> None:
    with pytest.raises(ShellSyntaxError) as caught:
        tokens_of(line)
    assert str(caught.value) == message
