"""Containers as the engine keeps them: files, volumes, ends, restarts, checks, logs."""

from types import SimpleNamespace
from typing import Any

import pytest

from simulator import Run
from simulator.calibration import figure
from simulator.subsystems.container import ContainerEngine
from simulator.subsystems.containers.health import give_up
from tests.simulator.worlds import (
    BOOT,
    ENGINE,
    box,
    events,
    execute,
    failures,
    install,
    mechanism,
    merged,
    vm,
)
from tests.simulator.worlds import run as run_plan

MIB = 1024
OFF: dict[str, Any] = {"cut_power": {"machine": "server"}}
ON: dict[str, Any] = {"power_on": {"machine": "server"}}
PROGRAMS: dict[str, Any] = {
    "writer": {
        "path": "/bin/writer",
        "format": "elf",
        "does": [{"write_file": {"path": "/db/rows", "content": "new"}}, {"exit": {}}],
    },
    "reader": {
        "path": "/bin/reader",
        "format": "elf",
        "does": [{"cat": {"path": "/db/rows"}}, {"exit": {}}],
    },
    "remover": {
        "path": "/bin/remover",
        "format": "elf",
        "does": [{"remove_file": {"path": "/db/rows"}}, {"exit": {}}],
    },
    "crasher": {
        "path": "/bin/crasher",
        "format": "elf",
        "does": [{"print": {"text": "oops"}}, {"exit": {"status": 3}}],
    },
    "worker": {
        "path": "/bin/worker",
        "format": "elf",
        "does": [{"sleep": {"ms": 1000}}, {"exit": {"status": 0}}],
    },
}
FILES = [{"path": "/db/rows", "kib": 100 * MIB, "content": "old"}]
IMAGE: dict[str, Any] = {
    "programs": ["app", "sh", *PROGRAMS],
    "files": FILES,
    "config": {"cmd": ["/srv/app"]},
}
WORLD: dict[str, Any] = {"programs": PROGRAMS, "images": {"app_image": IMAGE}}


def run(plan: Any, world: Any = None, **more: Any) -> Run:
    return run_plan([*ENGINE, *plan], world=merged(WORLD, world or {}), **more)


def start(**more: Any) -> dict[str, Any]:
    """A container of the image, with what its configuration says."""
    step: dict[str, Any] = box(**more)
    del step["start_container"]["run"]
    return step


def configured(**config: Any) -> dict[str, Any]:
    return {"images": {"app_image": {"config": config}}}


def remove(on: str = "box", **more: Any) -> dict[str, Any]:
    return {"remove_container": {"on": on, **more}}


def again(on: str = "box") -> dict[str, Any]:
    return {"restart_container": {"on": on}}


def stop(on: str = "box", grace_s: int = 10) -> dict[str, Any]:
    return {"stop_container": {"on": on, "grace_s": grace_s}}


def wait(seconds: int) -> dict[str, Any]:
    return {"wait": {"seconds": seconds}}


def containers(done: Run) -> list[dict[str, Any]]:
    kernel = done.observation["machines"]["server"]["children"][0]
    found: list[dict[str, Any]] = kernel["children"][0]["children"]
    return found


def content(done: Run) -> list[str]:
    """What each reader has read, or the error that it got."""
    return [
        e.detail.get("content") or e.detail["errno_name"] for e in events(done, "cat")
    ]


RUNNING = (
    'cannot remove container "/box-1": container is running: stop the'
    " container before removing or force remove"
)

# Commands.


def test_an_image_says_what_runs() -> None:
    done = run([start()])
    assert [e.detail["target"] for e in events(done, "execve")][-1] == "/srv/app"
    assert done.observation["programs"]["app"]["attempts"] == 1
    assert containers(done)[0]["state"] == "running"


def test_the_shell_form_puts_a_shell_in_front() -> None:
    shell = {"programs": {"sh": {"acts_as": "shell"}}}
    done = run([start()], merged(shell, configured(cmd="worker ; /srv/app")))
    executed = events(done, "execve", place="box-1")
    ran = [e.detail["target"] for e in executed]
    assert ran == ["/bin/sh", "/bin/worker", "/srv/app"]
    assert failures(done) == []


