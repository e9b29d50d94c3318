"""A simulator of computer systems in which answers are what happens.

A scenario (YAML) describes a world, a space of variants, arms (ways to act) and
claims about their runs. Nothing in it says what happens: that follows from the
parts. ``load_scenario`` reads one, ``evaluate`` runs it in one variant, ``prove``
checks in every variant that what a question promises holds.
"""

from simulator.calibration import CALIBRATION, Figure
from simulator.dockerfile import Dockerfile, DockerfileError, parse_dockerfile
from simulator.drawing import (
    draw_memory,
    draw_timeline,
    draw_topology,
    draw_two_towers,
)
from simulator.engine import Budget
from simulator.errors import (
    ClaimError,
    InputError,
    Problem,
    ScenarioError,
    SimulatorError,
)
from simulator.evaluation import (
    ClaimResult,
    DecidingEvent,
    Evaluation,
    evaluate,
    explain,
)
from simulator.events import Event
from simulator.mechanisms import MECHANISMS, Mechanism, altered
from simulator.proving import (
    ProofFailure,
    ProofReport,
    ProofStep,
    iter_proof,
    proof_seeds,
    prove,
    summarise,
)
from simulator.running import run_arm
from simulator.scenario.model import Arm, Claim, Evidence, Obligation, Option, Scenario
from simulator.scenario.parser import load_scenario
from simulator.scenario.source import Node, SourceError, parse_source
from simulator.trace import Run, canonical_json
from simulator.version import SIMULATOR_VERSION

__all__ = [
    "CALIBRATION",
    "MECHANISMS",
    "SIMULATOR_VERSION",
    "Arm",
    "Budget",
    "Claim",
    "ClaimError",
    "ClaimResult",
    "DecidingEvent",
    "Dockerfile",
    "DockerfileError",
    "Evaluation",
    "Event",
    "Evidence",
    "Figure",
    "InputError",
    "Mechanism",
    "Node",
    "Obligation",
    "Option",
    "Problem",
    "ProofFailure",
    "ProofReport",
    "ProofStep",
    "Run",
    "Scenario",
    "ScenarioError",
    "SimulatorError",
    "SourceError",
    "altered",
    "canonical_json",
    "draw_memory",
    "draw_timeline",
    "draw_topology",
    "draw_two_towers",
    "evaluate",
    "explain",
    "iter_proof",
    "load_scenario",
    "parse_dockerfile",
    "parse_source",
    "proof_seeds",
    "prove",
    "run_arm",
    "summarise",
]
