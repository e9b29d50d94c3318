"""The control plane: what is wanted comes to be, and comes back."""

from itertools import pairwise
from typing import Any

import pytest

from tests.simulator.subsystems.orchestrator.clusters import (
    NODES,
    PROBE,
    WORLD,
    cluster,
    cut,
    delete,
    deploy,
    kill,
    nodes_of,
    pod,
    request,
    scale,
    seen,
    state,
    update,
    wait,
)
from tests.simulator.worlds import events, failures, install, power_on


def test_the_pods_that_are_wanted_run() -> None:
    done = cluster(deploy(), wait(5))
    assert state(done) == {
        "replicas": 3,
        "pods": 3,
        "ready": 3,
        "updated": 3,
        "updated_ready": 3,
        "restarts": 0,
        "endpoints": 3,
        "nodes": 3,
        "answered": 0,
        "failed": 0,
    }
    assert seen(done)["nodes"] == dict.fromkeys(NODES, "ready")
    assert list(seen(done)["pods"]) == ["web-1", "web-2", "web-3"]
    assert seen(done)["pods"]["web-1"] == {
        "state": "running",
        "ready": True,
        "restarts": 0,
        "node": "server",
        "image": "good",
    }


def test_causes_lead_from_a_container_to_the_wish() -> None:
    done = cluster(deploy("one"), wait(5))
    event = events(done, "pod_ready")[0]
    actions = []
    while event.cause is not None:
        actions.append((event.actor, event.action))
        event = done.events[event.cause]
    assert actions[0] == ("kubelet-server", "pod_ready")
    assert actions[-2:] == [("kube", "schedule"), ("kube", "create_pod")]
    assert (event.actor, event.action) == ("operator", "deploy")


def test_every_cause_precedes_its_effect() -> None:
    plan = (deploy(), wait(5), kill(), wait(5), cut(), wait(400), update("crashing"))
    done = cluster(*plan, wait(100), scale(1), wait(60))
    assert all(first.time <= second.time for first, second in pairwise(done.events))
    for event in done.events:
        assert event.cause is None or event.cause < event.seq
        assert (event.cause is None) == (event.actor == "operator")
        assert event.outcome != "failed" or "log" in event.detail


@pytest.mark.parametrize(
    ("how", "nodes"), [("spread", list(NODES)), ("pack", ["server"] * 3)]
)
def test_where_pods_go(how: str, nodes: list[str]) -> None:
    done = cluster(deploy(), wait(5), mechanisms={"orchestrator.scheduling": how})
    assert nodes_of(done) == nodes


def test_a_pod_without_room_waits_for_some() -> None:
    done = cluster(deploy("large"), wait(20))
    said = "0/3 nodes are available: 3 Insufficient memory."
    assert failures(done) == [("kube", "schedule", said)]
    assert seen(done)["pods"]["large-4"]["state"] == "pending"
    assert seen(done)["pods"]["large-4"]["node"] == ""
    fewer = cluster(deploy("large"), wait(5), kill("large"), scale(3, "large"), wait(5))
    assert state(fewer, "large")["pods"] == 3


def test_a_deleted_pod_makes_room() -> None:
    plan = (deploy("large"), wait(5), deploy("one"), scale(2, "large"), wait(20))
    done = cluster(*plan)
    assert state(done, "large")["ready"] == 2
    assert state(done, "one")["ready"] == 1


def test_an_ended_container_is_made_anew_on_its_node() -> None:
    done = cluster(deploy("one"), wait(5), kill("one"), wait(2))
    assert state(done, "one")["restarts"] == 1
    assert state(done, "one")["ready"] == 1
    first, second = events(done, "mount_root")
    assert (first.detail["target"], second.detail["target"]) == ("one-1", "one-1-r1")
    assert events(done, "schedule", outcome="ok")[0].detail["node"] == "server"
    assert len(events(done, "schedule")) == 1
    (dead,) = events(done, "container_exit")
    assert events(done, "image_present")[1].cause == dead.seq


def test_a_plan_names_the_containers_that_run_now() -> None:
    done = cluster(deploy("one"), wait(5), kill("one"), wait(2), kill("one"), wait(5))
    assert [e.detail["target"] for e in events(done, "container_exit")] == [
        "one-1",
        "one-1-r1",
    ]


