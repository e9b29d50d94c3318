"""What kernels have shown is kept, and the model of today says the same."""

from functools import lru_cache

import pytest

from simulator.evaluation import evaluate
from simulator.live.fidelity import Comparison
from simulator.live.probes import GUESTS, NAMES, probe
from simulator.live.records import drifts, put_section, recorded, section
from simulator.scenario.model import Scenario
from tests.simulator.worlds import KEYS, fixture
from tests.source_code import ROOT

PAGE = ROOT / "docs" / "fidelity.md"
RECORDED = recorded(PAGE.read_text(encoding="utf-8"))
FACTS = {"kernel": "6.1.0", "processor": "Some Chip"}
RATIO = {"verb": "exec", "count": 3, "model_us": 750, "live_us": 1500, "ratio": 2.0}


def row(claim: str, *, model: bool = True, live: bool | None = True) -> Comparison:
    return Comparison("a-scenario", claim, model=model, live=live, reason="")


def test_a_section_can_be_read_again() -> None:
    rows = [row("one"), row("two", model=False, live=False), row("three", live=None)]
    text = section(rows, FACTS, [RATIO])
    assert "2 of 2 claims agree." in text
    assert "- processor: Some Chip" in text
    assert "| exec | 3 | 0.750 | 1.500 | 2.000 |" in text
    page = put_section("# Title\n", "6.1.0", text)
    assert page.startswith("# Title\n\n<!-- fidelity 6.1.0: begin -->\n### Linux 6.1.0")
    assert recorded(page) == {
        "6.1.0": {("a-scenario", "one"): True, ("a-scenario", "two"): False}
    }


def test_each_release_has_a_section_of_its_own() -> None:
    page = put_section("# Title\n", "6.2", section([row("one")], FACTS, []))
    page = put_section(page, "6.1", section([row("two")], FACTS, []))
    page = put_section(page, "6.2", section([row("three")], FACTS, []))
    assert {release: [*claims] for release, claims in recorded(page).items()} == {
        "6.1": [("a-scenario", "two")],
        "6.2": [("a-scenario", "three")],
    }
    again = put_section(page, "6.2", section([row("three")], FACTS, []))
    assert again == page


def test_what_has_drifted() -> None:
    before = {("a-scenario", name): True for name in ("one", "two", "three", "four")}
    now = [row("one"), row("two", live=False), row("three", live=None)]
    assert drifts(before, now) == [
        (("a-scenario", "two"), "was yes, is no"),
        (("a-scenario", "four"), "there is no such claim any more"),
    ]


@lru_cache
def truths(key: str) -> dict[str, bool]:
    """What the model says of each claim of a scenario today."""
    found = named(key)
    claims = evaluate(found, found.variant(0)).claims
    return {name: result.holds for name, result in claims.items()}


def named(key: str) -> Scenario:
    built_in = {f"probe-{name}": name for name in (*NAMES, GUESTS)}
    for way in ("-kvm", "-emulation"):
        built_in[f"probe-{GUESTS}{way}"] = GUESTS
    return probe(built_in[key]) if key in built_in else fixture(key)


def test_a_whole_machine_has_shown_much() -> None:
    """Sections of guests are about what only they can do."""
    assert max(map(len, RECORDED.values())) >= 60


@pytest.mark.parametrize("release", RECORDED)
def test_the_model_says_what_kernels_have_shown(release: str) -> None:
    shown = RECORDED[release]
    assert shown
    said = {(key, claim): truths(key)[claim] for key, claim in shown}
    assert said == shown


def test_shipped_scenarios_are_among_them() -> None:
    shipped = [{key for key, _ in shown} & set(KEYS) for shown in RECORDED.values()]
    assert all(shipped)
    assert max(map(len, shipped)) >= 10
