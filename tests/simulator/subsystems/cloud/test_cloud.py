"""A cloud of real parts: orders, placement, failures, the bill."""

from typing import Any

import pytest

from simulator import Run
from simulator.subsystems.cloud.cloud import HEARTBEAT_US, MISSED_HEARTBEATS
from tests.simulator.worlds import Step, events, failures, load, run

SERVERS = 3
WORLD: dict[str, Any] = {
    "flavours": {
        "small": {"vcpus": 2, "ram_mib": 2048},
        "giant": {"vcpus": 2, "ram_mib": 65536},
        "wide": {"vcpus": 40, "ram_mib": 1024},
        "tiny": {"vcpus": 1, "ram_mib": 100},
    },
    "clouds": {
        "cloud": {
            "servers": SERVERS,
            "cores": 8,
            "ram_mib": 8192,
            "hypervisor": "bare",
            "cost_cents": 100,
        }
    },
}


def create(count: int = 1, name: str = "web", **more: Any) -> Step:
    arguments = {"cloud": "cloud", "flavour": "small", "system": "linux", **more}
    return {"create_server": {"name": name, "count": count, **arguments}}


def delete(name: str = "web") -> Step:
    return {"delete_server": {"name": name, "cloud": "cloud"}}


def fail(number: int = 1) -> Step:
    return {"fail_server": {"cloud": "cloud", "number": number}}


def wait(seconds: int) -> Step:
    return {"wait": {"seconds": seconds}}


def cloud_run(*plan: Step, **more: Any) -> Run:
    return run(plan, world=WORLD, **more)


def books(done: Run) -> dict[str, Any]:
    seen: dict[str, Any] = done.observation["clouds"]["cloud"]
    return seen


def node(done: Run, number: int = 1) -> dict[str, Any]:
    seen: dict[str, Any] = done.observation["machines"][f"cloud-{number}"]
    return seen


def test_a_hypervisor_of_the_warehouse_carves_the_machine_and_boots_it() -> None:
    done = cloud_run(create(programs=["app"], run="app"))
    steps = [(e.actor, e.action) for e in done.events]
    assert [step for step in steps if step[1] != "start_monitor"] == [
        ("operator", "create_server"),
        ("cloud", "place"),
        ("bare", "create_vm"),
        ("web-1", "power_on_self_test"),
        *[
            ("linux-1", f"boot_{stage}")
            for stage in ("boot_loader", "kernel", "drivers", "init", "services")
        ],
        ("cloud", "server_active"),
        ("linux-1", "execve"),
    ]
    assert [e.cause for e in done.events] == [None, *range(len(steps) - 1)]
    (hypervisor,) = node(done)["children"]
    assert (hypervisor["kind"], hypervisor["type"]) == ("hypervisor", "type-1")
    assert [vm["name"] for vm in hypervisor["children"]] == ["web-1"]
    assert events(done, "place")[0].detail == {
        "target": "web-1",
        "server": "cloud-1",
        "policy": "best_fit",
    }


def test_what_the_customer_gets_can_be_named_and_put_to_work() -> None:
    done = cloud_run(create(2, programs=["app"], run="app"), load("app", 5))
    assert done.metrics["served"] == 10
    assert done.observation["programs"]["app"]["attempts"] == 2


def test_the_books_show_who_is_where() -> None:
    done = cloud_run(create(2), create(1, "db"))
    assert books(done) == {
        "servers": 3,
        "up": 3,
        "in_use": 1,
        "active": 3,
        "building": 0,
        "error": 0,
        "refused": 0,
        "lost": 0,
        "restarted": 0,
        "cost_millicents": done.metrics["duration_us"] * 100_000 // 3_600_000_000,
        "homes": {"web-1": "cloud-1", "web-2": "cloud-1", "db-1": "cloud-1"},
    }


@pytest.mark.parametrize(
    ("policy", "homes"),
    [("first_fit", [1, 1, 1]), ("best_fit", [1, 1, 1]), ("spread", [1, 2, 3])],
)
def test_the_policy_says_where_a_machine_goes(policy: str, homes: list[int]) -> None:
    done = cloud_run(create(3), mechanisms={"cloud.placement": policy})
    assert list(books(done)["homes"].values()) == [f"cloud-{n}" for n in homes]


@pytest.mark.parametrize(
    ("flavour", "size"),
    [("giant", "2 vCPUs and 67108864 KiB"), ("wide", "40 vCPUs and 1048576 KiB")],
)
def test_an_order_that_no_server_has_room_for_is_refused(
    flavour: str, size: str
) -> None:
    done = cloud_run(create(flavour=flavour))
    log = f"No valid host was found: no server has {size} left"
    assert failures(done) == [("cloud", "place", log)]
    assert books(done)["refused"] == books(done)["error"] == 1
    assert done.metrics["kernels"] == 0


