"""The same scenario, variant, seed and version give the same bytes, anywhere."""

import subprocess
import sys
from pathlib import Path

import pytest

from simulator import evaluate, run_arm
from tests.simulator import determinism
from tests.simulator.worlds import ENGINE, KEYS, app_vm, box, fixture, load, run

pytestmark = pytest.mark.exhaustive


class Told(determinism.Process):
    """A process that prints lines of its own in place of hashes."""

    def start(self, runs: int) -> subprocess.Popen[str]:
        said = f"print({self.hash_seed!r})"
        return subprocess.Popen(
            [sys.executable, "-c", said], stdout=subprocess.PIPE, text=True
        )


def test_hashes_depend_on_no_process_hash_seed_or_python() -> None:
    among = determinism.processes()
    assert {process.hash_seed for process in among} >= {"0", "random"}
    assert determinism.compare(150, among) == []


def test_runs_go_round_all_arms_of_all_scenarios() -> None:
    arms = sum(len(fixture(key).arms) for key in KEYS)
    lines = [line.split() for line in determinism.hashes(arms + 1)]
    assert len({(key, arm) for key, arm, seed, _ in lines if seed == "0"}) == arms
    assert lines[arms][:3] == [KEYS[0], lines[0][1], "1"]
    first = evaluate(fixture(KEYS[0]), fixture(KEYS[0]).variant(0))
    assert lines[0][3] == first.runs[lines[0][1]].trace_hash


def test_the_first_difference_is_named() -> None:
    among = [Told("x", "3.11", "a\nb\nc"), Told("y", "3.13", "a\nB\nC")]
    assert determinism.compare(3, among) == [
        "Python 3.13, PYTHONHASHSEED=a\nB\nC: B, not b"
    ]


def test_a_process_that_says_too_little_is_named() -> None:
    among = [Told("x", "3.11", "a\nb"), Told("y", "3.11", "a")]
    assert determinism.compare(2, among) == [
        "Python 3.11, PYTHONHASHSEED=a: 1 of 2 runs"
    ]


def test_the_program_says_what_ran_and_whether_it_was_the_same(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    same = [Told("x", "3.11", "a"), Told("y", "3.11", "a")]
    monkeypatch.setattr(determinism, "processes", lambda: same)
    assert determinism.main(["--runs", "1"]) == 0
    said = capsys.readouterr().out.splitlines()
    assert said[0] == "1 runs: Python 3.11, PYTHONHASHSEED=a"
    assert said[2:] == [
        "one version of Python only; name another in TRAPFRAME_OTHER_PYTHON",
        "all the same",
    ]
    other = [Told("x", "3.11", "a"), Told("y", "3.13", "b")]
    monkeypatch.setattr(determinism, "processes", lambda: other)
    assert determinism.main(["--runs", "1"]) == 1
    assert capsys.readouterr().out.splitlines()[-1] == "not the same"


def test_the_program_prints_hashes_for_its_parent(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert determinism.main(["--hashes", "3"]) == 0
    assert capsys.readouterr().out.splitlines() == [*determinism.hashes(3)]


def test_another_python_is_one_that_can_import_what_is_needed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(determinism, "OTHERS", ())
    monkeypatch.delenv(determinism.NAMED, raising=False)
    assert determinism.other_python() is None
    assert {process.version for process in determinism.processes()} == {
        determinism.HERE
    }
    for answer, found in (("echo 3.99", True), ("false", False)):
        program = tmp_path / "python"
        program.write_text(f"#!/bin/sh\n{answer}\n")
        program.chmod(0o755)
        monkeypatch.setenv(determinism.NAMED, str(program))
        expected = (str(program), "3.99") if found else None
        assert determinism.other_python() == expected
        assert len(determinism.processes()) == (3 if found else 2)


def test_the_same_python_is_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(determinism, "OTHERS", ())
    monkeypatch.setenv(determinism.NAMED, sys.executable)
    assert determinism.other_python() is None


@pytest.mark.parametrize("key", KEYS)
def test_a_run_repeats_in_one_process(key: str) -> None:
    scenario = fixture(key)
    params = scenario.variant(5)
    first, second = (evaluate(scenario, params, seed=5).runs for _ in range(2))
    assert {arm: run.canonical_trace() for arm, run in first.items()} == {
        arm: run.canonical_trace() for arm, run in second.items()
    }


@pytest.mark.parametrize("key", KEYS)
def test_an_arm_alone_is_the_arm_among_others(key: str) -> None:
    scenario = fixture(key)
    params = scenario.variant(3)
    together = evaluate(scenario, params, seed=3).runs
    alone = {arm: run_arm(scenario, arm, params, seed=3) for arm in scenario.arms}
    assert alone == together


def test_another_seed_moves_times_but_no_outcome() -> None:
    plan = [*ENGINE, box(2), load("app")]
    first, second = run(plan, seed=1), run(plan, seed=2)
    assert first.trace_hash != second.trace_hash
    assert first.metrics["duration_us"] != second.metrics["duration_us"]
    assert first.metrics["ram_kib"] == second.metrics["ram_kib"]
    assert sorted((e.actor, e.action, e.outcome) for e in first.events) == sorted(
        (e.actor, e.action, e.outcome) for e in second.events
    )


def test_each_actor_draws_from_a_stream_of_its_own() -> None:
    alone = run([*ENGINE, box(1)])
    among = run([*ENGINE, box(3)])
    started = [
        next(e.time for e in one.events if e.action == "image_present")
        for one in (alone, among)
    ]
    firsts = [
        next(e.time for e in one.events if e.detail.get("target") == "box-1")
        for one in (alone, among)
    ]
    assert started[0] >= started[1]
    assert firsts[0] == firsts[1]


def test_the_seed_of_the_variant_does_not_change_the_variant() -> None:
    scenario = fixture("windows-program-on-linux")
    assert scenario.variant(1) == scenario.variant(1 + scenario.space_size)
    assert [dict(params) for params in scenario.variants()] == [
        dict(scenario.variant(seed)) for seed in range(scenario.space_size)
    ]


def test_a_guest_boots_alike_beside_other_guests() -> None:
    plan = [
        {"install": {"what": "bare", "on": "server"}},
        {"power_on": {"machine": "server"}},
        app_vm(1),
    ]
    first = run(plan)
    assert first == run(plan)
