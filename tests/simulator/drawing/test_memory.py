"""The memory bar: every KiB of a machine has an owner, and guests stand inside."""

from xml.etree import ElementTree as ET

import pytest

from simulator import Run, draw_memory
from simulator.drawing.shares import MOST, Bounded, Owner, owner_of
from simulator.drawing.traced import Traced
from tests.simulator.drawing.pictures import (
    PLANS,
    SVG,
    classes,
    described,
    parsed,
    texts,
)
from tests.simulator.worlds import BOOT, ENGINE, KVM, box, execute, install, run, vm


def drawn(done: Run) -> ET.Element:
    return parsed(draw_memory(done))


def owner(done: Run) -> Owner:
    traced = Traced(done)
    return owner_of(traced.machines(done)[0], traced)


def sizes(of: Owner) -> dict[str, int]:
    return {share.label: share.kib // 1024 for share in of.shares}


@pytest.mark.parametrize("plan", PLANS)
def test_all_shares_together_are_the_machine(plan: str) -> None:
    done = run(PLANS[plan])
    for each in owner(done).all():
        assert sum(share.kib for share in each.shares) == each.ram_kib
        assert each.shares[-1].kib == each.ram_kib - each.used_kib


def test_shares_are_named_after_who_has_them() -> None:
    done = run([*PLANS["containers"], install("app"), execute("app")])
    shares = sizes(owner(done))
    assert list(shares)[:3] == ["kernel", "drivers", "services"]
    assert list(shares)[-1] == "free"
    assert (shares["docker"], shares["app"], shares["page cache"]) == (60, 800, 20)
    assert {"containers", "free"} <= {*shares}
    assert "box-1" not in shares


def test_a_guest_is_a_share_with_shares_of_its_own() -> None:
    found = [each.name for each in owner(run(PLANS["deep"])).all()]
    assert found == ["server", "guest-1", "inner-1"]
    (kinds,) = {
        tuple(share.kind for share in each.shares if share.guest)
        for each in list(owner(run(PLANS["deep"])).all())[:2]
    }
    assert kinds == ("vm",)


def test_the_hypervisor_has_a_share_for_each_guest() -> None:
    shares = sizes(owner(run([*KVM, vm(2)])))
    assert shares["kvm"] == 20
    assert shares["kvm for guest-1"] == shares["kvm for guest-2"]
    assert shares["guest-1"] == 317


def test_a_guest_stands_under_its_share() -> None:
    root = drawn(run([*KVM, vm(2)]))
    segments = {
        (group.findtext(f"{SVG}title") or ""): rect
        for group in root.iter(f"{SVG}g")
        for rect in group.iter(f"{SVG}rect")
        if group.findtext(f"{SVG}title")
    }
    (guest,) = (
        rect for title, rect in segments.items() if title.startswith("guest-2:")
    )
    x, y, width = (int(guest.get(key, 0)) for key in ("x", "y", "width"))
    below = [
        int(rect.get("width", 0))
        for rect in root.iter(f"{SVG}rect")
        if int(rect.get("y", 0)) == y + 40 and x <= int(rect.get("x", 0)) < x + width
    ]
    assert sum(below) == width


def test_the_legend_names_every_share_with_its_size() -> None:
    labels = texts(drawn(run(PLANS["system"])))
    assert labels[0] == "server: 427 of 65536 MiB in use"
    named = labels[labels.index("server") + 1 :]
    assert named[:3] == ["kernel 77 MiB", "drivers 40 MiB", "services 200 MiB"]
    assert {"app 100 MiB", "page cache 10 MiB"} <= {*named}
    assert named[-1] == "free 65109 MiB"


def test_a_small_share_is_told_in_kib() -> None:
    done = run([])
    done.observation["machines"]["server"]["charges"]["crumb"] = 12
    assert "crumb 12 KiB" in texts(drawn(done))


def test_what_is_free_is_drawn_so_and_never_wider_than_its_part() -> None:
    root = drawn(run(BOOT))
    free = [
        rect
        for group in root.iter(f"{SVG}g")
        if group.get("class") == "sim-share sim-free"
        for rect in group.iter(f"{SVG}rect")
    ]
    assert [rect.get("stroke-dasharray") for rect in free] == ["5 3", "5 3"]
    assert int(free[0].get("width", 0)) <= 880 // 3 + 10


def test_an_empty_machine_is_free() -> None:
    assert described(drawn(run([]))) == (
        "server: 0 of 65536 MiB in use: free 65536 MiB."
    )


def test_many_owners_are_put_together() -> None:
    done = run([])
    charges = done.observation["machines"]["server"]["charges"]
    charges.update({f"owner-{number}": 1024 * number for number in range(1, 31)})
    found = owner(done).shares
    assert len(found) == MOST + 2
    assert (found[-2].label, found[-2].kib) == ("19 others", 1024 * sum(range(1, 20)))
    assert "sim-share sim-more" in classes(drawn(done))


def test_a_process_that_left_no_trace_is_known_by_its_number() -> None:
    done = run(BOOT)
    done.observation["machines"]["server"]["charges"]["pid 999"] = 1024
    assert "pid 999 1 MiB" in texts(drawn(done))


def test_without_a_kernel_a_number_is_only_a_number() -> None:
    done = run([])
    done.observation["machines"]["server"]["charges"]["pid 7"] = 1024
    assert sizes(owner(done)) == {"pid 7": 1, "free": 65535}


def bounded_by(**limits: object) -> Run:
    parts = {
        "systems": {"linux": {"swap_mib": 200}},
        "programs": {"app": {"ram_mib": 0, "text_mib": 0}},
    }
    parts["programs"]["app"]["does"] = [{"allocate": {"mib": 100}}]  # type: ignore[assignment]
    return run([*ENGINE, box(limits=limits), box(name="free")], world=parts)


def test_a_cgroup_with_a_limit_is_drawn_with_what_it_uses() -> None:
    found = owner(bounded_by(memory_max_mib=128)).bounded
    assert found == (Bounded("box-1", 100 * 1024, 128 * 1024, "memory.max", 0),)


def test_of_two_limits_the_lower_one_is_drawn_with_what_is_in_swap() -> None:
    done = bounded_by(memory_max_mib=128, memory_high_mib=64)
    (found,) = owner(done).bounded
    assert (found.limit, found.kib, found.swap_kib) == (
        "memory.high",
        64 * 1024,
        36 * 1024,
    )
    said = "cgroup box-1: 64 MiB of 64 MiB (memory.high), 36 MiB in swap"
    assert said in texts(drawn(done))
    assert f" {said}." in described(drawn(done))


def test_what_uses_nothing_of_its_limit_has_an_empty_bar() -> None:
    def bars(done: Run) -> int:
        groups = [
            group
            for group in drawn(done).iter(f"{SVG}g")
            if "sim-limit" in group.get("class", "")
        ]
        return sum(len(group.findall(f"{SVG}rect")) for group in groups)

    assert bars(bounded_by(memory_max_mib=128)) == 2
    assert bars(run([*ENGINE, box(limits={"memory_max_mib": 50})])) == 1
    assert bars(run([*ENGINE, box()])) == 0