def test_more_processors_than_there_are_can_be_sold() -> None:
    sold = {"clouds": {"cloud": {**WORLD["clouds"]["cloud"], "vcpus_per_core": 5}}}
    done = run([create(flavour="wide")], world={**WORLD, **sold})
    assert books(done)["active"] == 1


@pytest.mark.parametrize("policy", ["first_fit", "best_fit", "spread"])
def test_machines_that_are_to_stay_apart_share_no_server(policy: str) -> None:
    plan = (create(1, "db"), create(4, apart=True))
    done = cloud_run(*plan, mechanisms={"cloud.placement": policy})
    homes = [books(done)["homes"][f"web-{n + 1}"] for n in range(3)]
    refusal = "No valid host was found: no server has 2 vCPUs and 2097152 KiB left"
    assert sorted(homes) == ["cloud-1", "cloud-2", "cloud-3"]
    assert failures(done) == [
        (
            "cloud",
            "place",
            f"{refusal}, apart from its group",
        )
    ]


def test_a_failed_server_takes_its_machines_along_and_they_are_booted_elsewhere() -> (
    None
):
    done = cloud_run(
        create(2, programs=["app"], run="app"), load("app", 5), fail(), wait(120)
    )
    (down,) = events(done, "server_down")
    assert down.cause == events(done, "power_off")[0].seq
    assert down.detail == {
        "target": "cloud-1",
        "log": "4 heartbeats missed: 2 machines lost",
    }
    assert books(done)["lost"] == books(done)["restarted"] == 2
    assert books(done)["active"] == 2
    assert books(done)["homes"] == {"web-1": "cloud-2", "web-2": "cloud-2"}
    assert done.metrics["served"] == 0
    assert done.observation["programs"]["app"]["running"] == 2
    assert node(done)["state"] == "off"


def test_heartbeats_tell_of_the_failure() -> None:
    done = cloud_run(create(), fail(), wait(120))
    lost, noticed = events(done, "power_off")[0], events(done, "server_down")[0]
    least = (MISSED_HEARTBEATS - 1) * HEARTBEAT_US
    assert least < noticed.time - lost.time <= MISSED_HEARTBEATS * HEARTBEAT_US
    assert noticed.time % HEARTBEAT_US == 0


def test_before_the_failure_is_noticed_orders_still_go_to_the_server() -> None:
    done = cloud_run(create(), fail(), create(1, "late"), wait(120))
    log = "no reply: timed out waiting for the server's agent"
    assert failures(done)[1] == ("cloud-1", "create_vm", log)
    assert books(done)["error"] == 1
    assert books(done)["homes"] == {"web-1": "cloud-2"}


def test_without_recovery_the_machines_stay_lost() -> None:
    done = cloud_run(create(), fail(), wait(120), mechanisms={"cloud.recovery": "none"})
    assert books(done)["active"] == books(done)["restarted"] == 0
    assert books(done)["lost"] == 1
    assert books(done)["homes"] == {}


def test_a_server_fails_once() -> None:
    done = cloud_run(create(), fail(), fail())
    assert failures(done)[-1] == ("cloud-1", "power_off", "the machine is off")
    assert books(done)["lost"] == 1


def repair(number: int = 1) -> Step:
    return {"repair_server": {"cloud": "cloud", "number": number}}


def test_a_repaired_server_boots_and_is_empty() -> None:
    done = cloud_run(create(3), fail(1), wait(60), repair(1), create(9, "late"))
    assert books(done)["up"] == SERVERS
    started = events(done, "start", actor="bare")
    assert [e.detail["target"] for e in started] == ["cloud-1"]
    assert events(done, "power_on_self_test", actor="cloud-1")[0].time < started[0].time
    assert books(done)["refused"] == 3
    assert node(done, 1)["state"] == "on"
    assert "cloud-1" in books(done)["homes"].values()


def test_a_server_that_is_repaired_before_anybody_notices() -> None:
    done = cloud_run(create(2), fail(1), repair(1), wait(100))
    assert len(events(done, "server_down")) == 1
    assert books(done)["active"] == books(done)["restarted"] == 2
    assert set(books(done)["homes"].values()) == {"cloud-1"}
    assert books(done)["up"] == SERVERS


def test_a_server_that_is_up_cannot_be_repaired() -> None:
    done = cloud_run(create(1), repair(1), create(1))
    assert failures(done) == [("cloud-1", "power_on", "the machine is on already")]
    assert books(done)["active"] == 2


def test_there_is_no_such_server_to_repair() -> None:
    done = cloud_run(create(), repair(4))
    said = "there are 3 servers, none is number 4"
    assert failures(done) == [("cloud", "find_server", said)]


def test_a_server_can_fail_again_after_its_repair() -> None:
    plan = (create(2), fail(1), wait(60), repair(1), create(1, "late"), fail(1))
    done = cloud_run(*plan, wait(100), mechanisms={"cloud.placement": "spread"})
    assert (books(done)["lost"], books(done)["active"]) == (2, 3)
    assert len(events(done, "server_down")) == 2


