"""Golden files: what each scenario does and proves, fixed in fixtures/traces/.

`python -m tests.simulator.golden` writes them anew, those of some scenarios with
their keys as arguments. Do so only with a change that is meant to alter runs, and
raise `simulator.SIMULATOR_VERSION` with it.
"""

import json
import sys
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from unittest.mock import patch

from simulator import (
    SIMULATOR_VERSION,
    Evaluation,
    ProofReport,
    Run,
    evaluate,
    prove,
    proving,
    run_arm,
)
from tests.simulator.worlds import KEYS, fixture
from tests.source_code import ROOT

TRACES = ROOT / "fixtures" / "traces"
SHOWN = {
    "hypervisor-on-bare-hardware": "type_1",
    "why-containers-need-less": "own_kernels",
    "windows-program-on-linux": "registered_wine",
}
"""Of some scenarios: the arm whose whole trace is kept, to see what moved."""


@dataclass
class Proved:
    """The proof of a scenario, and what was seen on its way."""

    report: ProofReport
    claims: list[dict[str, bool]] = field(default_factory=list)
    """Whether each claim holds, per variant."""
    runs: dict[str, Run] = field(default_factory=dict)
    """Of the first variant."""


def proved(key: str) -> Proved:
    """Prove a scenario, with all its variants evaluated once."""
    seen: list[Evaluation] = []

    def remembered(*args: Any, **kwargs: Any) -> Evaluation:
        found = evaluate(*args, **kwargs)
        seen.append(found if not seen else replace(found, runs={}))
        return found

    with patch.object(proving, "evaluate", remembered):
        report = prove(fixture(key))
    claims = [
        {name: claim.holds for name, claim in found.claims.items()} for found in seen
    ]
    return Proved(report, claims, dict(seen[0].runs))


def summary_path(key: str) -> Path:
    return TRACES / f"{key}.json"


def trace_path(key: str) -> Path:
    return TRACES / f"{key}.{SHOWN[key]}.json"


def summary(key: str, found: Proved) -> dict[str, Any]:
    """The first variant's trace hashes, and the claims of all variants.

    Per claim: `1` where it holds, else `0`, in the order of the variants.
    """
    return {
        "simulator_version": SIMULATOR_VERSION,
        "params": dict(next(iter(found.runs.values())).params),
        "trace_hashes": {arm: run.trace_hash for arm, run in found.runs.items()},
        "matrix": {
            name: "".join(str(int(row[name])) for row in found.claims)
            for name in fixture(key).claims
        },
    }


def trace(key: str) -> bytes:
    scenario = fixture(key)
    return run_arm(scenario, SHOWN[key], scenario.variant(0)).canonical_trace()


def write(keys: Iterable[str]) -> None:
    TRACES.mkdir(exist_ok=True)
    for key in keys:
        summary_path(key).write_text(
            json.dumps(summary(key, proved(key)), indent=2) + "\n"
        )
        if key in SHOWN:
            trace_path(key).write_bytes(trace(key))


if __name__ == "__main__":
    write(sys.argv[1:] or KEYS)
