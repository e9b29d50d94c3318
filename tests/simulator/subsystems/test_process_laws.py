"""Laws of processes, whatever their programs do: numbers, families, ends, views."""

from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from simulator.observing.views import observe_views
from simulator.subsystems.processes import Process
from simulator.world import World
from tests.simulator.subsystems.doing import WAIT, does, in_box, kernel, on_host, step
from tests.simulator.worlds import box

if TYPE_CHECKING:
    from simulator.subsystems.namespaces import PidNamespace

SIGNALS = ("SIGTERM", "SIGKILL", "SIGSTOP", "SIGCONT", "SIGHUP", "SIGCHLD")
SIMPLE = st.one_of(
    st.builds(lambda ms: step("sleep", ms=ms), st.integers(0, 300)),
    st.builds(lambda status: step("exit", status=status), st.integers(0, 3)),
    st.builds(
        lambda name, pid: step("kill", signal=name, pid=pid),
        st.sampled_from(SIGNALS),
        st.integers(1, 7),
    ),
    st.builds(lambda wait: step("spawn", program="child", wait=wait), st.booleans()),
    st.sampled_from(
        [
            step("wait_children"),
            step("adopt_orphans"),
            step("exec", program="child"),
            step("unshare", kinds=["pid"]),
            step("unshare", kinds=["user", "uts", "net"]),
            step("set_user", uid=1000),
            step("system_call", name="sethostname", value="other"),
        ]
    ),
)
STEPS = st.lists(
    st.one_of(
        SIMPLE,
        st.builds(
            lambda count, steps: step("fork", count=count, steps=steps),
            st.integers(1, 3),
            st.lists(SIMPLE, max_size=4),
        ),
    ),
    max_size=6,
)
CHILD = st.lists(
    st.one_of(
        st.builds(lambda ms: step("sleep", ms=ms), st.integers(0, 300)),
        st.builds(
            lambda steps: step("fork", steps=steps),
            st.lists(
                st.builds(lambda ms: step("sleep", ms=ms), st.integers(0, 300)),
                max_size=2,
            ),
        ),
        st.just(step("exit")),
    ),
    max_size=3,
)
HANDLERS = st.dictionaries(
    st.sampled_from(["SIGTERM", "SIGHUP"]),
    st.sampled_from(["exit", "ignore", "forward", "default"]),
)
PLACES = ("server", "box", "host_pid", "mapped")
relaxed = settings(
    deadline=None, max_examples=40, suppress_health_check=[HealthCheck.too_slow]
)


def carried_out(place: str, spec: dict[str, Any]) -> World:
    if place == "server":
        return on_host(spec)
    asked = {
        "box": box(2),
        "host_pid": box(host_namespaces=["pid"]),
        "mapped": box(uid_map=[{"outside": 100_000}]),
    }[place]
    return in_box(spec, [WAIT], asked)


def everyone(world: World) -> list[Process]:
    return [] if kernel(world).state == "dead" else list(kernel(world).everyone())


def known(process: Process) -> bool:
    """It holds a number: it lives, or its status waits to be collected."""
    return process.state != "gone"


@pytest.mark.parametrize("place", PLACES)
@relaxed
@given(steps=STEPS, child=CHILD, handlers=HANDLERS, reaps=st.booleans())
def test_laws_of_processes(
    place: str, steps: Any, child: Any, handlers: dict[str, str], *, reaps: bool
) -> None:
    spec = does(*steps, child=child, signals=handlers, reaps=reaps)
    world = carried_out(place, spec)
    numbers_are_unique(world)
    families_are_whole(world)
    ends_leave_what_they_must(world)
    namespaces_end_with_their_first(world)
    views_agree(world)
    causes_precede(world)


def numbers_are_unique(world: World) -> None:
    """In each namespace a number belongs to one process, and counts from 1."""
    seen: dict[PidNamespace, list[int]] = {}
    for process in everyone(world):
        lineage = [namespace for namespace, _ in process.pids]
        assert lineage == list(lineage[0].lineage)
        for namespace, pid in process.pids:
            seen.setdefault(namespace, []).append(pid)
    for namespace, pids in seen.items():
        assert sorted(pids) == list(range(1, len(pids) + 1))
        assert namespace.last_pid == len(pids)


def families_are_whole(world: World) -> None:
    """Parents know their children, children their parent, and nobody is lost."""
    for process in everyone(world):
        assert all(child.parent is process for child in process.children)
        assert all(known(child) for child in process.children)
        if process is kernel(world).init or not known(process):
            continue
        assert process.parent is not None
        assert process in process.parent.children
        assert process.parent.alive


def ends_leave_what_they_must(world: World) -> None:
    """Whoever ended has a status and no work; a zombie's parent does not reap."""
    for process in everyone(world):
        assert (process.exit_status is None) == process.alive
        if process.alive:
            continue
        assert process.tasks == []
        assert process.owner not in world.machines["server"].memory.charges
        if process.state == "zombie":
            assert process.parent is not None
            assert not process.parent.reaps
        if process.signal:
            assert process.exit_status is not None
            assert process.exit_status > 128


def namespaces_end_with_their_first(world: World) -> None:
    """Nobody lives in a PID namespace whose first process has ended."""
    for process in everyone(world):
        for namespace, _ in process.pids:
            first = namespace.init
            assert first is None or first.alive or not process.alive


def views_agree(world: World) -> None:
    """What a place sees is a part of what its host sees, under other numbers."""
    views = observe_views(world)
    host = {row["seq"]: row for row in views["server"][0]["processes"]}
    for view in views.get("box", []):
        for row in view["processes"]:
            assert host[row["seq"]]["program"] == row["program"]
            assert host[row["seq"]]["state"] == row["state"]
        numbers = [row["pid"] for row in view["processes"]]
        assert len(numbers) == len(set(numbers))
        zombies = [r for r in view["processes"] if r["state"] == "zombie"]
        assert view["zombies"] == len(zombies)
        if view["pid"] == 1:
            assert all(row["ppid"] == 0 or row["ppid"] in numbers for row in zombies)


def causes_precede(world: World) -> None:
    for event in world.engine.events:
        assert event.cause is None or 0 <= event.cause < event.seq


@relaxed
@given(STEPS, CHILD)
def test_the_same_programs_do_the_same_twice(steps: Any, child: Any) -> None:
    spec = does(*steps, child=child)
    first, second = in_box(spec), in_box(spec)
    assert first.engine.events == second.engine.events
    assert observe_views(first) == observe_views(second)
