"""What several commands take: a scenario, one of its variants, its parameters."""

import argparse
from collections.abc import Sequence
from pathlib import Path

from simulator.errors import InputError
from simulator.mechanisms import MECHANISMS, Mechanism, Value, checked
from simulator.scenario.model import Params, Scenario
from simulator.scenario.parser import load_scenario_file
from simulator.trace import Scalar


def add_file(parser: argparse.ArgumentParser) -> None:
    """Add the scenario's file, and whether to print JSON."""
    parser.add_argument("file", type=Path, help="a scenario (YAML)")
    parser.add_argument("--json", action="store_true", help="print JSON")


def add_variant(parser: argparse.ArgumentParser) -> None:
    """Add the options that choose a variant."""
    parser.add_argument("--seed", type=int, default=0, help="which variant (default 0)")
    add_settings(parser)


def add_settings(parser: argparse.ArgumentParser) -> None:
    """Add the option that sets parameters."""
    parser.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="set a parameter of the variant",
    )


def add_mechanisms(
    parser: argparse.ArgumentParser, about: str = "change the simulator itself"
) -> None:
    """Add the option that alters mechanisms."""
    parser.add_argument(
        "--mechanism",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help=f"{about}; a list is separated by commas",
    )


def read_scenario(options: argparse.Namespace) -> Scenario:
    """Read the scenario that the command names."""
    return read_file(options.file)


def read_file(file: Path) -> Scenario:
    """Read a scenario from its file, and what it includes from beside it."""
    return load_scenario_file(file)


def read_mechanisms(options: argparse.Namespace) -> dict[str, Value]:
    """Return what ``--mechanism`` changes; raise InputError for what is not known."""
    overlay: dict[str, Value] = {}
    for word in options.mechanism:
        name, equals, value = word.partition("=")
        if not equals:
            raise InputError(f"--mechanism {word}: give NAME=VALUE")
        overlay[name] = checked(name, _as_set(MECHANISMS.get(name), value))
    return overlay


def _as_set(mechanism: Mechanism | None, value: str) -> object:
    """Return the value as the mechanism's kind has it."""
    if mechanism is not None and mechanism.is_list:
        return [entry for entry in value.split(",") if entry]
    is_number = mechanism is not None and mechanism.is_number and value.isdecimal()
    return int(value) if is_number else value


def read_variant(scenario: Scenario, options: argparse.Namespace) -> Params:
    """Return the variant that ``--seed`` and ``--set`` choose."""
    params = {**scenario.variant(options.seed), **_settings(scenario, options.set)}
    return scenario.checked_params(params)


def spelled(value: Scalar) -> str:
    """Return a value as a scenario file spells it."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def spelled_params(params: Params) -> str:
    """Return the values of a variant in one line."""
    return ", ".join(f"{key}={spelled(value)}" for key, value in params.items()) or "-"


def _settings(scenario: Scenario, words: Sequence[str]) -> dict[str, Scalar]:
    """Read NAME=VALUE pairs; a value is one that the parameter can have."""
    settings: dict[str, Scalar] = {}
    for word in words:
        name, equals, value = word.partition("=")
        if not equals or name not in scenario.parameters:
            known = ", ".join(scenario.parameters) or "none"
            message = f"--set {word}: give NAME=VALUE; parameters: {known}"
            raise InputError(message)
        values = {spelled(known): known for known in scenario.parameters[name]}
        if value not in values:
            message = f"--set {word}: {name} is one of {', '.join(values)}"
            raise InputError(message)
        settings[name] = values[value]
    return settings
