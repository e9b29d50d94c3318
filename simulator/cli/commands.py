"""The table of all commands, in the order in which the help lists them."""

from simulator.cli.calibrate import CALIBRATE
from simulator.cli.command import Command
from simulator.cli.diagram import DIAGRAM
from simulator.cli.lab import LAB
from simulator.cli.prove import PROVE
from simulator.cli.run import RUN

COMMANDS: tuple[Command, ...] = (RUN, PROVE, DIAGRAM, LAB, CALIBRATE)
