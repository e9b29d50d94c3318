"""Golden transcripts of the lab: fixtures/lab/*.sh and what a terminal shows of each.

A first line `# KEY ARM` names a scenario and an arm; without it the lab's own machine
is used. `python -m tests.simulator.lab.transcripts` writes what is shown anew.
"""

import re
from pathlib import Path

from simulator.cli.lab import statements
from simulator.lab import Lab, default_scenario, open_lab, prompt, run_line
from tests.simulator.worlds import fixture
from tests.source_code import ROOT

FOLDER = ROOT / "fixtures" / "lab"
SCRIPTS = tuple(sorted(FOLDER.glob("*.sh")))
_HEAD = re.compile(r"# scenario ([a-z0-9-]+) arm ([a-z0-9_]+)\n")


def opened(script: str) -> Lab:
    head = _HEAD.match(script)
    if head is None:
        found = default_scenario()
        return open_lab(found, next(iter(found.arms)), {})
    found = fixture(head[1])
    return open_lab(found, head[2], found.variant(0))


def shown(script: str) -> str:
    """What a terminal shows while a script is typed."""
    lab = opened(script)
    found = []
    for text in statements(_HEAD.sub("", script).splitlines()):
        before = prompt(lab)
        found.append(f"{before}{text}\n{run_line(lab, text).text}")
        if not lab.consoles:
            break
    return "".join(found)


def transcript_of(path: Path) -> Path:
    return path.with_suffix(".txt")


def write() -> None:
    for path in SCRIPTS:
        text = shown(path.read_text(encoding="utf-8"))
        transcript_of(path).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    write()
