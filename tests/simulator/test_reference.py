"""The tables of the simulator's page are what the simulator says of itself."""

import pytest

from tests.simulator.reference import PAGE, table, tables, written

TEXT = PAGE.read_text(encoding="utf-8")


def test_the_page_is_up_to_date() -> None:
    assert written(TEXT) == TEXT


@pytest.mark.parametrize("name", [*tables()])
def test_each_table_has_its_place(name: str) -> None:
    assert tables()[name] in TEXT


def test_a_table_has_a_head() -> None:
    assert table(("a", "b"), ("1", "2")) == "| a | b |\n| --- | --- |\n| 1 | 2 |"
