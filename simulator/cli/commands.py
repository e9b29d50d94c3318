"""The table of all commands, in the order in which the help lists them."""

from simulator.cli.bench import BENCH
from simulator.cli.calibrate import CALIBRATE
from simulator.cli.command import Command
from simulator.cli.completion import COMPLETION
from simulator.cli.diagram import DIAGRAM
from simulator.cli.diff import DIFF
from simulator.cli.explain import EXPLAIN
from simulator.cli.fidelity import FIDELITY
from simulator.cli.lab import LAB
from simulator.cli.live import LIVE
from simulator.cli.prove import PROVE
from simulator.cli.run import RUN
from simulator.cli.schema import SCHEMA

COMMANDS: tuple[Command, ...] = (
    RUN,
    PROVE,
    EXPLAIN,
    DIFF,
    DIAGRAM,
    LAB,
    SCHEMA,
    CALIBRATE,
    BENCH,
    LIVE,
    FIDELITY,
    COMPLETION,
)