def test_a_shell_becomes_what_exec_names() -> None:
    shell = {"programs": {"sh": {"acts_as": "shell"}}}
    done = run([start(command="exec /srv/app")], shell)
    executed = events(done, "execve", place="box-1")
    assert [e.detail["target"] for e in executed] == ["/bin/sh", "/srv/app"]
    assert executed[0].detail["pid"] == executed[1].detail["pid"]


def test_a_shell_that_execs_in_the_middle_never_comes_back() -> None:
    shell = {"programs": {"sh": {"acts_as": "shell"}}}
    done = run([start(command="worker; exec crasher; /srv/app"), wait(5)], shell)
    executed = [e.detail["target"] for e in events(done, "execve", place="box-1")]
    assert executed == ["/bin/sh", "/bin/worker", "/bin/crasher"]


def test_a_shell_that_execs_its_last_command() -> None:
    shell = {"programs": {"sh": {"acts_as": "shell", "execs_last": True}}}
    for line in ("worker; /srv/app", "worker; exec /srv/app"):
        done = run([start(command=line), wait(5)], shell)
        executed = events(done, "execve", place="box-1")
        assert [e.detail["target"] for e in executed] == [
            "/bin/sh",
            "/bin/worker",
            "/srv/app",
        ]
        assert executed[0].detail["pid"] == executed[2].detail["pid"]


def test_a_command_of_ones_own_replaces_the_images() -> None:
    done = run([start(command=["/bin/worker"])])
    assert events(done, "execve")[-1].detail["target"] == "/bin/worker"
    entry = configured(entrypoint=["/bin/worker"], cmd=["x"])
    assert events(run([start()], entry), "execve")[-1].detail["target"] == "/bin/worker"
    other = run([start(entrypoint=["/srv/app"])], entry)
    assert events(other, "execve")[-1].detail["target"] == "/srv/app"


def test_no_command_at_all() -> None:
    done = run([start()], configured(cmd=[]))
    assert failures(done) == [("docker", "create", "no command specified")]
    assert containers(done)[0]["state"] == "failed"


@pytest.mark.parametrize(
    ("command", "world", "status"),
    [
        (["/nowhere"], {}, 127),
        (["/srv/app"], {"programs": {"app": {"executable": False}}}, 126),
        (["/srv/app"], {"programs": {"app": {"arch": "aarch64"}}}, 255),
    ],
)
def test_exit_status_of_a_program_that_never_ran(
    command: list[str], world: Any, status: int
) -> None:
    done = run([start(command=command)], world)
    assert [(c["state"], c["exit_status"]) for c in containers(done)] == [
        ("exited", status)
    ]


def test_an_attempt_is_noted_for_the_program_that_was_asked_for() -> None:
    done = run([start()], {"programs": {"app": {"arch": "aarch64"}}})
    assert done.observation["programs"]["app"]["errno_name"] == "ENOEXEC"
    nobody = run([start(command=["/nowhere"])])
    assert nobody.observation["programs"]["app"]["attempts"] == 0


def test_variables_are_the_images_and_those_asked_for() -> None:
    done = run([start(env=["MODE=fast"])], configured(cmd=["/srv/app"], env=["LANG=C"]))
    assert containers(done)[0]["env"] == {"LANG": "C", "MODE": "fast"}


def test_the_engines_init_runs_what_was_to_run() -> None:
    done = run([start(init=True)])
    executed = events(done, "execve", place="box-1")
    assert [e.detail["target"] for e in executed] == ["/sbin/docker-init", "/srv/app"]
    assert containers(done)[0]["children"][0]["name"] == "docker-init"


# Files.


def test_a_write_copies_the_file_up_and_the_image_keeps_its_own() -> None:
    done = run([start(count=2), execute("writer", "box"), execute("reader", "box")])
    writes = events(done, "write_file", outcome="ok")
    assert [e.detail["copied_kib"] for e in writes] == [100 * MIB] * 2
    assert content(done) == ["new", "new"]
    fresh = run(
        [
            start(),
            execute("writer", "box"),
            start(name="other"),
            execute("reader", "other"),
        ]
    )
    assert content(fresh) == ["old"]


def test_a_copy_takes_time_and_space() -> None:
    done = run([start(), execute("writer", "box"), wait(2)])
    (wrote,) = events(done, "write_file", outcome="ok")
    began = events(done, "execve", target="/bin/writer")[0]
    assert wrote.time - began.time == 200_001 or wrote.time - began.time > 199_000
    image = run([start()]).metrics["disk_kib"]["server"]
    assert done.metrics["disk_kib"]["server"] - image == 100 * MIB


