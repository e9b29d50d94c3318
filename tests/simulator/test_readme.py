"""What simulator/README.md shows is what happens."""

import re
import subprocess
import sys

import pytest

from simulator import MECHANISMS
from simulator.actions.plan import VERBS
from simulator.scenario.vocabulary import WORLD_FIELDS
from tests.simulator.sessions import PAGES, SESSION, printed
from tests.source_code import ROOT

TEXT = PAGES[0].read_text(encoding="utf-8")
SESSIONS = [
    found.groups()
    for page in PAGES
    for found in SESSION.finditer(page.read_text(encoding="utf-8"))
]
PROGRAMS = re.findall(r"```python\n([^`]*)```", TEXT)


def lines(text: str) -> list[str]:
    return [line.rstrip() for line in text.strip().splitlines()]


@pytest.mark.exhaustive
@pytest.mark.parametrize(("command", "output"), SESSIONS)
def test_commands_print_what_is_shown(command: str, output: str) -> None:
    assert printed(command) == output


def test_there_is_something_to_run() -> None:
    assert len(SESSIONS) >= 3
    assert len(PROGRAMS) == 2


@pytest.mark.exhaustive
@pytest.mark.parametrize("program", PROGRAMS)
def test_programs_print_what_their_comments_say(program: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    said = re.findall(r"print\(.*\)  # (.+)", program)
    assert lines(done.stdout) == said


@pytest.mark.parametrize("word", [*MECHANISMS, *VERBS, *WORLD_FIELDS])
def test_every_word_of_the_language_is_named(word: str) -> None:
    assert f"`{word}`" in TEXT
