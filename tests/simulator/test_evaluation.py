"""Claims over the runs of a variant, and the events that decide them."""

from typing import Any

import pytest

from simulator import (
    Budget,
    ClaimError,
    DecidingEvent,
    Evaluation,
    InputError,
    evaluate,
    explain,
)
from tests.simulator.worlds import BOOT, execute, install, scenario

TWO = {
    "good": {"label": "g", "plan": [*BOOT, install("app"), execute("app")]},
    "bad": {"label": "b", "plan": [*BOOT, execute("app")]},
}


def evaluated(
    expression: str,
    evidence: list[dict[str, Any]] | None = None,
    *,
    budget: Budget | None = None,
    mechanisms: dict[str, Any] | None = None,
) -> Evaluation:
    claim = {"text": "t", "expression": expression, "evidence": evidence or []}
    found = scenario(arms=TWO, claims={"c": claim})
    return evaluate(found, {}, budget=budget, mechanisms=mechanisms)


def deciding(evaluation: Evaluation) -> list[tuple[str, str]]:
    """Arm and action of each deciding event."""
    return [
        (entry.arm, evaluation.runs[entry.arm].events[entry.seq].action)
        for entry in evaluation.claims["c"].deciding
    ]


@pytest.mark.parametrize(
    ("expression", "holds"),
    [
        ("runs.good.observation.programs.app.running == 1", True),
        ("runs.bad.observation.programs.app.errno_name == 'ENOENT'", True),
        ("runs.good.metrics.kernels > runs.bad.metrics.kernels", False),
        ("runs.good.events.exists(e, e.action == 'execve')", True),
        ("runs.good.events[0].actor == 'operator'", True),
        ("runs['bad'].metrics.processes == 0", True),
        ("runs.good.metrics['kernels'] == 1", True),
        ("has(runs.good.metrics.nothing)", False),
        ("runs.good != null && runs.good.metrics.kernels == 1", True),
        ("runs.good.metrics != null && runs.good.metrics.kernels == 1", True),
        ("runs.good.observation.programs.app.exit_status == null", True),
        ("true", True),
    ],
)
def test_claims_are_true_or_false_of_the_runs(expression: str, holds: bool) -> None:
    evaluation = evaluated(expression)
    assert evaluation.claims["c"].holds is holds
    assert evaluation.claims["c"].name == "c"


def test_claims_see_the_parameters() -> None:
    found = scenario(
        parameters={"n": [1, 2]},
        claims={"c": {"text": "t", "expression": "params.n == 2 && runs.a != null"}},
    )
    assert [evaluate(found, {"n": n}).claims["c"].holds for n in (1, 2)] == [
        False,
        True,
    ]


@pytest.mark.parametrize(
    ("expression", "says"),
    [
        ("runs.good.metrics.nothing == 1", "claim c: KeyError: 'nothing'"),
        ("runs.good.metrics.kernels", "claim c: gives 1, not true or false"),
        ("runs['none'] != null", "claim c: KeyError: 'none'"),
    ],
)
def test_a_claim_that_cannot_be_decided(expression: str, says: str) -> None:
    with pytest.raises(ClaimError) as caught:
        evaluated(expression)
    assert str(caught.value) == says


def test_without_evidence_the_last_failure_decides() -> None:
    evaluation = evaluated("runs.bad.metrics.kernels == 1")
    assert deciding(evaluation) == [("bad", "execve")]


def test_without_a_failure_the_last_event_decides() -> None:
    evaluation = evaluated("runs.good.metrics.kernels == 1")
    last = evaluation.runs["good"].events[-1].seq
    assert evaluation.claims["c"].deciding == (DecidingEvent("good", last),)


def test_a_claim_that_names_no_arm_is_decided_by_all() -> None:
    assert deciding(evaluated("true")) == [("good", "execve"), ("bad", "execve")]


def test_an_arm_that_did_nothing_decides_nothing() -> None:
    found = scenario([], claims={"c": {"text": "t", "expression": "true"}})
    assert evaluate(found, {}).claims["c"].deciding == ()


@pytest.mark.parametrize(
    ("selector", "actions"),
    [
        ({"action": "boot_kernel"}, ["boot_kernel"]),
        ({"actor": "operator", "pick": "first"}, ["install"]),
        ({"actor": "operator", "pick": "last"}, ["exec"]),
        ({"actor": "operator", "pick": "all"}, ["install", "power_on", "exec"]),
        ({"outcome": "failed"}, ["execve"]),
        ({"target": "/srv/app"}, ["execve"]),
        ({"errno_name": "ENOENT"}, ["execve"]),
        ({"errno_name": "ENOENT", "actor": "operator"}, ["execve"]),
        ({"action": "nothing", "pick": "first"}, ["execve"]),
        ({"action": "nothing", "pick": "all"}, ["execve"]),
    ],
)
def test_evidence_selects_events(selector: dict[str, str], actions: list[str]) -> None:
    """When no event matches, the arm's last failure stands in."""
    evaluation = evaluated("runs.bad != null", [{"arm": "bad", **selector}])
    assert deciding(evaluation) == [("bad", action) for action in actions]


def test_evidence_may_come_from_an_arm_that_the_claim_does_not_read() -> None:
    evaluation = evaluated("runs.bad != null", [{"arm": "good", "action": "power_on"}])
    assert deciding(evaluation) == [("good", "power_on"), ("bad", "execve")]


def test_the_same_event_decides_once() -> None:
    selector = {"arm": "bad", "action": "execve"}
    evaluation = evaluated("runs.bad != null", [selector, selector])
    assert deciding(evaluation) == [("bad", "execve")]


def test_an_explanation_goes_back_to_the_first_cause() -> None:
    explained = explain(evaluated("runs.bad.metrics.kernels == 1"), "c")
    assert [(arm, event.actor, event.action) for arm, event in explained] == [
        ("bad", "operator", "exec"),
        ("bad", "linux-1", "execve"),
    ]


def test_an_explanation_names_no_event_twice() -> None:
    selectors = [
        {"arm": "bad", "action": "boot_services"},
        {"arm": "bad", "action": "boot_kernel"},
        {"arm": "good", "action": "boot_kernel"},
    ]
    explained = explain(evaluated("true", selectors), "c")
    places = [(arm, event.seq) for arm, event in explained]
    assert len(set(places)) == len(places)
    assert [arm for arm, _ in places] == sorted(
        (arm for arm, _ in places), reverse=False
    )
    actions = [event.action for arm, event in explained if arm == "good"]
    assert actions == [
        "power_on",
        "power_on_self_test",
        "boot_boot_loader",
        "boot_kernel",
    ]


def test_there_is_nothing_to_explain_about_an_unknown_claim() -> None:
    with pytest.raises(
        InputError, match=r"^claim 'd' was not decided in this variant$"
    ):
        explain(evaluated("true"), "d")


def test_over_budget_nothing_is_decided() -> None:
    evaluation = evaluated("true", budget=Budget(events=5))
    assert (evaluation.within_budget, dict(evaluation.claims)) == (False, {})
    assert {run.verdict for run in evaluation.runs.values()} == {"budget_exceeded"}


def test_mechanisms_change_all_arms() -> None:
    evaluation = evaluated("true", mechanisms={"kernel.linux.loaders": []})
    names = {
        arm: run.observation["programs"]["app"]["errno_name"]
        for arm, run in evaluation.runs.items()
    }
    assert names == {"good": "ENOEXEC", "bad": "ENOENT"}
    versions = {run.simulator_version for run in evaluation.runs.values()}
    assert len(versions) == 1
    assert "+altered." in versions.pop()
