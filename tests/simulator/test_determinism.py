"""The same scenario, variant, seed and version give the same bytes, anywhere."""

import os
import subprocess
import sys

import pytest

from simulator import evaluate, run_arm
from tests.simulator.worlds import ENGINE, KEYS, app_vm, box, fixture, load, run
from tests.source_code import ROOT

PROGRAM = """
import sys
from pathlib import Path
from simulator import evaluate, load_scenario
for name in sys.argv[1:]:
    scenario = load_scenario(Path(name).read_text(encoding="utf-8"))
    for seed in (0, 7, 23):
        runs = evaluate(scenario, scenario.variant(seed), seed=seed).runs
        print(*(run.trace_hash for run in runs.values()))
"""


def _hashes(hash_seed: str) -> str:
    files = [f"fixtures/scenarios/{key}.yaml" for key in KEYS]
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, *files],
        cwd=ROOT,
        env={**os.environ, "PYTHONHASHSEED": hash_seed},
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout


def test_hashes_do_not_depend_on_the_process() -> None:
    first = _hashes("0")
    assert len(first.split()) == 3 * (7 + 8 + 7)
    assert [_hashes("1"), _hashes("random")] == [first, first]


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