def figure_of_copy() -> int:
    """Microseconds for 100 MiB and one KiB at 500 MiB a second."""
    return (100 * MIB + 1) * 1_000_000 // (500 * MIB)


def test_blocks_may_be_copied_instead() -> None:
    done = run(
        [start(), execute("writer", "box"), wait(1)],
        changes=[mechanism("container.copy_up", "block")],
    )
    assert events(done, "write_file")[-1].detail["copied_kib"] == 4


def test_writes_may_go_into_the_image() -> None:
    plan = [start(), execute("writer", "box"), wait(1), start(name="other")]
    done = run(
        [*plan, execute("reader", "other")],
        changes=[mechanism("container.writes", "image")],
    )
    assert content(done) == ["new"]


def test_a_removed_file_frees_nothing() -> None:
    done = run([start(), execute("remover", "box"), execute("reader", "box")])
    assert content(done) == ["ENOENT"]
    assert events(done, "remove_file", outcome="ok")[0].detail["taken_kib"] == 0
    twice = run([start(), execute("remover", "box"), execute("remover", "box")])
    assert failures(twice)[0] == ("linux-1", "remove_file", "ENOENT")


def test_a_container_that_may_not_write() -> None:
    done = run([start(read_only=True), execute("writer", "box"), wait(1)])
    assert failures(done)[0] == ("linux-1", "write_file", "EROFS")
    assert events(done, "write_file")[0].detail["log"] == (
        "/db/rows: Read-only file system"
    )
    assert (
        events(done, "exit", pid=events(done, "write_file")[0].detail["pid"])[0].detail[
            "exit_status"
        ]
        == 1
    )


def test_one_container_fills_the_disk_for_all() -> None:
    small = {"machines": {"server": {"disk_mib": 410}}}
    done = run([start(count=2), execute("writer", "box"), wait(1)], small)
    assert failures(done)[0] == ("linux-1", "write_file", "ENOSPC")
    assert len(events(done, "write_file", outcome="ok")) == 1


def test_files_outlive_an_end_but_not_a_removal() -> None:
    plan = [start(), execute("writer", "box"), wait(1), stop()]
    kept = run([*plan, again(), execute("reader", "box")])
    assert content(kept) == ["new"]
    gone = run([*plan, remove(), start(), execute("reader", "box")])
    assert content(gone) == ["old"]
    freed = events(gone, "remove", outcome="ok")[0].detail["freed_kib"]
    assert freed == 100 * MIB


def test_copied_layers_take_their_space_for_each() -> None:
    copied = [mechanism("container.layers", "copied")]
    shared, each = run([start(count=3)]), run([start(count=3)], changes=copied)
    sizes = [done.metrics["disk_kib"]["server"] for done in (shared, each)]
    assert sizes == [300 * MIB, 4 * 300 * MIB]
    assert each.metrics["image_disk_kib"] == 3 * 300 * MIB


def test_no_room_for_a_copy() -> None:
    small = {"machines": {"server": {"disk_mib": 400}}}
    done = run([start()], small, changes=[mechanism("container.layers", "copied")])
    assert failures(done) == [("docker", "create", "ENOSPC")]


# Volumes and directories of the host.


def volume(path: str = "/db", name: str = "data", **more: Any) -> list[dict[str, Any]]:
    return [{"name": name, "path": path, **more}]


def test_a_volume_begins_with_what_the_image_has_there() -> None:
    done = run([start(volumes=volume()), execute("reader", "box")])
    assert content(done) == ["old"]


def test_no_room_for_a_new_volume() -> None:
    small = {"machines": {"server": {"disk_mib": 350}}}
    done = run([start(volumes=volume())], small)
    assert failures(done) == [("docker", "create", "ENOSPC")]
    assert containers(done)[0]["state"] == "failed"


def test_a_volume_survives_and_copies_nothing_up() -> None:
    plan = [start(volumes=volume()), execute("writer", "box"), wait(1)]
    done = run(
        [*plan, remove(force=True), start(volumes=volume()), execute("reader", "box")]
    )
    assert content(done) == ["new"]
    assert events(done, "write_file")[0].detail["copied_kib"] == 0


