"""Signals: numbers, default actions, handlers, process 1, and who may send what."""

import signal as host_signals

import pytest

from simulator.subsystems.processes import Process
from simulator.subsystems.signals import DEFAULTS, LOGS, NUMBERS, UNSTOPPABLE, deliver
from simulator.world import World
from tests.simulator.subsystems.doing import (
    SLEEP,
    boxes,
    does,
    fork,
    in_box,
    kernel,
    on_host,
    processes,
    spawn,
    states,
)
from tests.simulator.worlds import box, events, failures


def send(process: Process, name: str, sender: Process | None = None) -> int:
    return deliver(process.kernel, process, name, None, sender)


def app(world: World) -> Process:
    return processes(world)[0]


def disposition(world: World, seq: int) -> str:
    return str(world.engine.events[seq].detail.get("disposition", ""))


@pytest.mark.parametrize("name", [*NUMBERS])
def test_numbers_are_those_of_linux(name: str) -> None:
    assert NUMBERS[name] == host_signals.Signals[name].value


def test_every_unusual_default_is_of_a_known_signal() -> None:
    assert {*DEFAULTS, *UNSTOPPABLE, *LOGS} <= set(NUMBERS)


@pytest.mark.parametrize(
    ("name", "status", "log"),
    [
        ("SIGTERM", 143, "Terminated"),
        ("SIGKILL", 137, "Killed"),
        ("SIGINT", 130, "Interrupt"),
        ("SIGHUP", 129, "Hangup"),
        ("SIGSEGV", 139, "Segmentation fault (core dumped)"),
        ("SIGUSR1", 138, "exited with status 138"),
    ],
)
def test_most_signals_end_a_process(name: str, status: int, log: str) -> None:
    world = on_host(does())
    send(app(world), name)
    ended = events(world, "exit")[0]
    assert (ended.detail["exit_status"], ended.detail["log"]) == (status, log)
    assert (ended.detail["signal"], app(world).signal) == (name, name)
    assert ended.cause == events(world, "signal")[0].seq


def test_the_event_of_a_signal() -> None:
    world = on_host(does())
    seq = deliver(kernel(world), app(world), "SIGCHLD", 3)
    assert dict(world.engine.events[seq].detail) == {
        "target": "/srv/app",
        "pid": 2,
        "signal": "SIGCHLD",
        "disposition": "ignore",
    }
    assert world.engine.events[seq].cause == 3
    assert states(world) == ["running"]


@pytest.mark.parametrize(
    ("handler", "state"), [("exit", "gone"), ("ignore", "running"), ("default", "gone")]
)
def test_a_program_chooses_what_a_signal_does(handler: str, state: str) -> None:
    world = on_host(does(signals={"SIGTERM": handler}))
    send(app(world), "SIGTERM")
    assert states(world) == [state]


def test_a_handler_that_exits_ends_with_success() -> None:
    world = on_host(does(signals={"SIGTERM": "exit"}))
    send(app(world), "SIGTERM")
    ended = events(world, "exit")[0]
    assert (ended.outcome, dict(ended.detail)) == (
        "ok",
        {"target": "/srv/app", "pid": 2, "exit_status": 0},
    )


@pytest.mark.parametrize("name", UNSTOPPABLE)
def test_nobody_handles_what_cannot_be_handled(name: str) -> None:
    world = on_host(does())
    assert app(world).handlers == {}
    send(app(world), name)
    assert states(world) == [{"SIGKILL": "gone", "SIGSTOP": "stopped"}[name]]


def test_forwarding_sends_it_to_the_children_that_live() -> None:
    world = on_host(
        does(
            spawn(),
            spawn(),
            fork({"exit": {}}),
            signals={"SIGTERM": "forward"},
            child_signals={"SIGTERM": "exit"},
        )
    )
    seq = send(app(world), "SIGTERM")
    sent = events(world, "signal")
    assert [e.detail["pid"] for e in sent] == [2, 3, 4]
    assert [e.cause for e in sent[1:]] == [seq, seq]
    assert states(world, "child") == ["zombie", "zombie"]
    assert states(world) == ["running", "zombie"]


def test_what_is_ignored_stays_ignored_in_a_new_program() -> None:
    world = on_host(
        does({"exec": {"program": "child"}}, signals={"SIGHUP": "ignore"}),
    )
    (process,) = processes(world, "child")
    send(process, "SIGHUP")
    assert process.state == "running"


def test_a_handler_is_forgotten_by_a_new_program() -> None:
    world = on_host(does({"exec": {"program": "child"}}, signals={"SIGHUP": "exit"}))
    (process,) = processes(world, "child")
    send(process, "SIGHUP")
    assert process.exit_status == 129


def test_children_inherit_handlers() -> None:
    world = on_host(does(fork(), signals={"SIGHUP": "ignore"}))
    child = processes(world)[1]
    send(child, "SIGHUP")
    assert child.state == "running"


@pytest.mark.parametrize("name", ["SIGSTOP", "SIGTSTP"])
def test_a_stopped_process_gets_its_signals_when_it_goes_on(name: str) -> None:
    world = on_host(does())
    send(app(world), name)
    assert disposition(world, send(app(world), "SIGTERM")) == "pend"
    assert states(world) == ["stopped"]
    seq = send(app(world), "SIGCONT")
    assert disposition(world, seq) == "continue"
    assert states(world) == ["gone"]
    assert events(world, "signal")[-1].cause == seq


def test_a_stopped_process_can_be_killed() -> None:
    world = on_host(does())
    send(app(world), "SIGSTOP")
    send(app(world), "SIGKILL")
    assert app(world).exit_status == 137


