"""Steps that ask something of the kernel: signals, namespaces, privileges, bugs."""

from collections.abc import Sequence
from typing import Any

import pytest

from simulator.subsystems.steps.calls import PRIVILEGED
from simulator.subsystems.users import (
    ALL_CAPABILITIES,
    CAPABILITIES,
    CONTAINER_CAPABILITIES,
    IdRange,
)
from simulator.world import World
from tests.simulator.subsystems.doing import (
    EXIT,
    SLEEP,
    WAIT,
    boxes,
    does,
    fork,
    in_box,
    kernel,
    on_host,
    processes,
    spawn,
    states,
    step,
)
from tests.simulator.worlds import BOOT, Step, box, events, failures, install, live

USER = 1000
MAPPED = [{"outside": 100_000}]


def as_user(*steps: Step, uid: int = USER, **more: Any) -> World:
    """The world after a user of the server has done these steps."""
    return on_host(does(step("set_user", uid=uid), *steps), **more)


def refusals(world: World) -> list[tuple[str, str, str]]:
    """Action, errno and log of each refusal."""
    return [
        (e.action, e.detail["errno_name"], e.detail["log"])
        for e in events(world, outcome="failed")
        if "errno_name" in e.detail
    ]


def unshare(*kinds: str, **more: Any) -> Step:
    return step("unshare", kinds=list(kinds), **more)


def call(name: str, value: str = "") -> Step:
    return step("system_call", name=name, **({"value": value} if value else {}))


def kill(signal: str = "SIGTERM", **more: Any) -> Step:
    return step("kill", signal=signal, **more)


class TestKill:
    """kill(2), by the numbers of the sender's own PID namespace."""

    def test_a_process_signals_another_by_its_number(self) -> None:
        world = on_host(does(spawn(), kill(pid=3)))
        sent = events(world, "signal")[0]
        assert (sent.detail["pid"], sent.cause) == (
            3,
            events(world, "execve", target="/srv/child")[0].seq,
        )
        assert states(world, "child") == ["zombie"]

    def test_or_all_processes_of_a_program(self) -> None:
        world = on_host(does(spawn(), spawn(), kill(program="child")))
        assert [e.detail["pid"] for e in events(world, "signal")] == [3, 4]
        assert states(world, "child") == ["zombie", "zombie"]

    def test_numbers_are_those_inside(self) -> None:
        world = in_box(does(spawn(), kill(pid=2)))
        assert states(world, "child") == ["zombie"]
        assert processes(world, "child")[0].pid == 4

    def test_number_1_inside_is_not_the_systems_init(self) -> None:
        world = in_box(does(spawn(), child=[kill("SIGKILL", pid=1)]))
        sent = events(world, "signal")[0]
        assert (sent.detail["pid"], sent.detail["disposition"]) == (3, "discard")
        assert states(world) == ["running"]

    def test_nobody_has_that_number(self) -> None:
        world = on_host(does(kill(pid=77)))
        refused = events(world, "kill")[0]
        assert dict(refused.detail) == {
            "target": 77,
            "pid": 2,
            "errno": 3,
            "errno_name": "ESRCH",
            "log": "kill: No such process",
        }
        assert processes(world)[0].last_status == 1

    def test_the_hosts_processes_cannot_be_named_from_inside(self) -> None:
        world = in_box(does(kill(pid=3)))
        assert refusals(world) == [("kill", "ESRCH", "kill: No such process")]

    def test_with_the_hosts_numbers_they_can(self) -> None:
        world = in_box(does(kill("SIGKILL", pid=2)), asked=box(host_namespaces=["pid"]))
        assert processes(world, "docker")[0].exit_status == 137

    def test_those_who_are_gone_are_not_meant(self) -> None:
        world = on_host(does(spawn(wait=True), kill(program="child"), child=[EXIT]))
        assert refusals(world) == [("kill", "ESRCH", "kill: No such process")]

    def test_a_process_may_end_itself(self) -> None:
        world = on_host(does(kill(pid=2), spawn()))
        assert processes(world)[0].exit_status == 143
        assert processes(world, "child") == []

    def test_a_user_may_not_signal_another(self) -> None:
        world = as_user(kill(pid=1))
        assert refusals(world) == [("signal", "EPERM", "kill: Operation not permitted")]


