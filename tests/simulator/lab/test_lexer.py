import pytest

from simulator.lab.lexer import (
    MAX_TEXT,
    Heredoc,
    IncompleteError,
    Operator,
    Part,
    ShellSyntaxError,
    Word,
    tokens_of,
)


def spelled(text: str) -> list[str]:
    """Tokens in short: operators as they are, words as kind and text of each part."""
    found = []
    for token in tokens_of(text):
        if isinstance(token, Operator):
            found.append(token.text)
        elif isinstance(token, Heredoc):
            found.append(f"<<{token.text!r}")
        else:
            found.append("+".join(f"{part.kind}:{part.text}" for part in token.parts))
    return found


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        ("   \t ", []),
        ("ls", ["plain:ls"]),
        ("ls -l /srv", ["plain:ls", "plain:-l", "plain:/srv"]),
        ("echo 'a b'", ["plain:echo", "quoted:a b"]),
        ('echo "a b"', ["plain:echo", "quoted:a b"]),
        ("echo ''", ["plain:echo", "quoted:"]),
        ('echo ""', ["plain:echo", "quoted:"]),
        ("echo a\\ b", ["plain:echo", "plain:a+quoted: +plain:b"]),
        ("a'b'c", ["plain:a+quoted:b+plain:c"]),
        ('"a\\"b"', ['quoted:a"b']),
        ('"a\\nb"', ["quoted:a\\nb"]),
        ("a|b", ["plain:a", "|", "plain:b"]),
        ("'a|b'", ["quoted:a|b"]),
        ("a && b || c", ["plain:a", "&&", "plain:b", "||", "plain:c"]),
        ("a & b; c", ["plain:a", "&", "plain:b", ";", "plain:c"]),
        ("a > f", ["plain:a", ">", "plain:f"]),
        ("a>>f", ["plain:a", ">>", "plain:f"]),
        ("a 2> f", ["plain:a", "2>", "plain:f"]),
        ("a2> f", ["plain:a2", ">", "plain:f"]),
        ("a 2>&1", ["plain:a", "2>&1"]),
        ("a >&2", ["plain:a", ">&2"]),
        ("a &> f", ["plain:a", "&>", "plain:f"]),
        ("(a)", ["(", "plain:a", ")"]),
        ("a # b | c", ["plain:a"]),
        ("# a\nb", ["\n", "plain:b"]),
        ("a#b", ["plain:a#b"]),
        ("a \\\n b", ["plain:a", "plain:b"]),
        ("$A", ["variable:A"]),
        ("${A}b", ["variable:A+plain:b"]),
        ("$?", ["variable:?"]),
        ("$$ $!", ["variable:$", "variable:!"]),
        ('"$A b"', ["quoted:+quoted-variable:A+quoted: b"]),
        ("'$A'", ["quoted:$A"]),
        ("5$", ["plain:5+quoted:$"]),
        ("$(ls -l)", ["command:ls -l"]),
        ("$(a $(b))", ["command:a $(b)"]),
        ("`ls`", ["command:ls"]),
        ('"$(ls)"', ["quoted:+quoted-command:ls"]),
        ("cat <<E\na\nb\nE\nls", ["plain:cat", "<<'a\\nb\\n'", "\n", "plain:ls"]),
        ("cat <<-'E'\n\ta\n\tE\n", ["plain:cat", "<<'a\\n'", "\n"]),
        ("cat <<E >f\na\nE\n", ["plain:cat", "<<'a\\n'", ">", "plain:f", "\n"]),
    ],
)
def test_text_becomes_tokens(text: str, expected: list[str]) -> None:
    assert spelled(text) == expected


@pytest.mark.parametrize(
    "text",
    ["'a", '"a', '"a\\', "echo $(ls", "echo `ls", "cat <<E", "cat <<E\na\n", "a '\nb"],
)
def test_an_open_end_asks_for_more(text: str) -> None:
    with pytest.raises(IncompleteError):
        tokens_of(text)


def test_a_line_has_a_limit() -> None:
    assert len(tokens_of("a" * MAX_TEXT)) == 1
    with pytest.raises(ShellSyntaxError):
        tokens_of("a" * (MAX_TEXT + 1))


def test_a_word_keeps_how_it_was_typed() -> None:
    (word,) = tokens_of("a'b c'$D")
    assert isinstance(word, Word)
    assert word.source == "a'b c'$D"
    assert word == Word(
        (Part("plain", "a"), Part("quoted", "b c"), Part("variable", "D"))
    )
