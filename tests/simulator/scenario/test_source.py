"""YAML text to nodes with places; what is no document at all."""

import time

import pytest

from simulator import Node, Problem, SourceError, parse_source


def value(text: str) -> tuple[str, object]:
    node, problems = parse_source(text)
    assert problems == []
    return node.kind, node.value


def plain(node: Node) -> object:
    if node.kind == "map":
        return {name: plain(child) for name, child in node.value.items()}
    if node.kind == "list":
        return [plain(child) for child in node.value]
    return node.value


def stopped(text: str) -> tuple[int, int, str, str]:
    with pytest.raises(SourceError) as caught:
        parse_source(text)
    problem = caught.value.problem
    assert str(caught.value) == str(problem)
    return problem.line, problem.column, problem.message, problem.hint


@pytest.mark.parametrize(
    ("text", "kind", "found"),
    [
        ("5", "int", 5),
        ("-12", "int", -12),
        ("+7", "int", 7),
        ("0", "int", 0),
        ("0755", "text", "0755"),
        ("007.5", "text", "007.5"),
        ("0.5", "decimal", "0.5"),
        (".5", "decimal", ".5"),
        ("1.", "decimal", "1."),
        ("1e9", "decimal", "1e9"),
        ("-2.5E-3", "decimal", "-2.5E-3"),
        ("1_000", "text", "1_000"),
        ("0x10", "text", "0x10"),
        ("٣", "text", "٣"),
        ("true", "bool", True),
        ("false", "bool", False),
        ("True", "text", "True"),
        ("on", "text", "on"),
        ("off", "text", "off"),
        ("yes", "text", "yes"),
        ("no", "text", "no"),
        ("null", "null", None),
        ("~", "null", None),
        ("2026-01-01", "text", "2026-01-01"),
        ("'5'", "text", "5"),
        ('"true"', "text", "true"),
        ("|\n  5", "text", "5"),
        (">-\n  a\n  b", "text", "a b"),
        ("[]", "list", []),
        ("{}", "map", {}),
    ],
)
def test_what_a_scalar_is(text: str, kind: str, found: object) -> None:
    assert value(text) == (kind, found)


def test_an_empty_value_is_nothing() -> None:
    root, _ = parse_source("a:\nb: 1")
    assert (root.value["a"].kind, root.value["a"].value) == ("null", None)


def test_nodes_know_their_places() -> None:
    root, _ = parse_source("a: 1\nb:\n  - x\n  - {c: y}\n")
    inner = root.value["b"].value[1]
    assert (root.line, root.column) == (1, 1)
    assert (root.value["a"].line, root.value["a"].column) == (1, 4)
    assert (inner.line, inner.column, inner.keys) == (4, 5, {"c": (4, 6)})
    assert root.keys == {"a": (1, 1), "b": (2, 1)}


def test_a_document_as_it_is() -> None:
    root, _ = parse_source("a: [1, {b: c}]\nd: {e: []}\n")
    assert plain(root) == {"a": [1, {"b": "c"}], "d": {"e": []}}


def test_a_key_that_stands_twice() -> None:
    root, problems = parse_source("a:\n  b: 1\n  c: 2\n  b: 3\n")
    assert problems == [
        Problem(
            4,
            3,
            "a.b",
            "the key 'b' stands twice in one mapping",
            "the first is in line 2",
        )
    ]
    assert plain(root) == {"a": {"b": 3, "c": 2}}


@pytest.mark.parametrize(
    ("text", "path"),
    [("n: 1234567890123456", "n"), ("a:\n - [1234567890123456]", "a[0][0]")],
)
def test_a_number_that_is_too_long(text: str, path: str) -> None:
    _, problems = parse_source(text)
    assert [(p.path, p.message) for p in problems] == [
        (path, "a number of more than 15 digits")
    ]


@pytest.mark.parametrize(
    ("text", "line", "column", "message", "hint"),
    [
        ("", 1, 1, "the file is empty", "a scenario is a YAML mapping"),
        ("# only words", 1, 1, "the file is empty", "a scenario is a YAML mapping"),
        (
            "a: &x 1",
            1,
            4,
            "anchors and aliases are not allowed",
            "write the value out in full",
        ),
        (
            "a: 1\nb: *x",
            2,
            4,
            "anchors and aliases are not allowed",
            "write the value out in full",
        ),
        ("a: !!str 5", 1, 4, "tags are not allowed", "use quotes for text"),
        (
            "a: !!python/object:os.system {}",
            1,
            4,
            "tags are not allowed",
            "use quotes for text",
        ),
        ("a: 1\n---\nb: 2", 2, 1, "a second document in one file", "remove it"),
        ("? [a]\n: b", 1, 3, "a key must be plain text", ""),
        ("{{a: 1}: 2}", 1, 2, "a key must be plain text", ""),
    ],
)
def test_what_stops_the_reading(
    text: str, line: int, column: int, message: str, hint: str
) -> None:
    assert stopped(text) == (line, column, message, hint)


@pytest.mark.parametrize(
    ("text", "place"),
    [("a: [1", (2, 1)), ("a: 'x", (1, 6)), ("\ta: 1", (1, 1)), ("a: b: c", (1, 5))],
)
def test_what_is_not_yaml(text: str, place: tuple[int, int]) -> None:
    line, column, message, _ = stopped(text + "\n" if text == "a: [1" else text)
    assert (line, column) == place
    assert message.startswith("not valid YAML: ")


@pytest.mark.parametrize("text", ["a: \x00", "a: \ud800", "\x07"])
def test_letters_that_yaml_does_not_take(text: str) -> None:
    assert stopped(text)[2].startswith("not valid YAML: ")


def test_nesting_is_bounded() -> None:
    parse_source("[" * 32 + "]" * 32)
    assert stopped("[" * 33 + "]" * 33)[2] == "nested deeper than 32 levels"


def test_the_number_of_values_is_bounded() -> None:
    assert (
        stopped("[" + "1, " * 20_001 + "]")[2] == "more than 20000 values in one file"
    )


def test_the_size_is_bounded() -> None:
    assert stopped("#" * (256 * 1024 + 1)) == (
        1,
        1,
        "the file is larger than 256 KiB",
        "split the scenario",
    )


@pytest.mark.parametrize(
    "text",
    [
        "a: &a [x]\nb: &b [*a,*a,*a]\nc: &c [*b,*b,*b]\n",
        "[" * 200_000,
        "{a: " * 60_000,
        "- " * 100_000,
        "? " * 100_000,
        "'" * 199_999,
    ],
)
def test_bombs_are_stopped_at_once(text: str) -> None:
    began = time.process_time()
    stopped(text)
    assert time.process_time() - began < 10
