"""What holds for each kind of drawing: an image in words, without script or style."""

import pytest

from simulator.drawing import DRAWINGS
from tests.simulator.drawing.pictures import (
    PLANS,
    SVG,
    classes,
    described,
    parsed,
    seqs,
    texts,
)
from tests.simulator.worlds import ENGINE, box, mechanism, run

EVERY = [(kind, plan) for kind in DRAWINGS for plan in PLANS]


@pytest.mark.parametrize(("kind", "plan"), EVERY)
def test_a_drawing_is_an_image_with_a_name(kind: str, plan: str) -> None:
    root = parsed(DRAWINGS[kind](run(PLANS[plan])))
    assert (root.tag, root.get("role")) == (f"{SVG}svg", "img")
    title = root.findtext(f"{SVG}title")
    assert root.get("aria-label") == f"{title}. {described(root)}"
    assert described(root)
    assert root.get("viewBox") == f"0 0 {root.get('width')} {root.get('height')}"


@pytest.mark.parametrize(("kind", "plan"), EVERY)
def test_a_drawing_has_no_script_and_no_style(kind: str, plan: str) -> None:
    root = parsed(DRAWINGS[kind](run(PLANS[plan])))
    known = {"svg", "title", "desc", "g", "rect", "text", "line"}
    assert {entry.tag.removeprefix(SVG) for entry in root.iter()} <= known
    names = {key for entry in root.iter() for key in entry.attrib}
    assert [key for key in names if key == "style" or key.startswith("on")] == []
    assert [key for key in names if "href" in key] == []
    inks = {e.get(k) for e in root.iter() for k in ("fill", "stroke") if e.get(k)}
    assert inks <= {"none", "currentColor"}


@pytest.mark.parametrize(("kind", "plan"), EVERY)
def test_everything_is_inside_the_drawing(kind: str, plan: str) -> None:
    root = parsed(DRAWINGS[kind](run(PLANS[plan])))
    width, height = int(root.get("width", 0)), int(root.get("height", 0))
    for rect in root.iter(f"{SVG}rect"):
        x, y, w, h = (int(rect.get(key, -1)) for key in ("x", "y", "width", "height"))
        assert x >= 0
        assert y >= 0
        assert (w > 0, h > 0) == (True, True)
        assert x + w <= width
        assert y + h <= height
    for text in root.iter(f"{SVG}text"):
        assert 0 <= int(text.get("x", -1)) <= width
        assert 0 <= int(text.get("y", -1)) <= height


@pytest.mark.parametrize(("kind", "plan"), EVERY)
def test_elements_name_events_that_are_there(kind: str, plan: str) -> None:
    done = run(PLANS[plan])
    root = parsed(DRAWINGS[kind](done))
    for group in root.iter(f"{SVG}g"):
        named = seqs(group)
        assert named == sorted(set(named))
        assert all(0 <= seq < len(done.events) for seq in named)


@pytest.mark.parametrize("kind", DRAWINGS)
def test_a_drawing_is_always_the_same(kind: str) -> None:
    assert DRAWINGS[kind](run(PLANS["nested"])) == DRAWINGS[kind](run(PLANS["nested"]))


@pytest.mark.parametrize("kind", DRAWINGS)
def test_a_container_with_a_kernel_of_its_own_is_drawn(kind: str) -> None:
    changes = [mechanism("container.kernel", "own")]
    root = parsed(DRAWINGS[kind](run([*ENGINE, box()], changes=changes)))
    assert len(classes(root)) > 3
    assert "box-1-vm" in " ".join([*texts(root), described(root)])