def test_a_volume_is_shared_by_those_that_mount_it() -> None:
    shared = volume()
    plan = [start(volumes=shared), start(name="other", volumes=shared)]
    done = run([*plan, execute("writer", "box"), wait(1), execute("reader", "other")])
    assert content(done) == ["new"]


def test_a_volume_may_be_mounted_for_reading_only() -> None:
    plan = [start(volumes=volume(read_only=True)), execute("writer", "box")]
    assert failures(run([*plan, wait(1)]))[0][2] == "EROFS"


def test_volumes_inside_are_lost_with_the_container() -> None:
    plan = [start(volumes=volume()), execute("writer", "box"), wait(1)]
    done = run(
        [*plan, remove(force=True), start(volumes=volume()), execute("reader", "box")],
        changes=[mechanism("container.volumes", "inside")],
    )
    assert content(done) == ["old"]


@pytest.mark.parametrize(("volumes", "kept"), [(False, 100 * MIB), (True, -100 * MIB)])
def test_a_volume_that_an_image_asks_for_has_no_name(volumes: bool, kept: int) -> None:
    asks = configured(cmd=["/srv/app"], volumes=["/db"])
    before = run([start()], asks).metrics["disk_kib"]["server"]
    grow = {
        "programs": {
            "writer": {
                "does": [
                    {"write_file": {"path": "/db/more", "bytes": 100 * MIB * 1024}}
                ]
            }
        }
    }
    plan = [start(), execute("writer", "box"), wait(1)]
    done = run([*plan, remove(force=True, volumes=volumes)], merged(asks, grow))
    assert done.metrics["disk_kib"]["server"] - before == kept


def test_a_named_volume_takes_the_place_of_one_without() -> None:
    asks = configured(cmd=["/srv/app"], volumes=["/db"])
    plan = [start(volumes=volume()), execute("writer", "box"), wait(1)]
    done = run(
        [
            *plan,
            remove(force=True, volumes=True),
            start(volumes=volume()),
            execute("reader", "box"),
        ],
        asks,
    )
    assert content(done) == ["new"]


def test_a_directory_of_the_host() -> None:
    binds = [{"source": "/home/db", "path": "/db"}]
    on_host = {"programs": {"reader": {"does": [{"cat": {"path": "/home/db/rows"}}]}}}
    plan = [start(binds=binds), execute("writer", "box"), wait(1)]
    done = run([*plan, install("reader"), execute("reader")], on_host)
    assert content(done) == ["new"]


@pytest.mark.parametrize(
    ("more", "error"),
    [
        ({}, ""),
        ({"user": "1000"}, "EACCES"),
        ({"uid_map": [{"outside": 100_000}]}, "EACCES"),
    ],
)
def test_who_may_write_into_a_directory_of_the_host(more: Any, error: str) -> None:
    binds = [{"source": "/home/db", "path": "/db"}]
    done = run([start(binds=binds, **more), execute("writer", "box"), wait(1)])
    assert [e.detail.get("errno_name", "") for e in events(done, "write_file")] == [
        error
    ]


def test_the_owner_of_a_directory_may_write_there() -> None:
    binds = [{"source": "/home/db", "path": "/db", "uid": 1000}]
    plan = [start(binds=binds, user="1000"), execute("writer", "box"), wait(1)]
    assert failures(run(plan)) == []


# Ends and restarts.


def test_a_container_that_is_not_there() -> None:
    done = run([remove("box"), start()])
    assert failures(done) == [("box", "find", "nothing called box is there")]
    plan = [install("kvm"), vm(), remove("guest"), again("guest")]
    lost = run(plan)
    assert [what for *_, what in failures(lost)] == [
        "Error response from daemon: No such container: guest-1"
    ] * 2


def test_a_running_container_is_removed_by_force_only() -> None:
    done = run([start(), remove()])
    assert failures(done) == [
        (
            "docker",
            "remove",
            RUNNING,
        )
    ]
    assert len(containers(done)) == 1
    forced = run([start(), remove(force=True), execute("app", "box")])
    assert containers(forced) == []
    assert failures(forced)[-1][2] == "nothing called box is there"


def test_what_runs_is_not_started_again() -> None:
    done = run([start(), again()])
    assert events(done, "start_again") == []


