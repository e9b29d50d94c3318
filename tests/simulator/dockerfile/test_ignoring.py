"""Patterns for files."""

import pytest

from simulator.dockerfile import IgnoreList, matches


@pytest.mark.parametrize(
    ("pattern", "path", "fits"),
    [
        ("a", "a", True),
        ("a", "b", False),
        ("*.py", "a.py", True),
        ("*.py", "a.pyc", False),
        ("*.py", "d/a.py", False),
        ("d/*.py", "d/a.py", True),
        ("*/*.py", "d/a.py", True),
        ("**/*.py", "a.py", True),
        ("**/*.py", "d/e/a.py", True),
        ("d/**", "d/e/f", True),
        ("d/**/f", "d/f", True),
        ("d/**/f", "d/e/g", False),
        ("a?c", "abc", True),
        ("a?c", "ac", False),
        ("a*b*c", "axxbxxc", True),
        ("a*b*c", "axxbxx", False),
        ("*", "", True),
        ("a", "a/b", False),
        ("a/b", "a", False),
        ("x.y", "xzy", False),
    ],
)
def test_patterns(pattern: str, path: str, fits: bool) -> None:
    assert matches(pattern, path) is fits


def test_many_stars_take_no_time() -> None:
    assert not matches("*a" * 150, "a" * 149 + "b")
    assert not matches("**/" * 120 + "x", "a/" * 120 + "b")


def test_what_stays_out_of_the_context() -> None:
    ignored = IgnoreList.read(
        "# comment\n\n/node_modules\n*.log\n!keep.log\n**/secret\n./out/\n!\n"
    )
    paths = {
        "node_modules/a/b": True,
        "x.log": True,
        "keep.log": False,
        "d/x.log": False,
        "a/b/secret": True,
        "out/x": True,
        "src/a": False,
    }
    assert {path: ignored.excludes(path) for path in paths} == paths


def test_a_later_rule_decides() -> None:
    assert IgnoreList.read("!a\na").excludes("a")
    assert not IgnoreList.read("a\n!a").excludes("a")
    assert not IgnoreList().excludes("a")
