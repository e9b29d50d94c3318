"""Parameters, the variants that they span, and what is said of wrong ones."""

from typing import Any

import pytest

from tests.simulator.scenario.problems import found
from tests.simulator.worlds import document, scenario


def test_the_variants_go_through_the_last_parameter_fastest() -> None:
    read = scenario(parameters={"a": [1, 2], "b": ["x", "y"]})
    assert [tuple(v.values()) for v in read.variants()] == [
        (1, "x"),
        (1, "y"),
        (2, "x"),
        (2, "y"),
    ]


def test_a_condition_narrows_the_space() -> None:
    read = scenario(
        parameters={"a": {"from": 1, "to": 10, "step": 3}, "b": [True, False]},
        where="params.a > 4 && params.b",
    )
    assert list(read.variants()) == [{"a": 7, "b": True}, {"a": 10, "b": True}]


def test_without_parameters_there_is_one_variant() -> None:
    assert list(scenario().variants()) == [{}]


def test_the_digest_tells_the_order_of_the_variants() -> None:
    first = scenario(parameters={"a": [1, 2], "b": [1, 2]})
    second = scenario(parameters={"b": [1, 2], "a": [1, 2]})
    assert first.variant(1) != second.variant(1)
    assert first.digest != second.digest


@pytest.mark.parametrize(
    ("parameters", "path", "message", "hint"),
    [
        ([], "parameters", "a mapping expected, not a list", ""),
        ({"A": [1]}, "parameters.A", "'A' is not a name", ""),
        (
            {"a": []},
            "parameters.a",
            "a list of 1 to 200 values expected",
            "or a range: {from: 1, to: 5, step: 1}",
        ),
        (
            {"a": 5},
            "parameters.a",
            "a list of 1 to 200 values expected",
            "or a range: {from: 1, to: 5, step: 1}",
        ),
        (
            {"a": list(range(201))},
            "parameters.a",
            "a list of 1 to 200 values expected",
            "or a range: {from: 1, to: 5, step: 1}",
        ),
        ({"a": [1, 1]}, "parameters.a", "a value stands twice", ""),
        (
            {"a": [1.5]},
            "parameters.a[0]",
            "a decimal number cannot be a value",
            "text, whole numbers, true and false can",
        ),
        (
            {"a": [None]},
            "parameters.a[0]",
            "nothing cannot be a value",
            "text, whole numbers, true and false can",
        ),
        (
            {"a": {"from": 1}},
            "parameters.a",
            "a range has whole numbers: from, to and step",
            "",
        ),
        (
            {"a": {"from": 1, "to": "x"}},
            "parameters.a",
            "a range has whole numbers: from, to and step",
            "",
        ),
        (
            {"a": {"from": 1, "to": 2, "by": 1}},
            "parameters.a",
            "a range has whole numbers: from, to and step",
            "",
        ),
        (
            {"a": {"from": 2, "to": 1}},
            "parameters.a",
            "a range gives 1 to 200 values",
            "",
        ),
        (
            {"a": {"from": 1, "to": 201}},
            "parameters.a",
            "a range gives 1 to 200 values",
            "",
        ),
        (
            {"a": {"from": 1, "to": 2, "step": 0}},
            "parameters.a",
            "a range gives 1 to 200 values",
            "",
        ),
        (
            {name: list(range(30)) for name in "abc"},
            "parameters",
            "27000 variants are more than 20000",
            "",
        ),
        (
            {f"p{n}": [1] for n in range(21)},
            "parameters",
            "more than 20 parameters",
            "",
        ),
    ],
)
def test_parameters(parameters: Any, path: str, message: str, hint: str) -> None:
    assert found(document(parameters=parameters)) == [(path, message, hint)]


@pytest.mark.parametrize(
    ("where", "message"),
    [
        ("params.a > 5", "no variant satisfies the condition"),
        ("params.b == 1", "KeyError: 'b'"),
        ("params.a", "gives 1, not true or false"),
        (
            "[1].all(x, true)",
            "too many loops (all, exists, map, filter): no loops here",
        ),
    ],
)
def test_conditions(where: str, message: str) -> None:
    spec = document(parameters={"a": [1, 2]}, where=where)
    assert found(spec) == [("where", message, "")]
