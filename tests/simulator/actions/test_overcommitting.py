"""More memory promised than there is: balloons, blind swap, equal pages."""

from typing import Any

import pytest

from simulator import Run
from simulator.calibration import figure
from simulator.subsystems.virtualization.overcommit import MOST_RETRIES, RETRY_US
from tests.simulator.worlds import (
    BOOT,
    KVM,
    Step,
    app_vm,
    events,
    execute,
    failures,
    install,
    load,
    mechanism,
    merged,
    power_on,
    ram,
    run,
    vm,
)

MIB = 1024
BARE = (install("bare"), power_on())
CACHE = {
    "programs": {
        "reader": {
            "path": "/usr/bin/reader",
            "format": "elf",
            "does": [
                {"read_file": {"path": "/srv/archive", "mib": 400}},
                {"exit": {"status": 0}},
            ],
        },
        "large": {"path": "/srv/large", "format": "elf", "ram_mib": 600},
        "brief": {
            "path": "/srv/brief",
            "format": "elf",
            "ram_mib": 500,
            "does": [{"sleep": {"ms": 1000}}, {"exit": {"status": 0}}],
        },
    }
}
WAIT: Step = {"wait": {"seconds": 5}}
MERGE: Step = {"merge_pages": {"on": "server"}}
SYSTEM = 77 + 40 + 200


def write(on: str = "guest") -> Step:
    return {"write_system": {"on": on}}


def balloon(mib: int, on: str = "guest") -> Step:
    return {"set_balloon": {"on": on, "mib": mib}}


def tight(mib: int, **more: Any) -> dict[str, Any]:
    server = {"machines": {"server": {"ram_mib": mib}}}
    return merged(merged(CACHE, server), more)


def full(below: tuple[Step, ...], **more: Any) -> list[Step]:
    """Two guests with page cache, and a third that needs a lot."""
    programs = ["app", "reader", "large"]
    old = vm(2, programs=programs, run="app", **more)
    late = vm(1, name="late", programs=programs, run="large")
    return [*below, old, execute("reader", "guest"), WAIT, late, load("app", 10)]


def seen(done: Run, name: str = "guest-1") -> dict[str, Any]:
    found: dict[str, Any] = done.observation["vms"][name]
    return found


def test_without_a_way_out_the_host_kills_a_guest() -> None:
    done = run(full(KVM), world=tight(2500))
    killed = events(done, "oom_kill")[0]
    name = killed.detail["target"]
    assert killed.actor == "linux-1"
    assert seen(done, name)["state"] == "off"
    assert seen(done, name)["resident_kib"] == 0
    states = [vm["state"] for vm in done.observation["vms"].values()]
    assert sorted(states) == ["off", "on", "on"]


def test_a_balloon_lets_the_guests_choose() -> None:
    done = run(full(KVM, balloon=True), world=tight(2500))
    assert events(done, "oom_kill") == []
    assert done.observation["programs"]["large"]["running"] == 1
    grown = events(done, "inflate_balloon")
    assert grown != []
    assert all(e.actor == "kvm" and e.detail["kib"] > 0 for e in grown)
    assert seen(done)["balloon_kib"] > 0
    assert done.metrics["swapped_kib"] == 0


def test_the_host_swaps_without_knowing_what() -> None:
    swap = tight(2500, systems={"linux": {"swap_mib": 2000}})
    done = run(full(KVM), world=swap)
    calm = run(full(KVM), world=CACHE)
    assert events(done, "oom_kill") == []
    moved = sum(e.detail["kib"] for e in events(done, "swap_out"))
    assert moved > 0
    assert done.metrics["request_ns"]["app"] > calm.metrics["request_ns"]["app"]
    vms = done.observation["vms"].values()
    assert sum(v["swapped_kib"] for v in vms) <= done.metrics["swapped_kib"]


def test_what_a_guest_uses_comes_back() -> None:
    swap = tight(2500, systems={"linux": {"swap_mib": 2000}})
    plan = full(KVM)
    once = run(plan, world=swap)
    stop: Step = {"stop_vm": {"on": "late"}}
    again = run([*plan, stop, load("app", 10)], world=swap)
    swapped = [seen(done)["swapped_kib"] for done in (once, again)]
    assert swapped[0] > swapped[1]
    first, second = events(again, "serve", place="guest-1")
    assert first.detail["mean_request_ns"] >= second.detail["mean_request_ns"]


def test_balloons_come_before_swap() -> None:
    swap = tight(2500, systems={"linux": {"swap_mib": 2000}})
    done = run(full(KVM, balloon=True), world=swap)
    assert (events(done, "swap_out"), done.metrics["swapped_kib"]) == ([], 0)


def test_memory_of_a_guest_that_ended_is_out_of_swap() -> None:
    swap = tight(2500, systems={"linux": {"swap_mib": 2000}})
    ends: list[Step] = [{"stop_vm": {"on": name}} for name in ("guest", "late")]
    left = run([*full(KVM), *ends], world=swap).metrics["swapped_kib"]
    assert left in {0, 20 * MIB}  # what the host swapped of the monitor's own program


