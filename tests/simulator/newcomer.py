"""A newcomer's path: the wheel of the simulator alone, then docs/simulator.md by hand.

The page's files are written, and its commands carried out one after the other, in an
environment of its own that holds the wheel and what it depends on, and nothing else.
`python -m tests.simulator.newcomer` writes what the commands print anew.
"""

import os
import re
import subprocess
import sys
import tempfile
import venv
from importlib.metadata import Distribution, distribution, requires
from pathlib import Path

from packaging.requirements import Requirement

from tests.source_code import ROOT

PAGE = ROOT / "docs" / "simulator.md"
PACKAGE = ROOT / "simulator"
FILE = re.compile(r"as `(?P<name>[a-z.-]+)`:\n\n```yaml\n(?P<text>[^`]*)```")
SESSION = re.compile(r"```console\n\$ (?P<command>.+)\n(?P<output>[^`]*)```")


def build_wheel(folder: Path) -> Path:
    """Build the wheel of the simulator alone."""
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)],
        cwd=PACKAGE,
        check=True,
        capture_output=True,
    )
    (wheel,) = folder.glob("trapframe_simulator-*.whl")
    return wheel


def make_environment(folder: Path, wheel: Path) -> Path:
    """Make an environment with the wheel and copies of its dependencies, offline.

    Returns the folder of its programs.
    """
    venv.EnvBuilder(with_pip=False, symlinks=True).create(folder)
    programs = folder / "bin"
    python = programs / "python"
    subprocess.run(
        [sys.executable, "-m", "pip", "--python", str(python), "install", "--quiet",
         "--no-deps", "--no-index", str(wheel)],
        check=True,
        capture_output=True,
    )  # fmt: skip
    (packages,) = folder.glob("lib/python*/site-packages")
    for found in _dependencies("common-expression-language", "pyyaml", "rich", "shtab"):
        _copy(found, packages)
    return programs


def _dependencies(*names: str) -> list[Distribution]:
    """Return these packages and all that they depend on, as they are installed here."""
    found: dict[str, Distribution] = {}
    waiting = list(names)
    while waiting:
        name = waiting.pop()
        if name in found:
            continue
        found[name] = distribution(name)
        for line in requires(name) or ():
            wanted = Requirement(line)
            if wanted.marker is None or wanted.marker.evaluate({"extra": ""}):
                waiting.append(wanted.name.lower())
    return list(found.values())


def _copy(found: Distribution, packages: Path) -> None:
    for file in found.files or ():
        target = packages / file
        if ".." in file.parts or "__pycache__" in file.parts:
            continue
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(Path(str(file.locate())).read_bytes())


class Newcomer:
    """Somebody in an empty folder, with the page before them."""

    def __init__(self, folder: Path) -> None:
        wheels = folder / "wheels"
        wheels.mkdir()
        programs = make_environment(folder / "environment", build_wheel(wheels))
        self.home = folder / "home"
        self.home.mkdir()
        self.environment = {
            "PATH": f"{programs}{os.pathsep}{os.defpath}",
            "COLUMNS": "80",
            "HOME": str(self.home),
            "LANG": "C.UTF-8",
        }

    def read(self, page: str) -> None:
        """Write the files that the page shows."""
        for file in FILE.finditer(page):
            (self.home / file["name"]).write_text(file["text"], encoding="utf-8")

    def carry_out(self, command: str) -> tuple[int, str]:
        """Return the exit status of a command and what it printed."""
        done = subprocess.run(
            ["/bin/sh", "-c", command],
            cwd=self.home,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        lines = done.stdout.strip().splitlines()
        return done.returncode, "".join(f"{line.rstrip()}\n" for line in lines)


def write() -> None:
    text = PAGE.read_text(encoding="utf-8")
    with tempfile.TemporaryDirectory() as folder:
        newcomer = Newcomer(Path(folder))
        newcomer.read(text)

        def anew(session: re.Match[str]) -> str:
            _, output = newcomer.carry_out(session["command"])
            return f"```console\n$ {session['command']}\n{output}```"

        PAGE.write_text(SESSION.sub(anew, text), encoding="utf-8")


if __name__ == "__main__":
    write()
