"""Lists, pipelines, groups and redirections."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulator.subsystems.builds.shell.syntax import (
    MAX_DEPTH,
    AndOr,
    Command,
    Group,
    Line,
    parse_line,
)
from simulator.subsystems.builds.shell.tokens import ShellSyntaxError, Word


def spelled(line: Line) -> str:
    """A tree as one line with every group in its parentheses."""
    return " ; ".join(_and_or(entry) for entry in line)


def _and_or(entry: AndOr) -> str:
    return "".join(
        f"{f' {operator} ' if operator else ''}{'! ' if pipe.negated else ''}"
        + " | ".join(_command(command) for command in pipe.commands)
        for operator, pipe in entry.parts
    )


def _command(command: Command | Group) -> str:
    files = "".join(f" {r.kind}{_word(r.target)}" for r in command.redirections)
    if isinstance(command, Group):
        marks = "()" if command.is_subshell else "{}"
        return f"{marks[0]}{spelled(command.body)}{marks[1]}{files}"
    set_ = "".join(f"{name}={_word(value)} " for name, value in command.assignments)
    return f"{set_}{' '.join(_word(word) for word in command.words)}{files}"


def _word(word: Word) -> str:
    return "".join(part.text for part in word.parts)


@pytest.mark.parametrize(
    ("line", "tree"),
    [
        ("", ""),
        ("a b", "a b"),
        ("a; b", "a ; b"),
        ("a;", "a"),
        ("a\nb\n", "a ; b"),
        ("\n\na", "a"),
        ("a && b || c", "a && b || c"),
        ("a &&\n b", "a && b"),
        ("a | b | c", "a | b | c"),
        ("a |\n b", "a | b"),
        ("! a | b", "! a | b"),
        ("(a; b)", "(a ; b)"),
        ("(a) && b", "(a) && b"),
        ("{ a; b; }", "{a ; b}"),
        ("{ a; } > f", "{a} >f"),
        ("(a) 2>f >g", "(a) 2>f >g"),
        ("((a))", "((a))"),
        ("a > f 2>&1", "a >f 2>&1"),
        ("> f", " >f"),
        ("a > f b", "a b >f"),
        ("A=1 B=2 c", "A=1 B=2 c"),
        ("A=1", "A=1 "),
        ("c A=1", "c A=1"),
        ("a <<END", "a <<END"),
        ("echo }", "echo }"),
        ("if_not_a_word", "if_not_a_word"),
    ],
)
def test_trees(line: str, tree: str) -> None:
    assert spelled(parse_line(line)) == tree


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("&& a", '"&&" unexpected'),
        ("a &&", "end of file unexpected"),
        ("a | | b", '"|" unexpected'),
        ("a |", "end of file unexpected"),
        ("a )", '")" unexpected'),
        ("a ( b )", '"(" unexpected'),
        ("(a", 'end of file unexpected (expecting ")")'),
        ("{ a;", 'end of file unexpected (expecting "}")'),
        ("()", '")" unexpected'),
        ("a >", "end of file unexpected"),
        ("a > > b", '">" unexpected'),
        ("a >\nb", '"newline" unexpected'),
        ("a & b", "jobs in the background are not modelled"),
        ("if true; then a; fi", "'if' is not modelled"),
        ("for a in b; do c; done", "'for' is not modelled"),
        ("(a) b", '"word" unexpected'),
        ("(" * 50, "too many parentheses inside each other"),
    ],
)
def test_what_cannot_be_read(line: str, message: str) -> None:
    with pytest.raises(ShellSyntaxError) as caught:
        parse_line(line)
    assert str(caught.value) == message


def test_the_deepest_groups() -> None:
    line = "(" * MAX_DEPTH + "a" + ")" * MAX_DEPTH
    assert spelled(parse_line(line)) == line


WORDS = st.sampled_from(
    [
        *("a", "b=1", "'c d'", '"$e"', "(", ")", "{", "}", "&&", "||", "|", ";", "\n"),
        *("!", ">", "<", "2>&1", "<<", "#", "\\", "'", '"', "${x", "$", "&", "if"),
        "\ud800",
    ]
)


@given(st.lists(WORDS, max_size=15).map(" ".join) | st.text(max_size=40))
@settings(max_examples=300, deadline=None)
def test_any_line_is_read_or_refused(line: str) -> None:
    try:
        found = parse_line(line)
    except ShellSyntaxError as error:
        found = ()
        message = str(error)
        assert message
    assert isinstance(found, tuple)


@pytest.mark.parametrize(
    "line", ["(" * 20_000, "'" * 20_001, "a|" * 20_000, "\\" * 40_000, "$" * 40_000]
)
def test_hostile_lines_take_time_in_proportion(line: str) -> None:
    """Milliseconds; a reader that goes over them again and again takes minutes."""
    began = time.process_time()
    try:
        parse_line(line)
    except ShellSyntaxError as error:
        line = str(error)
    assert line
    assert time.process_time() - began < 10