def test_type_1_swaps_to_a_space_of_its_own() -> None:
    own = tight(2200, hypervisors={"bare": {"swap_mib": 1000}})
    done = run(full(BARE), world=own)
    assert events(done, "swap_out") != []
    assert done.observation["programs"]["large"]["running"] == 1
    small = tight(2200, hypervisors={"bare": {"swap_mib": 10}})
    assert run(full(BARE), world=small).observation["programs"]["large"]["running"] == 0


def test_type_1_takes_balloons_first() -> None:
    done = run(full(BARE, balloon=True), world=tight(2200))
    assert done.observation["programs"]["large"]["running"] == 1
    assert {e.actor for e in events(done, "inflate_balloon")} == {"bare"}


def test_what_a_guest_frees_stays_with_it() -> None:
    guest = vm(programs=["brief"], run="brief")
    kept = run([*KVM, guest, WAIT], world=CACHE)
    reported = run([*KVM, guest, WAIT], world=CACHE, changes=[FREE])
    assert ram(kept) - ram(reported) == 500 * MIB
    assert seen(kept)["used_kib"] == seen(reported)["used_kib"]
    assert seen(kept)["resident_kib"] - seen(reported)["resident_kib"] == 500 * MIB


FREE = mechanism("vm.free_pages", "reported")


def test_a_balloon_hands_over_what_was_freed() -> None:
    guest = vm(programs=["brief"], run="brief", balloon=True)
    before = run([*KVM, guest, WAIT], world=CACHE)
    after = run([*KVM, guest, WAIT, balloon(600)], world=CACHE)
    assert ram(before) - ram(after) == 500 * MIB
    assert seen(after)["balloon_kib"] == 600 * MIB
    back = run([*KVM, guest, WAIT, balloon(600), balloon(100)], world=CACHE)
    assert (seen(back)["balloon_kib"], ram(back)) == (100 * MIB, ram(after))


def test_a_balloon_drops_the_page_cache_of_its_guest() -> None:
    guest = vm(programs=["reader"], run="reader", balloon=True)
    before = run([*KVM, guest, WAIT], world=CACHE)
    after = run([*KVM, guest, WAIT, balloon(1600)], world=CACHE)
    assert failures(after) == []
    assert ram(before) - ram(after) > 200 * MIB


def test_a_balloon_that_finds_no_page_tries_again() -> None:
    done = run([*KVM, vm(balloon=True), balloon(2000)])
    puffs = events(done, "balloon")
    assert len(puffs) == MOST_RETRIES
    assert puffs[0].detail["log"].startswith("Out of puff! Can't get ")
    assert puffs[1].time - puffs[0].time == RETRY_US == figure("balloon_retry")
    assert puffs[1].cause == puffs[0].seq
    assert seen(done)["balloon_kib"] < 2000 * MIB


@pytest.mark.parametrize(("way", "ends"), [("deflates", 0), ("stays", 137)])
def test_a_guest_in_need(way: str, ends: int) -> None:
    plan = [*KVM, vm(balloon=True, programs=["brief"]), balloon(1650)]
    done = run(
        [*plan, execute("brief", "guest"), WAIT],
        world=CACHE,
        changes=[mechanism("vm.balloon", way)],
    )
    assert [e.detail["exit_status"] for e in events(done, "exit")] == [ends]


def test_no_driver_no_balloon() -> None:
    done = run([*KVM, vm(), balloon(100)])
    log = "the guest has no driver of a balloon"
    assert failures(done) == [("kvm", "set_balloon", log)]


@pytest.mark.parametrize("verb", ["set_balloon", "write_system"])
def test_only_a_machine_that_runs(verb: str) -> None:
    more = {"mib": 5} if verb == "set_balloon" else {}
    log = "there is no virtual machine that runs here"
    stop: Step = {"stop_vm": {"on": "guest"}}
    on_host = run([*KVM, {verb: {"on": "server", **more}}])
    assert failures(on_host) == [("server", verb, log)]
    ended = run([*KVM, vm(), stop, {verb: {"on": "guest", **more}}])
    assert failures(ended) == [("guest-1", verb, log)]


@pytest.mark.parametrize("count", [2, 4])
def test_equal_pages_share_a_frame(count: int) -> None:
    plan = [*KVM, app_vm(count)]
    apart, together = run(plan), run([*plan, MERGE])
    assert ram(apart) - ram(together) == (count - 1) * SYSTEM * MIB
    found = events(together, "merge_pages", actor="kvm")[0]
    assert found.detail["saved_kib"] == (count - 1) * SYSTEM * MIB
    assert found.detail["scanned_kib"] == count * (SYSTEM + 110) * MIB
    assert seen(together)["merged_kib"] == SYSTEM * MIB
    used = together.metrics["cpu_us"]["server"] - apart.metrics["cpu_us"]["server"]
    assert used > 0


