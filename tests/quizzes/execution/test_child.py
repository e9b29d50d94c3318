import base64
import io
import json
import resource
import sys
from typing import Any

import pytest

from quizzes.execution import child
from quizzes.execution.in_process import FreshRunner
from quizzes.execution.ports import Execution


def _request(execution: Execution) -> dict[str, Any]:
    return {
        "source": execution.source,
        "params": execution.params,
        "seed": execution.seed,
    }


def test_the_answer_is_json(execution: Execution) -> None:
    executed = FreshRunner().execute(execution)
    answer = child.answer(_request(execution))
    assert json.loads(json.dumps(answer)) == answer
    assert answer["simulator_version"] == executed.simulator_version
    assert answer["claims"]["no_loader"] == executed.claims["no_loader"].to_json()
    arms = {arm["name"]: arm for arm in answer["arms"]}
    for arm in executed.arms:
        assert arms[arm.name]["trace_hash"] == arm.trace_hash
        assert base64.b64decode(arms[arm.name]["document"]) == arm.document


def test_a_broken_scenario_is_an_answer_too(execution: Execution) -> None:
    request = {**_request(execution), "params": {"kernel": "4.0"}}
    answer = child.answer(request)
    assert set(answer) == {"broken"}
    assert "kernel" in answer["broken"]


def test_the_child_limits_itself_first(
    execution: Execution, monkeypatch: pytest.MonkeyPatch
) -> None:
    limits: list[tuple[int, tuple[int, int]]] = []
    monkeypatch.setattr(
        child.resource, "setrlimit", lambda what, pair: limits.append((what, pair))
    )
    monkeypatch.setattr(sys, "stdin", io.StringIO(json.dumps(_request(execution))))
    out = io.StringIO()
    monkeypatch.setattr(sys, "stdout", out)
    child.main()
    assert limits == [
        (resource.RLIMIT_AS, (1 << 30, 1 << 30)),
        (resource.RLIMIT_CPU, (10, 10)),
    ]
    assert json.loads(out.getvalue()) == child.answer(_request(execution))
