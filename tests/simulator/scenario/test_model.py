"""A scenario as it is used: variants, arms, claims, values of parameters."""

from typing import Any

import pytest

from simulator import Arm, InputError, Scenario, load_scenario
from tests.simulator.worlds import BOOT, document, scenario, text_of

ARMS = {
    "first": {"label": "f", "plan": [*BOOT]},
    "second": {"label": "s", "about": "more"},
}
CLAIMS = {
    "holds": {"text": "t", "expression": "runs.first.metrics.kernels == params.n"},
    "not_so": {"text": "t", "expression": "false", "refuted_by": "holds"},
}


def made(**more: Any) -> Scenario:
    spaces = {
        "n": {"from": 1, "to": 7, "step": 3},
        "on": [True, False],
        "w": ["a", "b"],
    }
    fields = {"parameters": spaces, "arms": ARMS, "claims": CLAIMS, **more}
    return scenario(plan=(), setup=[{"wait": {"seconds": 1}}], **fields)


def test_the_space_is_every_combination_in_the_order_of_the_file() -> None:
    found = made()
    assert found.space_size == 3 * 2 * 2
    assert [tuple(params.values()) for params in found.variants()][:5] == [
        (1, True, "a"),
        (1, True, "b"),
        (1, False, "a"),
        (1, False, "b"),
        (4, True, "a"),
    ]


def test_seeds_go_round_the_space() -> None:
    found = made()
    assert found.variant(3) == {"n": 1, "on": False, "w": "b"}
    assert found.variant(12) == found.variant(0)
    assert found.variant(-1) == found.variant(11)


def test_a_condition_narrows_the_space() -> None:
    found = made(where="params.on && params.n > 1")
    assert [dict(params) for params in found.space] == [
        {"n": n, "on": True, "w": w} for n in (4, 7) for w in ("a", "b")
    ]


def test_ranges_keep_their_ends() -> None:
    assert made().ranges == {"n": (1, 7)}
    assert made(parameters={"n": [1, 7]}).ranges == {}
    uneven = made(parameters={"n": {"from": 1, "to": 9, "step": 3}})
    assert (uneven.parameters["n"], uneven.ranges) == ((1, 4, 7), {"n": (1, 7)})


def test_arms_and_claims_by_name() -> None:
    found = made()
    arm = found.arm("second")
    assert isinstance(arm, Arm)
    assert (arm.name, arm.label, arm.about, arm.changes) == ("second", "s", "more", ())
    assert found.claim("not_so").refuted_by == "holds"
    with pytest.raises(InputError, match=r"^there is no arm 'secnd'; did you mean sec"):
        found.arm("secnd")
    with pytest.raises(
        InputError, match=r"^there is no claim 'hold'; did you mean hol"
    ):
        found.claim("hold")


def test_an_arm_without_a_plan_has_the_scenarios() -> None:
    arms = {"own": {"label": "o", "plan": [*BOOT]}, "common": {"label": "c"}}
    spec = document((), arms=arms)
    spec["plan"] = [{"wait": {"seconds": 5}}]
    read = load_scenario(text_of(spec))
    assert read.arm("common").plan == (("wait", {"seconds": 5}),)
    assert [verb for verb, _ in read.arm("own").plan] == ["install", "power_on"]


def test_setup_comes_before_the_plan_of_every_arm() -> None:
    found = made()
    filled = {
        arm: template.fill({"n": 1, "on": True, "w": "a"})
        for arm, template in found.plan_templates.items()
    }
    assert [[verb for verb, _ in steps] for steps in filled.values()] == [
        ["wait", "install", "power_on"],
        ["wait"],
    ]


def test_parameters_are_given_in_the_order_of_the_file() -> None:
    given = {"w": "a", "on": False, "n": 7}
    assert list(made().checked_params(given)) == ["n", "on", "w"]


@pytest.mark.parametrize(
    ("params", "says"),
    [
        ({"n": 1, "on": True}, "parameter 'w' has no value"),
        ({"n": 2, "on": True, "w": "a"}, "parameter 'n' takes one of: 1, 4, 7"),
        ({"n": True, "on": True, "w": "a"}, "parameter 'n' takes one of: 1, 4, 7"),
        ({"n": 1, "on": 1, "w": "a"}, "parameter 'on' takes one of: True, False"),
        ({"n": 1, "on": True, "w": "c"}, "parameter 'w' takes one of: a, b"),
        ({"m": 1}, "there is no parameter 'm'; one of: n, on, w"),
    ],
)
def test_wrong_parameters(params: dict[str, Any], says: str) -> None:
    with pytest.raises(InputError) as caught:
        made().checked_params(params)
    assert str(caught.value) == says
