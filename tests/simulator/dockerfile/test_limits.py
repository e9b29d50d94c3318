"""What is wrong with a text, and what is only unwise; and how errors read."""

import pytest

from simulator import Problem, SimulatorError
from simulator.dockerfile import (
    Dockerfile,
    DockerfileError,
    Heredoc,
    Instruction,
    Stage,
    parse_dockerfile,
)
from simulator.dockerfile.limits import MAX_PROBLEMS, Report, TooManyProblemsError


def test_problems_are_kept_in_order() -> None:
    report = Report()
    report.wrong(3, "RUN", "one")
    report.wrong(1, "", "two", "do it")
    assert report.problems == [
        Problem(3, 1, "RUN", "one", ""),
        Problem(1, 1, "", "two", "do it"),
    ]


def test_too_many_problems_end_the_reading() -> None:
    report = Report()
    for line in range(1, MAX_PROBLEMS):
        report.wrong(line, "", "x")
    with pytest.raises(TooManyProblemsError):
        report.wrong(MAX_PROBLEMS, "", "x")
    assert len(report.problems) == MAX_PROBLEMS


def test_too_much_advice_is_left_out() -> None:
    report = Report()
    for line in range(MAX_PROBLEMS + 20):
        report.unwise(line, "RUN", "Rule", "why")
    assert len(report.advice) == MAX_PROBLEMS
    assert report.advice[0] == Problem(0, 1, "RUN", "Rule", "why")
    assert report.problems == []


def test_errors_are_of_the_simulator() -> None:
    error = DockerfileError("x", (Problem(2, 1, "", "b"), Problem(1, 1, "", "a")))
    assert isinstance(error, SimulatorError)
    assert [p.message for p in error.problems] == ["a", "b"]
    assert str(error) == "x: line 1, column 1: a\nx: line 2, column 1: b"


def test_problems_read_as_a_sentence() -> None:
    with pytest.raises(DockerfileError) as caught:
        parse_dockerfile("FROM a\nCOPY x\n", name="app/Dockerfile")
    assert str(caught.value) == (
        "app/Dockerfile: line 2, column 1 at COPY: COPY requires at least two "
        "arguments, but only one was provided (COPY SOURCE... DESTINATION)"
    )


def test_advice_is_sorted_by_line() -> None:
    text = 'FROM a\nMAINTAINER x\nCMD ["a"]\nCMD b\nENV TOKEN x\n'
    found = parse_dockerfile(text).advice
    assert [(p.line, p.message) for p in found] == [
        (2, "MaintainerDeprecated"),
        (3, "MultipleInstructionsDisallowed"),
        (4, "JSONArgsRecommended"),
        (5, "LegacyKeyValueFormat"),
        (5, "SecretsUsedInArgOrEnv"),
    ]
    assert all(p.hint for p in found)


def test_the_value_of_a_flag() -> None:
    found = Instruction("RUN", 1, "RUN", flags=(("a", "1"), ("b", "2"), ("a", "3")))
    assert (found.flag("a"), found.flag("b")) == ("3", "2")
    assert (found.flag("c"), found.flag("c", "usual")) == ("", "usual")


def test_everything_that_was_read_is_a_value() -> None:
    text = "FROM a AS b\nRUN c\n"
    one, two = parse_dockerfile(text), parse_dockerfile(text)
    assert one == two
    assert hash(one.stages) == hash(two.stages)
    assert one == Dockerfile(
        (Stage(0, "a", 1, "b", "", (Instruction("RUN", 2, "RUN c", ("c",)),)),)
    )
    assert Heredoc("A", "b") != Heredoc("A", "b", expands=False)
