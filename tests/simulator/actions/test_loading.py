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
        "host_calls": 0,
    }


@pytest.mark.parametrize(
    ("policy", "cores", "quarters"),
    [
        ("fair", 1, [20, 20, 20, 20, 20]),
        ("fair", 2, [10, 10, 10, 10, 10]),
        ("fair", 4, [5, 5, 5, 5, 5]),
        ("fair", 5, [4, 4, 4, 4, 4]),
        ("fifo", 1, [4, 8, 12, 16, 20]),
        ("fifo", 2, [4, 4, 8, 8, 12]),
        ("fifo", 4, [4, 4, 4, 4, 8]),
    ],
)
def test_processes_share_the_cores(
    policy: str, cores: int, quarters: list[int]
) -> None:
    """Five processes all advance slowly, or some wait until a core is free."""
    world = {**CALM, "machines": {"server": {"cores": cores}}}
    plan = [*BOOT, install("app"), *[execute("app")] * 5, load("app")]
    done = run(plan, world=world, mechanisms={"cpu.scheduler": policy})
    assert [e.detail["mean_request_ns"] for e in events(done, "serve")] == [
        quarter * 50_000 for quarter in quarters
    ]
    assert done.metrics["request_ns"]["app"] == sum(quarters) * 50_000 // 5


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