@pytest.mark.parametrize(("how", "program"), [("clone", "app"), ("repair", "fixed")])
def test_what_is_written_into_a_container_is_not_in_its_clone(
    how: str, program: str
) -> None:
    plan = (deploy("one"), wait(5), install("fixed", "one"), kill("one"), wait(2))
    done = cluster(*plan, mechanisms={"orchestrator.replacement": how})
    assert done.observation["programs"][program]["running"] == 1


def test_more_and_fewer() -> None:
    done = cluster(deploy(), wait(5), scale(5), wait(5), scale(2), wait(10))
    assert state(done)["ready"] == state(done)["pods"] == 2
    assert list(seen(done)["pods"]) == ["web-1", "web-2"]
    gone = [e.detail["target"] for e in events(done, "delete_pod")]
    assert gone == ["web-5", "web-4", "web-3"]
    assert done.observation["programs"]["app"]["running"] == 2


def test_the_same_wish_again_changes_nothing() -> None:
    done = cluster(deploy(), wait(5), request(), deploy(), wait(30))
    assert len(events(done, "create_pod")) == 3
    assert state(done)["answered"] == 6
    assert state(done)["updated_ready"] == 3


def test_the_first_wish_again_takes_an_update_back() -> None:
    done = cluster(deploy(), wait(5), update("next"), wait(30), deploy(), wait(30))
    revisions = [e.detail["revision"] for e in events(done, "create_pod")]
    assert revisions == [1] * 3 + [2] * 3 + [3] * 3
    assert done.observation["programs"]["app"]["running"] == 3


def test_none_at_all() -> None:
    done = cluster(deploy(), wait(5), scale(0), wait(10), request())
    assert state(done)["pods"] == 0
    assert state(done)["failed"] == 6


def test_an_update_replaces_all_pods_and_the_service_goes_on() -> None:
    plan = (deploy("probed"), wait(10), update("next", "probed", "fixed"))
    busy = [step for _ in range(10) for step in (wait(1), request("probed", 3))]
    done = cluster(*plan, *busy, wait(20))
    assert state(done, "probed")["updated_ready"] == 3
    assert state(done, "probed")["pods"] == 3
    assert state(done, "probed")["failed"] == 0
    assert done.observation["programs"]["fixed"]["running"] == 3
    assert done.observation["programs"]["app"]["running"] == 0
    first = events(done, "update_image")[0]
    created = events(done, "create_pod", revision=2)
    assert created[0].cause == first.seq


def test_never_more_and_never_fewer_than_the_bounds() -> None:
    done = cluster(deploy("probed"), wait(10), update("next", "probed"), wait(40))
    there, ready = 0, 0
    for event in done.events:
        there += event.action == "create_pod"
        there -= event.action == "delete_pod"
        ready += event.action == "pod_ready"
        ready -= event.action == "delete_pod"
        if event.seq > events(done, "update_image")[0].seq:
            assert there <= 4
            assert ready >= 3


@pytest.mark.parametrize("image", ["crashing", "hanging", "foreign"])
def test_a_bad_image_never_converges(image: str) -> None:
    plan = (deploy("probed"), wait(10), update(image, "probed"), wait(200))
    done = cluster(*plan, request("probed"))
    assert state(done, "probed")["updated"] == 1
    assert state(done, "probed")["updated_ready"] == 0
    assert state(done, "probed")["answered"] == 6


def test_recreate_takes_the_service_down_meanwhile() -> None:
    plan = (deploy("stubborn"), wait(5), update("next", "stubborn", "fixed"), wait(2))
    late = (request("stubborn"), deploy("one"), wait(10), request("stubborn"))
    done = cluster(*plan, *late, mechanisms={"orchestrator.rollout": "recreate"})
    assert state(done, "stubborn")["failed"] == 6
    assert state(done, "stubborn")["answered"] == 6
    ended = events(done, "container_exit")[0]
    assert events(done, "create_pod", revision=2)[0].time > ended.time


HUB = {"registries": {"hub": {"tags": [{"tag": "web:1", "images": ["good"]}]}}}


def test_an_image_is_pulled_by_its_tag() -> None:
    tagged = {"one": {"image": "web:1"}}
    done = cluster(deploy("one"), wait(60), deployments=tagged, world=HUB)
    assert state(done, "one")["ready"] == 1
    assert seen(done)["pods"]["one-1"]["image"] == "web:1"


def test_an_image_that_is_not_to_be_had_is_asked_for_again() -> None:
    tagged = {"one": {"image": "web:2"}}
    push = {"push": {"registry": "hub", "tag": "web:2", "images": ["good"]}}
    plan = (deploy("one"), wait(25), push, wait(60))
    done = cluster(*plan, deployments=tagged, world=HUB)
    assert [e.detail["log"] for e in events(done, "back_off")] == [
        "Back-off 10s pulling image",
        "Back-off 20s pulling image",
    ]
    assert state(done, "one")["ready"] == 1
    assert state(done, "one")["restarts"] == 0


