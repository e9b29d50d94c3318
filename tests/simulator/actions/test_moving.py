"""Whole machines: moved, saved, restored, switched off."""

from itertools import pairwise
from typing import Any

import pytest

from simulator import Run
from simulator.actions.moving import restore_vm
from simulator.actions.powering import cut_power
from simulator.calibration import figure
from simulator.subsystems.virtualization import VirtualMachine
from tests.simulator.worlds import (
    KVM,
    Step,
    app_vm,
    events,
    execute,
    failures,
    install,
    live,
    load,
    mechanism,
    power_on,
    ram,
    run,
    vm,
)

TWO = (install("bare"), power_on(), install("bare", "other"), power_on("other"))
MIB = 1024


def world(**program: Any) -> dict[str, Any]:
    """Two servers, and an application that changes its memory."""
    server = {"cores": 4, "ram_mib": 16384, "network_mib_s": 500}
    return {
        "machines": {"server": server, "other": {**server, "cores": 2}},
        "programs": {"app": {"ram_mib": 1000, **program}},
    }


def migrate(**more: Any) -> Step:
    return {"migrate": {"on": "guest", "to": "other", **more}}


def save(name: str = "golden", on: str = "guest") -> Step:
    return {"snapshot": {"on": on, "name": name}}


def restore(count: int = 1, **more: Any) -> Step:
    arguments = {"name": "copy", "on": "server", "snapshot": "golden", **more}
    return {"restore_vm": {**arguments, "count": count}}


STOP: Step = {"stop_vm": {"on": "guest"}}


def rounds(done: Run) -> list[tuple[int, int]]:
    return [
        (e.detail["sent_kib"], e.detail["dirty_kib"])
        for e in events(done, "copy_round")
    ]


def test_a_guest_moves_with_all_that_runs_in_it() -> None:
    done = run([*TWO, app_vm(), migrate(), load("app")], world=world())
    assert failures(done) == []
    machines = done.observation["machines"]
    assert machines["server"]["children"][0]["children"] == []
    moved = machines["other"]["children"][0]["children"][0]
    assert (moved["name"], moved["children"][0]["state"]) == ("guest-1", "running")
    assert done.metrics["served"] == 100


def test_its_memory_moves_with_it() -> None:
    before = run([*TWO, app_vm()], world=world())
    after = run([*TWO, app_vm(), migrate()], world=world())
    ram_of = [done.metrics["ram_kib"] for done in (before, after)]
    assert ram_of[0]["server"] == ram_of[1]["other"]
    assert ram_of[0]["other"] == ram_of[1]["server"] == 300 * MIB


def test_it_computes_on_the_cores_where_it_is() -> None:
    done = run([*TWO, app_vm(), migrate(), load("app", 1000)], world=world())
    idle = run([*TWO, app_vm(), migrate()], world=world())
    took = [
        done.metrics["cpu_us"][n] - idle.metrics["cpu_us"][n]
        for n in ("server", "other")
    ]
    assert took[0] == 0
    assert took[1] > 200_000


@pytest.mark.parametrize(("dirties", "left"), [(0, 0), (50, 1), (250, 5)])
def test_what_a_round_leaves(dirties: int, left: int) -> None:
    done = run([*TWO, app_vm(), migrate()], world=world(dirties_mib_s=dirties))
    sent, dirty = rounds(done)[0]
    assert dirty == pytest.approx(sent * left / 10, rel=0.001)


def test_rounds_get_shorter_by_the_same_ratio() -> None:
    done = run(
        [*TWO, app_vm(), migrate(downtime_ms=20)], world=world(dirties_mib_s=250)
    )
    found = rounds(done)
    assert len(found) > 3
    assert all(2 * dirty == pytest.approx(sent, abs=2) for sent, dirty in found)
    assert all(a[1] == b[0] for a, b in pairwise(found))


def test_the_guest_stands_still_for_the_rest_and_the_switch() -> None:
    done = run([*TWO, app_vm(), migrate()], world=world(dirties_mib_s=50))
    paused, resumed = events(done, "pause")[0], events(done, "resume")[0]
    rest_us = paused.detail["left_kib"] * 1_000_000 // (500 * MIB)
    down = rest_us + figure("vm_save") + figure("vm_restore")
    assert resumed.time - paused.time == resumed.detail["downtime_us"] == down
    assert rest_us <= figure("migration_downtime")


