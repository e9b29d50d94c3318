import pytest

from simulator.lab.commands.memory import human
from tests.simulator.lab.labs import lab, rows, typed


def test_free_shows_the_kernels_memory() -> None:
    assert typed(lab(), "free") == (
        "               total        used        free      shared  buff/cache"
        "   available\n"
        "Mem:        67108864      328704    66780160           0           0"
        "    66780160\n"
        "Swap:              0           0           0\n"
    )


@pytest.mark.parametrize(
    ("flag", "total", "used"),
    [("-m", "65536", "321"), ("-g", "64", "0"), ("-h", "64Gi", "321Mi")],
)
def test_free_knows_units(flag: str, total: str, used: str) -> None:
    assert rows(lab(), f"free {flag}")[1][1:3] == [total, used]


@pytest.mark.parametrize(
    ("kib", "text"),
    [
        (0, "0Ki"),
        (512, "512Ki"),
        (1024, "1Mi"),
        (1536, "1.5Mi"),
        (64 * 1024 * 1024, "64Gi"),
        (2 * 1024**3, "2.0Ti"),
    ],
)
def test_sizes_for_people(kib: int, text: str) -> None:
    assert human(kib) == text


def test_what_a_program_takes_is_given_back() -> None:
    here = lab()
    before = rows(here, "free")[1][2]
    typed(here, "/srv/server &")
    assert int(rows(here, "free")[1][2]) - int(before) == 20480
    typed(here, "kill $!", "true")
    assert rows(here, "free")[1][2] == before


def test_the_page_cache_is_no_used_memory() -> None:
    here = lab()
    typed(here, "/srv/app &")
    assert rows(here, "free -m")[1][5] == "10"