def test_a_pod_that_waits_for_its_image_can_be_deleted() -> None:
    tagged = {"one": {"image": "web:2"}}
    push = {"push": {"registry": "hub", "tag": "web:2", "images": ["good"]}}
    plan = (deploy("one"), wait(3), scale(0, "one"), wait(2), push, wait(60))
    done = cluster(*plan, deployments=tagged, world=HUB)
    assert done.observation["programs"]["app"]["running"] == 0


def test_the_time_of_grace_of_a_deleted_pod() -> None:
    done = cluster(deploy("stubborn"), wait(5), scale(0, "stubborn"), wait(20))
    asked, killed = events(done, "signal")
    assert (asked.detail["signal"], killed.detail["signal"]) == ("SIGTERM", "SIGKILL")
    assert killed.time - asked.time == 5_000_000


def test_a_node_can_go_while_a_pod_of_it_is_ended() -> None:
    plan = (deploy("stubborn"), wait(5), scale(0, "stubborn"), wait(2), cut())
    done = cluster(*plan, wait(60))
    assert seen(done)["pods"] == {}
    assert events(done, "remove") == []
    assert done.observation["programs"]["stubborn"]["running"] == 0


def test_deleted_pods_of_a_deployment_are_made_anew() -> None:
    done = cluster(deploy(), wait(5), delete(), wait(10))
    assert list(seen(done)["pods"]) == ["web-4", "web-5", "web-6"]
    assert state(done)["ready"] == 3
    gone, made = events(done, "delete_pod"), events(done, "create_pod")[3:]
    assert {e.cause for e in gone} == {events(done, "delete_pods")[0].seq}
    assert made[0].cause in {event.seq for event in done.events if event.cause}


def test_a_name_is_taken_until_its_pod_is_deleted() -> None:
    done = cluster(pod(), wait(5), pod(), wait(5))
    assert failures(done) == [("kube", "create_pod", 'pods "bare" already exists')]
    refused = events(done, "create_pod")[1]
    assert refused.detail["reason"] == "AlreadyExists"
    assert done.observation["programs"]["app"]["running"] == 1
    again = cluster(pod(), wait(5), delete("bare"), wait(5), pod(), wait(5))
    assert failures(again) == []
    assert seen(again)["pods"]["bare"]["ready"] is True


def test_a_name_is_taken_while_its_pod_ends() -> None:
    slow = pod(image="stubborn_image")
    slow["run_pod"] |= {"run": "stubborn", "grace_s": 5}
    done = cluster(slow, wait(5), delete("bare"), wait(1), pod(), wait(9), pod())
    log = 'object is being deleted: pods "bare" already exists'
    assert [f for f in failures(done) if f[1] == "create_pod"] == [
        ("kube", "create_pod", log)
    ]
    assert len(events(done, "create_pod", outcome="ok")) == 2


def test_a_deleted_bare_pod_is_gone() -> None:
    done = cluster(pod(), wait(5), delete("bare"), wait(10), delete("bare"))
    assert seen(done)["pods"] == {}
    assert failures(done) == [("kube", "delete_pod", 'pods "bare" not found')]
    assert done.observation["programs"]["app"]["running"] == 0


def test_what_is_left_of_ended_containers_is_removed() -> None:
    done = cluster(deploy("crash"), wait(100), scale(0, "crash"), wait(5))
    ended = [e.detail["target"] for e in events(done, "container_exit")]
    removed = [e.detail["target"] for e in events(done, "remove")]
    assert removed == ended
    assert len(ended) == 5


@pytest.mark.parametrize("tries", [0, 40])
def test_a_pod_can_be_deleted_while_it_starts(tries: int) -> None:
    moment = {"connect": {"to": "nobody", "port": 80}}
    done = cluster(deploy("one"), *[moment] * tries, scale(0, "one"), wait(20))
    assert state(done, "one")["pods"] == 0
    assert done.observation["programs"]["app"]["running"] == 0
    assert len(events(done, "execve", target="/srv/app")) == bool(tries)


def test_a_pod_can_be_deleted_while_it_waits() -> None:
    done = cluster(deploy("crash"), wait(5), scale(0, "crash"), wait(60))
    assert seen(done)["pods"] == {}
    assert len(events(done, "execve", target="/srv/app")) == 2


