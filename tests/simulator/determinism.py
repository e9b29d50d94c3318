"""The same runs in several processes, hash seeds and versions of Python: same hashes.

`python -m tests.simulator.determinism --runs 1000` compares them run by run and exits
with 1 at the first difference. Another version of Python takes part when there is one
that can import what the simulator needs: on PATH, or named by
TRAPFRAME_OTHER_PYTHON.
"""

import argparse
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, count, islice, zip_longest

from simulator import run_arm
from tests.simulator.worlds import KEYS, fixture
from tests.source_code import ROOT

OTHERS = ("python3.14", "python3.13", "python3.12", "python3.11")
NAMED = "TRAPFRAME_OTHER_PYTHON"
_ASK = """
import cel, rich, shtab, sys, yaml
print('.'.join(map(str, sys.version_info[:2])))
"""
HERE = ".".join(map(str, sys.version_info[:2]))


@dataclass(frozen=True)
class Process:
    """One process that makes the runs."""

    python: str
    version: str
    hash_seed: str

    @property
    def label(self) -> str:
        return f"Python {self.version}, PYTHONHASHSEED={self.hash_seed}"

    def start(self, runs: int) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [self.python, "-m", "tests.simulator.determinism", "--hashes", str(runs)],
            cwd=ROOT,
            env={
                **os.environ,
                "PYTHONHASHSEED": self.hash_seed,
                "PYTHONPATH": str(ROOT),
                "PYTHONDONTWRITEBYTECODE": "1",
            },
            stdout=subprocess.PIPE,
            text=True,
        )


def hashes(runs: int) -> Iterator[str]:
    """One line per run: first arms of all scenarios, second ones, the next variant."""
    return islice(_every_run(), runs)


def _every_run() -> Iterator[str]:
    scenarios = [fixture(key) for key in KEYS]
    rounds = zip_longest(*(scenario.arms for scenario in scenarios))
    turns = [list(zip(scenarios, arms, strict=True)) for arms in rounds]
    for seed in count():
        for scenario, arm in chain.from_iterable(turns):
            if arm is not None:
                run = run_arm(scenario, arm, scenario.variant(seed), seed=seed)
                yield f"{scenario.key} {arm} {seed} {run.trace_hash}"


def other_python() -> tuple[str, str] | None:
    """Path and version of another Python that has what the simulator needs."""
    names = (os.environ.get(NAMED, ""), *OTHERS)
    for path in filter(None, (shutil.which(name) for name in names if name)):
        done = subprocess.run(
            [path, "-c", _ASK], capture_output=True, text=True, check=False
        )
        version = done.stdout.strip()
        if done.returncode == 0 and version != HERE:
            return path, version
    return None


def processes() -> list[Process]:
    """Two processes of this Python, and one of another when there is one."""
    found = [Process(sys.executable, HERE, seed) for seed in ("0", "random")]
    other = other_python()
    if other is not None:
        found.append(Process(*other, "1"))
    return found


def compare(runs: int, among: Sequence[Process]) -> list[str]:
    """The first difference between the first process and each of the others."""
    lines = [
        process.communicate()[0].splitlines()
        for process in [entry.start(runs) for entry in among]
    ]
    said = []
    for process, found in zip(among, lines, strict=True):
        if len(found) != runs:
            said.append(f"{process.label}: {len(found)} of {runs} runs")
        elif found != lines[0]:
            first = next(at for at, line in enumerate(found) if line != lines[0][at])
            said.append(f"{process.label}: {found[first]}, not {lines[0][first]}")
    return said


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=1000, help="how many (1000)")
    parser.add_argument("--hashes", type=int, help="print the hashes of so many runs")
    options = parser.parse_args(arguments)
    if options.hashes is not None:
        sys.stdout.writelines(f"{line}\n" for line in hashes(options.hashes))
        return 0
    among = processes()
    differences = compare(options.runs, among)
    for process in among:
        sys.stdout.write(f"{options.runs} runs: {process.label}\n")
    if len({process.version for process in among}) == 1:
        sys.stdout.write(f"one version of Python only; name another in {NAMED}\n")
    sys.stdout.writelines(f"{line}\n" for line in differences)
    sys.stdout.write("not the same\n" if differences else "all the same\n")
    return 1 if differences else 0


if __name__ == "__main__":
    sys.exit(main())
