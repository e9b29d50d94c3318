"""A simulator of computer systems in which answers are what happens.

A scenario (YAML) describes a world, a space of variants, arms (ways to act) and
claims about their runs. Nothing in it says what happens: that follows from the
parts. ``load_scenario`` reads one, ``evaluate`` runs it in one variant, ``prove``
checks in every variant that what a question promises holds.
"""

from simulator.calibration import CALIBRATION, Figure
from simulator.comparing import Comparison, Difference, FigureDifference, compare
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
)
from simulator.events import Event
from simulator.explaining import (
    Counterexample,
    Divergence,
    Explanation,
    Search,
    explain,
    find_counterexample,
)
from simulator.mechanisms import MECHANISMS, Mechanism, altered
from simulator.proving import (
    ProofReport,
    ProofStep,
    iter_proof,
    iter_proofs,
    proof_seeds,
    prove,
    summarise,
)
from simulator.refuting import ProofFailure
from simulator.running import run_arm
from simulator.scenario.model import Arm, Claim, Evidence, Obligation, Option, Scenario
from simulator.scenario.parser import load_scenario, load_scenario_file
from simulator.scenario.source import Node, SourceError, parse_source
from simulator.schema import scenario_schema
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
    "Comparison",
    "Counterexample",
    "DecidingEvent",
    "Difference",
    "Divergence",
    "Dockerfile",
    "DockerfileError",
    "Evaluation",
    "Event",
    "Evidence",
    "Explanation",
    "Figure",
    "FigureDifference",
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
    "Search",
    "SimulatorError",
    "SourceError",
    "altered",
    "canonical_json",
    "compare",
    "draw_memory",
    "draw_timeline",
    "draw_topology",
    "draw_two_towers",
    "evaluate",
    "explain",
    "find_counterexample",
    "iter_proof",
    "iter_proofs",
    "load_scenario",
    "load_scenario_file",
    "parse_dockerfile",
    "parse_source",
    "proof_seeds",
    "prove",
    "run_arm",
    "scenario_schema",
    "summarise",
]
