"""How guest code gets onto the processor, and what is said when it cannot."""

import pytest

from simulator import Run
from tests.simulator.worlds import (
    BOOT,
    Step,
    app_vm,
    events,
    failures,
    install,
    load,
    mechanism,
    power_on,
    run,
    vm,
)

HYPER_V: dict[str, object] = {
    "systems": {"windows": {"hypervisor": "hyperv"}},
    "hypervisors": {
        "hyperv": {"kind": "type-1", "ram_mib": 200},
        "box": {"kind": "type-2", "ram_mib": 50, "format": "pe", "platform_api": True},
        "old": {"kind": "type-2", "ram_mib": 50, "format": "pe"},
    },
}
NO_EXTENSION = {"machines": {"server": {"virtualization": False}}}


def feature(name: str = "wsl2", *, enabled: bool = True) -> Step:
    return {"set_feature": {"on": "server", "feature": name, "enabled": enabled}}


def assists(done: Run) -> list[str]:
    created = events(done, "create_vm", outcome="ok")
    return [event.detail["assist"] for event in created]


@pytest.mark.parametrize("assist", ["hardware", "translation", "emulation"])
def test_the_mechanism_says_how_code_runs(assist: str) -> None:
    changes = [mechanism("vm.assist", assist)]
    done = run([*BOOT, install("kvm"), vm()], changes=changes)
    assert assists(done) == [assist]


def test_translation_needs_no_extension() -> None:
    changes = [mechanism("vm.assist", "translation")]
    plan = [*BOOT, install("kvm"), app_vm(), load("app")]
    done = run(plan, changes=changes, world=NO_EXTENSION)
    assert (failures(done), done.metrics["served"]) == ([], 100)


@pytest.mark.parametrize("fallback", ["emulation", "translation"])
def test_a_product_may_fall_back(fallback: str) -> None:
    world = {**NO_EXTENSION, "hypervisors": {"kvm": {"fallback": fallback}}}
    done = run([*BOOT, install("kvm"), vm()], world=world)
    assert assists(done) == [fallback]


def test_translation_is_no_way_to_another_instruction_set() -> None:
    arm = {"family": "linux", "version": "6.1", "arch": "aarch64"}
    kvm = {"guest_arch": "aarch64", "fallback": "translation"}
    world = {"systems": {"arm": arm}, "hypervisors": {"kvm": kvm}}
    done = run([*BOOT, install("kvm"), vm(system="arm")], world=world)
    log = events(done, "create_vm")[0].detail["log"]
    assert log == "no aarch64 processor here: this machine is x86_64"


def test_an_emulator_has_processors_of_any_kind() -> None:
    arm = {"family": "linux", "version": "6.1", "arch": "aarch64"}
    world = {
        "systems": {"arm": arm},
        "hypervisors": {"emulator": {"guest_arch": "aarch64"}},
    }
    done = run([*BOOT, install("emulator"), vm(system="arm")], world=world)
    assert (failures(done), assists(done)) == ([], ["emulation"])


def test_the_message_says_what_stands_in_the_way() -> None:
    prefix = "hardware virtualization (VT-x, AMD-V) is not available: "
    off = run([*BOOT, install("kvm"), vm()], world=NO_EXTENSION)
    masked = run(
        [*BOOT, install("kvm"), vm(), install("kvm", "guest"), vm(on="guest", name="i")]
    )
    owned = run(
        [install("windows"), feature(), power_on(), install("old"), vm()],
        world=HYPER_V,
    )
    logs = [
        events(done, "create_vm", outcome="failed")[0].detail["log"]
        for done in (off, masked, owned)
    ]
    assert logs == [
        f"{prefix}disabled in the firmware, or there is none",
        f"{prefix}this processor does not offer it",
        f"{prefix}another hypervisor owns it; this system runs in its root partition",
    ]


def test_the_platform_api_is_used_only_where_another_hypervisor_is() -> None:
    with_feature = [install("windows"), feature(), power_on(), install("box"), vm()]
    without = [install("windows"), power_on(), install("box"), vm()]
    assert assists(run(with_feature, world=HYPER_V)) == ["root", "platform-api"]
    assert assists(run(without, world=HYPER_V)) == ["hardware"]