class TestUnshare:
    """unshare(2): who may, and what the process sees then."""

    def test_root_leaves_some_namespaces_and_keeps_the_others(self) -> None:
        world = on_host(does(unshare("uts", "net", "mnt")))
        process = processes(world)[0]
        assert process.namespaces.own(kernel(world).namespaces) == ["mnt", "net", "uts"]
        asked = events(world, "unshare")[0]
        assert (asked.detail["kinds"], asked.outcome) == (["uts", "net", "mnt"], "ok")

    def test_names_and_mounts_are_copied_and_interfaces_are_not(self) -> None:
        world = on_host(does(call("mount", "/data"), unshare("uts", "net", "mnt")))
        seen = processes(world)[0].namespaces
        assert seen.uts.hostname == "server"
        assert seen.mnt.mounts == ["/", "/data"]
        assert seen.net.interfaces == ["lo"]

    def test_a_change_inside_is_not_seen_outside(self) -> None:
        world = on_host(
            does(
                unshare("uts", "net", "mnt"),
                call("sethostname", "inner"),
                call("mount", "/secret"),
                call("add_interface", "veth0"),
            )
        )
        inside, host = processes(world)[0].namespaces, kernel(world).namespaces
        assert (inside.uts.hostname, host.uts.hostname) == ("inner", "server")
        assert (inside.mnt.mounts[-1], host.mnt.mounts) == ("/secret", ["/"])
        assert (inside.net.interfaces, host.net.interfaces) == (
            ["lo", "veth0"],
            ["lo", "eth0"],
        )

    def test_a_pid_namespace_is_for_the_children(self) -> None:
        world = on_host(does(unshare("pid"), spawn(), fork(SLEEP)))
        app, child, forked = kernel(world).processes
        assert (app.pid_inside, app.namespaces.pid) == (2, kernel(world).namespaces.pid)
        assert [child.pid_inside, forked.pid_inside] == [1, 2]
        assert child.namespaces.pid.init is child

    @pytest.mark.parametrize("way", [fork(), spawn()])
    def test_after_the_end_of_its_first_process_it_takes_nobody_in(
        self, way: Step
    ) -> None:
        world = on_host(does(unshare("pid"), fork(EXIT), SLEEP, way))
        assert refusals(world) == [("fork", "ENOMEM", "fork: Cannot allocate memory")]
        assert len(kernel(world).processes) == 2

    def test_an_ordinary_user_may_not(self) -> None:
        world = as_user(unshare("uts"), call("sethostname", "x"))
        assert refusals(world) == [
            ("unshare", "EPERM", "unshare: Operation not permitted"),
            ("system_call", "EPERM", "sethostname: Operation not permitted"),
        ]

    def test_but_with_a_user_namespace_he_may(self) -> None:
        world = as_user(unshare("user", "uts"), call("sethostname", "x"))
        process = processes(world)[0]
        assert refusals(world) == []
        assert process.namespaces.uts.hostname == "x"
        assert kernel(world).namespaces.uts.hostname == "server"

    def test_he_is_root_inside_and_himself_outside(self) -> None:
        process = processes(as_user(unshare("user")))[0]
        assert (process.credentials.uid_inside, process.credentials.uid) == (0, USER)
        assert process.credentials.capabilities == ALL_CAPABILITIES
        assert process.credentials.user.uid_map == (IdRange(0, USER, 1),)
        assert process.credentials.user.owner_uid == USER

    @pytest.mark.parametrize("name", [*PRIVILEGED])
    def test_his_power_ends_at_what_his_namespace_owns(self, name: str) -> None:
        world = as_user(unshare("user", "uts", "mnt", "net"), call(name, "/x"))
        kind = PRIVILEGED[name][1]
        assert [action for action, _, _ in refusals(world)] == (
            [] if kind else ["system_call"]
        )

    @pytest.mark.parametrize("kind", ["uts", "mnt", "net"])
    def test_and_the_hosts_namespaces_are_not_his(self, kind: str) -> None:
        name = next(name for name, (_, k) in PRIVILEGED.items() if k == kind)
        world = as_user(unshare("user"), call(name, "/x"))
        assert refusals(world) == [
            ("system_call", "EPERM", f"{name}: Operation not permitted")
        ]

    def test_the_mechanism_lets_capabilities_count_everywhere(self) -> None:
        everywhere = {"kernel.capabilities": "global"}
        world = as_user(
            unshare("user"), call("init_module"), kill(pid=1), mechanisms=everywhere
        )
        assert refusals(world) == []

    def test_a_system_may_keep_user_namespaces_for_root(self) -> None:
        closed = {"kernel.user_namespaces": "privileged"}
        world = as_user(unshare("user", "uts"), mechanisms=closed)
        assert refusals(world) == [
            ("unshare", "EPERM", "unshare: Operation not permitted")
        ]
        root = as_user(unshare("user", "uts"), mechanisms=closed, uid=0)
        assert refusals(root) == []

    def test_a_user_may_map_himself_and_nobody_else(self) -> None:
        world = as_user(unshare("user", uid_map=MAPPED))
        assert refusals(world) == [
            (
                "unshare",
                "EPERM",
                "write /proc/self/uid_map: Operation not permitted",
            )
        ]
        assert processes(world)[0].credentials.uid_inside == USER

    def test_he_may_map_himself_to_another_number(self) -> None:
        own = [{"inside": 7, "outside": USER, "count": 1}]
        world = as_user(unshare("user", uid_map=own))
        assert processes(world)[0].credentials.uid_inside == 7

    def test_root_may_map_others(self) -> None:
        world = on_host(does(unshare("user", uid_map=MAPPED)))
        credentials = processes(world)[0].credentials
        assert credentials.user.uid_map == (IdRange(0, 100_000, 65_536),)
        assert (credentials.uid, credentials.uid_inside) == (0, 65_534)

    def test_user_namespaces_can_be_nested(self) -> None:
        world = as_user(unshare("user"), unshare("user", "uts"))
        user = processes(world)[0].credentials.user
        assert (user.parent and user.parent.parent) is kernel(world).namespaces.user
        assert processes(world)[0].credentials.uid_inside == 0

    def test_a_containers_root_may_not_unshare(self) -> None:
        world = in_box(does(unshare("net")))
        assert refusals(world) == [
            ("unshare", "EPERM", "unshare: Operation not permitted")
        ]


