"""Why a claim holds, where arms part ways, and where it would be otherwise."""

from typing import Any

import pytest

from simulator import (
    Budget,
    Divergence,
    Explanation,
    InputError,
    Scenario,
    Search,
    evaluate,
    explain,
    find_counterexample,
    load_scenario,
)
from tests.simulator.test_evaluation import evaluated
from tests.simulator.worlds import (
    BOOT,
    ENGINE,
    box,
    document,
    execute,
    fixture,
    install,
    scenario,
    text_of,
)


def test_an_explanation_goes_back_to_the_first_cause() -> None:
    found = explain(evaluated("runs.bad.metrics.kernels == 1"), "c")
    assert (found.claim, found.holds) == ("c", True)
    assert [(arm, event.actor, event.action) for arm, event in found.chain] == [
        ("bad", "operator", "exec"),
        ("bad", "linux-1", "execve"),
    ]


def test_an_explanation_names_no_event_twice() -> None:
    selectors = [
        {"arm": "bad", "action": "boot_services"},
        {"arm": "bad", "action": "boot_kernel"},
        {"arm": "good", "action": "boot_kernel"},
    ]
    chain = explain(evaluated("true", selectors), "c").chain
    places = [(arm, event.seq) for arm, event in chain]
    assert len(set(places)) == len(places)
    assert [arm for arm, _ in places] == sorted(arm for arm, _ in places)
    actions = [event.action for arm, event in chain if arm == "good"]
    assert actions == [
        "power_on",
        "power_on_self_test",
        "boot_boot_loader",
        "boot_kernel",
    ]


def test_there_is_nothing_to_explain_about_an_unknown_claim() -> None:
    with pytest.raises(
        InputError, match=r"^claim 'd' was not decided in this variant$"
    ):
        explain(evaluated("true"), "d")


def sides(divergence: Divergence) -> list[tuple[str, str, str]]:
    """Arm, action and outcome on both sides."""
    found = (divergence.difference.first, divergence.difference.second)
    return [
        (arm, event.action, event.outcome) if event else (arm, "", "")
        for arm, event in zip(divergence.arms, found, strict=True)
    ]


def test_the_first_event_where_two_arms_differ_and_it_matters() -> None:
    expression = "runs.good.metrics.processes > runs.bad.metrics.processes"
    selectors = [{"arm": arm, "action": "execve"} for arm in ("good", "bad")]
    found = explain(evaluated(expression, selectors), "c")
    assert [sides(divergence) for divergence in found.divergences] == [
        [("good", "execve", "ok"), ("bad", "execve", "failed")]
    ]


def test_arms_that_differ_only_where_it_does_not_matter_do_not_diverge() -> None:
    selectors = [{"arm": arm, "action": "boot_kernel"} for arm in ("good", "bad")]
    assert explain(evaluated("true", selectors), "c").divergences == ()


def test_one_arm_does_not_diverge() -> None:
    assert explain(evaluated("runs.bad.metrics.kernels == 1"), "c").divergences == ()


def test_another_options_arms_are_compared_too() -> None:
    shipped = fixture("windows-program-on-linux")
    done = evaluate(shipped, shipped.variant(0))
    found: Explanation = explain(done, "wine_works", "more_ram_works", "vm_works")
    assert {arm for arm, _ in found.chain} == {"registered_wine"}
    assert [sides(divergence) for divergence in found.divergences] == [
        [("registered_wine", "execve", "ok"), ("more_ram", "execve", "failed")],
        [("registered_wine", "execve", "ok"), ("windows_vm", "", "")],
    ]


PARAMETERS = {"ram_mib": [400, 4096], "count": {"from": 1, "to": 9, "step": 8}}
"""The space: boxes of 50 MiB, on a machine that has room for one or for all."""


def boxes(expression: str, **more: Any) -> Scenario:
    spec = document(
        [*ENGINE, box("${count}")],
        world={"machines": {"server": {"ram_mib": "${ram_mib}"}}},
        claims={
            "c": {"text": "t", "expression": expression},
            "up": {"text": "t", "expression": "runs.a.metrics.kernels == 1"},
        },
        **{"parameters": PARAMETERS, **more},
    )
    return load_scenario(text_of(spec))


def found_in(search: Search) -> tuple[dict[str, object], str, bool, bool]:
    assert search.found is not None
    found = search.found
    return dict(found.params), found.claim, found.holds, found.is_listed


def test_a_listed_variant_comes_first() -> None:
    search = find_counterexample(boxes("params.ram_mib < 1000"), "c")
    assert found_in(search) == ({"ram_mib": 4096, "count": 1}, "c", False, True)
    assert (search.tried, search.is_complete) == (3, False)
    assert search.found is not None
    assert search.found.evaluation.claims["c"].holds is False


def test_a_value_between_the_listed_ones_is_found() -> None:
    search = find_counterexample(boxes("params.count < 2 || params.count > 8"), "c")
    assert found_in(search) == ({"ram_mib": 400, "count": 5}, "c", False, False)
    assert search.tried == 5


def test_ranges_are_cut_in_half_until_every_value_was_tried() -> None:
    claim = "params.count != 2"
    search = find_counterexample(boxes(claim), "c")
    assert found_in(search)[0] == {"ram_mib": 400, "count": 2}
    search = find_counterexample(boxes("true"), "c")
    assert search == Search(None, 2 * 9, is_complete=True)


def test_the_condition_holds_between_the_listed_values_too() -> None:
    search = find_counterexample(boxes("true", where="params.count != 5"), "c")
    assert search == Search(None, 2 * 8, is_complete=True)


def test_another_options_claim_is_a_counterexample_too() -> None:
    space = boxes("params.ram_mib < 1000")
    assert find_counterexample(space, "up").found is None
    assert found_in(find_counterexample(space, "up", "c"))[1:3] == ("c", False)


def test_variants_are_bounded() -> None:
    search = find_counterexample(boxes("params.ram_mib < 1000"), "c", variants=2)
    assert search == Search(None, 2, is_complete=False)


def test_processor_time_is_bounded() -> None:
    assert find_counterexample(boxes("true"), "c", cpu_ms=-1) == Search(
        None, 0, is_complete=False
    )


def test_runs_over_their_budget_decide_nothing() -> None:
    search = find_counterexample(
        boxes("params.ram_mib < 1000"), "c", budget=Budget(events=3)
    )
    assert search == Search(None, 18, is_complete=True)


def test_claims_that_cannot_be_evaluated_decide_nothing() -> None:
    expression = "params.count == 1 ? params.ram_mib < 1000 : runs.a.metrics.x == 1"
    assert found_in(find_counterexample(boxes(expression), "c"))[0] == {
        "ram_mib": 4096,
        "count": 1,
    }


def test_lists_have_nothing_between_their_values() -> None:
    space = scenario([*BOOT, install("app"), execute("app")], parameters={"n": [1, 9]})
    assert find_counterexample(space, "fine") == Search(None, 2, is_complete=True)


def test_an_unknown_claim() -> None:
    for names in (("d",), ("c", "d")):
        with pytest.raises(InputError, match="there is no claim 'd'"):
            find_counterexample(boxes("true"), *names)
