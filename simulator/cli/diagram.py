"""``diagram``: one arm's run as a drawing (SVG)."""

import argparse
from pathlib import Path

from simulator.cli.command import HOLDS, Command, Terminal
from simulator.cli.inputs import (
    add_mechanisms,
    add_variant,
    read_mechanisms,
    read_scenario,
    read_variant,
)
from simulator.drawing import DRAWINGS
from simulator.running import run_arm


def _configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", type=Path, help="a scenario (YAML)")
    add_variant(parser)
    add_mechanisms(parser)
    parser.add_argument("--arm", help="which arm (default: the first)")
    parser.add_argument(
        "--kind", choices=tuple(DRAWINGS), default="topology", help="what to draw"
    )
    parser.add_argument(
        "-o", "--output", type=Path, metavar="FILE", help="write to this file"
    )


def _diagram(options: argparse.Namespace, terminal: Terminal) -> int:
    scenario = read_scenario(options)
    params = read_variant(scenario, options)
    arm = options.arm or next(iter(scenario.arms))
    overlay = read_mechanisms(options)
    run = run_arm(scenario, arm, params, seed=options.seed, mechanisms=overlay)
    drawn = DRAWINGS[options.kind](run)
    if options.output is None:
        terminal.out.out(drawn)
    else:
        options.output.write_text(f"{drawn}\n", encoding="utf-8")
    return HOLDS


DIAGRAM = Command("diagram", "draw what one arm shows, as SVG", _configure, _diagram)
