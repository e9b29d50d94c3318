"""The built-in scenarios: what any kernel can be asked, and what the model says.

Each is small: its arms take milliseconds to some seconds on a real kernel.
"""

from importlib.resources import files

from simulator.scenario.model import Scenario
from simulator.scenario.parser import load_scenario

_NAMES = (
    "formats",
    "processes",
    "namespaces",
    "users",
    "network",
    "limits",
)


def probes() -> tuple[Scenario, ...]:
    """Return the built-in scenarios whose arms a sandbox carries out."""
    return tuple(_read(name) for name in _NAMES)


def guests() -> Scenario:
    """Return the one whose claims a monitor of virtual machines shows."""
    return _read("guests")


def _read(name: str) -> Scenario:
    source = files(__name__).joinpath(f"{name}.yaml").read_text(encoding="utf-8")
    return load_scenario(source, name=f"{name}.yaml")
