"""The door to simulator.live: runs on this machine's kernel where it lets us."""

import json
import zlib
from dataclasses import replace
from typing import Any

import pytest

import simulator
from quizzes.enums import LiveQueue
from quizzes.execution import live
from quizzes.execution.in_process import InProcessRunner
from quizzes.execution.ports import Execution, ObservedVariant
from simulator.live.capabilities import Capability, report
from simulator.live.sandbox import SandboxError

HERE = report()
MODEL = InProcessRunner()


def observe(execution: Execution, seconds: float = 60, **here: Any) -> ObservedVariant:
    found = replace(HERE, **here)
    return live.observe(execution, model=MODEL, seconds=seconds, here=found)


def document(observed: ObservedVariant) -> Any:
    return json.loads(zlib.decompress(observed.document))


def pretend(monkeypatch: pytest.MonkeyPatch, happens: Any) -> None:
    """Let each arm end so: with an exception, or with the verdict of a run."""

    def run(
        scenario: simulator.Scenario, arm: str, params: Any, *_: Any, **__: Any
    ) -> simulator.Run:
        if isinstance(happens, Exception):
            raise happens
        return replace(simulator.run_arm(scenario, arm, params), verdict=happens)

    monkeypatch.setattr(live, "run_arm_live", run)


def test_this_kernel_judges_what_it_can_and_says_why_not_the_rest(
    execution: Execution,
) -> None:
    observed = live.observe(execution, model=MODEL, seconds=60)
    assert observed.kernel == HERE.kernel
    found = document(observed)
    assert found["reasons"]["with_loader"] == (
        "nobody can change kernel.linux.loaders of a real kernel"
    )
    assert observed.claims["next_thing"]["model"] is True
    assert observed.claims["next_thing"]["live"] is None
    assert observed.claims["next_thing"]["reason"].startswith("with_loader: nobody")
    if HERE.of("exec").available:
        assert set(found["runs"]) == {"as_it_is"}
        assert observed.claims["no_loader"] == {
            "model": True,
            "live": True,
            "reason": "",
        }
    else:
        assert found["runs"] == {}
        assert found["reasons"]["as_it_is"] == HERE.of("exec").reason


def test_a_run_that_ended_is_kept(
    execution: Execution, monkeypatch: pytest.MonkeyPatch
) -> None:
    pretend(monkeypatch, "completed")
    observed = observe(execution)
    assert set(document(observed)["runs"]) == {"as_it_is", "with_loader"}
    assert {claim["live"] for claim in observed.claims.values()} == {True, False}


@pytest.mark.parametrize(
    ("happens", "reason"),
    [
        ("budget_exceeded", "it did not end within 5 s"),
        (SandboxError("the controller failed"), "the controller failed"),
        (PermissionError(13, "Permission denied", "/sys/fs"), "Permission denied"),
        (OSError(), "OSError"),
    ],
)
def test_an_arm_that_did_not_end_well_says_why(
    execution: Execution, monkeypatch: pytest.MonkeyPatch, happens: Any, reason: str
) -> None:
    pretend(monkeypatch, happens)
    assert document(observe(execution)) == {
        "runs": {},
        "reasons": {"as_it_is": reason, "with_loader": reason},
    }


def test_all_arms_share_one_time(execution: Execution) -> None:
    over = "the time for this observation was over"
    assert document(observe(execution, seconds=0))["reasons"] == {
        "as_it_is": over,
        "with_loader": over,
    }


def test_a_scenario_that_cannot_be_read_is_no_observation() -> None:
    broken = Execution(source="key: [", digest="", params={}, seed=0)
    with pytest.raises(simulator.ScenarioError):
        observe(broken)


def test_capabilities_allow_queues() -> None:
    none = replace(HERE, capabilities=())
    programs = replace(
        HERE, capabilities=(Capability("exec", available=True, reason=""),)
    )
    both = replace(
        HERE,
        capabilities=(
            *programs.capabilities,
            Capability("containers", available=True, reason=""),
            Capability("kvm", available=False, reason="there is no /dev/kvm"),
        ),
    )
    assert live.allowed_queues(none) == []
    assert live.allowed_queues(programs) == [LiveQueue.PROGRAMS]
    assert live.allowed_queues(both) == [LiveQueue.PROGRAMS, LiveQueue.CONTAINERS]
    assert live.allowed_queues() == live.allowed_queues(HERE)
    assert live.capabilities() == HERE.to_json()


def test_groups_of_a_killed_worker_are_removed(monkeypatch: pytest.MonkeyPatch) -> None:
    places = {"pids": "where"}
    monkeypatch.setattr(live, "places", lambda: places)
    monkeypatch.setattr(live, "remove_leftovers", lambda where: 3 * (where is places))
    assert live.clean_up() == 3
