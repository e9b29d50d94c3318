"""Proofs: what an obligation promises, in every variant; each kind of failure."""

from dataclasses import replace
from typing import Any

import pytest

from simulator import (
    Budget,
    Evaluation,
    InputError,
    Obligation,
    Option,
    ProofFailure,
    ProofStep,
    evaluate,
    iter_proof,
    iter_proofs,
    proof_seeds,
    prove,
    proving,
    summarise,
)
from tests.simulator.worlds import BOOT, execute, install, scenario

CLAIMS = {
    "small": "params.n < 3 && runs.a != null",
    "large": "params.n >= 3 && runs.a != null",
    "always": "runs.a.metrics.kernels == 1",
    "never": "runs.a.metrics.kernels == 2",
    "never_either": "runs.b.metrics.kernels == 2",
    "broken": "runs.a.metrics.nothing == 1",
}
SPACE = {"n": {"from": 1, "to": 4}}
PLAN = [*BOOT, install("app"), execute("app")]


def found(**more: Any) -> Any:
    arms = {
        "a": {"label": "a", "plan": PLAN},
        "b": {"label": "b", "plan": PLAN},
    }
    claims = {
        name: {"text": name, "expression": expression}
        for name, expression in CLAIMS.items()
        if name != "broken" or more.pop("broken", False)
    }
    return scenario(**{"parameters": SPACE, "arms": arms, "claims": claims, **more})


def obligation(true: int, *options: str, **refuted: str | None) -> Obligation:
    """Options named as their claims; where nothing is said, `always` refutes them."""
    return Obligation(
        tuple(Option(name, name, refuted.get(name, "always")) for name in options),
        true,
        "o",
    )


def kinds(failures: tuple[ProofFailure, ...]) -> list[tuple[str, int | None, str]]:
    return [(failure.kind, failure.seed, failure.option) for failure in failures]


def test_a_proof_that_holds() -> None:
    report = prove(found(), obligation(1, "always", "never"))
    assert report.to_json() == {
        "holds": True,
        "simulator_version": report.simulator_version,
        "scenario_digest": found().digest,
        "variants": 4,
        "matrix": [
            {"seed": n, "params": {"n": n + 1}, "row": {"always": True, "never": False}}
            for n in range(4)
        ],
        "failures": [],
        "duration": round(report.duration, 3),
    }


def test_too_many_options_hold() -> None:
    report = prove(found(), obligation(1, "always", "small"))
    assert report.holds is False
    assert kinds(report.failures) == [
        ("count", seed, option) for seed in (0, 1) for option in ("always", "small")
    ]
    assert report.failures[0].message == (
        "option always (claim always) holds: 2 options hold (always, small), not 1"
    )


def test_too_few_options_hold() -> None:
    report = prove(found(), obligation(1, "small", "never"))
    assert kinds(report.failures) == [
        ("count", seed, option) for seed in (2, 3) for option in ("small", "never")
    ]
    assert report.failures[0].message == (
        "option small (claim small) does not hold: 0 options hold (none), not 1"
    )


def test_a_failure_tells_seed_variant_and_events() -> None:
    failure = prove(found(), obligation(2, "always", "never")).failures[0]
    assert (failure.seed, dict(failure.params), failure.option) == (
        0,
        {"n": 1},
        "never",
    )
    assert failure.events[-1].startswith("a: #")
    assert "execve /srv/app ok" in failure.events[-1]
    assert failure.to_json() == {
        "kind": "count",
        "seed": 0,
        "params": {"n": 1},
        "option": "never",
        "message": failure.message,
        "events": list(failure.events),
    }


def test_an_option_that_is_false_for_another_reason() -> None:
    report = prove(found(), obligation(1, "always", "never", never="small"))
    assert kinds(report.failures) == [("reason", 2, "never"), ("reason", 3, "never")]
    assert report.failures[0].message == (
        "option never (claim never) is false, but not for its declared reason small"
    )


def test_an_option_that_is_false_and_gives_no_reason() -> None:
    report = prove(found(), obligation(1, "always", "never", never=None), seeds=[1])
    assert kinds(report.failures) == [("reason", 1, "never")]
    assert report.failures[0].message == (
        "option never (claim never) is false, and declares no reason for it"
    )


def test_an_option_that_is_false_for_its_reason() -> None:
    promise = obligation(1, "small", "large", small="large", large="small")
    assert prove(found(), promise).failures == ()


def test_a_reason_is_not_asked_for_where_the_option_holds() -> None:
    assert prove(found(), obligation(1, "always", always="never")).failures == ()


def test_two_options_that_are_one_claim() -> None:
    promise = Obligation(
        (Option("x", "never", "always"), Option("y", "never", "always")), 0
    )
    failures = prove(found(), promise).failures
    assert kinds(failures) == [("same", None, "x, y")]
    assert failures[0].message == "options x and y are the same claim"


def test_two_options_on_arms_that_do_the_same() -> None:
    failures = prove(found(), obligation(0, "never", "never_either")).failures
    assert kinds(failures) == [("same", None, "never, never_either")]


def test_two_options_that_only_agree_are_not_the_same() -> None:
    arms = {
        "a": {"label": "a", "plan": PLAN},
        "b": {"label": "b", "plan": [*PLAN, execute("app")]},
    }
    promise = obligation(0, "never", "never_either")
    assert prove(found(arms=arms), promise).failures == ()


def test_without_steps_nothing_is_the_same() -> None:
    promise = obligation(0, "never", "never_either")
    assert summarise(promise, []) == ()


