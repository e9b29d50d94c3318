import pytest

from simulator.lab.lexer import IncompleteError, ShellSyntaxError, Word
from simulator.lab.parser import (
    MAX_DEPTH,
    For,
    Group,
    If,
    Item,
    Simple,
    While,
    parse,
)


def shown(items: tuple[Item, ...]) -> str:
    """What was understood, in brackets."""
    return " ".join(_item(item) for item in items)


def _item(item: Item) -> str:
    stages = "|".join(_command(stage) for stage in item.stages)
    sign = "!" if item.negated else ""
    return f"{item.when}{sign}({stages}){'&' if item.background else ''}"


def _command(command: Simple | For | While | If | Group) -> str:
    if isinstance(command, For):
        words = " ".join(_word(word) for word in command.words)
        return f"for {command.name} {words}: {shown(command.body)}"
    if isinstance(command, While):
        return f"while {shown(command.condition)}: {shown(command.body)}"
    if isinstance(command, If):
        return (
            f"if {shown(command.condition)}: {shown(command.body)}"
            f" else: {shown(command.otherwise)}"
        )
    if isinstance(command, Group):
        return f"group {shown(command.body)}"
    parts = [_word(word) for word in command.words]
    parts += [
        f"{r.operator}{_word(r.target) if r.target else ''}" for r in command.redirects
    ]
    parts += [] if command.text is None else [repr(command.text)]
    return " ".join(parts)


def _word(word: Word) -> str:
    return word.source


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ""),
        ("\n\n", ""),
        ("ls -l", "(ls -l)"),
        ("a; b", "(a) (b)"),
        ("a;", "(a)"),
        ("a\nb\n", "(a) (b)"),
        ("a && b || c", "(a) &&(b) ||(c)"),
        ("a &&\nb", "(a) &&(b)"),
        ("a | b | c", "(a|b|c)"),
        ("a |\nb", "(a|b)"),
        ("a & b", "(a)& (b)"),
        ("a &", "(a)&"),
        ("! a", "!(a)"),
        ("a > f 2> g < h", "(a >f 2>g <h)"),
        ("a 2>&1 | b", "(a 2>&1|b)"),
        ("> f", "(>f)"),
        ("cat <<E\nx\nE\n", "(cat 'x\\n')"),
        ("for i in 1 2; do a; b; done", "(for i 1 2: (a) (b))"),
        ("for i in 1 2\ndo\na\ndone", "(for i 1 2: (a))"),
        ("for i in; do a; done", "(for i : (a))"),
        ("while a; do b; done; c", "(while (a): (b)) (c)"),
        ("if a; then b; fi", "(if (a): (b) else: )"),
        ("if a; then b; else c; fi", "(if (a): (b) else: (c))"),
        (
            "if a; then b; elif c; then d; else e; fi",
            "(if (a): (b) else: (if (c): (d) else: (e)))",
        ),
        ("{ a; b; }", "(group (a) (b))"),
        ("(a; b) | c", "(group (a) (b)|c)"),
        ("echo done", "(echo done)"),
        ("echo 'if'", "(echo 'if')"),
        ("'if' a", "('if' a)"),
    ],
)
def test_lines_that_are_understood(text: str, expected: str) -> None:
    assert shown(parse(text)) == expected


@pytest.mark.parametrize(
    ("text", "token"),
    [
        ("| a", "|"),
        ("a | | b", "|"),
        ("a ;; b", ";"),
        ("; a", ";"),
        ("&& a", "&&"),
        ("a > > b", ">"),
        ("a > |", "|"),
        ("a )", ")"),
        (")", ")"),
        ("done", "done"),
        ("a; done", "done"),
        ("then a", "then"),
        ("for 1x in a; do b; done", "1x"),
        ("for i on a; do b; done", "on"),
        ("for i in a | b; do c; done", "|"),
        ("for i in a; b; done", "b"),
        ("if a; then b; done", "done"),
        ("if; then b; fi", ";"),
        ("if a; then b; else fi", "fi"),
        ("while a; do done", "done"),
        ("{ }", "}"),
        ("a (b)", "("),
        ("for i in a\n(", "("),
    ],
)
def test_lines_that_are_wrong_name_the_token(text: str, token: str) -> None:
    with pytest.raises(ShellSyntaxError) as caught:
        parse(text)
    assert str(caught.value) == token


@pytest.mark.parametrize(
    "text",
    [
        "a |",
        "a &&",
        "a ||",
        "a >",
        "for",
        "for i in a b",
        "for i in a; do",
        "for i in a; do b",
        "while a",
        "while a; do b",
        "if a; then",
        "if a; then b; else c",
        "{ a;",
        "(a",
    ],
)
def test_lines_that_need_more(text: str) -> None:
    with pytest.raises(IncompleteError):
        parse(text)


def test_nesting_has_a_limit() -> None:
    deep = "(" * MAX_DEPTH + "a" + ")" * MAX_DEPTH
    with pytest.raises(ShellSyntaxError):
        parse(deep)
    shallow = "(" * (MAX_DEPTH - 1) + "a" + ")" * (MAX_DEPTH - 1)
    assert len(parse(shallow)) == 1


def test_a_job_knows_how_it_was_typed() -> None:
    (item,) = parse("sleep 5 | 'cat' &")
    assert item.source == "sleep 5 | 'cat'"
