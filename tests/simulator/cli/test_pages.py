"""Tables between the marks of a Markdown page."""

from pathlib import Path

import pytest

from simulator import InputError
from simulator.cli.pages import markdown, put


def test_a_table() -> None:
    assert markdown(("a", "b"), [("1", "2"), ("3", "4")]) == (
        "| a | b |\n| --- | --- |\n| 1 | 2 |\n| 3 | 4 |\n"
    )
    assert markdown(("a",), []) == "| a |\n| --- |\n"


PAGE = (
    "before\n<!-- x: begin -->\n{}<!-- x: end -->\n<!-- y: begin -->\n<!-- y: end -->\n"
)


@pytest.mark.parametrize("old", ["", "old\n", "| a |\n\n| b |\n"])
def test_only_what_is_between_the_marks_changes(old: str, tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(PAGE.format(old))
    put(page, "x", "new \\1 \\g<0>\n")
    assert page.read_text() == PAGE.format("new \\1 \\g<0>\n")


def test_marks_belong_to_their_table(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(PAGE.format("x\n"))
    put(page, "y", "new\n")
    assert page.read_text() == PAGE.format("x\n").replace(
        "y: begin -->\n", "y: begin -->\nnew\n"
    )
    with pytest.raises(InputError, match=r"page\.md has no marks of a z table$"):
        put(page, "z", "new\n")


def test_a_page_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        put(tmp_path / "none.md", "x", "new\n")
