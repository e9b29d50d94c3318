"""A real guest kernel where this machine has what it takes; else the reason."""

from simulator.live.capabilities import Capability, report
from simulator.live.guest_linux.judging import booting
from simulator.live.guest_linux.running import run_arm_in_guests
from simulator.live.qemu.machine import missing, tools
from tests.simulator.live.guest_linux.test_running import shipped


def test_the_capability_is_the_reason() -> None:
    why = missing()
    assert report().of("guest") == Capability("guest", not why, why)


def test_a_real_kernel_panics_for_all_its_containers() -> None:
    if missing():
        return
    wanted = tools()
    run = run_arm_in_guests(
        shipped("crash-of-one-guest"),
        "from_a_container",
        shipped("crash-of-one-guest").variant(0),
        booting(wanted),
        release=wanted.release,
    )
    panic = next(event for event in run.events if event.action == "panic")
    assert panic.detail["log"] == "Kernel panic - not syncing: sysrq triggered crash"
    assert (run.metrics["kernels"], run.metrics["served"]) == (0, 0)
    assert run.observation["programs"]["app"]["attempts"] == 3
