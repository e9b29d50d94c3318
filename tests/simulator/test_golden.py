"""Runs and proofs of today are byte for byte those that the repository keeps."""

import json

import pytest

from simulator import Run, proof_seeds
from tests.simulator import golden
from tests.simulator.worlds import KEYS, fixture

pytestmark = pytest.mark.exhaustive


@pytest.mark.parametrize("key", KEYS)
def test_each_scenario_is_proved_and_does_as_it_did(key: str) -> None:
    found = golden.proved(key)
    kept = json.loads(golden.summary_path(key).read_text())
    assert golden.summary(key, found) == kept
    assert [failure.message for failure in found.report.failures] == []
    assert found.report.holds is True
    scenario = fixture(key)
    assert len(scenario.obligations) >= 1
    variants = len(proof_seeds(scenario))
    assert found.report.variants == len(scenario.obligations) * variants
    assert len(found.claims) == variants


@pytest.mark.parametrize("key", golden.SHOWN)
def test_one_arm_of_some_scenarios_is_kept_whole(key: str) -> None:
    assert golden.trace(key) == golden.trace_path(key).read_bytes()


@pytest.mark.parametrize("key", golden.SHOWN)
def test_the_whole_trace_is_the_one_that_its_hash_names(key: str) -> None:
    kept = json.loads(golden.trace_path(key).read_text())
    kept["events"] = [
        dict(zip(_EVENT_FIELDS, event, strict=True)) for event in kept["events"]
    ]
    run = Run.from_json(kept)
    listed = json.loads(golden.summary_path(key).read_text())["trace_hashes"]
    assert run.trace_hash == listed[golden.SHOWN[key]]


_EVENT_FIELDS = ("seq", "time", "actor", "action", "outcome", "detail", "cause")


@pytest.mark.parametrize("key", golden.SHOWN)
def test_writing_anew_gives_the_same_files(
    key: str, tmp_path: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    paths = (golden.summary_path, golden.trace_path)
    kept = {path(key).name: path(key).read_bytes() for path in paths}
    monkeypatch.setattr(golden, "TRACES", tmp_path)
    golden.write([key])
    written = {path.name: path.read_bytes() for path in golden.TRACES.iterdir()}
    assert written == kept


def test_nothing_else_is_kept() -> None:
    expected = {golden.summary_path(key) for key in KEYS}
    expected |= {golden.trace_path(key) for key in golden.SHOWN}
    assert set(golden.TRACES.iterdir()) == expected
