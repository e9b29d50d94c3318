"""Laws of containers, whatever is asked of their engine in whatever order."""

from collections.abc import Sequence
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from simulator import Run
from tests.simulator.worlds import ENGINE, box, events, execute, run

Steps = Sequence[dict[str, Any]]
STATES = {"running", "exited", "restarting", "failed", "dead", "created"}
PROGRAMS: dict[str, Any] = {
    "crasher": {
        "path": "/bin/crasher",
        "format": "elf",
        "does": [{"print": {"text": "oops"}}, {"exit": {"status": 3}}],
    },
    "writer": {
        "path": "/bin/writer",
        "format": "elf",
        "does": [{"write_file": {"path": "/data/x", "bytes": 9000}}, {"exit": {}}],
    },
}
WORLD: dict[str, Any] = {
    "programs": PROGRAMS,
    "images": {
        "app_image": {
            "programs": ["app", *PROGRAMS],
            "files": [{"path": "/data/x", "kib": 300}],
        }
    },
}
VOLUME = [{"name": "data", "path": "/data"}]
starts = st.builds(
    lambda count, run, restart, runtime, kept: box(
        count, run=run, restart=restart, runtime=runtime, volumes=VOLUME * kept
    ),
    st.integers(1, 3),
    st.sampled_from(("app", "crasher")),
    st.sampled_from(("no", "on-failure", "always", "unless-stopped")),
    st.sampled_from(("runc", "runc", "runsc", "kata")),
    st.booleans(),
)
others = st.sampled_from(
    (
        execute("writer", "box"),
        {"stop_container": {"on": "box", "grace_s": 1}},
        {"restart_container": {"on": "box"}},
        {"remove_container": {"on": "box", "force": True}},
        {"wait": {"seconds": 2}},
        {"cut_power": {"machine": "server"}},
        {"power_on": {"machine": "server"}},
    )
)
plans = st.lists(starts | others, min_size=1, max_size=8)


def carried_out(plan: Steps) -> Run:
    names = box(run="app", count=1)
    return run([*ENGINE, *plan, {"wait": {"seconds": 1}}, names], world=WORLD)


def containers(node: dict[str, Any]) -> list[dict[str, Any]]:
    own = [node] if node["kind"] == "container" else []
    return own + [c for child in node["children"] for c in containers(child)]


@settings(max_examples=25)
@given(plans)
def test_every_container_is_in_some_state_and_runs_only_what_is_alive(
    plan: list[dict[str, Any]],
) -> None:
    done = carried_out(plan)
    assert done.verdict == "completed"
    server = done.observation["machines"]["server"]
    for container in containers(server):
        assert container["state"] in STATES
        running = [c for c in container["children"] if c["state"] in {"running", "on"}]
        # The machine of one that is being started runs before it does.
        if container["state"] != "created":
            assert bool(running) == (container["state"] == "running")


@settings(max_examples=25)
@given(plans)
def test_space_and_memory_of_containers_add_up(plan: list[dict[str, Any]]) -> None:
    done = carried_out(plan)
    server = done.observation["machines"]["server"]
    assert sum(server["charges"].values()) == server["used_kib"]
    assert done.metrics["ram_kib"]["server"] == server["used_kib"]
    image = 200 * 1024 + 300
    assert done.metrics["disk_kib"]["server"] >= image * bool(
        events(done, "image_present")
    )


@settings(max_examples=25)
@given(plans)
def test_causes_come_before_what_they_cause(plan: list[dict[str, Any]]) -> None:
    done = carried_out(plan)
    for event in done.events:
        assert event.cause is None or event.cause < event.seq
    times = [event.time for event in done.events]
    assert times == sorted(times)


@settings(max_examples=25)
@given(plans)
def test_each_restart_follows_an_end(plan: list[dict[str, Any]]) -> None:
    done = carried_out(plan)
    ends = {
        e.detail["target"]: e.seq
        for e in done.events
        if e.action in {"container_exit", "power_off", "image_present"}
        and e.outcome in {"ok", "failed"}
        and "target" in e.detail
    }
    offs = [e.seq for e in events(done, "power_off")]
    for again in events(done, "start_again"):
        before = [s for s in (ends.get(again.detail["target"]), *offs) if s is not None]
        assert before
