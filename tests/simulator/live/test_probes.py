"""The built-in scenarios: what the model says of them, and what this kernel does."""

import pytest

from simulator.evaluation import evaluate
from simulator.live import examining, machines
from simulator.live.capabilities import Capability, Report, report
from simulator.live.examining import examine_all
from simulator.live.fidelity import Comparison, Examination
from simulator.live.machines import MONITORS, vm_comparisons
from simulator.live.probes import GUESTS, NAMES, probe
from simulator.live.vm.guest import STAGES, Guest, guest
from simulator.live.vm.life import Exit, Life
from simulator.scenario.model import Params, Scenario

LACKING = {entry.reason for entry in report().capabilities if not entry.available}


@pytest.mark.parametrize("name", [*NAMES, GUESTS])
def test_the_model_says_yes_to_every_claim(name: str) -> None:
    found = evaluate(probe(name), {})
    assert [claim for claim, result in found.claims.items() if not result.holds] == []


@pytest.mark.exhaustive
@pytest.mark.parametrize("name", NAMES)
def test_this_kernel_agrees_or_lacks_something(name: str) -> None:
    rows = examine_all([probe(name)], report()).comparisons
    assert [row for row in rows if not row.agrees] == []
    untold = {row.reason.partition(": ")[2] for row in rows if row.live is None}
    assert untold <= LACKING


def test_virtual_machines_are_told_by_a_monitor() -> None:
    rows = list(vm_comparisons(report()))
    assert [row for row in rows if not row.agrees] == []
    ways = {f"probe-guests-{name}": report().of(name) for name in MONITORS}
    assert {row.scenario for row in rows} == set(ways)
    for row in rows:
        assert row.reason == ways[row.scenario].reason
        assert (row.live is None) is not ways[row.scenario].available


def nothing_here() -> Report:
    lacking = (Capability(name, False, "none") for name in ("kvm", "emulation"))
    return Report("6.1", "x86_64", 0, "", "none", tuple(lacking))


def test_without_a_way_to_run_them_nothing_is_told() -> None:
    rows = list(vm_comparisons(nothing_here()))
    assert {(row.live, row.reason) for row in rows} == {(None, "none")}
    assert len(rows) == len(MONITORS) * len(machines.CLAIMS)


def lives(image: Guest) -> Life:
    """A monitor whose guests go through all stages, but for those that crash."""
    if image.image == guest(machines._LOOPS, crashes=True).image:
        return Life(ended="shutdown")
    exits = [Exit(at, "io", 0x3F8, ord(key)) for at, key in enumerate(STAGES)]
    return Life(exits=exits, ended="done")


def test_what_a_monitor_must_show() -> None:
    assert {
        name: show(lives) for name, show in machines.CLAIMS.items()
    } == dict.fromkeys(machines.CLAIMS, True)
    dead = {name: show(lambda _: Life()) for name, show in machines.CLAIMS.items()}
    assert not any(dead.values())


def test_scenarios_are_gone_through_one_after_the_other(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def seen(scenario: Scenario, _params: Params, _report: Report) -> Examination:
        row = Comparison(scenario.key, "it", model=True, live=True, reason="")
        return Examination((row,), ())

    monkeypatch.setattr(examining, "examine", seen)
    heard: list[str] = []
    scenarios = [probe("users"), probe(GUESTS), probe("network")]
    found = examine_all(scenarios, nothing_here(), say=heard.append)
    assert heard == ["probe-users", "probe-guests", "probe-network"]
    told = [row.scenario for row in found.comparisons if row.live is not None]
    assert told == ["probe-users", "probe-network"]
    assert examine_all([probe("users")], nothing_here()).durations == ()