def test_a_claim_that_cannot_be_decided() -> None:
    report = prove(found(broken=True), obligation(1, "always"), seeds=[2])
    assert kinds(report.failures) == [("claim", 2, "")]
    assert report.failures[0].message == "claim broken: KeyError: 'nothing'"
    assert report.matrix == ({"seed": 2, "params": {"n": 3}, "row": {}},)


def test_a_run_over_its_budget() -> None:
    report = prove(found(), obligation(1, "always"), seeds=[0], budget=Budget(events=5))
    assert kinds(report.failures) == [("budget", 0, ""), ("budget", 0, "")]
    assert [failure.message for failure in report.failures] == [
        "arm a: events budget of 5 exceeded",
        "arm b: events budget of 5 exceeded",
    ]


def test_only_the_arm_over_its_budget_is_named() -> None:
    arms = {
        "a": {"label": "a", "plan": PLAN},
        "b": {"label": "b", "plan": [execute("app")]},
    }
    report = prove(
        found(arms=arms), obligation(1, "always"), seeds=[0], budget=Budget(events=8)
    )
    assert [failure.message for failure in report.failures] == [
        "arm a: events budget of 8 exceeded"
    ]


def test_a_variant_that_takes_too_long() -> None:
    report = prove(found(), obligation(1, "always"), seeds=[1], budget_ms=0)
    assert kinds(report.failures) == [("time", 1, "")]
    assert report.failures[0].message.endswith(" ms, 0 ms are allowed")
    assert prove(found(), obligation(1, "always"), budget_ms=60_000).holds is True


def test_several_things_may_be_wrong_at_once() -> None:
    report = prove(
        found(),
        obligation(2, "always", "never", never="never"),
        seeds=[0],
        budget_ms=0,
    )
    assert [failure.kind for failure in report.failures] == ["time", "count", "reason"]


def test_steps_come_one_variant_at_a_time() -> None:
    steps = iter_proof(found(), obligation(1, "always", "never"))
    first = next(steps)
    assert isinstance(first, ProofStep)
    assert first.to_json() == {
        "index": 0,
        "total": 4,
        "seed": 0,
        "params": {"n": 1},
        "row": {"always": True, "never": False},
        "trace_hashes": dict(first.trace_hashes),
        "failures": [],
        "duration_ms": round(first.duration_ms, 3),
    }
    assert set(first.trace_hashes) == {"a", "b"}
    assert [step.index for step in steps] == [1, 2, 3]


def test_several_obligations_share_the_runs_of_a_variant(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    seeds = []

    def counting(*args: Any, **options: Any) -> Evaluation:
        seeds.append(options["seed"])
        return evaluate(*args, **options)

    monkeypatch.setattr(proving, "evaluate", counting)
    promises = (obligation(1, "always", "never"), obligation(1, "always"))
    rounds = list(iter_proofs(found(), promises))
    assert seeds == [0, 1, 2, 3]
    assert [[dict(step.row) for step in steps] for steps in rounds] == [
        [{"always": True, "never": False}, {"always": True}]
    ] * 4
    for promise, steps in zip(promises, zip(*rounds, strict=True), strict=True):
        alone = list(iter_proof(found(), promise))
        assert [replace(step, duration_ms=0) for step in steps] == [
            replace(step, duration_ms=0) for step in alone
        ]


def test_chosen_seeds() -> None:
    report = prove(found(), obligation(1, "always"), seeds=[7, 0])
    assert [entry["params"] for entry in report.matrix] == [{"n": 4}, {"n": 1}]


@pytest.mark.parametrize(
    ("size", "count", "last"), [(512, 512, 511), (513, 64, 504), (20_000, 64, 19_656)]
)
def test_small_spaces_are_proved_whole_and_large_ones_evenly(
    size: int, count: int, last: int
) -> None:
    factors = {512: (16, 32), 513: (27, 19), 20_000: (200, 100)}[size]
    space = {
        name: {"from": 1, "to": factor}
        for name, factor in zip("nm", factors, strict=True)
    }
    seeds = proof_seeds(found(parameters=space))
    assert (len(seeds), seeds[0], seeds[-1]) == (count, 0, last)


@pytest.mark.parametrize(
    "promise",
    [obligation(1, "alway"), obligation(1, "always", always="alway")],
)
def test_an_unknown_claim(promise: Obligation) -> None:
    with pytest.raises(
        InputError, match=r"^there is no claim 'alway'; did you mean always\?$"
    ):
        prove(found(), promise)


def test_there_must_be_something_to_prove() -> None:
    with pytest.raises(
        InputError, match=r"^scenario small declares no obligation to prove$"
    ):
        prove(found())


def test_a_scenarios_own_obligations_are_all_proved() -> None:
    promises = [
        {"key": key, "choose": 1, "options": [{"key": "x", "claim": claim}]}
        for key, claim in (("first", "always"), ("second", "never"))
    ]
    report = prove(found(obligations=promises))
    assert report.variants == 8
    assert {failure.seed for failure in report.failures} == {0, 1, 2, 3}


def test_an_altered_simulator_says_so() -> None:
    loaders = {"kernel.linux.loaders": ["elf"]}
    plain = prove(found(), obligation(1, "always"))
    other = prove(found(), obligation(1, "always"), mechanisms=loaders)
    assert other.simulator_version.startswith(f"{plain.simulator_version}+altered.")


def test_at_most_twelve_events_are_quoted() -> None:
    claims = {
        "c": {
            "text": "c",
            "expression": "runs.a.metrics.kernels == 2",
            "evidence": [{"arm": "a", "pick": "all"}],
        }
    }
    promise = Obligation((Option("c", "c"),), 1)
    report = prove(scenario(PLAN, claims=claims), promise)
    assert len(report.failures[0].events) == 12