def test_a_lost_node() -> None:
    plan = (deploy(), pod(), wait(5), cut(), wait(420))
    done = cluster(*plan)
    (lost,) = events(done, "node_not_ready")
    dead = events(done, "power_off")[0]
    assert lost.cause == dead.seq
    assert 30_000_000 <= lost.time - dead.time <= 50_000_000
    assert lost.detail["log"].endswith("Kubelet stopped posting node status")
    evicted = events(done, "delete_pod")
    assert {e.cause for e in evicted} == {lost.seq}
    assert evicted[0].time - lost.time == 300_000_000
    assert state(done)["ready"] == 3
    assert state(done)["nodes"] == 2
    assert seen(done)["nodes"]["server"] == "not ready"


def test_a_bare_pod_is_not_rescheduled() -> None:
    done = cluster(pod(), wait(5), cut(), wait(420))
    assert seen(done)["pods"] == {}
    assert done.observation["programs"]["app"]["running"] == 0


def test_a_bare_pod_is_restarted_on_its_node() -> None:
    done = cluster(pod(), wait(5), kill("bare"), wait(5))
    assert seen(done)["pods"]["bare"]["restarts"] == 1


def test_without_a_lease_nobody_notices() -> None:
    mechanisms = {"orchestrator.lease": "none"}
    done = cluster(deploy(), wait(5), cut(), wait(420), mechanisms=mechanisms)
    assert events(done, "node_not_ready") == []
    assert state(done)["ready"] == 3
    assert done.observation["programs"]["app"]["running"] == 2


def test_a_node_that_is_back_before_its_lease_ends() -> None:
    done = cluster(deploy(), wait(5), cut(), wait(8), power_on(), wait(30))
    assert events(done, "node_not_ready") == []
    assert state(done)["ready"] == 3
    assert state(done)["restarts"] == 1
    assert nodes_of(done) == list(NODES)


def test_a_node_that_is_back_before_its_pods_are_evicted() -> None:
    done = cluster(deploy(), wait(5), cut(), wait(100), power_on(), wait(30))
    assert len(events(done, "node_ready")) == 4
    assert state(done)["ready"] == 3
    assert nodes_of(done) == list(NODES)


def test_a_node_that_is_back_late_is_empty() -> None:
    done = cluster(deploy(), wait(5), cut(), wait(400), power_on(), wait(60))
    assert state(done)["ready"] == 3
    assert "server" not in nodes_of(done)
    assert seen(done)["nodes"]["server"] == "ready"
    more = (deploy(), wait(5), cut(), wait(400), power_on(), wait(60), scale(4))
    assert "server" in nodes_of(cluster(*more, wait(10)))


def test_a_node_that_is_back_with_nothing_to_do() -> None:
    done = cluster(cut(), wait(15), power_on(), wait(15))
    assert len(events(done, "node_ready")) == 3


def test_no_node_is_left() -> None:
    down = [cut(name) for name in NODES]
    done = cluster(deploy("one"), wait(5), *down, wait(420))
    assert state(done, "one")["ready"] == 0
    said = [e.detail["log"] for e in events(done, "schedule", outcome="failed")]
    taint = "node(s) had untolerated taint node.kubernetes.io/unreachable"
    assert said == [f"0/3 nodes are available: 3 {taint}."]


def test_a_machine_without_an_engine_is_no_node() -> None:
    world = {"machines": {"bare": {"cores": 1, "ram_mib": 1024}}}
    nodes = {"orchestrators": {"kube": {"nodes": [*NODES, "bare"]}}}
    done = cluster(deploy(), wait(5), world={**nodes, "machines": _machines(world)})
    said = ("bare", "join", "no container engine is running here")
    assert failures(done) == [said]
    assert list(seen(done)["nodes"]) == list(NODES)


def _machines(world: dict[str, Any]) -> dict[str, Any]:
    return {**WORLD["machines"], **world["machines"]}


def test_virtual_machines_can_be_nodes() -> None:
    group = {
        "start_vm": {
            "name": "worker",
            "on": "server",
            "system": "linux",
            "ram_mib": 2048,
            "count": 2,
        }
    }
    nodes = {"orchestrators": {"kube": {"nodes": ["worker"]}}}
    before = (
        install("linux"),
        power_on(),
        install("kvm"),
        group,
        install("docker", "worker"),
    )
    done = cluster(deploy(), wait(5), before=before, world=nodes)
    assert sorted(set(nodes_of(done))) == ["worker-1", "worker-2"]
    assert state(done)["ready"] == 3


