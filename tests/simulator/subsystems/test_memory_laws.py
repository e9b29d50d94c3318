"""Laws of memory that hold whatever programs do: all accounts agree, at every level."""

from collections.abc import Sequence
from typing import Any, TypeGuard

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from simulator.actions.plan import carry_out
from simulator.engine import Budget, Engine
from simulator.mechanisms import defaults
from simulator.models import Models
from simulator.subsystems.cgroups import Cgroup
from simulator.subsystems.kernel import Kernel
from simulator.subsystems.virtualization import Hypervisor
from simulator.subsystems.virtualization.memory import GuestMemory
from simulator.world import World
from tests.simulator.subsystems.hogs import (
    USED_MIB,
    allocate,
    free,
    read_file,
    sleep,
    touch,
    wait,
)
from tests.simulator.worlds import ENGINE, Step, box, install, merged, scenario

SIZES = st.integers(0, 60)
STEPS: st.SearchStrategy[Step] = st.one_of(
    st.builds(allocate, SIZES),
    st.builds(lambda mib: allocate(mib, touch=False), SIZES),
    st.builds(touch, SIZES),
    st.builds(free, SIZES),
    st.builds(read_file, SIZES, st.sampled_from(["/a", "/b"])),
    st.builds(sleep, st.integers(0, 200)),
    st.just({"exit": {}}),
    st.builds(
        lambda mib: {"fork": {"count": 2, "steps": [allocate(mib), sleep(50)]}}, SIZES
    ),
    st.builds(
        lambda mib, less: {
            "fork": {"count": 2, "steps": [touch(mib), free(less), sleep(90)]}
        },
        SIZES,
        SIZES,
    ),
)
LIMITS = st.fixed_dictionaries(
    {},
    optional={
        "memory_max_mib": st.integers(1, 80),
        "memory_high_mib": st.integers(1, 80),
        "swap_max_mib": st.integers(0, 40),
        "oom_group": st.booleans(),
        "pids_max": st.integers(1, 4),
        "cpu_quota_us": st.just(50_000),
    },
)


def world_after(plan: Sequence[Step], parts: dict[str, Any]) -> World:
    """The world itself when a plan is done, with all that no observation shows."""
    found = scenario(plan, world=parts)
    engine = Engine(0, Budget(events=50_000))
    world = World(Models(found.world_template.fill({})), engine, defaults())
    engine.spawn(carry_out(world, found.plan_templates["a"].fill({})))
    engine.run()
    return world


def hold(kernel: Kernel) -> None:
    """Check every account of a kernel's memory against the others."""
    pages, memory = kernel.pages, kernel.platform.memory
    assert 0 <= memory.used_kib == sum(memory.charges.values()) <= memory.capacity_kib
    for process, space in pages.spaces.items():
        assert process.alive
        assert min(space.resident, space.swapped, space.reserved) >= 0
        assert memory.charges.get(process.owner, 0) == space.resident
    for borrower in pages.spaces:
        assert 0 <= pages.loans.borrowed(borrower) <= pages.size_of(borrower)
    own = sum(space.swapped for space in pages.spaces.values())
    guests = sum(guest.swapped_kib for guest in kernel.guests if is_hypervisor(guest))
    assert pages.swapped_kib == own + guests
    assert 0 <= pages.swapped_kib <= kernel.swap_kib
    assert all(entry.kib > 0 for entry in pages.cache.values())
    cached = sum(entry.kib for entry in pages.cache.values())
    assert memory.charges.get("page cache", 0) == cached
    for group in kernel.cgroups.groups.values():
        hold_group(kernel, group)
    numbers = sum(process.state != "gone" for process in kernel.everyone())
    assert kernel.pids_used == numbers


def is_hypervisor(guest: object) -> TypeGuard[Hypervisor]:
    return isinstance(guest, Hypervisor)


