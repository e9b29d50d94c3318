"""curl and wget."""

import pytest

from tests.simulator.subsystems.builds.yards import build as build_step
from tests.simulator.subsystems.builds.yards import (
    carried_out,
    image,
    outcome,
    ran,
    there,
    wait,
    written,
)

NIGHTLY = "https://example.org/nightly"


@pytest.mark.parametrize(
    ("line", "files"),
    [
        (f"curl -fsSL {NIGHTLY} -o /n", ["/n"]),
        (f"curl --output /n {NIGHTLY}", ["/n"]),
        (f"curl -O {NIGHTLY}", ["/work/nightly"]),
        (f"curl {NIGHTLY} > /n", ["/n"]),
        ("curl -o /t http://cdn.example.org/d/tool && chmod +x /t", ["/t"]),
        ("curl -s http://example.org/nothing -o /page", ["/page"]),
        ("curl -fsS https://example.org/install.sh | sh", ["/installed"]),
    ],
)
def test_what_curl_brings(line: str, files: list[str]) -> None:
    assert there(line) == files


@pytest.mark.parametrize(
    ("line", "files"),
    [
        (f"wget {NIGHTLY}", ["/work/nightly"]),
        (f"wget -q -O /n {NIGHTLY}", ["/n"]),
        (f"wget -qO- {NIGHTLY} > /n", ["/n"]),
    ],
)
def test_what_wget_brings(line: str, files: list[str]) -> None:
    assert there(line, base="alpine") == files


@pytest.mark.parametrize(
    ("line", "status", "message"),
    [
        ("curl", 2, "curl: no URL specified!"),
        (
            "curl http://nowhere.org/a",
            6,
            "curl: (6) Could not resolve host: nowhere.org",
        ),
        (
            "curl -f http://example.org/a",
            22,
            "curl: (22) The requested URL returned error: 404",
        ),
        (f"curl {NIGHTLY} -o /no/n", 23, "curl: (23) Failed writing body"),
        ("curl http://example.org/a", 0, ""),
        ("curl [::", 6, "curl: (6) Could not resolve host: [::"),
    ],
)
def test_how_curl_ends(line: str, status: int, message: str) -> None:
    assert ran(line) == (status, message)


@pytest.mark.parametrize(
    ("line", "status", "message"),
    [
        ("wget", 1, "wget: missing URL"),
        (
            "wget http://nowhere.org/a",
            4,
            "wget: unable to resolve host address 'nowhere.org'",
        ),
        ("wget http://example.org/a", 8, "ERROR 404: Not Found."),
        (f"wget -O /no/n {NIGHTLY}", 3, "/no/n: No such file or directory"),
    ],
)
def test_how_wget_ends(line: str, status: int, message: str) -> None:
    assert ran(line, base="alpine") == (status, message)


def test_an_error_page_is_a_file_like_any_other() -> None:
    assert written("curl http://example.org/a -o /out") == "404 Not Found"


def test_without_a_network_nothing_is_resolved() -> None:
    done = carried_out(f"FROM kit\nRUN --network=none curl {NIGHTLY}")
    assert outcome(done)["exit_status"] == 6


def test_an_address_leads_to_another_file_tomorrow() -> None:
    text = f"FROM kit\nRUN curl {NIGHTLY} -o /n"
    first = carried_out(text)
    later = carried_out(text, wait(1), build_step())
    contents = [outcome(r)["image"]["contents"]["/n"] for r in (first, later)]
    assert contents == ["nightly#1", "nightly#2"]


def test_a_transfer_takes_time_and_is_counted() -> None:
    found = outcome(carried_out(f"FROM kit\nRUN curl {NIGHTLY} -o /n"))
    assert found["downloaded_kib"] == 2048
    assert found["took_us"] > 100_000
    assert image("FROM kit", f"RUN curl {NIGHTLY} -o /n")["layers"][-1]["kib"] == 2048
