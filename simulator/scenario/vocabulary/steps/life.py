"""Steps of a process's life: work, rest, children, another program, the end."""

from simulator.scenario.fields import (
    Record,
    choice,
    flag,
    integer,
    may,
    need,
    reference,
)
from simulator.scenario.vocabulary.steps.reading import StepList
from simulator.subsystems.steps.life import WAYS

MILLISECONDS = integer(0, 1_000_000_000)
_program = reference("programs")

STEPS = {
    "compute": Record({"ms": need(MILLISECONDS), "threads": may(integer(1, 256), 1)}),
    "sleep": Record({"ms": need(MILLISECONDS)}),
    "exit": Record({"status": may(integer(0, 255), None)}),
    "fork": Record(
        {"count": may(integer(1, 100_000), 1), "steps": may(StepList(), ())}
    ),
    "spawn": Record(
        {
            "program": need(_program),
            "wait": may(flag(), False),
            "through": may(choice(*WAYS), WAYS[0]),
        }
    ),
    "exec": Record({"program": need(_program), "through": may(choice(*WAYS), WAYS[0])}),
    "wait_children": Record({}),
    "adopt_orphans": Record({}),
    "repeat": Record({"times": need(integer(0, 1_000_000)), "steps": need(StepList())}),
}
