"""Golden traces: what each scenario's first variant does, fixed in files.

`python -m tests.simulator.golden` writes fixtures/traces/ anew. Do so only with a
change that is meant to alter traces, and raise `simulator.SIMULATOR_VERSION` with it.
"""

import json
from pathlib import Path
from typing import Any

from simulator import SIMULATOR_VERSION, Run, evaluate
from tests.simulator.worlds import KEYS, fixture
from tests.source_code import ROOT

TRACES = ROOT / "fixtures" / "traces"
SHOWN = {
    "hypervisor-on-bare-hardware": "type_1",
    "why-containers-need-less": "own_kernels",
    "windows-program-on-linux": "registered_wine",
}
"""Per scenario: the arm whose whole trace is kept, to see what moved."""


def runs_of(key: str) -> dict[str, Run]:
    scenario = fixture(key)
    return dict(evaluate(scenario, scenario.variant(0)).runs)


def hashes_path(key: str) -> Path:
    return TRACES / f"{key}.json"


def trace_path(key: str) -> Path:
    return TRACES / f"{key}.{SHOWN[key]}.json"


def hashes(key: str) -> dict[str, Any]:
    runs = runs_of(key)
    return {
        "simulator_version": SIMULATOR_VERSION,
        "params": dict(next(iter(runs.values())).params),
        "trace_hashes": {arm: run.trace_hash for arm, run in runs.items()},
    }


def trace(key: str) -> bytes:
    return runs_of(key)[SHOWN[key]].canonical_trace()


def write() -> None:
    TRACES.mkdir(exist_ok=True)
    for key in KEYS:
        hashes_path(key).write_text(json.dumps(hashes(key), indent=2) + "\n")
        trace_path(key).write_bytes(trace(key))


if __name__ == "__main__":
    write()
