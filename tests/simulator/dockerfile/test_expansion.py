"""Variables in words."""

import pytest

from simulator.dockerfile import ExpansionError, expand

VALUES = {"a": "1", "empty": "", "dir": "/x y"}


@pytest.mark.parametrize(
    ("word", "result"),
    [
        ("plain", "plain"),
        ("$a", "1"),
        ("${a}b", "1b"),
        ("$ab", ""),
        ("$a-$a", "1-1"),
        ("${none:-d}", "d"),
        ("${empty:-d}", "d"),
        ("${empty-d}", ""),
        ("${none-d}", "d"),
        ("${a:-d}", "1"),
        ("${a:+d}", "d"),
        ("${empty:+d}", ""),
        ("${empty+d}", "d"),
        ("${none+d}", ""),
        ("${a:?gone}", "1"),
        ("${none:-${a}}", "1"),
        ("${none:-'}'}", "}"),
        ("'$a'", "$a"),
        ('"$a"', "1"),
        ('"$dir"', "/x y"),
        ("'it''s'", "its"),
        ('"it\'s"', "it's"),
        ("\\$a", "$a"),
        ('"\\$a"', "$a"),
        ('"\\n"', "\\n"),
        ("\\n", "n"),
        ("end\\", "end\\"),
        ("three\\ words", "three words"),
        ("$", "$"),
        ("$1", "$1"),
        ("a$", "a$"),
        ("\u00e4$a", "\u00e41"),
    ],
)
def test_words(word: str, result: str) -> None:
    assert expand(word, VALUES) == result


def test_another_escape_mark() -> None:
    assert expand("c:\\$a`$a", VALUES, "`") == "c:\\1$a"


@pytest.mark.parametrize(
    ("word", "message"),
    [
        ("${a", "missing }"),
        ("${none:-x", "missing }"),
        ("${}", "bad substitution: no name after ${"),
        ("${a#x}", "unsupported modifier '#' in substitution"),
        ("${a:x}", "unsupported modifier ':x' in substitution"),
        ('"x', 'unexpected end of statement, a " is open'),
        ("${none:?gone}", "none: gone"),
        ("${empty:?}", "empty: not allowed to be unset"),
        ("${n:-" * 10, "variables nested deeper than 8 levels"),
    ],
)
def test_wrong_words(word: str, message: str) -> None:
    with pytest.raises(ExpansionError) as caught:
        expand(word, VALUES)
    assert str(caught.value) == message


def test_a_short_word_cannot_become_a_long_one() -> None:
    with pytest.raises(ExpansionError, match="longer than 8000 letters"):
        expand("$big" * 100, {"big": "x" * 4000})
