"""What the network offers, as a function of the clock."""

import pytest

from simulator.subsystems.builds.archives import Archive, Index, Package, Resource
from simulator.subsystems.files import DataFile

DAY = 24 * 3600 * 1_000_000
STILL = Package("still", "1.0", 10, 20)
WEEKLY = Package("weekly", "2.4", 10, 20, release_us=7 * DAY)
DAILY = Package("daily", "0.9", 10, 20, release_us=DAY)
MAIN = Archive(
    "main",
    "apt",
    "archive.example.org",
    100,
    10,
    {package.name: package for package in (STILL, WEEKLY)},
)


@pytest.mark.parametrize(
    ("package", "days", "version"),
    [
        (STILL, 0, "1.0"),
        (STILL, 29, "1.0"),
        (WEEKLY, 0, "2.4-1"),
        (WEEKLY, 6, "2.4-1"),
        (WEEKLY, 7, "2.4-2"),
        (WEEKLY, 13, "2.4-2"),
        (WEEKLY, 14, "2.4-3"),
        (DAILY, 0, "0.9-1"),
        (DAILY, 28, "0.9-29"),
    ],
)
def test_the_version_of_a_day(package: Package, days: int, version: str) -> None:
    assert package.version_at(days * DAY) == version
    assert package.version_at(days * DAY + DAY - 1) == version or package is DAILY


@pytest.mark.parametrize(
    ("packages", "days", "changed"),
    [
        ((), 10, 0),
        ((STILL,), 10, 0),
        ((WEEKLY,), 0, 0),
        ((WEEKLY,), 6, 0),
        ((WEEKLY,), 10, 7),
        ((WEEKLY, STILL), 20, 14),
        ((WEEKLY, DAILY), 20, 20),
        ((DAILY,), 3, 3),
    ],
)
def test_when_a_list_last_changed(
    packages: tuple[Package, ...], days: int, changed: int
) -> None:
    archive = Archive("a", "apt", "h", 1, 1, {p.name: p for p in packages})
    assert archive.changed_at(days * DAY + 5) == changed * DAY


def test_a_list_is_a_file_that_names_its_state() -> None:
    first, same, later = (MAIN.index(days * DAY) for days in (0, 6, 8))
    assert first == DataFile("main", 100 * 1024, "main@0")
    assert same == first
    assert later == DataFile("main", 100 * 1024, f"main@{7 * DAY}")


@pytest.mark.parametrize(
    ("content", "index"),
    [
        ("main@0", Index(MAIN, 0)),
        (f"main@{7 * DAY}", Index(MAIN, 7 * DAY)),
        ("other@0", None),
        ("main@x", None),
        ("main@", None),
        ("main", None),
        ("", None),
    ],
)
def test_reading_a_list(content: str, index: Index | None) -> None:
    assert MAIN.read(content) == index


def test_what_a_list_says_is_what_was_true_when_it_was_fetched() -> None:
    old, new = Index(MAIN, 0), Index(MAIN, 20 * DAY)
    assert [index.version("weekly") for index in (old, new)] == ["2.4-1", "2.4-3"]
    assert [index.version("still") for index in (old, new)] == ["1.0", "1.0"]
    assert old.version("nothing") is None


@pytest.mark.parametrize(
    ("keeps", "version", "days", "offered"),
    [
        (False, "2.4-1", 0, True),
        (False, "2.4-1", 7, False),
        (False, "2.4-2", 7, True),
        (False, "2.4-2", 0, False),
        (True, "2.4-1", 7, True),
        (True, "2.4-1", 29, True),
    ],
)
def test_what_can_still_be_downloaded(
    keeps: bool, version: str, days: int, offered: bool
) -> None:
    archive = Archive("a", "apt", "h", 1, 1, {"weekly": WEEKLY}, keeps)
    assert archive.offers(WEEKLY, version, days * DAY) is offered


@pytest.mark.parametrize(
    ("release_days", "days", "content"),
    [(0, 0, "c"), (0, 20, "c"), (2, 0, "c#1"), (2, 1, "c#1"), (2, 2, "c#2")],
)
def test_what_an_address_leads_to(release_days: int, days: int, content: str) -> None:
    found = Resource("r", "http://a/b", 1, "c", release_us=release_days * DAY)
    assert found.content_at(days * DAY) == content
