"""Memory of processes: promises, pages, faults, swap, limits and their sleeps."""

import pytest

from simulator import Run
from simulator.calibration import figure
from tests.simulator.subsystems.hogs import (
    MIB,
    USED_MIB,
    allocate,
    boxed,
    charges,
    does,
    free,
    group,
    machine,
    read_file,
    sleep,
    touch,
    wait,
)
from tests.simulator.worlds import (
    BOOT,
    app_vm,
    events,
    execute,
    failures,
    install,
    mechanism,
    ram,
    run,
    vm,
)

FAULT_US_PER_MIB = MIB // 4 * figure("first_touch") // 1000


def used(done: Run) -> int:
    return ram(done) // MIB - USED_MIB


def test_what_is_touched_is_charged_and_costs_faults() -> None:
    done = machine(allocate(100))
    assert used(done) == 100
    touched, started = events(done, "touch_memory")[0], events(done, "execve")[0]
    assert touched.time - started.time == 100 * FAULT_US_PER_MIB
    assert dict(touched.detail) == {"target": "/srv/app", "pid": 2, "kib": 100 * MIB}
    assert touched.cause == started.seq


def test_what_is_only_promised_takes_no_memory() -> None:
    done = machine(allocate(100, touch=False), touch(30))
    assert used(done) == 30
    assert events(done, "touch_memory")[0].cause == events(done, "mmap")[0].seq


def test_memory_is_given_back_the_untouched_part_first() -> None:
    done = machine(allocate(50), allocate(30, touch=False), free(40))
    assert used(done) == 40
    assert used(machine(allocate(50), free(80))) == 0
    assert used(machine(allocate(50), free(80), touch(10))) == 0


def test_a_promise_is_given_back_before_anything_was_touched() -> None:
    done = machine(allocate(50, touch=False), free(30), touch(50))
    assert (used(done), failures(done)) == (20, [])


def test_touching_again_what_is_there_costs_nothing() -> None:
    done = machine(allocate(50), touch(50))
    first, second = events(done, "touch_memory")
    assert (first.time, used(done)) == (second.time, 50)


def test_all_that_a_process_has_goes_with_it() -> None:
    done = machine(allocate(50), {"exit": {}})
    assert used(done) == 0


def test_a_program_that_becomes_another_gives_its_memory_back() -> None:
    done = machine(
        allocate(50), {"exec": {"program": "sh"}}, world={"programs": {"sh": {}}}
    )
    assert used(done) == 50
    plan = [*BOOT, install("app"), install("sh"), execute("app"), wait()]
    world = does(allocate(50), {"exec": {"program": "sh"}})
    assert used(run(plan, world=world)) == 2 + 1


@pytest.mark.parametrize(
    ("policy", "mib", "refused"),
    [
        ("heuristic", USED_MIB + 100, False),
        ("heuristic", USED_MIB + 101, True),
        ("never", 100, False),
        ("never", 101, True),
        ("always", 10_000, False),
    ],
)
def test_what_a_kernel_promises(policy: str, mib: int, refused: bool) -> None:
    changes = [mechanism("kernel.overcommit", policy)]
    done = machine(allocate(mib, touch=False), ram_mib=100, changes=changes)
    wanted = [("linux-1", "mmap", "ENOMEM")]
    assert failures(done)[:1] == (wanted if refused else [])
    ended = events(done, "exit", actor="linux-1")
    assert [e.detail["exit_status"] for e in ended] == ([1] if refused else [])


def test_swap_and_earlier_promises_count_where_nothing_is_overcommitted() -> None:
    strict = [mechanism("kernel.overcommit", "never")]
    steps = [allocate(90, touch=False), allocate(60, touch=False, on_error="ignore")]
    for swap, refused in ((49, 1), (50, 0)):
        done = machine(*steps, ram_mib=100, swap_mib=swap, changes=strict)
        assert len(failures(done)) == refused
        assert events(done, "exit") == []


