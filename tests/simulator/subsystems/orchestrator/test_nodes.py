"""Where a pod goes, and what a scheduler says that finds no node."""

from typing import TYPE_CHECKING, Any, cast

import pytest

from simulator.subsystems.memory import Memory
from simulator.subsystems.orchestrator.nodes import Node, choose_node, why_none

if TYPE_CHECKING:
    from simulator.subsystems.container import ContainerEngine

TAINT = "node(s) had untolerated taint node.kubernetes.io/unreachable"


class _Engine:
    """As much of a container engine as the scheduler looks at."""

    def __init__(self, ram_kib: int) -> None:
        self.state = "running"
        self.host = self
        self.platform = self
        self.memory = Memory("m", ram_kib)


def node(name: str, ram_kib: int = 100, *, ready: bool = True, **pods: int) -> Node:
    engine = cast("ContainerEngine", cast("Any", _Engine(ram_kib)))
    return Node(name, lambda: None, engine, 0, ready=ready, promised=dict(pods))


def chosen(
    nodes: list[Node], ram: int = 10, group: tuple[str, ...] = (), how: str = "spread"
) -> str:
    found = choose_node(nodes, ram, group, how)
    return found.name if found else ""


def test_what_is_promised_cannot_be_promised_again() -> None:
    assert node("a", 100, p=30, q=20).free_kib == 50


@pytest.mark.parametrize(
    ("how", "name"),
    [("spread", "b"), ("pack", "a")],
)
def test_each_way_has_a_node_of_its_own(how: str, name: str) -> None:
    nodes = [node("a", p=10, q=10), node("b", p=10)]
    assert chosen(nodes, how=how) == name


def test_copies_of_one_deployment_keep_apart_first() -> None:
    nodes = [node("a", p=1, q=1, r=1), node("b", x=1)]
    assert chosen(nodes, group=("b",)) == "a"
    assert chosen(nodes, group=("b", "a")) == "b"


def test_among_equal_nodes_the_first_is_taken() -> None:
    nodes = [node("a"), node("b")]
    assert chosen(nodes) == chosen(nodes, how="pack") == "a"


@pytest.mark.parametrize("how", ["spread", "pack"])
def test_neither_full_nor_lost_nodes_are_taken(how: str) -> None:
    nodes = [node("a", 100, p=95), node("b", ready=False), node("c")]
    assert chosen(nodes, how=how) == "c"
    assert chosen(nodes[:2], how=how) == ""


@pytest.mark.parametrize(
    ("nodes", "said"),
    [
        ([], "0/0 nodes are available: there are none."),
        ([node("a"), node("b")], "0/2 nodes are available: 2 Insufficient memory."),
        (
            [node("a", ready=False), node("b")],
            f"0/2 nodes are available: 1 {TAINT}, 1 Insufficient memory.",
        ),
        (
            [node("a", ready=False)],
            f"0/1 nodes are available: 1 {TAINT}.",
        ),
    ],
)
def test_what_a_scheduler_says(nodes: list[Node], said: str) -> None:
    assert why_none(nodes) == said


def test_a_restarted_node_has_a_new_engine() -> None:
    first, second = node("a").engine, node("b").engine
    found = Node("a", lambda: second, first, 0)
    assert found.running_engine() is first
    first.state = "dead"
    assert found.running_engine() is second
    assert found.engine is second


def test_a_node_that_is_down_has_none() -> None:
    found = node("a")
    found.engine.state = "dead"
    assert found.running_engine() is None
    assert found.kubelet == "kubelet-a"
