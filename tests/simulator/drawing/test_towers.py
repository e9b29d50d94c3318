"""The two towers: drawn from runs of one scenario."""

from xml.etree import ElementTree as ET

from simulator import draw_two_towers, load_scenario, prove
from simulator.drawing.towers import SCENARIO
from simulator.scenario.model import Obligation, Option

SVG = "{http://www.w3.org/2000/svg}"


def test_the_towers_are_one_image() -> None:
    root = ET.fromstring(draw_two_towers())  # noqa: S314
    assert root.get("role") == "img"
    assert root.findtext(f"{SVG}title") == "Two towers"
    assert (root.findtext(f"{SVG}desc") or "").startswith("Left, three virtual")


def test_the_captions_count_the_kernels_of_the_runs() -> None:
    root = ET.fromstring(draw_two_towers())  # noqa: S314
    captions = [
        text.text
        for text in root.iter(f"{SVG}text")
        if text.get("class") == "sim-caption"
    ]
    assert captions == ["Virtual machines: 3 kernels", "Containers: 1 kernel"]


def test_each_tower_holds_the_application_three_times() -> None:
    root = ET.fromstring(draw_two_towers())  # noqa: S314
    labels = [text.text for text in root.iter(f"{SVG}text")]
    assert (labels.count("app"), labels.count("guest (linux 6.1)")) == (6, 3)


def test_the_drawing_is_always_the_same() -> None:
    assert draw_two_towers() == draw_two_towers()


def test_what_the_towers_show_is_proved() -> None:
    option = Option("x", "fewer_kernels")
    assert prove(load_scenario(SCENARIO), Obligation((option,), 1)).holds is True