@pytest.mark.parametrize(
    ("policy", "more", "restarts"),
    [
        ("no", {}, 0),
        ("on-failure", {}, 4),
        ("on-failure", {"retries": 2}, 2),
        ("always", {}, 4),
    ],
)
def test_restarts_after_failures(policy: str, more: Any, restarts: int) -> None:
    crash = start(command=["crasher"], restart=policy, **more)
    done = run([crash, wait(2)])
    assert len(events(done, "start_again")) == restarts
    assert done.verdict == "completed"


def test_delays_between_restarts_double() -> None:
    done = run([start(command=["crasher"], restart="always"), wait(60)])
    ends = [e.time for e in events(done, "container_exit")]
    begins = [e.time for e in events(done, "start_again")]
    delays = [begin - end for end, begin in zip(ends, begins, strict=False)]
    engine = figure("container_start") - figure("container_runtime")
    rounded = [round((delay - engine) / 100_000) for delay in delays]
    assert rounded == [1, 2, 4, 8, 16, 32, 64, 128, 256]
    assert containers(done)[0]["state"] == "restarting"


def test_delays_may_be_all_alike() -> None:
    crash = start(command=["crasher"], restart="always")
    many = run([crash, wait(60)], changes=[mechanism("container.back_off", "none")])
    assert len(events(many, "start_again")) > 200


def test_success_is_restarted_by_always_only() -> None:
    for policy, count in (("on-failure", 0), ("always", 2)):
        done = run([start(command=["worker"], restart=policy), wait(3)])
        assert len(events(done, "start_again")) == count


def test_a_long_run_begins_the_delays_anew() -> None:
    slow = {
        "programs": {
            "crasher": {"does": [{"sleep": {"ms": 11_000}}, {"exit": {"status": 1}}]}
        }
    }
    done = run([start(command=["crasher"], restart="always"), wait(60)], slow)
    ends = [e.time for e in events(done, "container_exit")]
    begins = [e.time for e in events(done, "start_again")]
    delays = [begin - end for end, begin in zip(ends, begins, strict=False)]
    assert len(delays) >= 4
    assert max(delays) < 200_000


def test_stopped_by_hand_it_stays_stopped() -> None:
    done = run([start(restart="always"), stop(grace_s=1), wait(60)])
    assert events(done, "start_again") == []
    assert containers(done)[0]["state"] == "exited"


def test_removed_while_it_waits_for_a_restart() -> None:
    crash = start(command=["crasher"], restart="always")
    done = run([crash, wait(10), remove(), wait(60)])
    last = events(done, "remove")[0].time
    assert [e for e in events(done, "start_again") if e.time > last] == []


def test_started_by_hand_while_it_waits_for_a_restart() -> None:
    crash = start(command=["crasher"], restart="always")
    done = run([crash, wait(2), again(), wait(1)])
    assert done.verdict == "completed"
    assert len({e.time for e in events(done, "execve", target="/bin/crasher")}) == len(
        events(done, "execve", target="/bin/crasher")
    )


@pytest.mark.parametrize(
    ("policy", "stopped", "state"),
    [
        ("no", False, "exited"),
        ("on-failure", False, "exited"),
        ("always", False, "running"),
        ("always", True, "running"),
        ("unless-stopped", False, "running"),
        ("unless-stopped", True, "exited"),
    ],
)
def test_after_a_power_cut(policy: str, stopped: bool, state: str) -> None:
    plan = [start(restart=policy), *([stop(grace_s=1)] if stopped else [])]
    done = run([*plan, OFF, ON, wait(5)])
    assert [c["state"] for c in containers(done)] == [state]


def test_a_power_cut_keeps_files_and_loses_the_status() -> None:
    done = run(
        [
            start(),
            execute("writer", "box"),
            wait(1),
            OFF,
            ON,
            again(),
            execute("reader", "box"),
        ]
    )
    assert content(done) == ["new"]
    lost = run([start(), OFF, ON])
    assert containers(lost)[0]["exit_status"] == 255


def test_a_stop_signal_of_the_image() -> None:
    done = run([start(), stop()], configured(cmd=["/srv/app"], stop_signal="SIGINT"))
    assert events(done, "signal")[0].detail["signal"] == "SIGINT"


# Logs and checks.


def test_the_engine_keeps_what_the_main_process_says() -> None:
    done = run([start(command=["crasher"])])
    assert containers(done)[0]["log"] == ["oops"]
    shell = {"programs": {"sh": {"acts_as": "shell"}}}
    child = run([start(command="crasher; worker"), wait(2)], shell)
    assert containers(child)[0]["log"] == ["oops"]


