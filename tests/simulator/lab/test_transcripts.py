from pathlib import Path

import pytest

from tests.simulator.lab.transcripts import FOLDER, SCRIPTS, shown, transcript_of


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.stem)
def test_a_terminal_shows_what_is_kept(path: Path) -> None:
    kept = transcript_of(path).read_text(encoding="utf-8")
    assert shown(path.read_text(encoding="utf-8")) == kept


def test_no_transcript_is_left_over() -> None:
    assert SCRIPTS
    assert sorted(FOLDER.glob("*.txt")) == [transcript_of(path) for path in SCRIPTS]
