"""Claims and obligations, and what is said of wrong ones."""

from typing import Any

import pytest

from tests.simulator.scenario.problems import claimed, found
from tests.simulator.worlds import document


@pytest.mark.parametrize(
    ("fields", "path", "message", "hint"),
    [
        (
            {"expression": "runs.b.metrics.x == 1"},
            "expression",
            "there is no arm 'b'",
            "one of: a",
        ),
        (
            {"expression": "runs.a.metric.x == 1"},
            "expression",
            "a run has no part 'metric'",
            "did you mean metrics?",
        ),
        ({"expression": ""}, "expression", "empty text", ""),
        (
            {"expression": 5},
            "expression",
            "text expected, not a whole number",
            "put quotes around it",
        ),
        ({"refuted_by": "d"}, "refuted_by", "there is no claim 'd'", "one of: c"),
        ({"evidence": [{}]}, "evidence[0]", "the key 'arm' is missing", ""),
        (
            {"evidence": [{"arm": "b"}]},
            "evidence[0].arm",
            "there is no arm 'b'",
            "one of: a",
        ),
        (
            {"evidence": [{"arm": "a", "pick": "some"}]},
            "evidence[0].pick",
            "'some' is not known here",
            "one of: all, first, last",
        ),
        (
            {"evidence": [{"arm": "a", "outcome": "maybe"}]},
            "evidence[0].outcome",
            "'maybe' is not known here",
            "one of: asked, failed, ok",
        ),
    ],
)
def test_claims(fields: dict[str, Any], path: str, message: str, hint: str) -> None:
    assert claimed(**fields) == [(f"claims.c.{path}", message, hint)]


def test_an_expression_is_not_a_parameter() -> None:
    spec = document(
        parameters={"x": ["true"]}, claims={"c": {"text": "t", "expression": "${x}"}}
    )
    assert found(spec) == [
        ("claims.c.expression", "an expression is not a parameter", "")
    ]


@pytest.mark.parametrize(
    ("fields", "path", "message", "hint"),
    [
        ({"choose": 2}, ".choose", "2 of 1 options cannot hold", ""),
        ({"choose": 21}, ".choose", "21 is out of range", "from 0 to 20"),
        ({"options": []}, ".options", "1 to 20 entries expected", ""),
        ({"key": "Not"}, ".key", "'Not' is not a key", ""),
        (
            {"options": [{"key": "a", "claim": "fine"}] * 2},
            ".options",
            "an option's key stands twice",
            "",
        ),
        (
            {"options": [{"key": "a", "claim": "fin"}]},
            ".options[0].claim",
            "there is no claim 'fin'",
            "did you mean fine?",
        ),
        (
            {"options": [{"key": "a", "claim": "fine", "refuted_by": "x"}]},
            ".options[0].refuted_by",
            "there is no claim 'x'",
            "one of: fine",
        ),
    ],
)
def test_obligations(
    fields: dict[str, Any], path: str, message: str, hint: str
) -> None:
    options = [{"key": "a", "claim": "fine"}]
    promise = {"key": "o", "choose": 0, "options": options, **fields}
    spec = document(obligations=[promise])
    assert (f"obligations[0]{path}", message, hint) in found(spec)
