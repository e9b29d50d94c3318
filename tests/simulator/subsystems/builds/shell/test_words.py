"""Words as commands get them."""

import pytest

from simulator.subsystems.builds.shell.tokens import ShellSyntaxError, Word, tokens_of
from simulator.subsystems.builds.shell.words import MAX_FIELDS, fields_of, text_of

VALUES = {"a": "1", "two": "x y", "none": "", "pad": " p ", "?": "7", "star": "*"}


def no_files(pattern: str) -> list[str]:
    return []


def words(line: str) -> list[Word]:
    return [token for token in tokens_of(line) if isinstance(token, Word)]


def fields(line: str) -> list[str]:
    return fields_of(words(line), VALUES, no_files)


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("a b", ["a", "b"]),
        ("$a", ["1"]),
        ("x$a.y", ["x1.y"]),
        ("$two", ["x", "y"]),
        ('"$two"', ["x y"]),
        ("'$two'", ["$two"]),
        ("\\$two", ["$two"]),
        ("$none", []),
        ('"$none"', [""]),
        ("''", [""]),
        ("a$two", ["ax", "y"]),
        ("$two'b'", ["x", "yb"]),
        ("'b'$two", ["bx", "y"]),
        ("'b'$pad'c'", ["b", "p", "c"]),
        ("$pad", ["p"]),
        ("$two$two", ["x", "yx", "y"]),
        ("${none:-$a}", ["1"]),
        ("${a:+b c}", ["b", "c"]),
        ("$?", ["7"]),
        ('"it\'s $a"', ["it's 1"]),
        ('"a \\"b\\" \\$c"', ['a "b" $c']),
        ("*.py", ["*.py"]),
        ("$star", ["*"]),
        ("$undefined x", ["x"]),
    ],
)
def test_fields(line: str, expected: list[str]) -> None:
    assert fields(line) == expected


def test_patterns_become_names() -> None:
    asked: list[str] = []

    def files(pattern: str) -> list[str]:
        asked.append(pattern)
        return ["/a.py", "/b.py"] if pattern == "/*.py" else []

    found = fields_of(words("ls /*.py '/*.py' \"/*.py\" ?x /\\*.py"), VALUES, files)
    assert found == ["ls", "/a.py", "/b.py", "/*.py", "/*.py", "?x", "/*.py"]
    assert asked == ["/*.py", "?x"]


def test_a_text_is_not_split() -> None:
    (word,) = words("a$two'  'b")
    assert text_of(word, VALUES) == "ax y  b"


def test_a_bad_substitution() -> None:
    with pytest.raises(ShellSyntaxError, match="Bad substitution"):
        fields("${a#b}")


def test_the_list_of_arguments_is_bounded() -> None:
    many = {"many": "x " * (MAX_FIELDS + 1)}
    with pytest.raises(ShellSyntaxError, match="Argument list too long"):
        fields_of(words("echo $many"), many, no_files)
