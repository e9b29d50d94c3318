"""Signals from outside, a container's stop, and what a container's end is."""

from typing import Any

import pytest

from simulator.calibration import figure
from tests.simulator.worlds import (
    BOOT,
    ENGINE,
    KVM,
    box,
    events,
    execute,
    failures,
    install,
    ram,
    run,
    vm,
)

STOP = "*** STOP: 0x0000007E (SYSTEM_THREAD_EXCEPTION_NOT_HANDLED)"
HANDLES = {"programs": {"app": {"signals": {"SIGTERM": "exit"}}}}


def send(name: str, on: str = "box", **more: Any) -> Any:
    return {"signal": {"signal": name, "on": on, **more}}


def stop(on: str = "box", **more: Any) -> Any:
    return {"stop_container": {"on": on, **more}}


def states(done: Any) -> list[tuple[str, str]]:
    engine = done.observation["machines"]["server"]["children"][0]["children"][0]
    return [(child["name"], child["state"]) for child in engine["children"]]


def test_a_signal_goes_to_a_containers_main_process() -> None:
    done = run([*ENGINE, box(), send("SIGKILL")])
    sent = events(done, "signal", actor="linux-1")[0]
    assert dict(sent.detail) == {
        "target": "/srv/app",
        "pid": 3,
        "signal": "SIGKILL",
        "disposition": "terminate",
    }
    assert sent.cause == events(done, "signal", actor="operator")[0].seq
    assert events(done, "exit")[0].detail["exit_status"] == 137


def test_a_signal_goes_to_all_processes_of_a_program_at_a_place() -> None:
    plan = [*BOOT, install("app"), execute("app"), execute("app")]
    done = run([*plan, send("SIGTERM", "server", program="app")])
    assert [e.detail["pid"] for e in events(done, "signal", actor="linux-1")] == [2, 3]
    assert [e.detail["exit_status"] for e in events(done, "exit")] == [143, 143]


def test_a_program_of_a_container_is_not_meant_when_the_host_is() -> None:
    plan = [*ENGINE, install("app"), execute("app"), box()]
    done = run([*plan, send("SIGTERM", "server", program="app")])
    assert [e.detail["pid"] for e in events(done, "exit")] == [3]
    assert states(done) == [("box-1", "running")]


def test_without_a_program_a_signal_goes_to_the_systems_init() -> None:
    done = run([*BOOT, send("SIGTERM", "server")])
    sent = events(done, "signal", actor="linux-1")[0]
    assert (sent.detail["pid"], sent.detail["disposition"]) == (1, "discard")
    assert failures(done) == []


@pytest.mark.parametrize("program", [{}, {"program": "app"}])
def test_there_may_be_nobody_to_signal(program: dict[str, str]) -> None:
    done = run([*ENGINE, box(), send("SIGKILL"), send("SIGTERM", **program)])
    refused = events(done, "signal", actor="box-1")[0]
    assert (refused.detail["errno_name"], refused.detail["log"]) == (
        "ESRCH",
        "kill: No such process",
    )
    assert refused.cause == events(done, "container_exit")[0].seq


def test_nobody_can_be_signalled_where_no_system_runs() -> None:
    done = run([send("SIGTERM", "server")])
    log = "no operating system is running here that could do it"
    assert failures(done) == [("server", "signal", log)]


def test_a_container_that_handles_sigterm_stops_at_once() -> None:
    done = run([*ENGINE, box(), stop()], world=HANDLES)
    asked, ended = events(done, "stop_container")[0], events(done, "container_exit")[0]
    assert ended.time == asked.time
    assert (ended.outcome, ended.detail["exit_status"]) == ("ok", 0)
    assert states(done) == [("box-1", "exited")]


def test_one_that_does_not_is_killed_after_the_grace_period() -> None:
    done = run([*ENGINE, box(), stop()])
    asked, ended = events(done, "stop_container")[0], events(done, "container_exit")[0]
    assert ended.time - asked.time == 10_000_000
    assert dict(ended.detail) == {
        "target": "box-1",
        "exit_status": 137,
        "log": "Exited (137)",
    }
    term, kill = events(done, "signal", actor="linux-1")
    assert (term.detail["disposition"], kill.cause) == ("discard", term.seq)


def test_the_grace_period_can_be_chosen() -> None:
    done = run([*ENGINE, box(), stop(grace_s=3)])
    asked, ended = events(done, "stop_container")[0], events(done, "container_exit")[0]
    assert ended.time - asked.time == 3_000_000


