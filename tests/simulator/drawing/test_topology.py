"""Drawings of runs: well-formed, readable, safe to put into a page."""

import re
from xml.etree import ElementTree as ET

import pytest

from simulator import Run, draw_topology
from tests.simulator.drawing.pictures import PLANS, SVG, classes, parsed, seqs, texts
from tests.simulator.worlds import BOOT, ENGINE, box, run


def drawn(done: Run) -> ET.Element:
    return parsed(draw_topology(done))


@pytest.mark.parametrize("name", sorted(PLANS))
def test_a_drawing_is_an_image_with_a_name(name: str) -> None:
    root = drawn(run(PLANS[name]))
    assert (root.tag, root.get("role")) == (f"{SVG}svg", "img")
    title, desc = root.findtext(f"{SVG}title"), root.findtext(f"{SVG}desc")
    assert title == "What stands on what at the end of the run"
    assert root.get("aria-label") == f"{title}. {desc}"
    assert root.get("viewBox") == f"0 0 {root.get('width')} {root.get('height')}"


@pytest.mark.parametrize("name", sorted(PLANS))
def test_every_box_is_inside_the_drawing_and_on_no_other(name: str) -> None:
    root = drawn(run(PLANS[name]))
    width, height = int(root.get("width", 0)), int(root.get("height", 0))
    boxes = [
        tuple(int(rect.get(key, 0)) for key in ("x", "y", "width", "height"))
        for rect in root.iter(f"{SVG}rect")
    ]
    assert all(x >= 0 and y >= 0 for x, y, _, _ in boxes)
    assert all(x + w <= width and y + h <= height for x, y, w, h in boxes)
    for index, (x, y, w, h) in enumerate(boxes):
        for a, b, c, d in boxes[index + 1 :]:
            assert x + w <= a or a + c <= x or y + h <= b or b + d <= y


def test_what_a_drawing_says() -> None:
    done = run(PLANS["system"])
    assert texts(drawn(done)) == [
        "server",
        "hardware, 427 MiB in use",
        "linux-1",
        "linux (linux 6.1)",
        "app",
        "process 2",
    ]


def test_parts_of_every_kind_have_their_class() -> None:
    seen = {name for plan in PLANS.values() for name in classes(drawn(run(plan)))}
    kinds = {word for name in seen for word in name.split()}
    assert kinds == {
        "sim-box",
        "sim-off",
        "sim-more",
        *(
            f"sim-{kind}"
            for kind in (
                "machine",
                "vm",
                "hypervisor",
                "kernel",
                "engine",
                "container",
                "process",
            )
        ),
    }


def test_what_stands_on_what_goes_upwards() -> None:
    root = drawn(run(PLANS["machines"]))
    heights = {
        (group.findtext(f"{SVG}title") or "").split(":")[0]: int(rect.get("y", 0))
        for group in root.iter(f"{SVG}g")
        for rect in group.iter(f"{SVG}rect")
    }
    assert heights["server"] > heights["bare"] > heights["guest-1"]
    assert heights["guest-1"] > heights["linux-1"]
    assert heights["guest-1"] == heights["guest-2"]


def test_long_rows_are_cut_and_counted() -> None:
    labels = texts(drawn(run(PLANS["containers"])))
    assert len([label for label in labels if label.startswith("box-")]) == 3
    assert "and 4 more" in labels
    assert "like these" in labels


def test_a_row_of_three_is_whole() -> None:
    assert "and" not in " ".join(texts(drawn(run([*ENGINE, box(3)]))))


def test_parts_that_do_not_run_are_shown_so() -> None:
    root = drawn(run(BOOT, world={"machines": {"server": {"ram_mib": 100}}}))
    assert classes(root) == ["sim-box sim-machine", "sim-box sim-kernel sim-off"]
    dashes = [rect.get("stroke-dasharray") for rect in root.iter(f"{SVG}rect")]
    assert dashes == ["none", "5 3"]
    titles = [group.findtext(f"{SVG}title") for group in root.iter(f"{SVG}g")]
    assert titles[1] == "linux-1: linux (linux 6.1), dead"


def test_a_machine_that_is_off_is_shown_so() -> None:
    root = drawn(run([]))
    assert classes(root) == ["sim-box sim-machine sim-off"]
    assert root.findtext(f"{SVG}desc") == (
        "Nothing stands on server (hardware, 0 MiB in use, off)."
    )


def test_the_description_says_what_stands_on_what() -> None:
    done = run(PLANS["nested"])
    used = done.metrics["ram_kib"]["server"] // 1024
    desc = drawn(done).findtext(f"{SVG}desc") or ""
    sentences = [re.sub(r"\d+ MiB", "N MiB", part) for part in desc.split(". ")]
    assert f"{used} MiB" in desc
    assert sentences == [
        "On server (hardware, N MiB in use): 1 kernel",
        "On linux-1 (linux (linux 6.1)): 1 hypervisor",
        "On kvm (hypervisor, type-2): 1 vm",
        "On guest-1 (virtual machine, N MiB in use): 1 kernel",
        "On linux-2 (linux (linux 6.1)): 1 engine",
        "On docker (container engine): 2 container",
        "On box-1 (container): 1 process.",
    ]


def test_machines_stand_beside_each_other() -> None:
    world = {"machines": {"other": {"cores": 1, "ram_mib": 1024}}}
    root = drawn(run([*ENGINE, box(3)], world=world))
    assert {"server", "other"} <= set(texts(root))


def test_names_are_escaped() -> None:
    done = run([])
    done.observation["machines"]["server"]["name"] = "<b>&\"'"
    text = draw_topology(done)
    assert "<b>" not in text
    assert texts(ET.fromstring(text))[0] == "<b>&\"'"  # noqa: S314


def test_long_names_are_cut_with_an_ellipsis() -> None:
    done = run([])
    done.observation["machines"]["server"]["name"] = "x" * 200
    root = drawn(done)
    assert re.fullmatch(r"x+…", texts(root)[0])
    group = next(root.iter(f"{SVG}g"))
    assert (group.findtext(f"{SVG}title") or "").startswith("x" * 200)


def test_a_box_names_its_events() -> None:
    done = run(PLANS["system"])
    root = drawn(done)
    named = {
        (group.findtext(f"{SVG}title") or "").split(":")[0]: seqs(group)
        for group in root.iter(f"{SVG}g")
    }
    actions = {
        part: [done.events[seq].action for seq in listed]
        for part, listed in named.items()
    }
    assert actions == {
        "server": [
            "install",
            "write_disk",
            "power_on",
            "power_on_self_test",
            "install",
            "exec",
            "execve",
        ],
        "linux-1": [
            "boot_boot_loader",
            "boot_kernel",
            "boot_drivers",
            "boot_init",
            "boot_services",
            "write_file",
        ],
        "app": ["execve"],
    }


def test_worlds_within_worlds_are_drawn_to_the_top() -> None:
    root = drawn(run(PLANS["deep"]))
    tops = {
        (group.findtext(f"{SVG}title") or "").split(":")[0]: int(rect.get("y", 0))
        for group in root.iter(f"{SVG}g")
        for rect in group.iter(f"{SVG}rect")
    }
    order = ["server", "linux-1", "guest-1", "linux-2", "inner-1", "linux-3", "docker"]
    heights = [tops[name] for name in order]
    assert heights == sorted(heights, reverse=True)
    assert len(set(heights)) == len(order)
    assert tops["box-1"] == tops["docker"]