def test_going_on_is_nothing_to_one_that_runs() -> None:
    world = on_host(does())
    send(app(world), "SIGCONT")
    assert states(world) == ["running"]


def test_a_stopped_process_that_goes_on_keeps_its_handlers() -> None:
    world = on_host(does(signals={"SIGTERM": "ignore"}))
    for name in ("SIGSTOP", "SIGTERM", "SIGCONT"):
        send(app(world), name)
    assert states(world) == ["running"]
    assert app(world).pending == []


def test_signals_do_nothing_to_a_zombie() -> None:
    world = on_host(does(fork({"exit": {}}), SLEEP))
    zombie = processes(world)[1]
    assert disposition(world, send(zombie, "SIGKILL")) == "none"
    assert zombie.state == "zombie"


def test_nobody_is_there_when_it_is_gone() -> None:
    world = on_host(does())
    send(app(world), "SIGKILL")
    refused = world.engine.events[send(app(world), "SIGTERM")]
    assert (refused.outcome, dict(refused.detail)) == (
        "failed",
        {
            "target": "/srv/app",
            "pid": 2,
            "signal": "SIGTERM",
            "errno": 3,
            "errno_name": "ESRCH",
            "log": "kill: No such process",
        },
    )


class TestProcess1:
    """pid_namespaces(7): what the kernel keeps from a namespace's init."""

    @pytest.mark.parametrize("name", ["SIGTERM", "SIGINT", "SIGHUP", "SIGSEGV"])
    def test_without_a_handler_it_gets_no_signal(self, name: str) -> None:
        world = in_box(does())
        assert disposition(world, send(app(world), name)) == "discard"
        assert states(world) == ["running"]

    def test_with_a_handler_it_gets_the_signal(self) -> None:
        world = in_box(does(signals={"SIGTERM": "exit"}))
        send(app(world), "SIGTERM")
        assert (states(world), boxes(world)[0].exit_status) == (["gone"], 0)

    @pytest.mark.parametrize(
        ("name", "state"), [("SIGKILL", "gone"), ("SIGSTOP", "stopped")]
    )
    def test_from_outside_it_can_be_killed_and_stopped(
        self, name: str, state: str
    ) -> None:
        world = in_box(does())
        send(app(world), name)
        assert states(world) == [state]

    @pytest.mark.parametrize("name", ["SIGKILL", "SIGSTOP", "SIGTERM"])
    def test_from_inside_it_cannot(self, name: str) -> None:
        world = in_box(does(spawn()))
        child = processes(world, "child")[0]
        assert disposition(world, send(app(world), name, child)) == "discard"
        assert states(world) == ["running"]

    def test_the_rule_can_be_switched_off(self) -> None:
        ordinary = {"kernel.pid1_signals": "ordinary"}
        world = in_box(does(), mechanisms=ordinary)
        send(app(world), "SIGTERM")
        assert boxes(world)[0].exit_status == 143

    def test_its_children_are_ordinary_processes(self) -> None:
        world = in_box(does(spawn()))
        send(processes(world, "child")[0], "SIGTERM")
        assert states(world, "child") == ["zombie"]

    @pytest.mark.parametrize("name", ["SIGKILL", "SIGTERM"])
    def test_the_systems_init_gets_none(self, name: str) -> None:
        world = on_host(does())
        init = kernel(world).init
        assert init is not None
        assert disposition(world, send(init, name)) == "discard"
        assert kernel(world).state == "running"


class TestPermission:
    """kill(2): the same user, or CAP_KILL over the target's user namespace."""

    def test_a_process_that_cannot_be_seen_is_not_there(self) -> None:
        world = in_box(does(), asked=box(2))
        first, second = processes(world)
        refused = world.engine.events[send(second, "SIGTERM", first)]
        assert refused.detail["errno_name"] == "ESRCH"
        assert refused.detail["log"] == "kill: No such process in this PID namespace"

    def test_the_host_sees_and_signals_all(self) -> None:
        world = in_box(does())
        init = kernel(world).init
        send(app(world), "SIGKILL", init)
        assert boxes(world)[0].exit_status == 137

    def test_a_mapped_root_may_not_signal_the_hosts_processes(self) -> None:
        shared = box(host_namespaces=["pid"], uid_map=[{"outside": 100_000}])
        world = in_box(does(), asked=shared)
        engine = processes(world, "docker")[0]
        refused = world.engine.events[send(engine, "SIGKILL", app(world))]
        assert refused.detail["errno_name"] == "EPERM"
        assert failures(world)[-1] == ("linux-1", "signal", "EPERM")
        assert engine.state == "running"

    def test_an_unmapped_one_may(self) -> None:
        world = in_box(does(), asked=box(host_namespaces=["pid"]))
        engine = processes(world, "docker")[0]
        send(engine, "SIGKILL", app(world))
        assert engine.exit_status == 137

    def test_the_hosts_root_may_signal_a_mapped_one(self) -> None:
        world = in_box(does(), asked=box(uid_map=[{"outside": 100_000}]))
        send(app(world), "SIGKILL", processes(world, "docker")[0])
        assert app(world).exit_status == 137

    def test_another_user_needs_the_capability(self) -> None:
        world = on_host(does(spawn()))
        child = processes(world, "child")[0]
        child.credentials = type(child.credentials)(
            1000, child.credentials.user, frozenset()
        )
        assert app(world).credentials.uid == 0
        refused = world.engine.events[send(app(world), "SIGTERM", child)]
        assert refused.detail["errno_name"] == "EPERM"
        assert refused.detail["log"] == "kill: Operation not permitted"
        send(child, "SIGTERM", child)
        assert child.state == "zombie"