def test_page_cache_is_no_promise() -> None:
    strict = [mechanism("kernel.overcommit", "never")]
    done = machine(read_file(60), allocate(90), ram_mib=100, changes=strict)
    assert (failures(done), used(done)) == ([], 100)


def test_windows_promises_no_more_than_there_is() -> None:
    world = {"machines": {"server": {"ram_mib": 1117}}}
    plan = [install("windows"), {"power_on": {"machine": "server"}}, install("exe")]
    world["programs"] = {
        "exe": {"ram_mib": 0, "does": [allocate(500, touch=False)]}  # type: ignore[dict-item]
    }
    done = run([*plan, execute("exe"), wait()], world=world)
    assert failures(done)[0] == ("nt-1", "mmap", "ENOMEM")


def test_a_share_of_the_memory_that_a_program_sees() -> None:
    half = {"allocate": {"percent": 50, "of": "meminfo", "touch": False}}
    own = {"allocate": {"percent": 50, "of": "cgroup", "touch": False}}
    bounded = {"memory_max_mib": 100}
    assert events(machine(half), "mmap")[0].detail["kib"] == (1024 + 317) * MIB // 2
    assert events(machine(own), "mmap")[0].detail["kib"] == (1024 + 317) * MIB // 2
    assert [
        events(boxed(step, limits=limits), "mmap")[0].detail["kib"]
        for step, limits in ((half, bounded), (own, bounded), (own, {}))
    ] == [32768 * MIB, 50 * MIB, 32768 * MIB]


def test_at_memory_max_a_process_is_killed() -> None:
    done = boxed(allocate(100), limits={"memory_max_mib": 64})
    killed, ended = events(done, "oom_kill")[0], events(done, "exit")[0]
    assert killed.detail["log"] == (
        "Memory cgroup out of memory: Killed process 3 (app) anon-rss:65536kB"
    )
    assert (ended.detail["exit_status"], ended.detail["signal"]) == (137, "SIGKILL")
    assert ended.cause == killed.seq
    assert group(done)["memory"] == {
        "current_kib": 0,
        "peak_kib": 64 * MIB,
        "high_kib": None,
        "max_kib": 64 * MIB,
        "swap_kib": 0,
        "events": {"high": 0, "max": 1, "oom": 1, "oom_kill": 1},
    }


def test_memory_max_may_refuse_instead() -> None:
    refuse = [mechanism("cgroup.memory_max", "refuse")]
    done = boxed(allocate(100), limits={"memory_max_mib": 64}, changes=refuse)
    assert failures(done)[0] == ("linux-1", "touch_memory", "ENOMEM")
    assert events(done, "exit")[0].detail["exit_status"] == 1
    stays = boxed(
        allocate(100, on_error="ignore"),
        limits={"memory_max_mib": 64},
        changes=refuse,
    )
    assert group(stays)["memory"]["current_kib"] == 64 * MIB


def test_a_program_larger_than_its_limit_does_not_start() -> None:
    world = {"programs": {"app": {"ram_mib": 65}}}
    done = boxed(limits={"memory_max_mib": 64}, world=world)
    assert [e.action for e in done.events if e.outcome == "failed"] == [
        "oom_kill",
        "exit",
        "container_exit",
    ]
    refuse = [mechanism("cgroup.memory_max", "refuse")]
    refused = boxed(limits={"memory_max_mib": 64}, world=world, changes=refuse)
    assert events(refused, "exit")[0].detail["log"] == "Killed: no memory for its pages"


def test_pages_of_the_program_count_for_the_group_that_maps_them_first() -> None:
    world = {"programs": {"app": {"ram_mib": 10, "text_mib": 30}}}
    done = boxed(limits={"memory_max_mib": 64}, count=2, world=world)
    assert [group(done, f"box-{n}")["memory"]["current_kib"] for n in (1, 2)] == [
        40 * MIB,
        10 * MIB,
    ]
    small = boxed(limits={"memory_max_mib": 30}, world=world)
    assert events(small, "exit")[0].detail["exit_status"] == 137