class TestPrivileges:
    """Which capability, over which namespace's owner."""

    def test_every_capability_is_one_that_is_known(self) -> None:
        assert {needed for needed, _ in PRIVILEGED.values()} <= set(CAPABILITIES)

    @pytest.mark.parametrize("name", [*PRIVILEGED])
    def test_the_hosts_root_may_all(self, name: str) -> None:
        world = on_host(does(call(name, "/x")))
        done = events(world, "system_call")[0]
        assert dict(done.detail) == {"target": name, "pid": 2, "value": "/x"}

    @pytest.mark.parametrize("name", [*PRIVILEGED])
    def test_an_ordinary_user_may_none(self, name: str) -> None:
        refused = events(as_user(call(name)), "system_call")[0]
        assert dict(refused.detail) == {
            "target": name,
            "pid": 2,
            "errno": 1,
            "errno_name": "EPERM",
            "log": f"{name}: Operation not permitted",
        }

    @pytest.mark.parametrize("name", [*PRIVILEGED])
    def test_a_containers_root_may_few(self, name: str) -> None:
        world = in_box(does(call(name)))
        assert [f[1] for f in refusals(world)] == ([] if name == "mknod" else ["EPERM"])

    def test_a_mapped_root_may_less(self) -> None:
        world = in_box(does(call("mknod")), asked=box(uid_map=MAPPED))
        assert [f[1] for f in refusals(world)] == ["EPERM"]

    def test_a_name_is_set_for_all_who_share_it(self) -> None:
        world = on_host(does(call("sethostname", "other"), spawn()))
        assert processes(world, "child")[0].namespaces.uts.hostname == "other"


class TestSharedMemory:
    """shmget(2): keys are looked up in the caller's IPC namespace."""

    def test_what_one_made_another_finds(self) -> None:
        world = on_host(
            does(
                step("make_segment", key=7),
                spawn(),
                child=[step("find_segment", key=7)],
            )
        )
        assert [e.outcome for e in events(world, "shmget")] == ["ok", "ok"]
        assert kernel(world).namespaces.ipc.segments == {7: 0}

    def test_what_is_not_there_is_not_found(self) -> None:
        world = on_host(does(step("find_segment", key=7)))
        assert refusals(world) == [
            ("shmget", "ENOENT", "shmget: No such file or directory")
        ]
        assert processes(world)[0].last_status == 1

    def test_a_key_is_given_once(self) -> None:
        again = [step("make_segment", key=7)] * 2
        assert refusals(on_host(does(*again))) == [
            ("shmget", "EEXIST", "shmget: File exists")
        ]

    @pytest.mark.parametrize(
        ("shared", "found"), [([], ["ok", "failed"]), (["ipc"], ["ok", "ok"])]
    )
    def test_a_container_finds_what_is_in_its_own_namespace(
        self, shared: Sequence[str], found: list[str]
    ) -> None:
        spec = does(step("find_segment", key=7), child=[step("make_segment", key=7)])
        plan = [install("child"), {"exec": {"program": "child", "on": "server"}}, WAIT]
        world = live(
            [*BOOT, *plan, install("docker"), box(host_namespaces=shared), WAIT],
            world=spec,
        )
        assert [e.outcome for e in events(world, "shmget")] == found


