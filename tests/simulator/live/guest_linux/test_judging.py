"""Which variant guests take, and what is said of what they cannot do."""

from json import dumps
from pathlib import Path

import pytest

from simulator.live.capabilities import report
from simulator.live.guest_linux import judging
from simulator.live.guest_linux.judging import (
    claims_for_guests,
    compared_in_guests,
    examine_in_guests,
    fitting_variant,
    guest_facts,
    guest_report,
    run_in_guests,
)
from simulator.live.qemu.kernel import GuestDeadError
from simulator.live.qemu.machine import Tools
from simulator.scenario.parser import load_scenario
from tests.simulator.live.guest_linux.fake import STAYS, Boots
from tests.simulator.live.guest_linux.test_running import HEAD, box, scenario, shipped

TOOLS = Tools("qemu", Path("/boot/vmlinuz-6.1.0-9-cloud-amd64"))


def test_the_variant_in_which_most_is_possible() -> None:
    wanted = shipped("crash-of-one-guest")
    assert fitting_variant(wanted)["bad_family"] == "linux"
    assert wanted.variant(0)["bad_family"] == "nt"


def test_claims_that_need_a_kernel_which_may_end() -> None:
    crash = shipped("crash-of-one-guest")
    found = claims_for_guests(crash, fitting_variant(crash))
    assert found == {
        "type_1_only": {"guest_of_type_2"},
        "container_falls_alone": {"from_a_container"},
        "container_takes_all": {"from_a_container"},
    }
    for name in ("what-a-container-sees", "boot-45-seconds-or-start-a-tenth"):
        other = shipped(name)
        assert claims_for_guests(other, fitting_variant(other)) == {}


@pytest.mark.parametrize(
    ("expression", "reason"),
    [
        ("runs.one.metrics.kernels == 1", ""),
        ("runs.one.metrics.duration_us > 9", "nobody times how a guest boots"),
        ("runs.one.events.exists(e, e.time > 9)", "nobody sees all of a guest"),
        (
            "['panic'].all(a, runs.one.events.exists(e, e.action == a))",
            "nobody sees all of a guest",
        ),
        ("runs.one.metrics.ram_kib.server > 9", "nobody sees ram_kib of a guest"),
        ("size(runs.one.observation.software) == 1", "nobody sees software of a guest"),
        (
            "runs.one.events.exists(e, e.action == 'create_vm')",
            "nobody sees create_vm of a guest",
        ),
        (
            "runs.one.events.exists(e, e.action == 'execve' && e.time > 9)",
            "nobody times how a guest boots",
        ),
    ],
)
def test_what_guests_tell(tmp_path: Path, expression: str, reason: str) -> None:
    vm = "start_vm: {name: vm, on: server, system: linux, ram_mib: 512}"
    source = HEAD + f"      - install: {{what: hosted, on: server}}\n      - {vm}\n"
    claim = f"claims:\n  holds: {{text: it holds, expression: {dumps(expression)}}}\n"
    wanted = load_scenario(source + claim, name="guests.yaml")
    boots = Boots(tmp_path, {"/p1": STAYS})
    (row,) = compared_in_guests(wanted, {}, boots, release="6.1")
    assert reason in row.reason
    assert (row.live is None) == bool(reason)
    assert claims_for_guests(wanted, {}) == ({} if reason else {"holds": {"one"}})


def test_a_guest_that_dies_of_itself_is_a_reason() -> None:
    def boot(_files: object) -> object:
        raise GuestDeadError("the guest's kernel does not answer")

    live = run_in_guests(scenario(box()), {}, boot, release="6.1")  # type: ignore[arg-type]
    assert live.runs == {}
    assert live.reasons == {"one": "the guest's kernel does not answer"}


def test_a_report_names_the_kernel_of_guests(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(judging, "tools", lambda: TOOLS)
    found = guest_report()
    assert found.kernel == "6.1.0-9-cloud-amd64"
    assert found.capabilities == report().capabilities
    facts = guest_facts(found)
    assert facts["kernel"] == found.kernel
    assert facts["cgroups"] == "v2"
    assert facts["virtualization"] == "a guest of QEMU, emulated (TCG)"


def test_each_scenario_is_told_of_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(judging, "tools", lambda: TOOLS)
    monkeypatch.setattr(judging, "booting", lambda _: Boots(tmp_path, {"/p1": STAYS}))
    said: list[str] = []
    wanted = [scenario(box()), scenario("reboot: {machine: server}")]
    seen = examine_in_guests(wanted, guest_report(), say=said.append)
    assert said == ["guests", "guests"]
    assert seen.durations == ()
    assert [(row.live, row.reason) for row in seen.comparisons] == [
        (True, ""),
        (None, "one: no guest does what reboot does"),
    ]
