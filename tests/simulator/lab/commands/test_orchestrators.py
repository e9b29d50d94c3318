"""``kubectl`` on a node of an orchestrator."""

from typing import Any

import pytest

from simulator.lab import Lab
from simulator.lab.commands.orchestrators import age
from tests.simulator.lab.labs import answered, lab, rows, typed
from tests.simulator.subsystems.orchestrator.clusters import (
    WORLD,
    cut,
    deploy,
    pod,
    scale,
    start,
    wait,
)
from tests.simulator.worlds import ENGINE, Step

MINUTE = 60_000_000


def node(*steps: Step, **deployments: Any) -> Lab:
    """A shell on the first node of a small cluster."""
    changed = {n: {**WORLD["deployments"][n], **f} for n, f in deployments.items()}
    parts = {**WORLD, "deployments": {**WORLD["deployments"], **changed}}
    return lab([*start(), *steps, wait(5)], parts)


def test_pods() -> None:
    here = node(deploy())
    assert typed(here, "kubectl get pods") == (
        "NAME    READY   STATUS    RESTARTS   AGE\n"
        "web-1   1/1     Running   0          4s\n"
        "web-2   1/1     Running   0          4s\n"
        "web-3   1/1     Running   0          4s\n"
    )


@pytest.mark.parametrize("kind", ["pods", "pod", "po"])
def test_other_names_of_a_kind(kind: str) -> None:
    here = node(deploy("one"))
    assert len(rows(here, f"kubectl get {kind}")) == 2


def test_where_pods_are() -> None:
    here = node(deploy())
    found = rows(here, "kubectl get pods -o wide")
    assert [row[-1] for row in found] == ["NODE", "server", "second", "third"]


def test_a_pod_without_a_node() -> None:
    here = node(deploy("large"))
    last = rows(here, "kubectl get pods -o wide")[-1]
    assert last[:3] == ["large-4", "0/1", "Pending"]
    assert last[-1] == "<none>"


def test_a_crash_loop() -> None:
    here = node(deploy("crash"))
    (row,) = rows(here, "kubectl get pods")[1:]
    assert row[:4] == ["crash-1", "0/1", "CrashLoopBackOff", "1"]
    (later,) = rows(here, "sleep 100; kubectl get pods")[1:]
    assert int(later[3]) == 4


def test_a_slow_start() -> None:
    here = node(deploy("slow_one"))
    (row,) = rows(here, "kubectl get po")[1:]
    assert row[1:3] == ["0/1", "Running"]
    (later,) = rows(here, "sleep 20; kubectl get po")[1:]
    assert later[1:3] == ["1/1", "Running"]


def test_nodes() -> None:
    here = node(deploy())
    assert typed(here, "kubectl get nodes") == (
        "NAME     STATUS   PODS\n"
        "server   Ready    1\n"
        "second   Ready    1\n"
        "third    Ready    1\n"
    )


def test_a_lost_node() -> None:
    here = node(deploy(), cut("second"))
    assert [row[1] for row in rows(here, "kubectl get no")] == [
        "STATUS",
        "Ready",
        "Ready",
        "Ready",
    ]
    found = rows(here, "sleep 60; kubectl get no")
    assert found[2][:2] == ["second", "NotReady"]


def test_deployments() -> None:
    here = node(deploy(), deploy("slow_one"))
    assert typed(here, "kubectl get deployments") == (
        "NAME       READY   UP-TO-DATE   AVAILABLE\n"
        "web        3/3     3            3\n"
        "slow_one   0/1     1            0\n"
    )


def test_scaling() -> None:
    here = node(deploy())
    line = "kubectl scale deployment web --replicas=5"
    assert typed(here, line) == "deployment.apps/web scaled\n"
    assert len(rows(here, "sleep 5; kubectl get pods")) == 6
    assert answered(here, "kubectl scale deploy/web --replicas=1")[1] == 0
    assert len(rows(here, "sleep 20; kubectl get pods")) == 2


def test_a_number_that_cannot_be_meant() -> None:
    here = node(deploy())
    said = "kubectl: --replicas takes a number from 0 to 64\n"
    assert answered(here, "kubectl scale deploy web --replicas=many") == (said, 1)
    assert answered(here, "kubectl scale deploy web --replicas=65") == (said, 1)
    assert answered(here, "kubectl scale deploy web") == (said, 1)


def test_deleting_a_pod_makes_a_new_one() -> None:
    here = node(deploy("one"))
    assert typed(here, "kubectl delete pod one-1") == 'pod "one-1" deleted\n'
    found = rows(here, "sleep 5; kubectl get pods")
    assert [row[0] for row in found[1:]] == ["one-2"]
    containers = [container.name for container in here.world.places["one"]]
    assert containers == ["one-2"]


def test_deleting_a_bare_pod_makes_none() -> None:
    here = node(pod())
    typed(here, "kubectl delete pod bare", "sleep 5")
    said = "No resources found in default namespace.\n"
    assert answered(here, "kubectl get pods") == (said, 0)


def test_what_is_not_there() -> None:
    here = node(deploy("one"))
    assert answered(here, "kubectl delete pod none one-1") == (
        'Error from server (NotFound): pods "none" not found\npod "one-1" deleted\n',
        1,
    )
    assert answered(here, "kubectl scale deployment none --replicas=1") == (
        'kubectl: Error from server (NotFound): deployments.apps "none" not found\n',
        1,
    )


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("kubectl", "usage: kubectl get|scale|delete KIND [NAME]"),
        ("kubectl get", "usage: kubectl get|scale|delete KIND [NAME]"),
        ("kubectl get moons", 'the server doesn\'t have a resource type "moons"'),
        ("kubectl delete node server", 'unknown command "delete node" for "kubectl"'),
        ("kubectl scale pods web", 'unknown command "scale pods" for "kubectl"'),
        ("kubectl drain node server", 'unknown command "drain node" for "kubectl"'),
    ],
)
def test_what_cannot_be_meant(line: str, said: str) -> None:
    assert answered(node(), line) == (f"kubectl: {said}\n", 1)


def test_the_cause_of_what_is_asked_is_the_command() -> None:
    here = node(deploy("one"))
    typed(here, "kubectl scale deployment one --replicas=2", "sleep 2")
    made = [e for e in here.engine.events if e.action == "create_pod"][-1]
    assert made.cause is not None
    asked = here.engine.events[made.cause]
    assert asked.action == "execve"
    assert asked.detail["target"].endswith("/kubectl")


def test_a_machine_that_is_no_node_has_no_client() -> None:
    assert answered(lab(ENGINE), "kubectl get pods")[1] == 127


def test_fewer_are_wanted_in_the_plan() -> None:
    here = node(deploy(), scale(1), wait(10))
    assert len(rows(here, "kubectl get pods")) == 2


@pytest.mark.parametrize(
    ("span_us", "text"),
    [
        (0, "0s"),
        (119 * 1_000_000, "119s"),
        (2 * MINUTE, "2m"),
        (119 * MINUTE, "119m"),
        (120 * MINUTE, "2h"),
        (47 * 60 * MINUTE, "47h"),
        (48 * 60 * MINUTE, "2d"),
    ],
)
def test_ages(span_us: int, text: str) -> None:
    assert age(span_us) == text


def test_an_orchestrator_that_is_gone_does_not_answer() -> None:
    here = node(deploy("one"))
    here.world.orchestrators.clear()
    said = "kubectl: The connection to the server was refused\n"
    assert answered(here, "kubectl get pods") == (said, 1)
