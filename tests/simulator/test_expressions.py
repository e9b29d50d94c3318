"""CEL: compiled once, what it reads, what is refused."""

import time

import pytest

from simulator.expressions import _HIDDEN, ExpressionError, _nesting, compiled


@pytest.mark.parametrize(
    ("source", "reads", "reads_all"),
    [
        ("true", (), False),
        ("runs.a.metrics.kernels == 1", (("a", "metrics", "kernels"),), False),
        ("runs . a . metrics == 1", (("a", "metrics"),), False),
        ("runs.a != null", (("a",),), False),
        (
            "runs.b.events.size() > 0 && runs.a.metrics.x == 1",
            (("a", "metrics", "x"), ("b", "events")),
            False,
        ),
        (
            "runs.a.observation.programs.app . served > runs.a.metrics.x.y [0].z",
            (
                ("a", "metrics", "x", "y"),
                ("a", "observation", "programs", "app", "served"),
            ),
            False,
        ),
        (
            "has(runs.a.x.y) || runs.b.x.sized.size () > 1",
            (("a", "x", "y"), ("b", "x", "sized")),
            False,
        ),
        ("runs['a'].metrics.x == 1", (), True),
        ("'runs.a' == \"runs.b\"", (), False),
        ("params.runs2 == 1", (), False),
    ],
)
def test_what_an_expression_reads(
    source: str, reads: tuple[tuple[str, ...], ...], reads_all: bool
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
    ("source", "says"),
    [
        ("(" * 65 + "1" + ")" * 65, "brackets nested deeper than 64"),
        ("1" + " + 1" * 1000 + " > 0", "an expression of more than 4000 characters"),
        ("[" * 4001, "an expression of more than 4000 characters"),
        ("r'a' == 'a'", "raw and triple-quoted strings are not allowed"),
        ("bR'a' == b'a'", "raw and triple-quoted strings are not allowed"),
        ("'''a''' == 'a'", "raw and triple-quoted strings are not allowed"),
        ('"""a""" == "a"', "raw and triple-quoted strings are not allowed"),
    ],
)
def test_what_is_too_much(source: str, says: str) -> None:
    with pytest.raises(ExpressionError) as caught:
        compiled(source)
    assert str(caught.value) == says


@pytest.mark.parametrize(
    "source", ["// runs.a\ntrue", "true // '", "b'a' == b'a'", "'// x' != ''"]
)
def test_comments_and_bytes_are_no_trouble(source: str) -> None:
    expression = compiled(source)
    assert expression.truth({}) is True
    assert (expression.reads, expression.chains) == ((), ())


@pytest.mark.parametrize(
    "source",
    [
        "// '\n[1].all(x, true) // '",
        "'it\\'s' != '' && [1].all(x, true)",
        "\"'\" != '' && [1].all(x, true) && '\\\\' != \"'\"",
        "[1].all" + " " * 100 + "(x, true)",
    ],
)
def test_loops_cannot_hide(source: str) -> None:
    assert compiled(source).truth({}) is True
    assert compiled(source).chains == (("all",),)


@pytest.mark.parametrize(
    ("source", "truth"),
    [
        ("params.s.matches('^a+$')", True),
        ('params.s . matches ( "b" )', False),
        ("'matches' == params.s || params.s == 'aa'", True),
    ],
)
def test_patterns_are_taken(source: str, truth: bool) -> None:
    assert compiled(source).truth({"params": {"s": "aa"}}) is truth


@pytest.mark.parametrize(
    ("pattern", "says"),
    [
        ("'" + "a" * 99 + "'", "a pattern has at most 100 characters, no {} or \\p"),
        ("'a{3}'", "a pattern has at most 100 characters, no {} or \\p"),
        ("'\\\\pL'", "a pattern has at most 100 characters, no {} or \\p"),
        ("params.s", "matches takes a pattern in quotes, and nothing else"),
        ("'a' + 'b'", "matches takes a pattern in quotes, and nothing else"),
        ("('a')", "matches takes a pattern in quotes, and nothing else"),
        ("", "matches takes a pattern in quotes, and nothing else"),
    ],
)
def test_patterns_that_might_take_long(pattern: str, says: str) -> None:
    with pytest.raises(ExpressionError) as caught:
        compiled(f"params.s.matches({pattern})")
    assert str(caught.value) == says
    with pytest.raises(ExpressionError, match="matches takes a pattern in quotes"):
        compiled(f"matches(params.s, {pattern})")


CHAINS = {
    "runs.a.events.size() > 1": (("runs",),),
    "runs.a.events.all(e, e.seq > 1)": (("runs",), ("all",)),
    "runs.a.events.filter(e, (e.seq > [1][0])).size() > 1": (("runs",), ("filter",)),
    "[1].all(x, [2].exists(y, runs.b != null)) || runs.a == null": (
        ("all",),
        ("all", "exists"),
        ("all", "exists", "runs"),
        ("runs",),
    ),
    "[1].map(x, [1]).all(y, 'a'.matches('a'))": (
        ("map",),
        ("all",),
        ("all", "matches"),
    ),
    ") || [1].all(x, true": (("all",),),
}


@pytest.mark.parametrize(("source", "chains"), CHAINS.items())
def test_chains_of_loops(source: str, chains: object) -> None:
    assert _nesting(_HIDDEN.sub("''", source))[1] == chains


@pytest.mark.parametrize(
    ("source", "entries", "cost_us"),
    [
        ("params.x == 1", 1000, 0),
        ("runs.a.events.all(e, e.seq > 1)", 1000, 1000 + 10_000),
        ("runs.a.events.filter(e, e.seq > 1) == []", 1000, 1000 + 1_000_000),
        ("[1].all(x, [1].all(y, y > 1))", 1000, 10_000 + 10_000 + 10_000_000),
        ("[1].all(x, [1].filter(y, y > 1) == [])", 10, 100 + 100 + 1000),
        ("[1].all(x, 's'.matches('a'))", 10, 100 + 100 + 10 * 1000),
        ("[1].map(x, runs.a.events) == []", 10, 100 + 100 + 10 * 10 * 40),
    ],
)
def test_the_cost_of_an_expression(source: str, entries: int, cost_us: int) -> None:
    assert compiled(source).cost_us(entries) == cost_us


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
    began = time.process_time()
    try:
        compiled(source).truth({"params": {"a": 1}})
    except ExpressionError as error:
        assert str(error) != ""  # noqa: PT017
    assert time.process_time() - began < 10