class TestBug:
    """A bug of the kernel, met in a system call or in an interrupt."""

    def test_in_a_system_call_it_costs_that_process(self) -> None:
        world = in_box(does(spawn(), child=[step("meet_bug")]))
        (oops,) = events(world, "oops")
        assert dict(oops.detail) == {
            "target": "/srv/child",
            "pid": 4,
            "log": "BUG: kernel NULL pointer dereference, address: 0000000000000000",
        }
        ended = events(world, "exit")[0]
        assert (ended.cause, ended.detail["signal"]) == (oops.seq, "SIGKILL")
        assert (states(world), kernel(world).state) == (["running"], "running")

    def test_some_systems_rather_panic(self) -> None:
        spec = does(step("meet_bug"))
        spec["systems"] = {"linux": {"panic_on_oops": True}}
        world = in_box(spec, asked=box(2))
        log = "Kernel panic - not syncing: Fatal exception"
        assert events(world, "panic")[0].detail["log"] == log
        assert kernel(world).state == "dead"
        assert [found.state for found in boxes(world)] == ["dead", "dead"]

    def test_in_an_interrupt_every_kernel_panics(self) -> None:
        world = on_host(does(step("meet_bug", in_interrupt=True)))
        (oops,) = events(world, "oops")
        assert (oops.detail["target"], "pid" in oops.detail) == ("server", False)
        (panic,) = events(world, "panic")
        assert panic.cause == oops.seq
        log = "Kernel panic - not syncing: Fatal exception in interrupt"
        assert (panic.detail["log"], kernel(world).state) == (log, "dead")

    def test_nothing_is_done_after_it(self) -> None:
        world = on_host(does(step("meet_bug", in_interrupt=True), spawn()))
        assert processes(world, "child") == []
        assert failures(world)[-1][:2] == ("linux-1", "panic")


class TestSetUser:
    """setuid(2): who may become whom, and what that costs."""

    def test_root_becomes_an_ordinary_user_without_capabilities(self) -> None:
        world = as_user()
        credentials = processes(world)[0].credentials
        assert (credentials.uid, credentials.capabilities) == (USER, frozenset())
        assert dict(events(world, "setuid")[0].detail) == {
            "target": USER,
            "pid": 2,
            "uid_outside": USER,
        }

    def test_there_is_no_way_back(self) -> None:
        world = as_user(step("set_user", uid=0))
        assert refusals(world) == [
            ("setuid", "EPERM", "setuid 0: Operation not permitted")
        ]
        assert processes(world)[0].credentials.uid == USER

    def test_but_to_oneself(self) -> None:
        assert refusals(as_user(step("set_user", uid=USER))) == []

    def test_root_stays_root_with_all_that_it_had(self) -> None:
        world = in_box(does(step("set_user", uid=0)))
        held = processes(world)[0].credentials.capabilities
        assert held == frozenset(CONTAINER_CAPABILITIES)

    def test_a_containers_user_is_one_of_its_namespace(self) -> None:
        world = in_box(does(step("set_user", uid=7)), asked=box(uid_map=MAPPED))
        credentials = processes(world)[0].credentials
        assert (credentials.uid, credentials.uid_inside) == (100_007, 7)
        assert events(world, "setuid")[0].detail["uid_outside"] == 100_007

    def test_a_user_that_its_namespace_does_not_have(self) -> None:
        spec = does(step("set_user", uid=70_000))
        world = in_box(spec, asked=box(uid_map=MAPPED))
        assert refusals(world) == [
            ("setuid", "EINVAL", "setuid 70000: Invalid argument")
        ]
        assert processes(world)[0].credentials.uid_inside == 0
