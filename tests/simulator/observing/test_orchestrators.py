"""What is seen of an orchestrator: wishes beside what there is."""

from typing import Any

import pytest

from simulator import Run
from tests.simulator.subsystems.orchestrator.clusters import (
    NODES,
    cluster,
    cut,
    delete,
    deploy,
    kill,
    pod,
    request,
    scale,
    seen,
    state,
    update,
    wait,
)
from tests.simulator.worlds import BOOT, run

PARTS = {"deployments", "nodes", "pods"}
OF_A_DEPLOYMENT = [
    "replicas",
    "pods",
    "ready",
    "updated",
    "updated_ready",
    "restarts",
    "endpoints",
    "nodes",
    "answered",
    "failed",
]
OF_A_POD = ["state", "ready", "restarts", "node", "image"]


def pods(done: Run) -> dict[str, Any]:
    found: dict[str, Any] = seen(done)["pods"]
    return found


def test_a_world_without_orchestrators_shows_none() -> None:
    assert "orchestrators" not in run(BOOT).observation


def test_an_orchestrator_that_was_not_started_has_nothing() -> None:
    done = run(BOOT, world={"orchestrators": {"kube": {"nodes": ["server"]}}})
    assert done.observation["orchestrators"] == {
        "kube": {"nodes": {}, "deployments": {}, "pods": {}}
    }


def test_every_part_has_the_same_shape() -> None:
    done = cluster(deploy(), pod(), wait(5))
    assert set(seen(done)) == PARTS
    assert list(state(done)) == OF_A_DEPLOYMENT
    assert {tuple(entry) for entry in pods(done).values()} == {tuple(OF_A_POD)}
    assert list(seen(done)["nodes"]) == list(NODES)


def test_values_are_plain() -> None:
    done = cluster(deploy(), pod(), wait(5), request())
    for entry in (state(done), *pods(done).values()):
        assert {type(value) for value in entry.values()} <= {int, str, bool}


def test_pods_that_wait_for_a_node() -> None:
    done = cluster(deploy("large"), wait(5))
    waiting = [name for name, entry in pods(done).items() if not entry["node"]]
    assert waiting == ["large-4"]
    assert state(done, "large")["nodes"] == 3


def test_pods_that_wait_for_a_restart() -> None:
    done = cluster(deploy("crash"), wait(5))
    assert pods(done)["crash-1"] == {
        "state": "waiting",
        "ready": False,
        "restarts": 1,
        "node": "server",
        "image": "crashing",
    }


def test_deleted_pods_are_not_shown() -> None:
    done = cluster(deploy(), pod(), wait(5), delete("bare"), scale(1), wait(20))
    assert list(pods(done)) == ["web-1"]


def test_a_bare_pod_belongs_to_no_deployment() -> None:
    done = cluster(pod(), wait(5))
    assert seen(done)["deployments"] == {}
    assert pods(done)["bare"]["ready"] is True


@pytest.mark.parametrize(
    ("image", "updated", "ready"), [("next", 3, 3), ("crashing", 1, 0)]
)
def test_what_an_update_has_reached(image: str, updated: int, ready: int) -> None:
    done = cluster(deploy("probed"), wait(10), update(image, "probed"), wait(60))
    found = state(done, "probed")
    assert (found["updated"], found["updated_ready"]) == (updated, ready)
    assert found["ready"] == 3


def test_restarts_are_those_of_the_pods_that_are_there() -> None:
    done = cluster(deploy(), wait(5), kill(), wait(5))
    assert state(done)["restarts"] == 3
    again = cluster(deploy(), wait(5), kill(), wait(5), delete(), wait(20))
    assert state(again)["restarts"] == 0


def test_endpoints_are_what_requests_go_to() -> None:
    done = cluster(deploy("slow_one"), wait(3))
    assert (state(done, "slow_one")["pods"], state(done, "slow_one")["endpoints"]) == (
        1,
        0,
    )
    mechanisms = {"orchestrator.endpoints": "running"}
    rash = cluster(deploy("slow_one"), wait(3), mechanisms=mechanisms)
    assert state(rash, "slow_one")["endpoints"] == 1
    assert state(rash, "slow_one")["ready"] == 0


def test_a_lost_node_is_seen_when_its_lease_has_run_out() -> None:
    early = cluster(deploy(), wait(5), cut(), wait(10))
    assert set(seen(early)["nodes"].values()) == {"ready"}
    assert state(early)["ready"] == 3
    late = cluster(deploy(), wait(5), cut(), wait(60))
    assert seen(late)["nodes"]["server"] == "not ready"
    assert (state(late)["pods"], state(late)["ready"]) == (3, 2)


def test_requests_are_counted_for_each_deployment() -> None:
    done = cluster(
        deploy(), deploy("one"), wait(5), request(count=4), request("one", 3)
    )
    assert state(done)["answered"] == 4
    assert state(done, "one")["answered"] == 3
    assert state(done)["failed"] == state(done, "one")["failed"] == 0
