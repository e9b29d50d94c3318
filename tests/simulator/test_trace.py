"""Runs: canonical bytes, the hash that names them, storage."""

import hashlib
import json
from dataclasses import replace

import pytest

from simulator import Run, canonical_json
from tests.simulator.worlds import ENGINE, box, load, run


def test_there_is_one_spelling_of_a_document() -> None:
    assert canonical_json({"b": [1, None, True], "a": "ü"}) == (
        b'{"a":"\\u00fc","b":[1,null,true]}'
    )
    assert canonical_json({"a": 1, "b": 2}) == canonical_json({"b": 2, "a": 1})


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_numbers_that_json_lacks_are_refused(value: float) -> None:
    with pytest.raises(ValueError, match="JSON"):
        canonical_json(value)


def test_the_hash_is_that_of_the_canonical_trace() -> None:
    done = run([*ENGINE, box()])
    assert done.trace_hash == hashlib.sha256(done.canonical_trace()).hexdigest()


def test_a_run_survives_storage() -> None:
    done = run([*ENGINE, box(), load("app")])
    stored = json.loads(json.dumps(done.to_json()))
    again = Run.from_json(stored)
    assert again == done
    assert again.trace_hash == stored["trace_hash"] == done.trace_hash
    assert again.canonical_trace() == done.canonical_trace()


@pytest.mark.parametrize(
    "changes",
    [
        {"seed": 1},
        {"arm": "b"},
        {"params": {"x": 1}},
        {"simulator_version": "9"},
        {"scenario_digest": "0"},
        {"verdict": "budget_exceeded"},
        {"events": ()},
        {"metrics": {}},
        {"observation": {}},
        {"budget_used": {}},
    ],
)
def test_whatever_differs_changes_the_hash(changes: dict[str, object]) -> None:
    done = run(ENGINE)
    assert replace(done, **changes).trace_hash != done.trace_hash  # type: ignore[arg-type]


def test_what_happened_has_one_hash_whatever_the_arm_is_called() -> None:
    done = run(ENGINE)
    assert replace(done, arm="b").content_hash == done.content_hash
    assert replace(done, seed=1).content_hash != done.content_hash


def test_no_trace_holds_a_number_that_is_not_whole() -> None:
    document = json.loads(run([*ENGINE, box(2), load("app")]).canonical_trace())
    waiting = [document]
    kinds = set()
    while waiting:
        entry = waiting.pop()
        kinds.add(type(entry).__name__)
        if isinstance(entry, dict):
            waiting += entry.values()
        elif isinstance(entry, list):
            waiting += entry
    assert kinds == {"dict", "list", "str", "int", "bool", "NoneType"}