def test_a_guest_that_is_too_fast_stays() -> None:
    done = run([*TWO, app_vm(), migrate(), load("app")], world=world(dirties_mib_s=600))
    log = "migration does not converge: 600 MiB/s change, 500 MiB/s can be sent"
    assert failures(done) == [("bare", "migrate", log)]
    assert len(rounds(done)) == 30
    assert done.metrics["served"] == 100
    assert done.metrics["ram_kib"]["other"] == 300 * MIB


def test_slowing_it_down_lets_it_go() -> None:
    plan = [*TWO, app_vm(), migrate(auto_converge=True), load("app")]
    done = run(plan, world=world(dirties_mib_s=600))
    assert failures(done) == []
    assert events(done, "resume")[0].detail["downtime_us"] < 400_000
    slow = run([*TWO, app_vm(), load("app")], world=world())
    assert done.metrics["request_ns"] == slow.metrics["request_ns"]


def test_even_the_slowest_may_be_too_fast() -> None:
    fast = world(dirties_mib_s=100_000)
    done = run([*TWO, app_vm(), migrate(auto_converge=True), load("app")], world=fast)
    assert events(done, "migrate", outcome="failed") != []
    slow = run([*TWO, app_vm(), load("app")], world=world())
    assert done.metrics["request_ns"] == slow.metrics["request_ns"]


def test_stop_and_copy_sends_all_while_it_stands_still() -> None:
    stop = [mechanism("vm.migration", "stop-and-copy")]
    done = run(
        [*TWO, app_vm(), migrate()], world=world(dirties_mib_s=600), changes=stop
    )
    assert rounds(done) == []
    down = events(done, "resume")[0].detail["downtime_us"]
    assert down > 2_000_000


def test_less_bandwidth_takes_longer() -> None:
    fast = run([*TWO, app_vm(), migrate()], world=world())
    slow = run([*TWO, app_vm(), migrate(mib_s=50)], world=world())
    spans = [
        events(d, "copy_round")[0].time - events(d, "migrate")[0].time
        for d in (fast, slow)
    ]
    assert spans[1] == pytest.approx(10 * spans[0], rel=0.01)


def test_work_in_progress_goes_on_elsewhere() -> None:
    busy = world(does=[{"compute": {"ms": 30_000}}, {"exit": {"status": 7}}])
    done = run([*TWO, app_vm(), migrate(), {"wait": {"seconds": 60}}], world=busy)
    ended = events(done, "exit")[0]
    assert ended.detail["exit_status"] == 7
    assert ended.time > events(done, "resume")[0].time
    assert done.metrics["cpu_us"]["other"] > 10_000_000
    started = events(done, "execve", target="/srv/app")[0].time
    down = events(done, "resume")[0].detail["downtime_us"]
    assert ended.time - started == pytest.approx(30_300_000 + down, rel=0.01)


def test_a_processor_that_lacks_something_is_refused() -> None:
    parts = world(uses_flags=["avx512f"])
    parts["machines"]["server"]["cpu_flags"] = ["aes", "avx512f"]
    done = run([*TWO, app_vm(), migrate(), load("app")], world=parts)
    log = "guest CPU doesn't match host CPU: missing features: aes, avx512f"
    assert failures(done) == [("bare", "migrate", log)]
    assert done.metrics["served"] == 100


def test_without_the_check_its_first_use_ends_the_program() -> None:
    parts = world(uses_flags=["avx512f"])
    parts["machines"]["server"]["cpu_flags"] = ["aes", "avx512f"]
    done = run([*TWO, app_vm(), migrate(checks_processor=False)], world=parts)
    ended = events(done, "exit")[0]
    assert (ended.detail["signal"], ended.detail["exit_status"]) == ("SIGILL", 132)
    assert ended.cause == events(done, "resume")[0].seq
    calm = world()
    calm["machines"]["server"]["cpu_flags"] = ["aes", "avx512f"]
    done = run([*TWO, app_vm(), migrate(checks_processor=False)], world=calm)
    assert failures(done) == []


def test_a_guest_that_never_saw_it_can_go() -> None:
    parts = world(uses_flags=["avx512f"])
    parts["machines"]["server"]["cpu_flags"] = ["avx512f"]
    plan = [*TWO, app_vm(shows_processor=False), migrate(), load("app")]
    done = run(plan, world=parts)
    assert (failures(done), done.metrics["served"]) == ([], 100)


