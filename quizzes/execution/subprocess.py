"""The simulator in a child of its own: for jobs that already cost a worker its life."""

import base64
import json
import subprocess
import sys
from typing import Any

from quizzes.execution.ports import (
    Executed,
    ExecutedArm,
    ExecutedClaim,
    Execution,
    RunnerFailedError,
    ScenarioBrokenError,
)

WALL_SECONDS = 10.0
CHILD_MODULE = "quizzes.execution.child"


class SubprocessRunner:
    """Runs one execution in a child process with a limit on time and memory."""

    def __init__(self, *, seconds: float = WALL_SECONDS) -> None:
        self.seconds = seconds

    def execute(self, execution: Execution) -> Executed:
        """Run in a child; its death or silence is a failure of the platform."""
        request = json.dumps(
            {
                "source": execution.source,
                "params": dict(execution.params),
                "seed": execution.seed,
            }
        )
        try:
            child = subprocess.run(  # noqa: S603  our own module, no shell
                [sys.executable, "-m", CHILD_MODULE],
                input=request,
                capture_output=True,
                text=True,
                timeout=self.seconds,
                check=False,
            )
        except subprocess.TimeoutExpired as error:
            message = f"the run took longer than {self.seconds:g} s"
            raise RunnerFailedError(message) from error
        if child.returncode != 0:
            message = f"the run's process ended with status {child.returncode}"
            raise RunnerFailedError(message)
        try:
            return _read(json.loads(child.stdout))
        except (ValueError, TypeError, KeyError) as error:
            raise RunnerFailedError("the run's process answered nonsense") from error


def _read(answer: Any) -> Executed:
    """The child's answer; ValueError, TypeError or KeyError if it is none."""
    if "broken" in answer:
        raise ScenarioBrokenError(answer["broken"])
    claims = answer["claims"]
    arms = answer["arms"]
    return Executed(
        simulator_version=answer["simulator_version"],
        claims={
            name: ExecutedClaim(
                holds=claim["holds"],
                deciding=tuple((arm, seq) for arm, seq in claim["deciding"]),
            )
            for name, claim in claims.items()
        },
        arms=tuple(
            ExecutedArm(
                name=arm["name"],
                trace_hash=arm["trace_hash"],
                document=base64.b64decode(arm["document"]),
            )
            for arm in arms
        ),
    )
