"""Claims over the runs of a variant, and the events that decide them."""

from typing import Any

import pytest

from simulator import (
    Budget,
    ClaimError,
    DecidingEvent,
    Evaluation,
    evaluate,
)
from tests.simulator.worlds import BOOT, ENGINE, execute, install, scenario

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
        (
            (
                "runs.good.metrics.ram_kib.server > 0"
                " && runs.good.metrics.ram_kib.size() == 1"
                " && runs.good.metrics.ram_kib.all(name, name == 'server')"
            ),
            True,
        ),
        (
            (
                "runs.good.observation.programs.app.running == 1"
                " && size(runs.good.observation.programs) > 1"
            ),
            True,
        ),
        (
            (
                "runs.good.observation.programs.app.errno_name.size() == 0"
                " && !has(runs.good.observation.programs.app.nothing)"
            ),
            True,
        ),
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
        ("runs.good.metrics.ram_kib.x.y == 1", "claim c: KeyError: 'x'"),
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


@pytest.mark.parametrize("start", ["runs.good.events", "runs['good'].events"])
def test_loops_that_would_take_too_long_are_refused(start: str) -> None:
    inner = f"{start}.all(e, {start}.all(f, e.seq > -1))"
    assert evaluated(inner).claims["c"].holds is True
    many = [{"repeat": {"times": 900, "steps": [{"spawn": {"program": "sh"}}]}}]
    found = scenario(
        [*BOOT, install("app"), install("sh"), execute("app")],
        world={"programs": {"app": {"does": many}, "sh": {"does": [{"exit": {}}]}}},
        claims={"c": {"text": "t", "expression": inner.replace("good", "a")}},
    )
    with pytest.raises(ClaimError, match=r"^claim c: its loops take too long over \d+"):
        evaluate(found, {})


def test_documents_are_seen_in_every_arm() -> None:
    world = {
        "images": {"base": {"userland": "debian", "size_mib": 1}},
        "dockerfiles": {"yours": {"text": "FROM base\nRUN false"}},
    }
    build = {"name": "app", "on": "server", "dockerfile": "yours", "tag": "app:1"}
    plan = [*ENGINE, {"build": build}]
    claim = {
        "text": "t",
        "expression": "runs.one.observation.builds.app.state == 'built'"
        " && runs.two.observation.builds.app.state == 'built'",
    }
    arms = {name: {"label": name, "plan": plan} for name in ("one", "two")}
    found = scenario(world=world, arms=arms, claims={"c": claim})
    assert not evaluate(found, {}).claims["c"].holds
    documents = {"yours": "FROM base"}
    assert evaluate(found, {}, documents=documents).claims["c"].holds
