"""CEL: compiled once, what it reads, what is refused."""

import time

import pytest

from simulator.expressions import ExpressionError, compiled


@pytest.mark.parametrize(
    ("source", "reads", "reads_all"),
    [
        ("true", (), False),
        ("runs.a.metrics.kernels == 1", (("a", "metrics", "kernels"),), False),
        ("runs . a . metrics == 1", (("a", "metrics", ""),), False),
        ("runs.a != null", (("a", "", ""),), False),
        (
            "runs.b.events.size() > 0 && runs.a.metrics.x == 1",
            (("a", "metrics", "x"), ("b", "events", "size")),
            False,
        ),
        ("runs['a'].metrics.x == 1", (), True),
        ("'runs.a' == \"runs.b\"", (), False),
        ("params.runs2 == 1", (), False),
    ],
)
def test_what_an_expression_reads(
    source: str, reads: tuple[tuple[str, str, str], ...], reads_all: bool
) -> None:
    expression = compiled(source)
    assert (expression.source, expression.reads, expression.reads_all) == (
        source,
        reads,
        reads_all,
    )


@pytest.mark.parametrize(
    ("source", "truth"),
    [("params.x > 1", True), ("params.x == 1", False), ("'a' in ['a', 'b']", True)],
)
def test_the_truth_of_an_expression(source: str, truth: bool) -> None:
    assert compiled(source).truth({"params": {"x": 2}}) is truth


@pytest.mark.parametrize("source", ["1 +", "(", "a b", "'", "x ? y", "[1,", ")"])
def test_what_is_not_cel(source: str) -> None:
    with pytest.raises(ExpressionError, match=r"^not valid CEL: .+$"):
        compiled(source)


@pytest.mark.parametrize(
    "source",
    ["(" * 65 + "1" + ")" * 65, "1" + " + 1" * 1000 + " > 0", "[" * 4001],
)
def test_what_is_too_much(source: str) -> None:
    with pytest.raises(
        ExpressionError, match=r"^the expression is too long or nested too deep$"
    ):
        compiled(source)


def test_brackets_inside_text_are_text() -> None:
    assert compiled("'" + "(" * 100 + "' != ''").truth({}) is True


def nested(depth: int) -> str:
    return "[1, 2].all(x, " * depth + "true" + ")" * depth


def test_loops_inside_loops_are_bounded() -> None:
    assert compiled(nested(2)).truth({}) is True
    with pytest.raises(
        ExpressionError,
        match=r"^too many loops \(all, exists, map, filter\): "
        r"at most 2 inside each other$",
    ):
        compiled(nested(3))


def test_loops_beside_each_other_are_not_bounded() -> None:
    assert compiled(" && ".join([nested(2)] * 5)).truth({}) is True


@pytest.mark.parametrize(
    "loop",
    [
        "[1].all(x, true)",
        "[1] . exists (x, true)",
        "[1].exists_one(x, true)",
        "[1].map(x, x) == [1]",
        "[1].filter(x, true) == [1]",
    ],
)
def test_where_loops_are_not_wanted_none_is_taken(loop: str) -> None:
    with pytest.raises(ExpressionError, match=r"no loops here$"):
        compiled(loop, macros=0)
    assert compiled(loop).truth({}) is True


@pytest.mark.parametrize(
    ("source", "says"),
    [
        ("params.y == 1", "KeyError"),
        ("unknown == 1", "RuntimeError"),
        ("params.x", "gives 2, not true or false"),
        ("'text'", "gives 'text', not true or false"),
        ("params.x < 'a'", "TypeError"),
    ],
)
def test_what_cannot_be_decided(source: str, says: str) -> None:
    with pytest.raises(ExpressionError, match=f"^{says}"):
        compiled(source).truth({"params": {"x": 2}})


@pytest.mark.parametrize(
    "source",
    [
        "!" * 3990 + "true",
        "-" * 3990 + "1 == 1",
        "1" + "+1" * 1990 + " == 1",
        "true" + "&&true" * 600,
        "true" + "?true:true" * 390,
        "params" + ".a" * 1900 + " == 1",
    ],
)
def test_long_chains_end_quickly(source: str) -> None:
    began = time.perf_counter()
    try:
        compiled(source).truth({"params": {"a": 1}})
    except ExpressionError as error:
        assert str(error) != ""  # noqa: PT017
    assert time.perf_counter() - began < 1
