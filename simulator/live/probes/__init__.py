"""The built-in scenarios: what any kernel can be asked, and what the model says.

Each is small: its arms take milliseconds to some seconds on a real kernel.
"""

from importlib.resources import files

from simulator.scenario.model import Scenario
from simulator.scenario.parser import load_scenario

NAMES = (
    "formats",
    "processes",
    "namespaces",
    "users",
    "network",
    "limits",
)
GUESTS = "guests"
"""The one whose claims a monitor of virtual machines shows."""


def probe(name: str) -> Scenario:
    """Return a built-in scenario: one of ``NAMES``, or ``GUESTS``."""
    source = files(__name__).joinpath(f"{name}.yaml").read_text(encoding="utf-8")
    return load_scenario(source, name=f"{name}.yaml")
