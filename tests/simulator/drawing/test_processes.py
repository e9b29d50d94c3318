"""Trees of processes, drawn inside containers and from their host."""

from typing import Any
from xml.etree import ElementTree as ET

from simulator.drawing import draw_processes
from simulator.drawing.processes import INDENT, MOST_ROWS, label, tree
from tests.simulator.drawing.pictures import SVG, described, parsed, seqs, texts
from tests.simulator.subsystems.doing import EXIT, WAIT, does, fork, spawn
from tests.simulator.worlds import BOOT, ENGINE, box, execute, install, run


def drawn(plan: Any, **more: Any) -> ET.Element:
    return parsed(draw_processes(run(plan, **more)))


def columns(root: ET.Element) -> list[ET.Element]:
    return [g for g in root.iter(f"{SVG}g") if g.get("class") == "sim-view"]


def bars(column: ET.Element) -> list[ET.Element]:
    return [g for g in column.iter(f"{SVG}g") if "sim-process" in g.get("class", "")]


def words(column: ET.Element) -> list[str]:
    return [texts(bar)[0] for bar in bars(column)]


def left(bar: ET.Element) -> int:
    rect = bar.find(f"{SVG}rect")
    assert rect is not None
    return int(rect.get("x", -1))


FAMILY = does(fork(EXIT), spawn(), child=[fork()])


def test_the_same_processes_inside_and_outside() -> None:
    host, container = columns(drawn([*ENGINE, box(), WAIT], world=FAMILY))
    assert words(host) == [
        "1 init",
        "2 docker",
        "3 app, box-1",
        "4 app (zombie), box-1",
        "5 child, box-1",
        "6 child, box-1",
    ]
    assert words(container) == ["1 app", "2 app (zombie)", "3 child", "4 child"]


def test_a_process_names_the_same_event_in_every_tree() -> None:
    done = run([*ENGINE, box(), WAIT], world=FAMILY)
    host, container = columns(parsed(draw_processes(done)))
    outside = [seqs(bar) for bar in bars(host)][2:]
    assert [seqs(bar) for bar in bars(container)] == outside
    starts = [done.events[seq].action for bar in bars(host) for seq in seqs(bar)]
    assert starts == ["boot_init", "execve", "execve", "fork", "execve", "fork"]


def test_children_stand_below_their_parents_and_further_in() -> None:
    _, container = columns(drawn([*ENGINE, box(), WAIT], world=FAMILY))
    first, *others = [left(bar) for bar in bars(container)]
    assert [x - first for x in others] == [INDENT, INDENT, 2 * INDENT]


def test_zombies_are_dashed() -> None:
    _, container = columns(drawn([*ENGINE, box(), WAIT], world=FAMILY))
    dashed = ["sim-off" in bar.get("class", "") for bar in bars(container)]
    assert dashed == [False, True, False, False]


def test_whoever_joined_has_no_parent_inside() -> None:
    plan = [*ENGINE, box(), install("sh", "box"), execute("sh", "box")]
    _, container = columns(drawn(plan))
    first, joined = bars(container)
    assert left(first) == left(joined)


def test_deep_trees_stay_in_their_column() -> None:
    spec = does(fork(fork(fork(fork(fork(fork(fork(fork(fork())))))))))
    root = drawn([*ENGINE, box(), WAIT], world=spec)
    width = int(root.get("width", 0))
    for rect in root.iter(f"{SVG}rect"):
        assert int(rect.get("x", 0)) + int(rect.get("width", 0)) <= width


def test_a_long_list_is_cut_and_counted() -> None:
    root = drawn([*ENGINE, box(), WAIT], world=does(fork(count=40)))
    _, container = columns(root)
    assert len(bars(container)) == MOST_ROWS
    assert texts(container)[-1] == f"and {41 - MOST_ROWS} more"
    assert f" and {41 - MOST_ROWS} more." in described(root)


def test_nothing_runs() -> None:
    root = drawn([])
    assert columns(root) == []
    assert described(root) == "Nothing runs on server."


def test_the_words_name_every_process() -> None:
    said = described(drawn([*BOOT, install("app"), execute("app")]))
    assert said == "server sees 1 init, 2 app."


def test_the_label_of_a_process() -> None:
    view = {"place": "box-1"}
    row = {"pid": 7, "program": "app", "state": "running", "place": "box-1"}
    assert label(view, row) == "7 app"
    assert label(view, {**row, "state": "stopped"}) == "7 app (stopped)"
    assert label({"place": "server"}, row) == "7 app, box-1"


def test_a_tree_goes_down_before_it_goes_on() -> None:
    rows = [
        {"pid": 1, "ppid": 0},
        {"pid": 2, "ppid": 1},
        {"pid": 3, "ppid": 1},
        {"pid": 4, "ppid": 2},
        {"pid": 9, "ppid": 77},
    ]
    found = [(e.row["pid"], e.depth) for e in tree({"processes": rows})]
    assert found == [(1, 0), (2, 1), (4, 2), (3, 1), (9, 0)]
