"""Requests: CPU time, device operations and queues for cores."""

import pytest

from tests.simulator.worlds import (
    BOOT,
    ENGINE,
    box,
    events,
    execute,
    failures,
    install,
    load,
    run,
)

RUNNING = (*BOOT, install("app"), execute("app"))
CALM = {"programs": {"app": {"operations": 0}}}


def test_requests_take_cpu_time() -> None:
    done = run([*RUNNING, load("app", 50)], world=CALM)
    served = events(done, "serve")[0]
    assert served.time - events(done, "load")[0].time == 50 * 200
    assert done.metrics["served"] == 50
    assert done.metrics["request_ns"] == {
        "app": 200_000,
        "exe": 0,
        "wine": 0,
        "sh": 0,
        "script": 0,
    }


def test_a_record_of_what_was_served() -> None:
    done = run([*RUNNING, load("app")], world=CALM)
    served = events(done, "serve")[0]
    assert served.cause == events(done, "execve")[0].seq
    assert dict(served.detail) == {
        "target": "/srv/app",
        "place": "server",
        "binary": "app",
        "requests": 100,
        "mean_request_ns": 200_000,
        "exits": 0,
    }


@pytest.mark.parametrize(
    ("cores", "waits"),
    [(1, [1, 2, 3, 4, 5]), (2, [1, 1, 2, 2, 3]), (4, [1, 1, 1, 1, 2])],
)
def test_processes_take_turns_on_the_cores(cores: int, waits: list[int]) -> None:
    """Of five processes, those that find no core wait for one to be free."""
    world = {**CALM, "machines": {"server": {"cores": cores}}}
    plan = [*BOOT, install("app"), *[execute("app")] * 5, load("app")]
    done = run(plan, world=world)
    assert [e.detail["mean_request_ns"] for e in events(done, "serve")] == [
        turn * 200_000 for turn in waits
    ]
    assert done.metrics["request_ns"]["app"] == sum(waits) * 200_000 // 5


def test_cpu_time_is_counted() -> None:
    idle, busy = run(RUNNING, world=CALM), run([*RUNNING, load("app")], world=CALM)
    assert busy.metrics["cpu_us"]["server"] - idle.metrics["cpu_us"]["server"] == 20_000


def test_every_process_of_the_program_is_asked() -> None:
    done = run([*ENGINE, box(3), load("app", 10)])
    assert [e.detail["place"] for e in events(done, "serve")] == [
        "box-1",
        "box-2",
        "box-3",
    ]
    assert done.observation["programs"]["app"]["served"] == 30


def test_a_program_that_costs_nothing_still_takes_a_moment() -> None:
    world = {"programs": {"app": {"operations": 0, "cpu_us": 0}}}
    done = run([*RUNNING, load("app", 1)], world=world)
    assert events(done, "serve")[0].time - events(done, "load")[0].time == 1


def test_nobody_answers() -> None:
    done = run([*BOOT, load("app")])
    assert failures(done) == [
        ("app", "serve", "connection refused: no process of app is running")
    ]
    assert events(done, "serve")[0].cause == events(done, "load")[0].seq