def test_there_is_no_such_server() -> None:
    done = cloud_run(create(), fail(9))
    assert failures(done) == [
        ("cloud", "find_server", "there are 3 servers, none is number 9")
    ]


def test_a_deleted_machine_gives_back_what_it_had() -> None:
    done = cloud_run(create(2, programs=["app"], run="app"), delete(), wait(3600))
    assert books(done)["homes"] == {}
    assert books(done)["in_use"] == books(done)["active"] == 0
    assert node(done)["children"][0]["children"] == []
    assert node(done)["charges"] == {"bare": 300 * 1024}
    assert done.metrics["processes"] == 0
    deleted = events(done, "delete_server")[-1].time
    assert books(done)["cost_millicents"] == deleted * 100_000 // 3_600_000_000


def test_what_is_not_there_cannot_be_deleted() -> None:
    done = cloud_run(create(), delete(), delete())
    log = "No server with a name or ID of 'web-1' exists"
    assert failures(done) == [("cloud", "delete_server", log)]


def test_a_group_that_was_never_made_cannot_be_deleted() -> None:
    arms = {
        "a": {"label": "a", "plan": [delete("db")]},
        "b": {"label": "b", "plan": [create(1, "db")]},
    }
    log = "No server with a name or ID of 'db' exists"
    assert failures(cloud_run(arms=arms)) == [("cloud", "delete_server", log)]


def test_a_refused_order_can_be_deleted() -> None:
    done = cloud_run(create(flavour="giant"), delete())
    assert len(failures(done)) == 1
    assert books(done)["error"] == 0


def test_a_machine_that_cannot_be_made_gives_its_place_back() -> None:
    tight = {
        "hypervisors": {"bare": {"ram_mib": 8160}},
        "flavours": {"tiny": {"vcpus": 1, "ram_mib": 1}},
    }
    done = run([create(16, flavour="tiny")], world={**WORLD, **tight})
    errors = [e for e in events(done, "create_vm") if e.outcome == "failed"]
    assert {e.detail["errno_name"] for e in errors} == {"ENOMEM"}
    assert len(books(done)["homes"]) + len(errors) == 16


def test_servers_too_small_for_their_hypervisor_sell_nothing() -> None:
    small = {"hypervisors": {"bare": {"ram_mib": 9000}}}
    done = run([create(flavour="tiny")], world={**WORLD, **small})
    assert books(done)["refused"] == 1
    assert node(done)["children"][0]["state"] == "off"
    assert node(done)["used_kib"] == 0


def test_a_guest_without_memory_for_its_kernel_is_an_error() -> None:
    done = cloud_run(create(flavour="tiny", programs=["app"], run="app"))
    assert books(done)["error"] == 1
    assert books(done)["active"] == 0
    assert done.metrics["processes"] == 0


@pytest.mark.parametrize("seconds", [37, 60])
def test_a_server_can_fail_while_a_machine_boots_on_it(seconds: int) -> None:
    order = create(1, programs=["app"], run="app")
    done = cloud_run(order, fail(1), wait(seconds), fail(2), wait(200))
    assert [e.detail["target"] for e in events(done, "server_down")] == [
        "cloud-1",
        "cloud-2",
    ]
    assert books(done)["homes"] == {"web-1": "cloud-3"}
    assert (books(done)["lost"], books(done)["restarted"]) == (2, 2)
    assert len(events(done, "server_active")) == 2
    assert done.metrics["kernels"] == done.metrics["processes"] == 1


def test_a_machine_can_be_deleted_while_it_boots() -> None:
    done = cloud_run(create(), fail(1), wait(60), delete(), wait(100))
    assert books(done)["active"] == books(done)["error"] == 0
    assert len(events(done, "server_active")) == 1
    assert done.metrics["kernels"] == 0


def test_a_machine_that_was_lost_can_be_deleted() -> None:
    plan = (create(), fail(1), wait(60), delete())
    done = cloud_run(*plan, mechanisms={"cloud.recovery": "none"})
    assert len(events(done, "delete_server", actor="cloud")) == 1


def test_what_a_server_got_after_its_repair_stays_when_the_failure_is_noticed() -> None:
    done = cloud_run(fail(1), repair(1), create(1), wait(60))
    assert books(done)["homes"] == {"web-1": "cloud-1"}
    assert books(done)["restarted"] == 0
    assert [e.detail["log"] for e in events(done, "server_down")] == [
        "4 heartbeats missed: 0 machines lost"
    ]


def test_a_machine_that_a_repair_has_lost_is_started_again() -> None:
    done = cloud_run(create(1), fail(1), repair(1), wait(60))
    assert books(done)["homes"] == {"web-1": "cloud-1"}
    assert (books(done)["lost"], books(done)["restarted"]) == (1, 1)


def test_a_lost_machine_can_be_deleted_before_anybody_has_noticed() -> None:
    done = cloud_run(create(1), fail(1), repair(1), delete("web"), wait(60))
    assert books(done)["homes"] == {}
    assert books(done)["restarted"] == 0
