"""Networks, orchestrators and clouds in one world, as they are used in the field."""

from typing import Any

import pytest

from simulator import Run
from tests.simulator.worlds import (
    ENGINE,
    Step,
    box,
    events,
    failures,
    install,
    power_on,
    run,
    vm,
)

LISTEN: dict[str, Any] = {"listen": {"port": 80}}
ASK: dict[str, Any] = {"connect": {"to": "db", "port": 5432}}
_ELF: dict[str, Any] = {"format": "elf", "ram_mib": 20}
WORLD: dict[str, Any] = {
    "machines": {"desk": {"cores": 2, "ram_mib": 8192}},
    "systems": {"linux": {"boot": "micro"}},
    "networks": {"shop": {}, "office": {}, "vault": {"internal": True}},
    "programs": {
        "db": {
            **_ELF,
            "path": "/srv/db",
            "does": [{"listen": {"port": 5432}}],
        },
        "web": {
            **_ELF,
            "path": "/srv/web",
            "signals": {"SIGTERM": "exit"},
            "does": [ASK, LISTEN],
        },
        "alone": {
            **_ELF,
            "path": "/srv/alone",
            "signals": {"SIGTERM": "exit"},
            "does": [LISTEN],
        },
        "asks_often": {
            **_ELF,
            "path": "/srv/asks",
            "does": [
                {
                    "repeat": {
                        "times": 5,
                        "steps": [
                            {"connect": {"to": "db", "port": 5432, "needed": False}},
                            {"sleep": {"ms": 1000}},
                        ],
                    }
                },
                {"exit": {"status": 0}},
            ],
        },
        "forks": {
            **_ELF,
            "path": "/srv/forks",
            "does": [{"fork": {"count": 2, "steps": [LISTEN]}}],
        },
    },
    "images": {
        "all": {
            "size_mib": 60,
            "programs": ["db", "web", "alone", "asks_often", "forks"],
            "libraries": ["glibc"],
        }
    },
    "flavours": {"node": {"vcpus": 2, "ram_mib": 4096}},
    "clouds": {
        "cloud": {
            "servers": 3,
            "cores": 8,
            "ram_mib": 16384,
            "hypervisor": "bare",
        }
    },
    "orchestrators": {
        "kube": {"nodes": ["worker"], "evict_s": 30},
        "local": {"nodes": ["server"]},
    },
    "deployments": {
        "front": {
            "orchestrator": "kube",
            "image": "all",
            "run": "alone",
            "replicas": 3,
            "port": 80,
            "readiness": {"port": 80, "period_s": 2},
        },
        "local_front": {
            "orchestrator": "local",
            "image": "all",
            "run": "alone",
            "replicas": 2,
            "port": 80,
        },
    },
}
NAMES = {
    "label": "never run: names the groups",
    "plan": [
        {
            "create_server": {
                "name": "worker",
                "cloud": "cloud",
                "flavour": "node",
                "system": "linux",
            }
        }
    ],
}


def together(*plan: Step, **more: Any) -> Run:
    arms = {"a": {"label": "a", "plan": list(plan)}, "names": NAMES}
    return run(world=WORLD, arms=arms, **more)


def wait(seconds: int) -> Step:
    return {"wait": {"seconds": seconds}}


def container(program: str, name: str = "", **more: Any) -> Step:
    return box(1, name or program, image="all", run=program, **more)


def connect(to: str, port: int, **more: Any) -> Step:
    return {"connect": {"to": to, "port": port, **more}}


def workers(count: int = 3, **more: Any) -> tuple[Step, ...]:
    """Virtual machines of the cloud, with an engine each, as nodes."""
    order = {
        "name": "worker",
        "cloud": "cloud",
        "flavour": "node",
        "system": "linux",
        "count": count,
        **more,
    }
    return (
        {"create_server": order},
        install("docker", "worker"),
        {"start_orchestrator": {"orchestrator": "kube"}},
    )


DEPLOY: Step = {"deploy": {"name": "front"}}