def test_without_the_rule_of_number_1_sigterm_ends_it() -> None:
    ordinary = {"kernel.pid1_signals": "ordinary"}
    done = run([*ENGINE, box(), stop()], mechanisms=ordinary)
    assert events(done, "container_exit")[0].detail["exit_status"] == 143


def test_outside_a_pid_namespace_the_rule_does_not_hold() -> None:
    done = run([*ENGINE, box(host_namespaces=["pid"]), stop()])
    assert events(done, "container_exit")[0].detail["exit_status"] == 143


@pytest.mark.parametrize(
    ("shared", "limits", "left"),
    [([], "on", 0), (["pid"], "on", 0), (["pid"], "off", 2)],
)
def test_who_else_is_in_a_container_that_is_stopped(
    shared: list[str], limits: str, left: int
) -> None:
    more = [execute("app", "box"), execute("app", "box")]
    plan = [*ENGINE, box(host_namespaces=shared), *more, stop()]
    done = run(plan, mechanisms={"container.limits": limits})
    assert done.observation["programs"]["app"]["running"] == left


def test_the_engine_kills_them_because_the_first_one_has_ended() -> None:
    plan = [*ENGINE, box(host_namespaces=["pid"]), execute("app", "box"), stop()]
    done = run(plan)
    first, second = events(done, "exit")
    (killed,) = events(done, "signal", signal="SIGKILL")
    assert (killed.cause, second.cause) == (first.seq, killed.seq)


def test_containers_of_a_group_stop_side_by_side() -> None:
    done = run([*ENGINE, box(3), stop()])
    times = [e.time for e in events(done, "container_exit")]
    assert times == [times[0]] * 3


def test_a_container_that_has_ended_is_not_stopped_again() -> None:
    done = run([*ENGINE, box(), stop(grace_s=0), stop(), execute("app", "box")])
    log = "container box-1 is not running"
    assert failures(done)[-2:] == [
        ("box-1", "stop_container", log),
        ("box-1", "exec", log),
    ]
    ended = events(done, "container_exit")[0].seq
    assert [e.cause for e in events(done, actor="box-1")] == [ended, ended]


def test_a_machine_is_no_container() -> None:
    done = run([*KVM, vm(), stop("guest")])
    assert failures(done) == [
        ("guest-1", "stop_container", "no such container: guest-1")
    ]


def test_a_container_gives_back_its_memory() -> None:
    before, after = run(ENGINE), run([*ENGINE, box(), stop()])
    left = ram(after) - ram(before)
    assert left == 10 * 1024
    assert ram(run([*ENGINE, box()])) - ram(before) == (
        left + 100 * 1024 + figure("container_memory")
    )


def test_a_container_ends_with_its_program() -> None:
    world = {"programs": {"app": {"does": [{"sleep": {"ms": 50}}, {"exit": {}}]}}}
    done = run([*ENGINE, box(), {"wait": {"seconds": 1}}], world=world)
    ended = events(done, "container_exit")[0]
    assert (ended.outcome, ended.cause) == ("ok", events(done, "exit")[0].seq)
    assert states(done) == [("box-1", "exited")]


def test_a_container_may_end_before_it_runs() -> None:
    world = {"programs": {"app": {"calls": ["NtCreateFile"]}}}
    done = run([*ENGINE, box()], world=world)
    ended = events(done, "container_exit")[0]
    assert ended.detail["exit_status"] == 134
    assert states(done) == [("box-1", "exited")]


def test_a_container_whose_program_cannot_start_has_no_exit() -> None:
    done = run([*ENGINE, box(run="sh")])
    assert events(done, "container_exit") == []
    assert states(done) == [("box-1", "exited")]


def test_a_stop_that_the_power_cuts_short() -> None:
    """The main process is gone with its kernel: nobody waits for its end."""
    world = {"programs": {"app": {"does": [{"sleep": {"ms": 10}}, {"exit": {}}]}}}
    cut = {"cut_power": {"machine": "server"}}
    done = run([*ENGINE, box(), cut, stop()], world=world)
    log = "container box-1 is not running"
    assert failures(done)[-1] == ("box-1", "stop_container", log)


def bug(on: str = "server", **more: Any) -> Any:
    return {"kernel_bug": {"on": on, **more}}


