"""Traces of today are byte for byte those that the repository keeps."""

import json

import pytest

from simulator import Run
from tests.simulator import golden
from tests.simulator.worlds import KEYS


@pytest.mark.parametrize("key", KEYS)
def test_each_arm_has_the_hash_that_is_kept(key: str) -> None:
    assert golden.hashes(key) == json.loads(golden.hashes_path(key).read_text())


@pytest.mark.parametrize("key", KEYS)
def test_one_arm_of_each_scenario_is_kept_whole(key: str) -> None:
    assert golden.trace(key) == golden.trace_path(key).read_bytes()


@pytest.mark.parametrize("key", KEYS)
def test_the_whole_trace_is_the_one_that_its_hash_names(key: str) -> None:
    kept = json.loads(golden.trace_path(key).read_text())
    kept["events"] = [
        dict(zip(_EVENT_FIELDS, event, strict=True)) for event in kept["events"]
    ]
    run = Run.from_json(kept)
    listed = json.loads(golden.hashes_path(key).read_text())["trace_hashes"]
    assert run.trace_hash == listed[golden.SHOWN[key]]


_EVENT_FIELDS = ("seq", "time", "actor", "action", "outcome", "detail", "cause")


def test_writing_anew_gives_the_same_files(
    tmp_path: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = {path.name: path.read_bytes() for path in golden.TRACES.iterdir()}
    monkeypatch.setattr(golden, "TRACES", tmp_path)
    golden.write()
    written = {path.name: path.read_bytes() for path in golden.TRACES.iterdir()}
    assert written == kept


def test_nothing_else_is_kept() -> None:
    expected = {path(key) for key in KEYS for path in _PATHS}
    assert set(golden.TRACES.iterdir()) == expected


_PATHS = (golden.hashes_path, golden.trace_path)
