"""Experiments with whole workloads in guests."""

from simulator.experiments.nesting import INSIDE
from simulator.experiments.worlds import (
    NATIVE,
    TYPE_1,
    TYPE_2,
    Parts,
    Step,
    carried_out,
    guests,
    request_ns,
    requests,
)
from simulator.mechanisms import altered

CALM = {"cpu_us": 1000, "operations": 0}
UPGRADE = {"cpu_us": 200, "operations": 40}
"""Unpacking files: an access to the disk each five microseconds of work."""
APPLICATION = {"cpu_us": 1000, "operations": 0, "first_touches": 120}
TOUCHES = {"cpu_us": 0, "operations": 0, "first_touches": 1000}
WALKS = {"cpu_us": 0, "operations": 0, "tlb_misses": 1200}
BUILD = {"cpu_us": 430, "operations": 0, "first_touches": 333, "tlb_misses": 4800}
"""Many short processes: half of the time goes into new pages, a sixteenth into walks.

Two shares were chosen so that both published ratios come out.
"""
LAPTOP: Parts = {
    "systems": {"windows": {"family": "nt", "version": "10.0", "hypervisor": "type_1"}},
    "hypervisors": {
        "hosted": {
            "kind": "type-2",
            "ram_mib": 20,
            "format": "pe",
            "platform_api": True,
        }
    },
}


def _work(**program: int) -> Parts:
    return {"programs": {"app": program}}


def _time(program: dict[str, int], *below: Step) -> int:
    """Nanoseconds of such a request; below is a hypervisor, or nothing."""
    plan = [*below, guests(), requests()] if below else [*NATIVE, requests()]
    return request_ns(carried_out(plan, _work(**program)))


def type_2_cpu() -> int:
    """CPU time under type 2 in thousandths of that under type 1."""
    return _time(CALM, *TYPE_2) * 1000 // _time(CALM, *TYPE_1)


def nested_cpu() -> int:
    """CPU time in a guest of a guest in thousandths of that in a guest."""
    inner = request_ns(carried_out([*INSIDE, requests()], _work(**CALM)))
    return inner * 1000 // _time(CALM, *TYPE_2)


def platform_api() -> int:
    """An upgrade in a guest beside Windows' own hypervisor, in thousandths."""
    return _upgrade("wsl2") * 1000 // _upgrade()


def _upgrade(*features: str) -> int:
    plan: list[Step] = [{"install": {"what": "windows", "on": "server"}}]
    plan += [
        {"set_feature": {"on": "server", "feature": feature, "enabled": True}}
        for feature in features
    ]
    plan += [
        {"power_on": {"machine": "server"}},
        {"install": {"what": "hosted", "on": "server"}},
    ]
    parts = {**LAPTOP, **_work(**UPGRADE)}
    return request_ns(carried_out([*plan, guests(), requests()], parts))


def nested_paging_gain() -> int:
    """An application with many new pages: shadow in thousandths of nested paging."""
    return _shadow(APPLICATION) * 1000 // _time(APPLICATION, *TYPE_1)


def nested_paging_micro() -> int:
    """The same for a program that does nothing but touch new pages."""
    return _shadow(TOUCHES) * 1000 // _time(TOUCHES, *TYPE_1)


def nested_paging_loss() -> int:
    """Loads that miss the TLB: nested in thousandths of shadow paging."""
    return _time(WALKS, *TYPE_1) * 1000 // _shadow(WALKS)


def _shadow(program: dict[str, int]) -> int:
    with altered({"vm.paging": "shadow"}):
        return _time(program, *TYPE_1)


def huge_walk() -> int:
    """References of a walk when 2 MiB pages of the host are behind the guest."""
    with altered({"vm.backing": "huge"}):
        return _time(WALKS, *TYPE_1) * 4 // _time(WALKS)


def build_hardware() -> int:
    """A build in a guest with nested paging in thousandths of the bare machine."""
    return _time(BUILD, *TYPE_1) * 1000 // _time(BUILD)


def build_shadow() -> int:
    """The same in a guest on shadow tables."""
    return _shadow(BUILD) * 1000 // _time(BUILD)


EXPERIMENTS = {
    "type_2_cpu": type_2_cpu,
    "nested_cpu": nested_cpu,
    "platform_api": platform_api,
    "nested_paging_gain": nested_paging_gain,
    "nested_paging_micro": nested_paging_micro,
    "nested_paging_loss": nested_paging_loss,
    "huge_walk": huge_walk,
    "build_hardware": build_hardware,
    "build_shadow": build_shadow,
}
