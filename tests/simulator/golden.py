"""Golden files: what each scenario does and proves, fixed in fixtures/traces/.

`python -m tests.simulator.golden` writes them anew, those of some scenarios with
their keys as arguments. Do so only with a change that is meant to alter runs, and
raise `simulator.SIMULATOR_VERSION` with it.
"""

import json
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from simulator import SIMULATOR_VERSION, Run, evaluate, proof_seeds
from tests.simulator.worlds import KEYS, fixture
from tests.source_code import ROOT

TRACES = ROOT / "fixtures" / "traces"
SHOWN = {
    "hypervisor-on-bare-hardware": "type_1",
    "why-containers-need-less": "own_kernels",
    "windows-program-on-linux": "registered_wine",
}
"""Of some scenarios: the arm whose whole trace is kept, to see what moved."""


def runs_of(key: str) -> dict[str, Run]:
    scenario = fixture(key)
    return dict(evaluate(scenario, scenario.variant(0)).runs)


def matrix(key: str) -> dict[str, str]:
    """Per claim: `1` where it holds, else `0`, in the order of the variants."""
    scenario = fixture(key)
    rows = [
        evaluate(scenario, scenario.variant(seed), seed=seed).claims
        for seed in proof_seeds(scenario)
    ]
    return {
        name: "".join(str(int(row[name].holds)) for row in rows)
        for name in scenario.claims
    }


def summary_path(key: str) -> Path:
    return TRACES / f"{key}.json"


def trace_path(key: str) -> Path:
    return TRACES / f"{key}.{SHOWN[key]}.json"


def summary(key: str) -> dict[str, Any]:
    """The first variant's trace hashes, and the claims of all variants."""
    runs = runs_of(key)
    return {
        "simulator_version": SIMULATOR_VERSION,
        "params": dict(next(iter(runs.values())).params),
        "trace_hashes": {arm: run.trace_hash for arm, run in runs.items()},
        "matrix": matrix(key),
    }


def trace(key: str) -> bytes:
    return runs_of(key)[SHOWN[key]].canonical_trace()


def write(keys: Iterable[str]) -> None:
    TRACES.mkdir(exist_ok=True)
    for key in keys:
        summary_path(key).write_text(json.dumps(summary(key), indent=2) + "\n")
        if key in SHOWN:
            trace_path(key).write_bytes(trace(key))


if __name__ == "__main__":
    write(sys.argv[1:] or KEYS)