def front(done: Run) -> dict[str, Any]:
    seen: dict[str, Any] = done.observation["orchestrators"]["kube"]
    found: dict[str, Any] = seen["deployments"]["front"]
    return found


def running(done: Run, program: str) -> int:
    found: int = done.observation["programs"][program]["running"]
    return found


def test_an_application_of_two_containers() -> None:
    done = together(
        *ENGINE,
        container("db", network="shop"),
        container("web", network="shop", ports=[{"host": 8080, "container": 80}]),
        connect("server", 8080),
    )
    assert failures(done) == []
    assert done.observation["connections"][0]["reached"] == "web-1"
    assert (running(done, "db"), running(done, "web")) == (1, 1)


def test_started_in_the_wrong_order_a_restart_policy_brings_it_up() -> None:
    done = together(
        *ENGINE,
        container("web", network="shop", restart="always"),
        container("db", network="shop"),
        wait(30),
    )
    assert running(done, "web") == 1
    assert events(done, "connect")[0].outcome == "failed"
    assert events(done, "connect")[-1].outcome == "ok"


def test_without_a_policy_it_stays_down() -> None:
    done = together(
        *ENGINE,
        container("web", network="shop"),
        container("db", network="shop"),
        wait(30),
    )
    assert running(done, "web") == 0


def test_a_client_that_goes_on_without_its_server() -> None:
    done = together(
        *ENGINE,
        container("asks_often", network="shop"),
        wait(2),
        container("db", network="shop"),
        wait(10),
    )
    found = [event.outcome for event in events(done, "connect")]
    assert found[:2] == ["failed", "failed"]
    assert found[-1] == "ok"
    assert events(done, "exit")[-1].detail["exit_status"] == 0


def test_children_share_the_network_of_their_parent() -> None:
    done = together(*ENGINE, container("forks"), wait(2))
    listening = [e.outcome for e in events(done, "listen")]
    assert listening == ["ok"]
    (failed,) = events(done, "bind")
    assert failed.detail["errno_name"] == "EADDRINUSE"


@pytest.mark.parametrize(
    ("first", "second", "names"),
    [
        ("shop", "shop", 1),
        ("shop", "office", 0),
        ("vault", "vault", 1),
        ("bridge", "bridge", 0),
        ("shop", "host", 0),
    ],
)
def test_which_networks_bring_two_together(first: str, second: str, names: int) -> None:
    done = together(
        *ENGINE,
        container("db", network=first),
        container("web", network=second),
        wait(1),
    )
    assert running(done, "web") == names


def test_containers_in_two_virtual_machines_are_on_bridges_of_their_own() -> None:
    guests = vm(2, "guest")
    done = together(
        install("linux"),
        power_on(),
        install("kvm"),
        guests,
        install("docker", "guest"),
        box(1, "inner", on="guest", image="all", run="alone"),
        connect("inner", 80, by="address", **{"from": "guest"}),
    )
    found = done.observation["connections"]
    addresses = {entry["to"] for entry in found}
    assert addresses == {"172.17.0.2"}
    assert {entry["reached"] for entry in found} == {"inner-1", "inner-2"}


def test_a_published_port_of_a_guest_is_reached_over_the_lan() -> None:
    done = together(
        install("linux"),
        power_on(),
        install("kvm"),
        vm(1, "guest"),
        install("docker", "guest"),
        box(
            1,
            "inner",
            on="guest",
            image="all",
            run="alone",
            ports=[{"host": 8080, "container": 80}],
        ),
        connect("guest", 8080),
        connect("server", 8080),
    )
    first, second = done.observation["connections"]
    assert (first["outcome"], first["via"]) == ("ok", ["lan", "nat"])
    assert second["errno_name"] == "ECONNREFUSED"


def test_an_orchestrator_on_machines_of_a_cloud() -> None:
    done = together(*workers(), DEPLOY, wait(20), request(6))
    assert front(done)["ready"] == 3
    assert front(done)["nodes"] == 3
    assert front(done)["answered"] == 6
    books = done.observation["clouds"]["cloud"]
    assert books["active"] == 3


