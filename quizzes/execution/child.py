"""The child of SubprocessRunner: one execution from standard input to output."""

import base64
import json
import resource
import sys
from typing import Any

from quizzes.execution.in_process import FreshRunner
from quizzes.execution.ports import Execution, ScenarioBrokenError

MEMORY_BYTES = 1 << 30
CPU_SECONDS = 10


def answer(request: dict[str, Any]) -> dict[str, Any]:
    """Execute the request and give the result as JSON values."""
    execution = Execution(
        source=request["source"],
        digest="",
        params=request["params"],
        seed=request["seed"],
    )
    try:
        executed = FreshRunner().execute(execution)
    except ScenarioBrokenError as error:
        return {"broken": str(error)}
    return {
        "simulator_version": executed.simulator_version,
        "claims": {name: claim.to_json() for name, claim in executed.claims.items()},
        "arms": [
            {
                "name": arm.name,
                "trace_hash": arm.trace_hash,
                "document": base64.b64encode(arm.document).decode(),
            }
            for arm in executed.arms
        ],
    }


def main() -> None:
    """Limit this process, then answer the request on standard input."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    json.dump(answer(json.load(sys.stdin)), sys.stdout)


if __name__ == "__main__":
    main()
