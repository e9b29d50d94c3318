"""Requests one by one: latencies under load, limits of workers, time-outs, failures."""

from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulator import Run
from tests.simulator.worlds import (
    BOOT,
    ENGINE,
    Step,
    app_vm,
    box,
    events,
    execute,
    install,
    mechanism,
    merged,
    run,
)

MS = 1000


def server(cores: int = 4, **program: Any) -> dict[str, Any]:
    """A world whose program `app` takes 10 ms of a core for a request."""
    calm = {"cpu_us": 10 * MS, "operations": 0, "text_mib": 0}
    return {
        "machines": {"server": {"cores": cores, "disk_mib_s": 100}},
        "programs": {"app": {**calm, **program}},
    }


def send(requests: int, **more: Any) -> Step:
    return {"load": {"program": "app", "requests": requests, **more}}


def wait(seconds: int) -> Step:
    return {"wait": {"seconds": seconds}}


def served(*plan: Step, world: Mapping[str, Any] | None = None, count: int = 1) -> Run:
    steps = [*BOOT, install("app"), *[execute("app")] * count, *plan]
    return run(steps, world=world or server())


def latency(done: Run) -> dict[str, int]:
    found: dict[str, int] = done.metrics["latency_us"]["app"]
    return found


def test_a_request_alone_takes_its_own_time() -> None:
    done = served(send(5, concurrency=1))
    assert latency(done) == {
        "answered": 5,
        "failed": 0,
        "mean": 10 * MS,
        "p50": 10 * MS,
        "p90": 10 * MS,
        "p99": 10 * MS,
        "max": 10 * MS,
    }
    told = events(done, "answers")[0]
    assert (told.actor, told.outcome) == ("app", "ok")
    assert told.cause == events(done, "load")[0].seq
    assert told.time - events(done, "load")[0].time == 50 * MS
    assert done.metrics["served"] == 5


def test_requests_of_all_at_once_have_no_latencies_of_their_own() -> None:
    done = served(send(5))
    assert done.metrics["latency_us"] == {}
    assert done.metrics["request_ns"]["app"] == 10 * MS * 1000


@pytest.mark.parametrize(
    ("cores", "clients", "span"), [(4, 4, 10), (2, 4, 20), (1, 4, 40), (8, 4, 10)]
)
def test_more_clients_than_cores_wait_for_each_other(
    cores: int, clients: int, span: int
) -> None:
    done = served(send(20, concurrency=clients), world=server(cores))
    assert latency(done)["max"] == span * MS


def test_a_rate_below_what_cores_give_is_answered_at_once() -> None:
    done = served(send(50, rate=100), world=server(1))
    assert (latency(done)["p99"], latency(done)["answered"]) == (10 * MS, 50)


def test_a_rate_above_it_makes_each_request_wait_longer() -> None:
    done = served(send(50, rate=200), world=server(1))
    found = latency(done)
    assert 10 * MS < found["p50"] < found["p90"] < found["max"]
    assert found["answered"] == 50


def test_workers_bound_how_many_are_worked_on_at_a_time() -> None:
    free, bound = (
        served(send(8, concurrency=8), world=server(8, workers=workers))
        for workers in (0, 2)
    )
    assert latency(free)["max"] == 10 * MS
    assert (latency(bound)["p50"], latency(bound)["max"]) == (20 * MS, 40 * MS)


def test_requests_go_to_each_process_in_turn() -> None:
    done = served(send(6, concurrency=1), count=3)
    assert done.metrics["served"] == 6
    seen = done.observation["programs"]["app"]
    assert (seen["running"], seen["served"]) == (3, 6)


def test_requests_to_one_place_only() -> None:
    plan = [*ENGINE, box(2), install("app"), execute("app")]
    done = run([*plan, send(4, concurrency=1, on="box")], world=server())
    started = events(done, "execve", target="/srv/app")
    assert [e.detail["place"] for e in started] == ["box-1", "box-2", "server"]
    cpu = done.observation["cgroups"]["linux-1"]
    assert [cpu[f"box-{n}"]["cpu"]["usage_us"] for n in (1, 2)] == [20_750, 20_750]
    assert latency(done)["answered"] == 4


def test_a_place_where_nothing_runs() -> None:
    plan = [*ENGINE, install("app"), execute("app"), send(3, concurrency=1, on="box")]
    done = run(
        plan,
        world=server(),
        arms={
            "a": {"label": "a", "plan": plan},
            "g": {"label": "g", "plan": [box()]},
        },
    )
    assert (latency(done)["answered"], latency(done)["failed"]) == (0, 3)


def test_nobody_answers() -> None:
    done = run([*BOOT, send(3, rate=10)], world=server())
    told = events(done, "answers")[0]
    assert (told.outcome, told.detail["log"]) == (
        "failed",
        "3 requests got no answer",
    )


def test_what_ends_on_the_way_gives_no_answer() -> None:
    world = server(1, does=[{"sleep": {"ms": 55}}, {"exit": {}}])
    done = served(send(20, rate=100), world=world)
    assert (latency(done)["answered"], latency(done)["failed"]) == (5, 15)


