"""CHANGELOG.md keeps to its format, so that a reader and a script can rely on it."""

import re
import tomllib

from tests.source_code import ROOT

HEADING = re.compile(r"## \[(Unreleased|\d+\.\d+\.\d+)\](?: - \d{4}-\d{2}-\d{2})?$")
KINDS = {"Added", "Changed", "Deprecated", "Removed", "Fixed", "Security"}


def _lines(prefix: str) -> list[str]:
    text = (ROOT / "CHANGELOG.md").read_text()
    return [line for line in text.splitlines() if line.startswith(prefix)]


def test_releases_have_a_version_and_a_date() -> None:
    headings = _lines("## ")
    assert headings[0] == "## [Unreleased]"
    assert [h for h in headings if not HEADING.match(h)] == []
    assert [h for h in headings[1:] if " - " not in h] == []


def test_releases_stand_newest_first() -> None:
    versions = [
        tuple(int(part) for part in match[1].split("."))
        for heading in _lines("## ")[1:]
        if (match := HEADING.match(heading))
    ]
    assert versions == sorted(versions, reverse=True)


def test_changes_are_grouped_by_known_kinds() -> None:
    assert {line.removeprefix("### ") for line in _lines("### ")} <= KINDS


def test_changes_are_sentences() -> None:
    text = (ROOT / "CHANGELOG.md").read_text()
    entries = re.findall(r"^- (.*(?:\n  .*)*)", text, flags=re.MULTILINE)
    assert entries != []
    assert [entry for entry in entries if not entry.endswith(".")] == []


def test_the_newest_release_is_the_version_of_the_package() -> None:
    with (ROOT / "pyproject.toml").open("rb") as file:
        version = tomllib.load(file)["project"]["version"]
    released = [match[1] for h in _lines("## ")[1:] if (match := HEADING.match(h))]
    assert released[:1] in ([], [version])