def hold_group(kernel: Kernel, group: Cgroup) -> None:
    spaces = {
        process: space
        for process, space in kernel.pages.spaces.items()
        if group.holds(process.cgroup)
    }
    cached = sum(
        entry.kib
        for (_, owner), entry in kernel.pages.cache.items()
        if group.holds(owner)
    )
    resident = sum(space.resident for space in spaces.values())
    assert group.memory_current == resident + cached
    assert group.swap_current == sum(space.swapped for space in spaces.values())
    assert group.memory_current <= group.memory_peak
    if group.memory_max is not None:
        assert group.memory_peak <= group.memory_max
    if group.swap_max is not None:
        assert group.swap_current <= group.swap_max
    inside = [
        p for p in kernel.processes if group.holds(p.cgroup) and p.state != "gone"
    ]
    assert group.pids_current == len(inside)
    assert group.pids_max is None or group.pids_current <= max(1, group.pids_max)
    assert group.events["oom_kill"] >= 0
    assert group.events["oom"] <= group.events["max"]


@settings(deadline=None, max_examples=40, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.lists(STEPS, max_size=6),
    st.lists(STEPS, max_size=6),
    LIMITS,
    st.integers(20, 200),
    st.sampled_from([0, 30, 200]),
    st.sampled_from([-1000, -500, 0, 500]),
)
def test_all_accounts_agree(
    first: list[Step],
    second: list[Step],
    limits: dict[str, Any],
    spare_mib: int,
    swap_mib: int,
    adj: int,
) -> None:
    bare = {"ram_mib": 0, "text_mib": 0}
    parts = {
        "machines": {"server": {"ram_mib": USED_MIB + 60 + spare_mib}},
        "systems": {"linux": {"swap_mib": swap_mib}},
        "programs": {
            "app": {**bare, "does": first},
            "other": {
                "path": "/srv/other",
                "format": "elf",
                **bare,
                "does": second,
                "oom_score_adj": adj,
            },
        },
    }
    plan = [
        *ENGINE,
        install("other"),
        box(2, limits=limits),
        {"set_cgroup": {"on": "server", "name": "a", "limits": limits}},
        {"exec": {"program": "other", "on": "server", "cgroup": "a/b"}},
        {"exec": {"program": "other", "on": "server"}},
        wait(5),
    ]
    world = world_after(plan, parts)
    for kernel in world.kernels:
        hold(kernel)


@settings(deadline=None, max_examples=15, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(STEPS, max_size=5), st.integers(100, 700), st.sampled_from([0, 100]))
def test_accounts_of_guests_and_their_host_agree(
    steps: list[Step], spare_mib: int, swap_mib: int
) -> None:
    parts = {
        "machines": {"server": {"ram_mib": USED_MIB + 20 + spare_mib}},
        "systems": {"linux": {"swap_mib": swap_mib}},
        "programs": {"app": {"ram_mib": 10, "text_mib": 0, "does": steps}},
    }
    guest = {"name": "guest", "on": "server", "system": "linux", "ram_mib": 512}
    plan = [
        *ENGINE,
        install("kvm"),
        {"start_vm": {**guest, "count": 2, "programs": ["app"], "run": "app"}},
        install("app"),
        {"exec": {"program": "app", "on": "server"}},
        wait(5),
    ]
    world = world_after(plan, parts)
    host = world.machines["server"].memory
    assert 0 <= host.used_kib == sum(host.charges.values()) <= host.capacity_kib
    for kernel in world.kernels:
        memory = kernel.platform.memory
        assert memory.used_kib == sum(memory.charges.values())
        if memory is not host:
            assert isinstance(memory, GuestMemory)
            assert host.charges.get(memory.name, 0) == memory.resident_kib
        if kernel.state == "running":
            hold(kernel)


def test_the_laws_notice_a_wrong_account() -> None:
    parts = merged({"programs": {"app": {"ram_mib": 5, "text_mib": 0}}}, {})
    world = world_after([*ENGINE, box()], parts)
    kernel = world.kernels[0]
    hold(kernel)
    kernel.cgroups.groups["box-1"].memory_current += 1
    try:
        hold(kernel)
    except AssertionError:
        return
    raise AssertionError("a wrong account was not noticed")
