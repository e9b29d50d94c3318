"""What processes see, drawn side by side: a column per place, a row per kind."""

from typing import Any
from xml.etree import ElementTree as ET

import pytest

from simulator.drawing import draw_namespaces
from simulator.drawing.namespaces import KINDS
from simulator.drawing.views import MOST_VIEWS
from simulator.subsystems.namespaces import KINDS as OF_THE_KERNEL
from tests.simulator.drawing.pictures import (
    SVG,
    classes,
    described,
    parsed,
    seqs,
    texts,
)
from tests.simulator.worlds import BOOT, ENGINE, KVM, box, run, vm


def drawn(plan: Any, **more: Any) -> ET.Element:
    return parsed(draw_namespaces(run(plan, **more)))


def columns(root: ET.Element) -> list[ET.Element]:
    return [g for g in root.iter(f"{SVG}g") if g.get("class") == "sim-view"]


def cells(column: ET.Element) -> list[tuple[bool, str]]:
    """Of each cell: is it the place's own, and what does it say first."""
    return [
        ("sim-off" not in g.get("class", ""), texts(g)[0])
        for g in column.iter(f"{SVG}g")
        if "sim-row" in g.get("class", "")
    ]


def test_every_kind_has_a_row() -> None:
    assert sorted(KINDS) == list(OF_THE_KERNEL)
    assert texts(drawn(BOOT))[: len(KINDS)] == [*KINDS]


def test_a_system_has_one_column_of_its_own_namespaces() -> None:
    root = drawn(BOOT)
    (column,) = columns(root)
    assert texts(column)[:2] == ["server", "the system itself"]
    assert cells(column) == [
        (True, "process 1"),
        (True, "user 0"),
        (True, "server"),
        (True, "1 mounts"),
        (True, "lo eth0"),
        (True, "none"),
        (True, "/"),
        (True, "40 s"),
    ]


def test_a_container_shares_users_and_clock_unless_told_otherwise() -> None:
    system, container = columns(drawn([*ENGINE, box()]))
    assert texts(container)[:2] == ["box-1", "on server"]
    own = dict(zip(KINDS, (own for own, _ in cells(container)), strict=True))
    assert [kind for kind, is_own in own.items() if not is_own] == ["user", "time"]
    assert all(is_own for is_own, _ in cells(system))


def test_shared_cells_are_dashed() -> None:
    container = columns(drawn([*ENGINE, box()]))[1]
    dashes = [
        g.find(f"{SVG}rect").get("stroke-dasharray") != "none"  # type: ignore[union-attr]
        for g in container.iter(f"{SVG}g")
        if "sim-row" in g.get("class", "")
    ]
    assert dashes == [not own for own, _ in cells(container)]


@pytest.mark.parametrize("kind", ["pid", "uts", "mnt", "net", "ipc", "cgroup"])
def test_what_is_asked_for_from_the_host_is_dashed(kind: str) -> None:
    container = columns(drawn([*ENGINE, box(host_namespaces=[kind])]))[1]
    own = dict(zip(KINDS, (own for own, _ in cells(container)), strict=True))
    assert own[kind] is False


def test_numbers_and_users_of_both_sides_are_named() -> None:
    mapped = box(uid_map=[{"outside": 100_000}])
    container = columns(drawn([*ENGINE, mapped]))[1]
    said = texts(container)
    assert "3 outside, sees 1" in said
    assert "user 100000 outside" in said


def test_a_column_names_the_events_of_its_place() -> None:
    done = run([*ENGINE, box()])
    container = columns(parsed(draw_namespaces(done)))[1]
    named = {done.events[seq].action for seq in seqs(container)}
    assert {"namespaces", "mount_root", "execve"} <= named


def test_a_machine_that_is_off_has_no_column() -> None:
    root = drawn([])
    assert columns(root) == []
    assert described(root) == "Nothing runs on server."


def test_more_places_than_fit_are_counted() -> None:
    root = drawn([*ENGINE, box(MOST_VIEWS + 2)])
    assert len(columns(root)) == MOST_VIEWS
    assert described(root).endswith("And 3 more places.")


def test_guests_are_systems_of_their_own() -> None:
    found = columns(drawn([*KVM, vm(2)]))
    assert [texts(column)[:2] for column in found] == [
        ["server", "the system itself"],
        ["guest-1", "the system itself"],
        ["guest-2", "the system itself"],
    ]


def test_the_words_say_what_the_picture_shows() -> None:
    said = described(drawn([*ENGINE, box()]))
    assert said.startswith("On server: process 1, 1 outside, sees 3; user 0")
    assert "On box-1: process 1, 3 outside, sees 1;" in said
    assert said.endswith("Shared with server: user, time.")


def test_each_cell_names_its_namespace_when_pointed_at() -> None:
    container = columns(drawn([*ENGINE, box()]))[1]
    titles = [t.text or "" for t in container.iter(f"{SVG}title")]
    assert titles[0] == "box-1"
    assert titles[1].startswith("pid namespace 4026532")
    assert len(titles) == 1 + len(KINDS)


def test_classes_are_those_that_pages_style() -> None:
    known = {"sim-view", "sim-row", "sim-row sim-off"}
    assert set(classes(drawn([*ENGINE, box()]))) == known
