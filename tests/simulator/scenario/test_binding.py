"""Trees with parameters: filled in for a variant, shared where there are none."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator import canonical_json, evaluate
from simulator.scenario.binding import Template
from simulator.scenario.fields import Param
from tests.simulator.worlds import KEYS, fixture

TREE = {"a": {"b": (1, Param("n"), {"c": Param("word")})}, "still": {"x": ("y",)}}


def test_each_parameter_gets_its_value() -> None:
    filled = Template(TREE).fill({"n": 7, "word": "w"})
    assert filled == {"a": {"b": (1, 7, {"c": "w"})}, "still": {"x": ("y",)}}


def test_the_template_stays_as_it_is() -> None:
    template = Template(TREE)
    first = template.fill({"n": 1, "word": "a"})
    second = template.fill({"n": 2, "word": "b"})
    assert (first["a"]["b"][1], second["a"]["b"][1]) == (1, 2)
    assert TREE["a"]["b"][1] == Param("n")


def test_what_has_no_parameter_is_shared() -> None:
    template = Template(TREE)
    first, second = (template.fill({"n": n, "word": ""}) for n in (1, 2))
    assert first["still"] is second["still"] is TREE["still"]
    assert Template(("a", 1)).fill({}) == ("a", 1)


@pytest.mark.parametrize("value", [1, "a", True, None, (), {}])
def test_a_value_without_parameters_is_itself(value: Any) -> None:
    assert Template(value).fill({"n": 1}) is value


def test_a_parameter_alone_is_its_value() -> None:
    assert Template(Param("n")).fill({"n": 3}) == 3


trees = st.recursive(
    st.integers() | st.sampled_from([Param("n"), Param("m")]),
    lambda inner: (
        st.lists(inner, max_size=3).map(tuple)
        | st.dictionaries(st.sampled_from("abc"), inner, max_size=3)
    ),
)


def replaced(tree: Any, params: dict[str, int]) -> Any:
    if isinstance(tree, Param):
        return params[tree.name]
    if isinstance(tree, dict):
        return {key: replaced(value, params) for key, value in tree.items()}
    if isinstance(tree, tuple):
        return tuple(replaced(value, params) for value in tree)
    return tree


@given(trees, st.integers(), st.integers())
def test_filling_in_is_replacing_everywhere(tree: Any, n: int, m: int) -> None:
    params = {"n": n, "m": m}
    assert Template(tree).fill(params) == replaced(tree, params)


@pytest.mark.exhaustive
@pytest.mark.parametrize("key", KEYS)
def test_no_run_changes_what_other_runs_share(key: str) -> None:
    scenario = fixture(key)

    def shown() -> bytes:
        params = scenario.variant(0)
        plans = {arm: t.fill(params) for arm, t in scenario.plan_templates.items()}
        return canonical_json([scenario.world_template.fill(params), plans])

    before = shown()
    evaluate(scenario, scenario.variant(0))
    assert shown() == before
