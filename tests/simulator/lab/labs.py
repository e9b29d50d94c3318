"""Labs for tests: a small world, a person logged in, lines typed."""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from simulator import Scenario
from simulator.lab import Answer, Lab, default_scenario, open_lab, run_line
from simulator.lab.view import View
from simulator.subsystems.processes import Process
from tests.simulator.worlds import BOOT, Step, install, scenario

TOOLS: Mapping[str, Any] = {
    "programs": {
        "notes": {
            "path": "/srv/notes",
            "format": "script",
            "interpreter": "/bin/none",
        },
        "plain": {"path": "/srv/plain", "format": "elf", "executable": False},
        "arm": {"path": "/srv/arm", "format": "elf", "arch": "aarch64"},
        "busy": {
            "path": "/srv/busy",
            "format": "elf",
            "ram_mib": 10,
            "does": [{"compute": {"ms": 2000}}, {"exit": {"status": 3}}],
        },
        "parent": {
            "path": "/srv/parent",
            "format": "elf",
            "does": [
                {"fork": {"count": 2, "steps": [{"exit": {"status": 0}}]}},
                {"sleep": {"ms": 600_000}},
            ],
        },
        "server": {"path": "/srv/server", "format": "elf", "ram_mib": 20},
        "deaf": {
            "path": "/srv/deaf",
            "format": "elf",
            "signals": {"SIGINT": "ignore", "SIGTERM": "ignore"},
        },
        "new": {
            "path": "/srv/new",
            "format": "elf",
            "calls": ["landlock_create_ruleset"],
        },
    },
    "systems": {"linux": {"version": "5.10"}},
}
SRV = ("app", "exe", "wine", "notes", "plain", "arm", "busy", "parent", "server")
BOOTED: tuple[Step, ...] = (*BOOT, *(install(what) for what in (*SRV, "deaf", "new")))


def lab(
    plan: Sequence[Step] = BOOTED, world: Mapping[str, Any] = TOOLS, **more: Any
) -> Lab:
    is_usual = plan is BOOTED and world is TOOLS
    found = _usual() if is_usual else scenario(plan, world=world)
    return open_lab(found, "a", {}, **more)


@cache
def _usual() -> Scenario:
    return scenario(BOOTED, world=TOOLS)


@cache
def _own() -> Scenario:
    return default_scenario()


def server() -> Lab:
    """The lab's own machine, with an engine and images to pull."""
    return open_lab(_own(), "server", {})


def typed(lab: Lab, *lines: str) -> str:
    """What the last of these lines shows."""
    answer = None
    for line in lines:
        answer = run_line(lab, line)
    assert answer is not None
    return answer.text


def answered(lab: Lab, line: str) -> tuple[str, int]:
    answer: Answer = run_line(lab, line)
    return answer.text, answer.status


def out(lab: Lab, line: str) -> str:
    return "".join(p.text for p in run_line(lab, line).pieces if p.stream == "out")


def rows(lab: Lab, line: str) -> list[list[str]]:
    """A table's lines, each split at blanks."""
    return [row.split() for row in typed(lab, line).splitlines()]


def view(lab: Lab) -> View:
    return View(lab, lab.console.process)


def process(lab: Lab, name: str) -> Process:
    return next(p for p in view(lab).processes() if p.program.name == name)