def test_a_bug_in_an_interrupt_takes_the_kernel_and_all_containers() -> None:
    done = run([*ENGINE, box(3), bug()])
    log = "Kernel panic - not syncing: Fatal exception in interrupt"
    assert failures(done)[-1] == ("linux-1", "panic", log)
    assert states(done) == [(f"box-{n}", "dead") for n in (1, 2, 3)]
    assert done.metrics["kernels"] == 0


def test_a_bug_met_in_a_container_is_one_of_the_hosts_kernel() -> None:
    done = run([*ENGINE, box(3), bug("box", program="app")])
    killed = events(done, "exit")
    assert [e.detail["pid"] for e in killed] == [3, 4, 5]
    panics = {"systems": {"linux": {"panic_on_oops": True}}}
    done = run([*ENGINE, box(3), bug("box", program="app")], world=panics)
    assert len(events(done, "panic")) == 1
    assert events(done, "exit") == []


def test_a_bug_of_a_guests_kernel_is_the_guests_alone() -> None:
    done = run([*KVM, vm(2), bug("guest", program="app"), bug("guest")])
    assert [e.actor for e in events(done, "panic")] == ["linux-2", "linux-3"]
    assert done.observation["software"]["kvm"]["state"] == "running"


@pytest.mark.parametrize(
    ("system", "words"),
    [
        ("linux", "Kernel panic - not syncing: Fatal exception in interrupt"),
        ("windows", f"{STOP}: Fatal exception in interrupt"),
        (
            "mac",
            "panic(cpu 0 caller 0xffffff8000000000): Fatal exception in interrupt",
        ),
    ],
)
def test_each_family_has_last_words_of_its_own(system: str, words: str) -> None:
    done = run([install(system), {"power_on": {"machine": "server"}}, bug()])
    assert events(done, "panic")[0].detail["log"] == words


@pytest.mark.parametrize("system", ["windows", "mac"])
def test_only_linux_outlives_a_bug_in_a_system_call(system: str) -> None:
    program = {"format": "pe" if system == "windows" else "mach-o"}
    plan = [install(system), {"power_on": {"machine": "server"}}, install("app")]
    done = run(
        [*plan, execute("app"), bug(program="app")],
        world={"programs": {"app": program}},
    )
    assert len(events(done, "panic")) == 1


def test_a_bug_needs_a_process_to_meet_it() -> None:
    done = run([*BOOT, bug(program="app")])
    assert failures(done) == [("server", "kernel_bug", "ESRCH")]


def test_a_bug_needs_a_kernel() -> None:
    done = run([bug()])
    log = "no operating system is running here that could do it"
    assert failures(done) == [("server", "kernel_bug", log)]


class TestPanicTimeout:
    """``kernel.panic``: reboot after so many seconds, or hang."""

    @staticmethod
    def reboots(seconds: int) -> dict[str, Any]:
        return {"systems": {"linux": {"panic_timeout_s": seconds}}}

    def test_a_system_hangs_unless_told_otherwise(self) -> None:
        done = run([*ENGINE, bug(), {"wait": {"seconds": 600}}])
        assert len(events(done, "power_on_self_test")) == 1
        assert done.metrics["kernels"] == 0

    def test_it_reboots_after_its_time(self) -> None:
        wait = {"wait": {"seconds": 600}}
        done = run([*ENGINE, bug(), wait], world=self.reboots(30))
        panic, off = events(done, "panic")[0], events(done, "power_off")[0]
        assert (off.cause, off.time - panic.time) == (panic.seq, 30_000_000)
        assert off.detail["log"] == "Rebooting in 30 seconds.."
        assert events(done, "boot_services")[-1].actor == "linux-2"
        assert done.observation["software"]["docker"]["state"] == "running"

    def test_containers_do_not_come_back_by_themselves(self) -> None:
        wait = {"wait": {"seconds": 600}}
        done = run([*ENGINE, box(2), bug(), wait], world=self.reboots(30))
        assert done.observation["programs"]["app"]["running"] == 0

    def test_somebody_may_come_first(self) -> None:
        plan = [*BOOT, bug(), {"reboot": {"machine": "server"}}]
        done = run([*plan, {"wait": {"seconds": 600}}], world=self.reboots(30))
        assert len(events(done, "power_on_self_test")) == 2
        assert done.metrics["kernels"] == 1

    def test_or_take_the_power_away(self) -> None:
        plan = [*BOOT, bug(), {"power_off": {"machine": "server"}}]
        done = run([*plan, {"wait": {"seconds": 600}}], world=self.reboots(30))
        assert len(events(done, "power_on_self_test")) == 1