def test_a_client_gives_up_and_the_server_works_on() -> None:
    done = served(send(10, rate=1000, timeout_ms=35), world=server(1, workers=1))
    assert (latency(done)["answered"], latency(done)["failed"]) == (3, 7)
    assert latency(done)["max"] <= 35 * MS
    assert done.metrics["served"] == 10


def test_a_frozen_server_is_silent_until_it_goes_on() -> None:
    frozen = {"freeze": {"on": "box"}}
    asked = send(2, concurrency=1, timeout_ms=1000)
    silent = run([*ENGINE, box(), frozen, asked], world=server())
    assert (latency(silent)["answered"], latency(silent)["failed"]) == (0, 2)
    later = send(2, concurrency=2, background=True)
    plan = [*ENGINE, box(), frozen, later, wait(5), {"thaw": {"on": "box"}}]
    done = run(plan, world=server())
    assert latency(done)["p50"] == 5_010 * MS


def test_a_stopped_server_is_silent_too() -> None:
    plan = [*ENGINE, box(), {"signal": {"signal": "SIGSTOP", "on": "box"}}]
    done = run([*plan, send(1, concurrency=1, timeout_ms=500)], world=server())
    assert latency(done)["failed"] == 1


def test_in_the_background_the_plan_goes_on() -> None:
    done = served(send(10, concurrency=1, background=True), wait(1))
    waited, told = events(done, "wait")[0], events(done, "answers")[0]
    assert waited.time == events(done, "load")[0].time
    assert told.time == waited.time + 100 * MS


def test_two_loads_add_up() -> None:
    done = served(send(3, concurrency=1), send(4, rate=10))
    assert latency(done)["answered"] == 7
    assert [e.detail["answered"] for e in events(done, "answers")] == [3, 4]


def test_a_quota_stretches_the_slowest_answers() -> None:
    limits = {"cpu_quota_us": 20 * MS}
    done = run([*ENGINE, box(limits=limits), send(20, concurrency=4)], world=server())
    free = run([*ENGINE, box(), send(20, concurrency=4)], world=server())
    assert latency(free)["p99"] == 10 * MS
    assert latency(done)["p99"] > 80 * MS
    off = [mechanism("cgroup.cpu", "off")]
    plan = [*ENGINE, box(limits=limits), send(20, concurrency=4)]
    assert latency(run(plan, world=server(), changes=off))["p99"] == 10 * MS


def test_requests_that_read_the_disk_wait_for_each_other() -> None:
    world = server(8, cpu_us=0, disk_kib=1024)
    one, four = (served(send(8, concurrency=n), world=world) for n in (1, 4))
    assert latency(one)["max"] == 10 * MS + 1
    assert latency(four)["max"] > 39 * MS
    assert one.metrics["device_kib"]["server"] == 8 * 1024


def test_requests_that_touch_swapped_memory_are_slow() -> None:
    def worst(ram_mib: int) -> int:
        world = server(4, ram_mib=200, touch_kib=50 * 1024)
        sizes = {
            "machines": {"server": {"ram_mib": ram_mib}},
            "systems": {"linux": {"swap_mib": 1024}},
        }
        done = served(send(4, concurrency=1), world=merged(world, sizes))
        return latency(done)["max"]

    assert worst(1000) == 10 * MS
    assert worst(317 + 100) > 200 * MS


def test_in_a_guest_exits_are_counted_as_for_other_loads() -> None:
    world = server(4, operations=5)
    plan = [*BOOT, install("kvm"), app_vm()]
    batch = run([*plan, send(6)], world=world)
    each = run([*plan, send(6, concurrency=2)], world=world)
    assert each.metrics["exits"] == batch.metrics["exits"] > 0
    assert each.metrics["host_calls"] == batch.metrics["host_calls"]


@settings(deadline=None, max_examples=40)
@given(
    st.integers(1, 40),
    st.one_of(
        st.builds(lambda rate: {"rate": rate}, st.integers(1, 500)),
        st.builds(lambda clients: {"concurrency": clients}, st.integers(1, 12)),
    ),
    st.sampled_from([None, 1, 15, 400]),
    st.integers(0, 3),
    st.integers(1, 3),
    st.sampled_from([None, 0, 45, 200]),
)
def test_every_request_is_answered_or_failed_and_none_twice(
    requests: int,
    way: dict[str, int],
    timeout_ms: int | None,
    workers: int,
    count: int,
    ends_ms: int | None,
) -> None:
    does = [] if ends_ms is None else [{"sleep": {"ms": ends_ms}}, {"exit": {}}]
    more = {} if timeout_ms is None else {"timeout_ms": timeout_ms}
    world = server(2, workers=workers, does=does)
    done = served(send(requests, **way, **more), world=world, count=count)
    found = latency(done)
    assert found["answered"] + found["failed"] == requests
    assert found["p50"] <= found["p90"] <= found["p99"] <= found["max"]
    if found["answered"]:
        assert found["max"] >= 10 * MS
    if timeout_ms is not None:
        assert found["max"] <= timeout_ms * MS
    if timeout_ms is None and ends_ms is None:
        assert found["failed"] == 0
    assert done.verdict == "completed"