@pytest.mark.parametrize("step", [update("next"), scale(2), request()])
def test_what_was_not_deployed_cannot_be_changed(step: Any) -> None:
    done = cluster(step)
    (failed,) = failures(done)
    assert failed[0] == "kube"
    assert failed[2] == 'deployments.apps "web" not found'


def test_requests_go_round() -> None:
    done = cluster(deploy(), wait(5), request(count=7), request(count=2))
    counts = [e.detail["requests"] for e in events(done, "serve")]
    assert sorted(counts) == [1, 1, 2, 2, 3]
    assert state(done)["answered"] == 9


def test_requests_to_a_pod_that_hangs() -> None:
    done = cluster(
        deploy(), wait(5), request(), deployments={"web": {"image": "hanging"}}
    )
    assert state(done)["failed"] == 6
    said = {e.detail["errno_name"] for e in events(done, "route")}
    assert said == {"ECONNREFUSED"}


def test_requests_to_a_node_that_is_gone() -> None:
    done = cluster(deploy(), wait(5), cut(), request())
    (failed,) = events(done, "route", outcome="failed")
    assert failed.detail["errno_name"] == "EHOSTUNREACH"
    assert failed.cause == events(done, "power_off")[0].seq
    assert (state(done)["failed"], state(done)["answered"]) == (2, 4)


def test_a_readiness_probe_holds_requests_back() -> None:
    early = cluster(deploy("slow_one"), wait(5), request("slow_one"))
    assert state(early, "slow_one")["endpoints"] == 0
    said = 'no endpoints available for service "slow_one"'
    assert failures(early)[-1] == ("kube", "route", said)
    mechanisms = {"orchestrator.endpoints": "running"}
    rash = cluster(
        deploy("slow_one"), wait(5), request("slow_one"), mechanisms=mechanisms
    )
    assert state(rash, "slow_one")["failed"] == 6
    late = cluster(deploy("slow_one"), wait(15), request("slow_one"))
    assert state(late, "slow_one")["answered"] == 6


def test_a_liveness_probe_kills() -> None:
    done = cluster(deploy("watched"), wait(3))
    probe = events(done, "liveness_probe")[0]
    assert probe.detail["log"].startswith(
        "Liveness probe failed: dial tcp 172.17.0.2:80"
    )
    ended = events(done, "container_exit")[0]
    assert ended.seq > probe.seq
    patient = {"watched": {"liveness": {**PROBE, "delay_s": 15}}}
    fine = cluster(deploy("watched"), wait(60), deployments=patient)
    assert state(fine, "watched")["restarts"] == 0
    assert state(fine, "watched")["ready"] == 1


def test_readiness_comes_and_goes() -> None:
    does = [
        {"listen": {"port": 80}},
        {"sleep": {"ms": 10_000}},
        {"close": {"port": 80}},
        {"sleep": {"ms": 10_000}},
        {"listen": {"port": 80}},
    ]
    program = {"pausing": {"path": "/srv/app", "format": "elf", "does": does}}
    image = {"pauses": {"size_mib": 9, "programs": ["pausing"], "libraries": ["glibc"]}}
    done = cluster(
        deploy("one"),
        wait(40),
        deployments={"one": {"image": "pauses", "readiness": PROBE}},
        world={
            "programs": _with("programs", program),
            "images": _with("images", image),
        },
    )
    told = [e.action for e in done.events if e.actor == "kubelet-server"]
    assert told == ["pod_ready", "readiness_probe", "pod_ready"]
    assert state(done, "one")["restarts"] == 0


def _with(section: str, more: dict[str, Any]) -> dict[str, Any]:
    return {**WORLD[section], **more}


def test_containers_with_a_kernel_of_their_own() -> None:
    mechanisms = {"container.kernel": "own"}
    done = cluster(deploy("slow_one"), wait(90), mechanisms=mechanisms)
    assert done.verdict == "completed"


def test_containers_on_the_hosts_network() -> None:
    mechanisms = {"container.network": "host"}
    done = cluster(deploy("probed"), wait(20), request("probed"), mechanisms=mechanisms)
    assert state(done, "probed")["answered"] == 6


def test_the_same_seed_gives_the_same_run() -> None:
    plan = (deploy(), wait(5), cut(), wait(400))
    first, second = cluster(*plan, seed=3), cluster(*plan, seed=3)
    assert first.trace_hash == second.trace_hash