def test_no_room_on_the_other_side() -> None:
    small = world()
    small["machines"]["other"]["ram_mib"] = 1000
    done = run([*TWO, app_vm(), migrate()], world=small)
    assert failures(done) == [
        ("bare", "migrate", "Cannot allocate memory on the target")
    ]


def test_no_extension_on_the_other_side() -> None:
    parts = world()
    parts["machines"]["other"]["virtualization"] = False
    done = run([*TWO, app_vm(), migrate()], world=parts)
    assert failures(done)[0][2].startswith("hardware virtualization (VT-x, AMD-V)")


def test_another_instruction_set_on_the_other_side() -> None:
    parts = world()
    parts["machines"]["other"]["arch"] = "aarch64"
    parts["hypervisors"] = {"arm": {"kind": "type-1", "arch": "aarch64", "ram_mib": 50}}
    plan = [install("bare"), power_on(), install("arm", "other"), power_on("other")]
    done = run([*plan, app_vm(), migrate()], world=parts)
    assert failures(done) == [("bare", "migrate", "no x86_64 processor there")]


@pytest.mark.parametrize(
    ("plan", "log"),
    [
        ([install("bare"), power_on(), vm()], "no hypervisor is running on other"),
        ([*TWO, vm(), STOP], "the guest is not running"),
        (
            [*TWO, vm(), install("docker", "guest")],
            "a guest with services of its own that hold machines cannot move yet",
        ),
    ],
)
def test_what_cannot_move(plan: list[Step], log: str) -> None:
    assert failures(run([*plan, migrate()], world=world()))[-1][2] == log


def test_a_machine_does_not_move_to_where_it_is() -> None:
    done = run([*TWO, vm(), migrate(to="server")], world=world())
    assert failures(done)[0][2] == "no other hypervisor is running there"


@pytest.mark.parametrize("verb", ["migrate", "snapshot", "stop_vm"])
def test_only_machines_can(verb: str) -> None:
    more = {"migrate": {"to": "other"}, "snapshot": {"name": "x"}, "stop_vm": {}}
    done = run([*TWO, {verb: {"on": "server", **more[verb]}}], world=world())
    log = "there is no virtual machine that runs here"
    assert failures(done) == [("server", verb, log)]


def test_a_saved_machine_goes_on_in_copies() -> None:
    done = run([*KVM, app_vm(), save(), restore(2), load("app")])
    assert failures(done) == []
    assert done.metrics["served"] == 300
    assert len(events(done, "boot_services")) == 2
    assert [e.detail["target"] for e in events(done, "restore", actor="kvm")] == [
        "copy-1",
        "copy-2",
    ]


def test_a_copy_has_the_memory_of_the_saved_one() -> None:
    done = run([*KVM, app_vm(), save(), restore()])
    seen = done.observation["vms"]
    assert seen["copy-1"]["used_kib"] == seen["guest-1"]["used_kib"]
    one = run([*KVM, app_vm()])
    guest = (77 + 40 + 200 + 100 + 10) * MIB + figure("vmm_memory")
    assert ram(done) - ram(one) == guest


def test_the_machine_stands_still_while_it_is_saved() -> None:
    busy = {"programs": {"app": {"does": [{"compute": {"ms": 1000}}, {"exit": {}}]}}}
    waits: Step = {"wait": {"seconds": 5}}
    with_save = run([*KVM, app_vm(), save(), waits], world=busy)
    without = run([*KVM, app_vm(), waits], world=busy)
    ends = [events(d, "exit")[0].time for d in (with_save, without)]
    asked, done = events(with_save, "snapshot")
    assert ends[0] - ends[1] == done.time - asked.time >= figure("vm_save")


def test_copies_are_the_same_and_behind() -> None:
    done = run([*KVM, vm(), save(), {"wait": {"seconds": 60}}, restore(2)])
    first, one, two = (
        done.observation["vms"][n] for n in ("guest-1", "copy-1", "copy-2")
    )
    assert first["machine_id"] == one["machine_id"] == two["machine_id"]
    assert first["behind_us"] == 0
    assert 60_000_000 <= one["behind_us"] < two["behind_us"] < 61_000_000


def test_booted_machines_differ() -> None:
    done = run([*KVM, vm(2)])
    one, two = done.observation["vms"].values()
    assert one["machine_id"] != two["machine_id"]
    assert one["next_random"] != two["next_random"]
    assert one["machine_id"] != one["next_random"]


