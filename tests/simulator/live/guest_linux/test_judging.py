"""Which variant guests take, and what is said of what they cannot do."""

from pathlib import Path

import pytest

from simulator.live.capabilities import report
from simulator.live.guest_linux import judging
from simulator.live.guest_linux.judging import (
    examine_in_guests,
    fitting_variant,
    guest_facts,
    guest_report,
    run_in_guests,
)
from simulator.live.qemu.kernel import GuestDeadError
from simulator.live.qemu.machine import Tools
from tests.simulator.live.guest_linux.fake import STAYS, Boots
from tests.simulator.live.guest_linux.test_running import box, scenario, shipped

TOOLS = Tools("qemu", Path("/boot/vmlinuz-6.1.0-9-cloud-amd64"))


def test_the_variant_in_which_most_is_possible() -> None:
    wanted = shipped("crash-of-one-guest")
    assert fitting_variant(wanted)["bad_family"] == "linux"
    assert wanted.variant(0)["bad_family"] == "nt"


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