@pytest.mark.parametrize("plan", [[vm()], [vm(), vm(system="windows")], []])
def test_pages_that_nobody_else_has_stay(plan: list[Step]) -> None:
    apart, together = run([*KVM, *plan]), run([*KVM, *plan, MERGE])
    assert ram(apart) == ram(together)
    assert events(together, "merge_pages", actor="kvm")[0].detail["saved_kib"] == 0


def test_one_more_guest_joins_those_that_share() -> None:
    plan = [*KVM, app_vm(2), MERGE, app_vm(1, name="late"), MERGE]
    done = run(plan)
    saved = [e.detail["saved_kib"] for e in events(done, "merge_pages", actor="kvm")]
    assert saved == [SYSTEM * MIB, SYSTEM * MIB]
    again = run([*plan, MERGE])
    assert ram(again) == ram(done)


def test_a_guest_that_does_not_run_shares_nothing() -> None:
    crash: Step = {"crash": {"on": "guest"}}
    assert (
        events(run([*KVM, vm(2), crash, MERGE]), "merge_pages", actor="kvm")[0].detail[
            "saved_kib"
        ]
        == 0
    )


def test_a_write_gets_a_copy_and_the_others_share_on() -> None:
    plan = [*KVM, app_vm(3), app_vm(1, name="writer"), MERGE]
    done = run([*plan, write("writer"), load("app")])
    assert failures(done) == []
    assert seen(done, "writer-1")["merged_kib"] == 0
    assert seen(done)["merged_kib"] == SYSTEM * MIB
    assert ram(done) - ram(run(plan)) == SYSTEM * MIB
    copies = [e.detail["kib"] for e in events(done, "copy_on_write")]
    assert sum(copies) == SYSTEM * MIB
    assert done.metrics["served"] == 400


def test_when_all_write_nothing_is_saved() -> None:
    plan = [*KVM, app_vm(3)]
    assert ram(run([*plan, MERGE, write()])) == ram(run(plan))


def test_a_guest_without_merged_pages_needs_no_copy() -> None:
    assert events(run([*KVM, vm(), write()]), "copy_on_write") == []


def test_frames_that_nobody_shares_any_more_are_free() -> None:
    stop: Step = {"stop_vm": {"on": "guest"}}
    done = run([*KVM, app_vm(2), MERGE, stop])
    assert ram(done) == ram(run(KVM))


def test_copies_that_do_not_fit_cost_a_whole_guest() -> None:
    small = {"machines": {"server": {"ram_mib": 1300}}}
    plan = [*KVM, app_vm(2), MERGE, app_vm(1, name="late"), MERGE]
    done = run([*plan, write(), write("late")], world=small)
    killed = events(done, "oom_kill")
    assert {e.actor for e in killed} == {"linux-1"}
    off = [name for name, v in done.observation["vms"].items() if v["state"] == "off"]
    assert sorted(off) == sorted(e.detail["target"] for e in killed)
    assert all(seen(done, name)["system"] == "dead" for name in off)


def test_without_a_host_that_kills_the_write_fails() -> None:
    small = {"machines": {"server": {"ram_mib": 1250}}}
    plan = [*BARE, app_vm(2), MERGE, app_vm(1, name="late"), MERGE, write()]
    done = run(plan, world=small)
    assert events(done, "copy_on_write", outcome="failed") != []


def test_nobody_merges_without_a_hypervisor() -> None:
    log = "no hypervisor is running here"
    assert failures(run([*BOOT, MERGE])) == [("server", "merge_pages", log)]


def test_a_machine_that_moves_takes_only_what_it_uses() -> None:
    other = {"machines": {"other": {"cores": 2, "ram_mib": 65536}}}
    two = [*BARE, install("bare", "other"), power_on("other")]
    move: Step = {"migrate": {"on": "guest", "to": "other"}}
    plan = [*two, app_vm(1), app_vm(1, name="stays"), MERGE, move]
    done = run(plan, world=other)
    moved = (SYSTEM + 110) * MIB + figure("vmm_memory")
    assert done.metrics["ram_kib"]["other"] == 300 * MIB + moved
    assert seen(done, "stays-1")["merged_kib"] == SYSTEM * MIB


def test_type_1_switches_off_the_machine_that_gets_no_frame() -> None:
    done = run(full(BARE), world=tight(2000))
    ended = events(done, "no_frame")
    assert [e.actor for e in ended] == ["bare"]
    name = ended[0].detail["target"]
    assert ended[0].detail["log"] == (
        f"no frame for a page of {name}: it is switched off"
    )
    assert seen(done, name)["state"] == "off"
    assert seen(done, name)["resident_kib"] == 0
    states = sorted(vm["state"] for vm in done.observation["vms"].values())
    assert states == ["off", "on", "on"]


def test_a_machine_that_gets_no_frame_at_its_boot() -> None:
    done = run([*BARE, vm(3)], world=tight(1200))
    assert len(events(done, "no_frame")) == 1
    assert [v["system"] for v in done.observation["vms"].values()].count("dead") == 1
    assert done.metrics["kernels"] == 2