def request(count: int) -> Step:
    return {"request": {"name": "front", "count": count}}


def test_a_failed_server_of_the_cloud_takes_nodes_along() -> None:
    fail = {"fail_server": {"cloud": "cloud", "number": 1}}
    done = together(
        *workers(apart=True),
        DEPLOY,
        wait(20),
        fail,
        wait(200),
        request(6),
        mechanisms={"cloud.placement": "first_fit"},
    )
    lost = events(done, "node_not_ready")
    assert len(lost) == 1
    power = events(done, "power_off")[0]
    assert lost[0].cause == power.seq
    assert front(done)["ready"] == 3
    assert front(done)["nodes"] == 2
    assert front(done)["answered"] == 6
    assert done.observation["clouds"]["cloud"]["lost"] == 1


def test_all_nodes_on_one_server_are_lost_together() -> None:
    fail = {"fail_server": {"cloud": "cloud", "number": 1}}
    done = together(*workers(), DEPLOY, wait(20), fail, wait(120), request(6))
    assert len(events(done, "node_not_ready")) == 3
    assert front(done)["ready"] == 0
    assert front(done)["failed"] == 6


def test_chains_of_causes_lead_from_a_lost_request_to_the_power() -> None:
    fail = {"fail_server": {"cloud": "cloud", "number": 1}}
    done = together(*workers(), DEPLOY, wait(20), fail, request(3))
    lost = events(done, "route", outcome="failed")
    assert {event.detail["errno_name"] for event in lost} == {"EHOSTUNREACH"}
    event = lost[0]
    seen = []
    while event.cause is not None:
        event = done.events[event.cause]
        seen.append(event.action)
    assert seen == ["power_off", "fail_server"]


def test_pods_and_containers_started_by_hand_share_a_node() -> None:
    done = together(
        *ENGINE,
        {"start_orchestrator": {"orchestrator": "local"}},
        {"deploy": {"name": "local_front"}},
        wait(5),
        container("alone", ports=[{"host": 8080, "container": 80}]),
        connect("server", 8080),
        connect("local_front", 80, by="address", **{"from": "server"}),
    )
    assert running(done, "alone") == 3
    assert [entry["outcome"] for entry in done.observation["connections"]] == ["ok"] * 3
    addresses = {entry["to"] for entry in done.observation["connections"][1:]}
    assert len(addresses) == 2


def test_a_pods_containers_are_made_anew_with_addresses_of_their_own() -> None:
    kill = {"signal": {"signal": "SIGKILL", "on": "local_front"}}
    ask = connect("local_front", 80, by="address", **{"from": "server"})
    done = together(
        *ENGINE,
        {"start_orchestrator": {"orchestrator": "local"}},
        {"deploy": {"name": "local_front"}},
        wait(5),
        ask,
        kill,
        wait(5),
        ask,
    )
    found = done.observation["connections"]
    assert {entry["outcome"] for entry in found} == {"ok"}
    reached = [entry["reached"] for entry in found]
    assert reached[:2] == ["local_front-1", "local_front-2"]
    assert reached[2:] == ["local_front-1-r1", "local_front-2-r1"]


def test_two_orchestrators_do_not_know_each_other() -> None:
    done = together(
        *ENGINE,
        *workers(2),
        {"start_orchestrator": {"orchestrator": "local"}},
        DEPLOY,
        {"deploy": {"name": "local_front"}},
        wait(20),
    )
    kube = done.observation["orchestrators"]["kube"]
    local = done.observation["orchestrators"]["local"]
    assert set(kube["deployments"]) == {"front"}
    assert set(local["deployments"]) == {"local_front"}
    assert set(local["nodes"]) == {"server"}
    assert set(kube["nodes"]) == {"worker-1", "worker-2"}


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_the_whole_of_it_repeats(seed: int) -> None:
    plan = (*ENGINE, *workers(), DEPLOY, wait(20), request(6), connect("server", 80))
    first, second = (together(*plan, seed=seed) for _ in range(2))
    assert first.trace_hash == second.trace_hash
    assert first.verdict == "completed"
