"""The door to simulator.live: runs on this machine's kernel where it lets us."""

import json
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import simulator
from quizzes.enums import LiveQueue
from quizzes.execution import live
from quizzes.execution.in_process import InProcessRunner
from quizzes.execution.ports import Execution, ObservedVariant
from simulator.live.capabilities import Capability, report
from simulator.live.qemu import cpio
from simulator.live.qemu.kernel import GuestDeadError
from simulator.live.qemu.machine import Machine, Tools
from simulator.live.sandbox import SandboxError
from tests.factories import SCENARIOS
from tests.simulator.live.guest_linux.fake import STAYS, Boots

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
        ("budget_exceeded", "it did not end within 30 s"),
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


class Guests:
    """QEMU with stand-ins for kernels; remembers how long each guest may live."""

    def __init__(self, folder: Path) -> None:
        self.boots = Boots(folder, {"/p1": STAYS})
        self.seconds: list[float] = []

    @contextmanager
    def __call__(
        self, wanted: Tools, files: Sequence[cpio.Entry], *, seconds: float
    ) -> Iterator[Machine]:
        assert wanted.qemu == "qemu"
        self.seconds.append(seconds)
        with self.boots(files) as machine:
            yield machine


@pytest.fixture
def guests(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Guests:
    found = Guests(tmp_path)
    tools = Tools("qemu", Path("/boot/vmlinuz-6.1.0-9-cloud-amd64"))
    monkeypatch.setattr(live, "tools", lambda: tools)
    monkeypatch.setattr(live, "booted", found)
    return found


def crash(**params: Any) -> Execution:
    """A variant of a scenario in which a kernel panics."""
    source = (SCENARIOS / "crash-of-one-guest.yaml").read_text()
    scenario = simulator.load_scenario(source)
    usual = {"bad_family": "linux", "others": 2}
    wanted = {**scenario.variant(0), **usual, **params}
    return Execution(source, scenario.digest, wanted, seed=0)


def test_guests_judge_what_a_kernel_of_their_own_can(guests: Guests) -> None:
    observed = live.observe_with_guests(crash(), model=MODEL, seconds=60)
    assert observed.kernel == HERE.kernel
    found = document(observed)
    assert observed.claims["container_takes_all"] == {
        "model": True,
        "live": True,
        "reason": "",
        "kernel": "6.1.0-9-cloud-amd64",
    }
    assert observed.claims["kernel_is_what_counts"] == {
        "model": True,
        "live": None,
        "reason": "from_a_container: no probe does what crash does",
    }
    assert "from_a_container" in found["reasons"]
    assert set(found["guests"]["runs"]) == {"from_a_container", "guest_of_type_2"}
    assert 0 < min(guests.seconds) <= max(guests.seconds) <= 30


def test_guests_have_no_more_time_than_is_left(guests: Guests) -> None:
    observed = live.observe_with_guests(crash(), model=MODEL, seconds=8)
    assert "from_a_container" in document(observed)["guests"]["runs"]
    assert max(guests.seconds) <= 4


def test_a_guest_that_died_of_itself_is_a_reason(
    monkeypatch: pytest.MonkeyPatch, guests: Guests
) -> None:
    silent = GuestDeadError("the guest's kernel does not answer")

    def run(*_: Any, **__: Any) -> simulator.Run:
        raise silent

    monkeypatch.setattr(live, "run_arm_in_guests", run)
    observed = live.observe_with_guests(crash(), model=MODEL, seconds=60)
    assert document(observed)["guests"] == {
        "runs": {},
        "reasons": {"from_a_container": str(silent), "guest_of_type_2": str(silent)},
    }
    assert observed.claims["container_takes_all"]["reason"] == (
        f"from_a_container: {silent}"
    )


def test_what_this_kernel_tells_needs_no_guest(
    execution: Execution, guests: Guests
) -> None:
    observed = live.observe_with_guests(execution, model=MODEL, seconds=60)
    assert observed.claims == live.observe(execution, model=MODEL, seconds=60).claims
    assert document(observed)["guests"] == {"runs": {}, "reasons": {}}
    assert guests.seconds == []


def test_without_qemu_there_is_no_observation(monkeypatch: pytest.MonkeyPatch) -> None:
    def tools() -> Tools:
        raise FileNotFoundError("qemu is not installed")

    monkeypatch.setattr(live, "tools", tools)
    with pytest.raises(FileNotFoundError, match="not installed"):
        live.observe_with_guests(crash(), model=MODEL, seconds=60)


def test_each_queue_has_its_observer() -> None:
    found = [live.observer_of(queue) for queue in LiveQueue]
    assert found == [live.observe, live.observe, live.observe_with_guests]


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