def test_above_memory_high_a_process_sleeps_and_lives() -> None:
    off = [{"cut_power": {"machine": "server"}}]
    done = boxed(allocate(1024), limits={"memory_high_mib": 16}, then=off)
    memory = group(done)["memory"]
    assert memory["events"]["oom_kill"] == 0
    assert 16 * MIB < memory["current_kib"] < 32 * MIB
    told = events(done, "memory_high")
    assert [(e.detail["cgroup"], e.detail["over_kib"]) for e in told] == [
        ("box-1", 256)
    ]
    assert events(done, "touch_memory") == []


def test_the_sleep_grows_with_the_square_of_the_excess() -> None:
    ended = {
        mib: events(
            boxed(allocate(mib), limits={"memory_high_mib": 100}), "touch_memory"
        )[0].time
        for mib in (100, 104, 108, 112)
    }
    spans = [ended[104] - ended[100], ended[108] - ended[104], ended[112] - ended[108]]
    slept = [span - 4 * FAULT_US_PER_MIB for span in spans]
    assert 5 * slept[0] < slept[1] < 10 * slept[0]
    assert 2 * slept[1] < slept[2] < 3 * slept[1]


@pytest.mark.parametrize(("way", "status"), [("kill", [137]), ("off", [])])
def test_other_ways_of_memory_high(way: str, status: list[int]) -> None:
    changes = [mechanism("cgroup.memory_high", way)]
    done = boxed(allocate(40), limits={"memory_high_mib": 16}, changes=changes)
    assert [e.detail["exit_status"] for e in events(done, "exit")] == status


def test_above_memory_high_what_can_be_taken_back_is() -> None:
    done = boxed(
        read_file(10), allocate(20), limits={"memory_high_mib": 16}, swap_mib=100
    )
    memory = group(done)["memory"]
    assert (memory["current_kib"], memory["swap_kib"]) == (16 * MIB, 4 * MIB)
    assert charges(done) == {"pid 3": 16 * MIB}


def test_swap_makes_slow_and_not_dead() -> None:
    sweep = {"repeat": {"times": 3, "steps": [touch(150)]}}
    fits = machine(allocate(150), sweep, ram_mib=200, swap_mib=100)
    thrashes = machine(allocate(150), sweep, ram_mib=100, swap_mib=100)
    last = [events(done, "touch_memory")[-1].time for done in (fits, thrashes)]
    assert last[1] > last[0] + 300_000
    assert (fits.metrics["swapped_kib"], thrashes.metrics["swapped_kib"]) == (
        0,
        50 * MIB,
    )
    assert failures(thrashes) == []
    assert thrashes.metrics["device_kib"]["server"] > 200 * MIB


def test_without_the_mechanism_swap_is_not_used() -> None:
    off = [mechanism("kernel.swap", "off")]
    done = machine(allocate(150), ram_mib=100, swap_mib=100, changes=off)
    assert events(done, "exit")[0].detail["exit_status"] == 137


def test_swapped_memory_is_freed_and_forgotten() -> None:
    done = machine(allocate(150), free(150), ram_mib=100, swap_mib=100)
    assert (done.metrics["swapped_kib"], used(done)) == (0, 0)
    ended = machine(allocate(150), {"exit": {}}, ram_mib=100, swap_mib=100)
    assert (ended.metrics["swapped_kib"], used(ended)) == (0, 0)


def test_reading_a_file_twice_reads_the_device_once() -> None:
    done = machine(read_file(50), sleep(1), read_file(50), read_file(60))
    read = events(done, "read")
    assert [e.detail["from_device_kib"] for e in read] == [50 * MIB, 0, 10 * MIB]
    assert charges(done) == {"page cache": 60 * MIB}
    assert read[0].time - events(done, "execve")[0].time == 100_000


