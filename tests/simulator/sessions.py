"""What the documentation shows of the command line: commands and what they print.

`python -m tests.simulator.sessions` writes the shown output, and the table of the
calibration, anew.
"""

import os
import re
import shlex
import subprocess
import sys

from tests.source_code import ROOT

PAGES = (ROOT / "simulator" / "README.md",)
CALIBRATION = ROOT / "docs" / "calibration.md"
SESSION = re.compile(r"```console\n\$ (?P<command>.+)\n(?P<output>[^`]*)```")


def printed(command: str) -> str:
    """What a shown command prints, as a terminal of 80 columns has it."""
    words = shlex.split(command)
    done = subprocess.run(
        [sys.executable if word == "python" else word for word in words],
        cwd=ROOT,
        env={**os.environ, "COLUMNS": "80"},
        stdout=subprocess.PIPE,
        text=True,
        check=False,
    )
    return "".join(f"{line.rstrip()}\n" for line in done.stdout.strip().splitlines())


def _anew(session: re.Match[str]) -> str:
    command = session["command"]
    return f"```console\n$ {command}\n{printed(command)}```"


def write() -> None:
    for page in PAGES:
        text = page.read_text(encoding="utf-8")
        page.write_text(SESSION.sub(_anew, text), encoding="utf-8")
    printed(f"python -m simulator calibrate --write {CALIBRATION}")


if __name__ == "__main__":
    write()
