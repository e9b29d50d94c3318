"""Events as a line of text and as JSON."""

import pytest

from simulator import Event, Problem, ScenarioError, SimulatorError


@pytest.mark.parametrize(
    ("detail", "text"),
    [
        ({}, "#3 t=1.500 s linux-1 execve failed"),
        ({"target": "/a"}, "#3 t=1.500 s linux-1 execve /a failed"),
        (
            {"target": "/a", "errno": 8, "errno_name": "ENOEXEC", "log": "why"},
            "#3 t=1.500 s linux-1 execve /a failed ENOEXEC (8): why",
        ),
        (
            {"signal": "SIGABRT", "exit_status": 134},
            "#3 t=1.500 s linux-1 execve failed SIGABRT exit status 134",
        ),
    ],
)
def test_an_event_is_one_line(detail: dict[str, object], text: str) -> None:
    event = Event(3, 1_500_000, "linux-1", "execve", "failed", detail, 2)
    assert str(event) == text


def test_an_event_as_json() -> None:
    event = Event(3, 7, "a", "b", "ok", {"x": 1}, None)
    assert event.to_json() == {
        "seq": 3,
        "time": 7,
        "actor": "a",
        "action": "b",
        "outcome": "ok",
        "detail": {"x": 1},
        "cause": None,
    }


@pytest.mark.parametrize(
    ("path", "hint", "text"),
    [
        ("", "", "line 2, column 5: it is wrong"),
        ("a.b", "", "line 2, column 5 at a.b: it is wrong"),
        ("a", "mend it", "line 2, column 5 at a: it is wrong (mend it)"),
    ],
)
def test_a_problem_is_one_line(path: str, hint: str, text: str) -> None:
    assert str(Problem(2, 5, path, "it is wrong", hint)) == text


def test_an_error_lists_its_problems_from_top_to_bottom() -> None:
    low, high = Problem(9, 1, "", "low"), Problem(2, 1, "", "high")
    error = ScenarioError("x.yaml", (low, high))
    assert error.problems == (high, low)
    assert str(error) == (
        "x.yaml: line 2, column 1: high\nx.yaml: line 9, column 1: low"
    )
    assert isinstance(error, SimulatorError)
