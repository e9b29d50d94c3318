"""Whole scenario files: what is read, and every problem at once with its place."""

import time
from typing import Any

import pytest

from simulator import ScenarioError, load_scenario
from tests.simulator.scenario.problems import Found, found, world
from tests.simulator.worlds import (
    KEYS,
    WORLD,
    document,
    execute,
    fixture,
    problems_of,
    text_of,
)


def test_a_scenario_is_what_its_file_says() -> None:
    read = fixture("windows-program-on-linux")
    assert (read.key, read.title) == (
        "windows-program-on-linux",
        "A Windows program on a Linux kernel",
    )
    assert list(read.parameters) == ["arch", "kernel", "ram_mib", "program_ram_mib"]
    assert read.space_size == 2 * 3 * 2 * 2
    assert list(read.arms)[:2] == ["as_it_is", "more_ram"]
    assert read.arms["as_it_is"].plan[0] == (
        "exec",
        {"program": "app", "on": "server", "user": "", "groups": (), "cgroup": None},
    )
    assert read.claims["answers_enoent"].refuted_by == "answers_enoexec"
    assert [(o.key, o.true, len(o.options)) for o in read.obligations] == [
        ("what-execve-answers", 1, 4),
        ("which-change-makes-it-work", 2, 6),
    ]


def test_the_digest_names_what_the_file_means() -> None:
    spec = document()
    plain = load_scenario(text_of(spec)).digest
    assert load_scenario("# words\n" + text_of(spec)).digest == plain
    assert load_scenario(text_of(dict(reversed(spec.items())))).digest == plain
    assert load_scenario(text_of({**spec, "title": "Another"})).digest != plain


@pytest.mark.exhaustive
@pytest.mark.parametrize("key", KEYS)
def test_few_claims_of_a_shipped_scenario_stand_beside_its_options(key: str) -> None:
    """Options name most claims; some more say why, for whoever explains the runs."""
    read = fixture(key)
    used = {name for o in read.obligations for x in o.options for name in (x.claim,)}
    used |= {x.refuted_by or "" for o in read.obligations for x in o.options}
    assert len(set(read.claims) - used) <= 5


def test_a_file_that_is_no_mapping() -> None:
    assert [(p.line, p.column, p.path, p.message) for p in problems_of("- a\n")] == [
        (1, 1, "", "a mapping expected, not a list")
    ]


@pytest.mark.parametrize("text", ["a", "[]", "5", "key: x", "key: x\nworld: {}"])
def test_a_file_with_next_to_nothing(text: str) -> None:
    assert len(problems_of(text)) > 0


def test_all_problems_come_at_once_in_the_order_of_the_file() -> None:
    text = """\
key: Not A Key
titel: x
world:
  machines:
    server: {cores: 0, ram_mib: many}
arms:
  a:
    label: a
    plan:
      - exce: {program: app, on: server}
claims:
  c: {text: t, expression: "1 +", refuted_by: d}
"""
    assert [str(problem) for problem in problems_of(text)] == [
        "line 1, column 1: the key 'title' is missing",
        (
            "line 1, column 6 at key: 'Not A Key' is not a key: lower-case letters, "
            "digits and -"
        ),
        "line 2, column 1: unknown key 'titel' (did you mean title?)",
        (
            "line 5, column 21 at world.machines.server.cores: 0 is out of range "
            "(from 1 to 1024)"
        ),
        (
            "line 5, column 33 at world.machines.server.ram_mib: a whole number "
            "expected, not text (a whole number of MiB, or one with its unit)"
        ),
        (
            "line 10, column 9 at arms.a.plan[0]: unknown action 'exce' "
            "(did you mean exec?)"
        ),
        (
            "line 12, column 28 at claims.c.expression: not valid CEL: "
            "<input>:1:4: Syntax error: mismatched input '<EOF>' expecting {'[', '{', "
            "'(', '.', '-', '!', 'true', 'false', 'null', NUM_FLOAT, NUM_INT, "
            "NUM_UINT, STRING, BYTES, IDENTIFIER}"
        ),
        "line 12, column 47 at claims.c.refuted_by: there is no claim 'd' (one of: c)",
    ]


def test_the_error_names_the_file() -> None:
    with pytest.raises(ScenarioError) as caught:
        load_scenario("a: 1", name="x.yaml")
    assert caught.value.name == "x.yaml"
    assert str(caught.value).startswith("x.yaml: line 1, column 1")


def test_a_file_that_is_wrong_all_over_stops_at_a_hundred_problems() -> None:
    steps = [execute("nothing", "nowhere")] * 150
    began = time.process_time()
    assert len(problems_of(text_of(document(steps)))) == 100
    assert time.process_time() - began < 20


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"title": ""}, [("title", "empty text", "")]),
        ({"title": "x" * 4001}, [("title", "longer than 4000 characters", "")]),
        (
            {"title": 5},
            [("title", "text expected, not a whole number", "put quotes around it")],
        ),
        ({"title": None}, [("title", "text expected, not nothing", "")]),
        ({"title": ["a"]}, [("title", "text expected, not a list", "")]),
        (
            {"summary": True},
            [("summary", "text expected, not true or false", "put quotes around it")],
        ),
        ({"arms": {}}, [("arms", "1 to 20 entries expected", "")]),
        ({"arms": []}, [("arms", "a mapping expected, not a list", "")]),
        (
            {"arms": {"a": 5}},
            [("arms.a", "a mapping expected, not a whole number", "")],
        ),
        (
            {"arms": {"A": {"label": "x"}}},
            [
                (
                    "arms",
                    "'A' is not a name",
                    "lower-case letters, digits and _, a letter first",
                )
            ],
        ),
        ({"setup": {}}, [("setup", "a list expected, not a mapping", "")]),
        ({"obligations": {}}, [("obligations", "a list expected, not a mapping", "")]),
        ({"claims": []}, [("claims", "a mapping expected, not a list", "")]),
    ],
)
def test_the_outline_of_a_file(fields: dict[str, Any], expected: Found) -> None:
    assert found({**document(), **fields}) == expected


def test_what_can_be_installed_has_one_name() -> None:
    assert world("engines", app={"ram_mib": 1}) == [
        ("world.engines.app", "the name 'app' is taken in programs already", "")
    ]


@pytest.mark.parametrize("section", ["programs", "systems"])
def test_a_section_that_is_no_mapping(section: str) -> None:
    spec = document([])
    spec["world"] = {"machines": WORLD["machines"], section: [1]}
    assert found(spec) == [(f"world.{section}", "a mapping expected, not a list", "")]


def test_a_key_that_stands_twice_is_told_among_the_others() -> None:
    text = text_of(document()).replace("title:", "key: small\ntitel:", 1)
    assert [(p.path, p.message) for p in problems_of(text)] == [
        ("", "the key 'title' is missing"),
        ("key", "the key 'key' stands twice in one mapping"),
        ("", "unknown key 'titel'"),
    ]
