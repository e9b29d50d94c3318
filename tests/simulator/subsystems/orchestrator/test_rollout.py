"""The next step of an update, whatever state it is in."""

from typing import TYPE_CHECKING, Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.subsystems.orchestrator.models import Deployment, Template
from simulator.subsystems.orchestrator.pod import Pod
from simulator.subsystems.orchestrator.rollout import next_step

if TYPE_CHECKING:
    from simulator.subsystems.containers.images import ContainerImage


def template(revision: int) -> Template:
    image = cast("ContainerImage", cast("Any", None))
    return Template(revision, image, "/srv/app", 0, 0, None, None)


OLD, NEW = template(1), template(2)


def wanted(replicas: int = 3, surge: int = 1, unavailable: int = 0) -> Deployment:
    return Deployment("web", replicas, NEW, 80, surge, unavailable, 0)


def pods(old: str = "", new: str = "") -> list[Pod]:
    """A letter for each pod: ``r`` is ready, ``-`` is not."""
    made = [(OLD, letter) for letter in old] + [(NEW, letter) for letter in new]
    return [
        Pod(f"p{n}", "web", kind, n, ready=letter == "r")
        for n, (kind, letter) in enumerate(made)
    ]


def step(deployment: Deployment, found: list[Pod], how: str = "rolling") -> Any:
    count, surplus = next_step(deployment, found, how)
    return count, [pod.name for pod in surplus]


@pytest.mark.parametrize(
    ("old", "new", "count", "surplus"),
    [
        ("", "", 3, []),
        ("", "rr", 1, []),
        ("", "rrr", 0, []),
        ("", "rrrr", 0, ["p3"]),
        ("", "r-rr", 0, ["p1"]),
        ("rrr", "", 1, []),
        ("rrr", "-", 0, []),
        ("rrr", "r", 0, ["p0"]),
        ("rr", "r", 1, []),
        ("r", "rr", 1, []),
        ("r", "rrr", 0, ["p0"]),
        ("---", "", 1, ["p0", "p1", "p2"]),
        ("rr-", "", 1, ["p2"]),
    ],
)
def test_step_by_step(old: str, new: str, count: int, surplus: list[str]) -> None:
    assert step(wanted(), pods(old, new)) == (count, surplus)


@pytest.mark.parametrize(
    ("surge", "unavailable", "count", "surplus"),
    [(1, 0, 1, []), (3, 0, 3, []), (0, 1, 0, ["p0"]), (1, 1, 1, ["p0"])],
)
def test_the_bounds_of_an_update(
    surge: int, unavailable: int, count: int, surplus: list[str]
) -> None:
    found = step(wanted(3, surge, unavailable), pods("rrr"))
    assert found == (count, surplus)


def test_all_old_ones_first() -> None:
    assert step(wanted(), pods("rrr"), "recreate") == (0, ["p0", "p1", "p2"])
    assert step(wanted(), pods("", ""), "recreate") == (3, [])


def test_fewer_are_wanted() -> None:
    assert step(wanted(1), pods("", "rrr")) == (0, ["p2", "p1"])
    assert step(wanted(0), pods("", "r")) == (0, ["p0"])
    assert step(wanted(1), pods("r", "rr")) == (0, ["p0", "p2"])


letters = st.text(st.sampled_from("r-"), max_size=6)


@given(letters, letters, st.integers(0, 5), st.integers(0, 2), st.integers(0, 2))
def test_the_bounds_hold_from_every_state(
    old: str, new: str, replicas: int, surge: int, unavailable: int
) -> None:
    deployment = wanted(replicas, surge, unavailable)
    found = pods(old, new)
    count, surplus = next_step(deployment, found, "rolling")
    assert count >= 0
    if count:
        assert len(found) + count <= replicas + surge or not old
    ready = sum(pod.ready for pod in found)
    lost = sum(pod.ready for pod in surplus)
    assert lost == 0 or ready - lost >= min(ready, replicas - unavailable)
    assert len({pod.name for pod in surplus}) == len(surplus)