def test_what_is_executed_in_it_says_it_elsewhere() -> None:
    done = run([start(), execute("crasher", "box")])
    assert containers(done)[0]["log"] == []


def check(program: str, **more: Any) -> dict[str, Any]:
    command = [f"/bin/{program}"]
    return {"command": command, "interval_s": 10, "retries": 3, **more}


def health(plan: Any, world: Any = None) -> list[tuple[int, str]]:
    done = run(plan, world)
    begun = events(done, "start_container")[0].time
    return [
        (round((e.time - begun) / 1_000_000), e.detail["status"])
        for e in events(done, "health")
    ]


def test_a_check_that_succeeds() -> None:
    plan = [start(healthcheck=check("reader")), wait(35)]
    assert health(plan) == [(10, "healthy")]
    assert containers(run(plan))[0]["health"] == "healthy"
    assert containers(run([start(healthcheck=check("reader"))]))[0]["health"] == (
        "starting"
    )


def test_a_check_that_fails_three_times() -> None:
    assert health([start(healthcheck=check("crasher")), wait(65)]) == [
        (30, "unhealthy")
    ]


def test_a_check_that_is_not_there() -> None:
    assert health([start(healthcheck=check("nothing")), wait(65)]) == [
        (30, "unhealthy")
    ]


def test_failures_count_after_the_start_period() -> None:
    plan = [start(healthcheck=check("crasher", start_period_s=60)), wait(90)]
    assert health(plan) == [(80, "unhealthy")]


def test_a_check_that_hangs_is_killed() -> None:
    hangs = check("worker", timeout_s=2)
    slow = {"programs": {"worker": {"does": [{"sleep": {"ms": 100_000}}]}}}
    plan = [start(healthcheck=hangs), wait(65)]
    assert [status for _, status in health(plan, slow)] == ["unhealthy"]
    killed = events(run(plan, slow), "exit", signal="SIGKILL")
    assert killed[0].detail["exit_status"] == 137


def test_an_unhealthy_container_runs_on() -> None:
    done = run([start(healthcheck=check("crasher"), restart="always"), wait(65)])
    assert [(c["state"], c["restarts"]) for c in containers(done)] == [("running", 0)]


def test_checks_end_with_the_container() -> None:
    plan = [start(healthcheck=check("reader")), wait(15), stop(grace_s=1), wait(60)]
    done = run(plan)
    last = events(done, "container_exit")[0].time
    assert [
        e for e in events(done, "execve", target="/bin/reader") if e.time > last
    ] == []
    assert containers(done)[0]["health"] == ""


def test_a_container_that_ends_during_its_check() -> None:
    slow = {
        "programs": {
            "worker": {"does": [{"sleep": {"ms": 3000}}, {"exit": {"status": 0}}]},
            "app": {"does": [{"sleep": {"ms": 11_000}}, {"exit": {"status": 0}}]},
        }
    }
    plan = [start(healthcheck=check("worker")), wait(65)]
    assert health(plan, slow) == []


def test_the_image_may_have_a_check() -> None:
    asks = configured(cmd=["/srv/app"], healthcheck=check("reader"))
    assert health([start(), wait(15)], asks) == [(10, "healthy")]


def test_nothing_of_this_without_an_engine() -> None:
    done = run_plan([*BOOT, start()], world=WORLD)
    assert [what for *_, what in failures(done)] == [
        "no container engine is running here"
    ]


def test_a_check_that_the_kernel_refuses() -> None:
    young = {
        "systems": {"linux": {"version": "4.19"}},
        "programs": {"reader": {"calls": ["io_uring_setup"]}},
    }
    plan = [start(healthcheck=check("reader")), wait(65)]
    assert health(plan, young) == [(30, "unhealthy")]


def test_a_check_that_has_just_ended_is_not_killed() -> None:
    ended: Any = SimpleNamespace(alive=False)
    assert list(give_up(ended, 5, 0)) == [5]


def test_an_engine_that_is_gone_starts_nothing() -> None:
    gone: Any = SimpleNamespace(
        state="dead", containers=[], _engine_span=lambda _name: 5
    )
    work = ContainerEngine.start_again(gone, SimpleNamespace(name="box"), None)  # type: ignore[arg-type]
    assert next(work) == 5
    with pytest.raises(StopIteration) as end:
        next(work)
    assert end.value.value is None