def test_files_that_do_not_fit_push_others_out() -> None:
    steps = [read_file(60, "/a"), read_file(60, "/b"), read_file(60, "/a")]
    done = machine(*steps, ram_mib=100)
    assert [e.detail["from_device_kib"] for e in events(done, "read")] == [
        60 * MIB,
        60 * MIB,
        20 * MIB,
    ]
    assert used(done) == 100


def test_page_cache_kills_nobody() -> None:
    done = boxed(allocate(60), read_file(30), limits={"memory_max_mib": 60})
    assert group(done)["memory"]["current_kib"] == 60 * MIB
    assert failures(done) == []


def test_page_cache_gives_way_to_private_pages() -> None:
    done = boxed(read_file(60), allocate(50), limits={"memory_max_mib": 60})
    assert charges(done) == {"page cache": 10 * MIB, "pid 3": 50 * MIB}


def test_the_first_reader_pays_for_a_file() -> None:
    done = boxed(read_file(40), limits={}, count=2)
    paid = [group(done, f"box-{n}")["memory"]["current_kib"] for n in (1, 2)]
    assert sorted(paid) == [0, 40 * MIB]
    nobody = [mechanism("cgroup.page_cache", "root")]
    free_of_charge = boxed(read_file(40), limits={}, changes=nobody)
    assert group(free_of_charge)["memory"]["current_kib"] == 0
    assert charges(free_of_charge) == {"page cache": 40 * MIB}


def test_a_guest_on_shadow_tables_pays_more_for_faults() -> None:
    def span(*changes: object) -> int:
        plan = [*BOOT, install("kvm"), app_vm(), wait()]
        done = run(plan, world=does(allocate(10)), changes=list(changes))  # type: ignore[arg-type]
        touched = events(done, "touch_memory")[0]
        return touched.time - events(done, "execve", target="/srv/app")[0].time

    shadow = span(mechanism("vm.paging", "shadow"))
    assert shadow * 10 > span() * 25


def test_guests_memory_is_found_by_the_hosts_kernel() -> None:
    """The host drops page cache for a guest, then kills what it must."""
    world = does(read_file(300))
    world["machines"] = {"server": {"ram_mib": 800}}
    plan = [*BOOT, install("kvm"), install("app"), execute("app"), wait(), vm()]
    done = run(plan, world=world)
    assert failures(done) == []
    assert events(done, "boot_services")[-1].actor == "linux-2"


def test_a_guest_that_the_host_has_no_memory_for_is_killed_as_a_whole() -> None:
    world = does(allocate(2000))
    world["machines"] = {"server": {"ram_mib": 1000}}
    plan = [*BOOT, install("kvm"), app_vm(), wait()]
    done = run(plan, world=world)
    killed = events(done, "oom_kill")
    assert [(e.actor, e.detail["target"]) for e in killed] == [("linux-1", "guest-1")]
    assert used(done) == 20
    machines = done.observation["machines"]["server"]["children"][0]["children"][0]
    assert [m["state"] for m in machines["children"]] == ["off"]


def test_a_guest_on_bare_metal_ends_when_the_machine_has_no_more() -> None:
    world = does(allocate(900))
    world["machines"] = {"server": {"ram_mib": 1000}}
    plan = [install("bare"), {"power_on": {"machine": "server"}}, app_vm(), wait()]
    done = run(plan, world=world)
    assert events(done, "oom_kill") == []
    ended = events(done, "no_frame")
    assert [(e.actor, e.detail["target"]) for e in ended] == [("bare", "guest-1")]
    assert done.metrics["processes"] == 0


def test_threads_of_a_process_killed_for_memory_stop_too() -> None:
    done = boxed(
        {"fork": {"steps": [{"compute": {"ms": 5_000, "threads": 2}}]}},
        allocate(100),
        limits={"memory_max_mib": 64, "oom_group": True},
    )
    assert [e.detail["exit_status"] for e in events(done, "exit")] == [137, 137]
    assert done.metrics["processes"] == 1
