"""The timeline: lanes of actors, bars of stages, failures marked."""

from xml.etree import ElementTree as ET

from simulator import Run, draw_timeline
from simulator.drawing.svg import NOTE
from simulator.drawing.timeline import MOST_STAGES
from tests.simulator.drawing.pictures import (
    PLANS,
    SVG,
    classes,
    described,
    parsed,
    seqs,
    texts,
)
from tests.simulator.worlds import BOOT, ENGINE, box, events, execute, load, run


def drawn(done: Run) -> ET.Element:
    return parsed(draw_timeline(done))


def stages(root: ET.Element) -> dict[int, ET.Element]:
    """The groups of a drawing that stand for events, by the event."""
    return {
        seqs(group)[0]: group
        for group in root.iter(f"{SVG}g")
        if group.get("class", "").startswith("sim-stage")
    }


def bar(group: ET.Element) -> tuple[int, int]:
    rect = next(group.iter(f"{SVG}rect"))
    return int(rect.get("x", 0)), int(rect.get("width", 0))


def test_each_event_is_a_bar_in_the_lane_of_its_actor() -> None:
    done = run(PLANS["system"])
    root = drawn(done)
    lanes = [g for g in root.iter(f"{SVG}g") if g.get("class") == "sim-lane"]
    assert [texts(lane)[0] for lane in lanes] == ["operator", "server", "linux-1"]
    assert sorted(stages(root)) == [event.seq for event in done.events]
    for lane in lanes:
        actors = {done.events[seq].actor for seq in stages(lane)}
        assert actors == {texts(lane)[0]}


def test_bars_say_what_was_done_to_what() -> None:
    labels = texts(drawn(run(PLANS["system"])))
    assert {"install linux", "boot loader", "boot kernel", "execve /srv/app"} <= {
        *labels
    }


def test_a_stage_begins_where_its_cause_ended() -> None:
    done = run(PLANS["system"])
    found = stages(drawn(done))
    loader, kernel = (
        events(done, f"boot_{name}")[0] for name in ("boot_loader", "kernel")
    )
    x, width = bar(found[loader.seq])
    assert bar(found[kernel.seq])[0] == x + width


def test_a_failure_is_marked_by_more_than_a_colour() -> None:
    done = run(PLANS["failing"])
    (failed, _) = events(done, outcome="failed")
    group = stages(drawn(done))[failed.seq]
    assert group.get("class") == "sim-stage sim-failed"
    assert texts(group) == ["✕ execve /srv/app.exe"]
    assert next(group.iter(f"{SVG}rect")).get("stroke-dasharray") == "5 3"
    assert "no binary loader claims format pe" in (group.findtext(f"{SVG}title") or "")


def test_the_description_counts_and_names_the_failures() -> None:
    done = run(PLANS["failing"])
    words = described(drawn(done))
    assert words.startswith(
        f"{len(done.events)} events of operator, server, linux-1, app"
    )
    assert "Failed: #" in words
    assert "ENOEXEC (8)" in words
    assert described(drawn(run(BOOT))).endswith(" s. Nothing failed.")


def test_of_many_failures_the_first_are_named() -> None:
    words = described(drawn(run([load("app")] * 8)))
    assert words.count("Failed: ") == 5
    assert words.endswith("And 3 more failures.")


def test_nothing_happened() -> None:
    root = drawn(run([]))
    assert described(root) == "Nothing happened."
    assert texts(root) == ["0.000 s"]


def test_a_millisecond_can_be_seen_beside_a_minute() -> None:
    done = run(PLANS["system"])
    found = stages(drawn(done))
    (execve,) = events(done, "execve")
    assert execve.time - done.events[execve.cause or 0].time < 2_000
    assert bar(found[execve.seq])[1] >= 7
    (services,) = events(done, "boot_services")
    assert bar(found[services.seq])[1] > bar(found[execve.seq])[1]


def test_requests_take_as_long_as_they_say() -> None:
    done = run([*PLANS["system"], load("app", 1000)])
    (serve,) = events(done, "serve")
    x, width = bar(stages(drawn(done))[serve.seq])
    asked = bar(stages(drawn(done))[serve.seq - 1])[0]
    assert (x, width > 20) == (asked, True)


def test_the_end_of_a_process_is_a_moment() -> None:
    spec = {"programs": {"app": {"calls": ["landlock_create_ruleset"]}}}
    old = {"systems": {"linux": {"version": "4.0"}}}
    done = run([*PLANS["system"], execute("app")], world={**spec, **old})
    found = stages(drawn(done))
    ends = events(done, "exit")
    assert ends
    assert [bar(found[event.seq])[1] for event in ends] == [4] * len(ends)


def test_bars_and_labels_of_a_lane_do_not_overlap() -> None:
    root = drawn(run(PLANS["containers"]))
    rects = [
        tuple(int(rect.get(key, 0)) for key in ("x", "y", "width", "height"))
        for rect in root.iter(f"{SVG}rect")
    ]
    for index, (x, y, w, h) in enumerate(rects):
        for a, b, c, d in rects[index + 1 :]:
            assert x + w <= a or a + c <= x or y + h <= b or b + d <= y


def test_the_last_time_of_the_axis_is_within_the_picture() -> None:
    for plan in (PLANS["system"], BOOT, [*BOOT, execute("app")]):
        root = drawn(run(plan))
        axis = next(g for g in root.iter(f"{SVG}g") if g.get("class") == "sim-axis")
        last = list(axis.iter(f"{SVG}text"))[-1]
        room = int(root.get("viewBox", "").split()[2]) - int(last.get("x", 0))
        assert room >= NOTE.width(last.text or "")


def test_long_runs_show_failures_and_what_comes_first() -> None:
    done = run([*ENGINE, box(40), *([load("exe")] * 5)])
    assert len(done.events) > MOST_STAGES
    root = drawn(done)
    found = stages(root)
    assert len(found) == MOST_STAGES
    failed = [event.seq for event in done.events if event.outcome == "failed"]
    assert {*range(20), *failed} <= {*found}
    assert f"and {len(done.events) - MOST_STAGES} more events" in texts(root)


def test_a_run_of_failures_shows_as_many_as_there_is_room_for() -> None:
    done = run([load("app")] * 100)
    root = drawn(done)
    assert [name for name in classes(root) if "stage" in name] == [
        "sim-stage sim-failed"
    ] * MOST_STAGES


def test_long_labels_are_cut() -> None:
    world = {"programs": {"app": {"path": "/srv/" + "a" * 60}}}
    labels = texts(drawn(run(PLANS["system"], world=world)))
    assert max(len(label) for label in labels) == 30