@pytest.mark.parametrize(
    ("system", "version", "how", "differs"),
    [
        ("linux", "6.1", "told", True),
        ("linux", "5.18", "told", True),
        ("linux", "5.17", "told", False),
        ("linux", "6.1", "silent", False),
        ("windows", "10.0", "told", True),
        ("windows", "6.1", "told", False),
        ("mac", "23.0", "told", False),
    ],
)
def test_who_draws_new_random_numbers(
    system: str, version: str, how: str, differs: bool
) -> None:
    systems = {"systems": {system: {"version": version}}}
    changes = [mechanism("vm.generation_id", how)]
    done = run(
        [*KVM, vm(system=system), save(), restore(2)], world=systems, changes=changes
    )
    assert failures(done) == []
    one, two = (done.observation["vms"][n]["next_random"] for n in ("copy-1", "copy-2"))
    assert (one != two) is differs
    assert (len(events(done, "reseed")) == 2) is differs


def test_files_are_those_of_the_saving() -> None:
    late = [install("sh", "guest"), execute("sh", "guest")]
    done = run([*KVM, app_vm(), save(), *late, STOP, restore(), execute("sh", "copy")])
    assert failures(done)[-1] == ("linux-3", "execve", "ENOENT")
    early = run([*KVM, app_vm(), *late, save(), STOP, restore(), execute("sh", "copy")])
    assert failures(early) == []
    assert early.observation["programs"]["sh"]["running"] == 2


def test_a_machine_that_is_switched_off_gives_its_memory_back() -> None:
    before, after = run(KVM), run([*KVM, app_vm(), STOP])
    assert ram(before) == ram(after)
    assert after.observation["vms"]["guest-1"]["state"] == "off"
    assert events(after, "destroy_vm")[0].detail["target"] == "guest-1"
    assert failures(run([*KVM, vm(), STOP, STOP]))[0][:2] == ("guest-1", "stop_vm")


def test_what_does_not_run_cannot_be_saved() -> None:
    done = run([*KVM, vm(), STOP, save()])
    assert failures(done) == [("kvm", "snapshot", "the guest is not running")]


def test_what_was_not_saved_cannot_be_restored() -> None:
    done = run([*KVM, restore()])
    assert failures(done) == [("golden", "restore", "there is no snapshot golden")]


def test_a_copy_needs_a_hypervisor() -> None:
    plan = [*KVM, vm(), save(), {"reboot": {"machine": "server"}}]
    done = run([*plan, restore(hypervisor="bare")])
    assert failures(done) == [("server", "restore", "no hypervisor is running here")]


def test_a_copy_needs_memory() -> None:
    small = {"machines": {"server": {"ram_mib": 850}}}
    done = run([*KVM, app_vm(ram_mib=512), save(), restore(2)], world=small)
    assert failures(done) != []
    assert done.metrics["kernels"] >= 1
    full = {"machines": {"server": {"ram_mib": 790}}}
    done = run([*KVM, app_vm(ram_mib=512), save(), restore()], world=full)
    assert failures(done) != []


def test_a_copy_that_the_power_cuts_short_is_not_there() -> None:
    found = live([*KVM, app_vm(), save()])
    arguments = {"name": "copy", "on": "server", "snapshot": "golden", "count": 1}
    restoring = restore_vm(found, {**arguments, "hypervisor": None}, 0)
    for work in (restoring, cut_power(found, {"machine": "server"}, 0)):
        found.engine.spawn(work)
    found.engine.run()
    (copy,) = found.places["copy"]
    assert isinstance(copy, VirtualMachine)
    assert (copy.state, copy.occupant) == ("off", None)
    assert events(found, "restore") == []


def test_a_copy_needs_a_processor_that_can_run_it() -> None:
    parts = world()
    parts["machines"]["other"]["virtualization"] = False
    done = run([*TWO, app_vm(), save(), restore(2, on="other")], world=parts)
    assert [action for _, action, _ in failures(done)] == ["create_vm", "create_vm"]


def test_its_disk_stays_where_it_is() -> None:
    plan = [*TWO, app_vm(), install("sh", "guest"), migrate(), install("sh", "guest")]
    found = live([*plan, load("app")], world=world())
    machine = found.places["guest"][0]
    assert isinstance(machine, VirtualMachine)
    assert machine.storage.host is found.machines["server"].storage
    assert machine.network_mib_s == 500
