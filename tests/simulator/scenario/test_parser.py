"""Scenario files: what is read, and every problem with its place and a hint."""

import time
from typing import Any

import pytest

from simulator import MECHANISMS, ScenarioError, load_scenario
from tests.simulator.worlds import (
    BOOT,
    KEYS,
    WORLD,
    box,
    document,
    execute,
    fixture,
    install,
    load,
    merged,
    problems_of,
    register,
    scenario,
    source,
    text_of,
    vm,
)

Found = list[tuple[str, str, str]]


def found(spec: dict[str, Any]) -> Found:
    """Path, message and hint of each problem of a document."""
    return [(p.path, p.message, p.hint) for p in problems_of(text_of(spec))]


def changed(change: dict[str, Any], **more: Any) -> Found:
    return found(document(changes=[change], **more))


def claimed(**fields: Any) -> Found:
    claim = {"text": "t", "expression": "true", **fields}
    return found(document(claims={"c": claim}))


def planned(*steps: Any) -> Found:
    return [
        (path.removeprefix("arms.a."), message, hint)
        for path, message, hint in found(document(list(steps)))
    ]


def world(section: str, **parts: Any) -> Found:
    return found(document(world={section: parts}))


def test_a_scenario_is_what_its_file_says() -> None:
    read = fixture("windows-program-on-linux")
    assert (read.key, read.title) == (
        "windows-program-on-linux",
        "A Windows program on a Linux kernel",
    )
    assert list(read.parameters) == ["arch", "kernel", "ram_mib", "program_ram_mib"]
    assert read.space_size == 2 * 3 * 2 * 2
    assert list(read.arms)[:2] == ["as_it_is", "more_ram"]
    assert read.arms["as_it_is"].plan[0] == ("exec", {"program": "app", "on": "server"})
    assert read.claims["answers_enoent"].refuted_by == "answers_enoexec"
    assert [(o.key, o.true, len(o.options)) for o in read.obligations] == [
        ("what-execve-answers", 1, 4),
        ("which-change-makes-it-work", 2, 6),
    ]


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


def test_the_digest_names_what_the_file_means() -> None:
    spec = document()
    plain = load_scenario(text_of(spec)).digest
    assert load_scenario("# words\n" + text_of(spec)).digest == plain
    assert load_scenario(text_of(dict(reversed(spec.items())))).digest == plain
    assert load_scenario(text_of({**spec, "title": "Another"})).digest != plain


def test_the_digest_tells_the_order_of_the_variants() -> None:
    first = scenario(parameters={"a": [1, 2], "b": [1, 2]})
    second = scenario(parameters={"b": [1, 2], "a": [1, 2]})
    assert first.variant(1) != second.variant(1)
    assert first.digest != second.digest


@pytest.mark.parametrize("key", KEYS)
def test_every_claim_of_a_shipped_scenario_is_used(key: str) -> None:
    read = fixture(key)
    used = {name for o in read.obligations for x in o.options for name in (x.claim,)}
    used |= {x.refuted_by or "" for o in read.obligations for x in o.options}
    assert set(read.claims) - used <= {"far_less"}


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
            "expected, not text"
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
    began = time.perf_counter()
    assert len(problems_of(text_of(document(steps)))) == 100
    assert time.perf_counter() - began < 2


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


def test_names_in_a_world_are_names() -> None:
    assert world("programs", **{"My app": {"path": "/a", "format": "elf"}}) == [
        (
            "world.programs",
            "'My app' is not a name",
            "lower-case letters, digits and _, a letter first",
        )
    ]


@pytest.mark.parametrize(
    ("section", "fields", "path", "message", "hint"),
    [
        ("machines", {"cores": 1}, "", "the key 'ram_mib' is missing", ""),
        (
            "machines",
            {"cores": 1.5, "ram_mib": 1},
            ".cores",
            "a whole number expected, not a decimal number",
            "",
        ),
        (
            "machines",
            {"cores": 1, "ram_mib": 1, "arch": "arm"},
            ".arch",
            "'arm' is not known here",
            "one of: aarch64, x86_64",
        ),
        (
            "machines",
            {"cores": 1, "ram_mib": 1, "virtualization": "on"},
            ".virtualization",
            "true or false expected, not text",
            "",
        ),
        (
            "systems",
            {"family": "linus", "version": "6.1"},
            ".family",
            "'linus' is not known here",
            "did you mean linux?",
        ),
        (
            "systems",
            {"family": "linux", "version": "six"},
            ".version",
            "'six' is not a version such as 6.1",
            "",
        ),
        (
            "systems",
            {"family": "linux", "version": 6},
            ".version",
            "text expected, not a whole number",
            "put quotes around it",
        ),
        (
            "systems",
            {"family": "linux", "version": "6.1", "libraries": ["musl"]},
            ".libraries[0]",
            "'musl' is not known here",
            "one of: glibc, libsystem, windows-libraries, wine-libraries",
        ),
        (
            "programs",
            {"path": "srv/app", "format": "elf"},
            ".path",
            "'srv/app' is not an absolute path",
            "",
        ),
        (
            "programs",
            {"path": "/a", "format": "elf", "calls": ["mmapp"]},
            ".calls[0]",
            "'mmapp' is not known here",
            "did you mean mmap?",
        ),
        (
            "programs",
            {"path": "/a", "format": "elf", "calls": "mmap"},
            ".calls",
            "a list expected, not text",
            "",
        ),
        (
            "engines",
            {"ram_mib": 1, "utility": "linus"},
            ".utility",
            "there is no system 'linus'",
            "did you mean linux?",
        ),
        (
            "images",
            {"size_mib": 1, "programs": ["ap"]},
            ".programs[0]",
            "there is no program 'ap'",
            "did you mean app?",
        ),
    ],
)
def test_parts_of_a_world(
    section: str, fields: dict[str, Any], path: str, message: str, hint: str
) -> None:
    assert world(section, part=fields) == [
        (f"world.{section}.part{path}", message, hint)
    ]


def test_what_can_be_installed_has_one_name() -> None:
    assert world("engines", app={"ram_mib": 1}) == [
        ("world.engines.app", "the name 'app' is taken in programs already", "")
    ]


@pytest.mark.parametrize("section", ["programs", "systems"])
def test_a_section_that_is_no_mapping(section: str) -> None:
    spec = document([])
    spec["world"] = {"machines": WORLD["machines"], section: [1]}
    assert found(spec) == [(f"world.{section}", "a mapping expected, not a list", "")]


@pytest.mark.parametrize(
    ("step", "path", "message", "hint"),
    [
        ("exec", "", "an action is one verb with its arguments", ""),
        (
            {**install("app"), **execute("app")},
            "",
            "an action is one verb with its arguments",
            "",
        ),
        ({}, "", "an action is one verb with its arguments", ""),
        ({"exec": 5}, ".exec", "a mapping expected, not a whole number", ""),
        ({"exec": {"program": "app"}}, ".exec", "the key 'on' is missing", ""),
        (
            execute("ap"),
            ".exec.program",
            "there is no program 'ap'",
            "did you mean app?",
        ),
        (
            execute("app", "servr"),
            ".exec.on",
            "there is no machine 'servr'",
            "did you mean server?",
        ),
        (
            install("dokcer"),
            ".install.what",
            "there is no program 'dokcer'",
            "did you mean docker?",
        ),
        (
            load("app", 0),
            ".load.requests",
            "0 is out of range",
            "from 1 to 1000000",
        ),
        (box(65), ".start_container.count", "65 is out of range", "from 1 to 64"),
        (
            vm(name="Guest"),
            ".start_vm.name",
            "'Guest' is not a name",
            "",
        ),
        (
            register(name="My format"),
            ".register_format.name",
            "'My format' is not a short name in lower case",
            "",
        ),
        (
            {"run": {"program": "app"}},
            "",
            "unknown action 'run'",
            (
                "one of: exec, install, install_libraries, load, make_executable, "
                "power_on, register_format, start_container, start_vm"
            ),
        ),
    ],
)
def test_actions_of_a_plan(step: Any, path: str, message: str, hint: str) -> None:
    assert planned(step) == [(f"plan[0]{path}", message, hint)]


def test_a_plan_is_bounded() -> None:
    assert planned(*[execute("app")] * 201) == [("plan", "more than 200 actions", "")]


def test_a_group_that_any_plan_starts_can_be_named() -> None:
    assert planned(vm(), box(), execute("app", "guest"), execute("app", "box")) == []


@pytest.mark.parametrize(
    "change",
    [{}, {"set": 1}, {"mechanism": "x"}, {"mechanism": "x", "part": "y", "set": 1}],
)
def test_a_change_says_what_and_to_what(change: dict[str, Any]) -> None:
    assert changed(change) == [
        ("arms.a.changes[0]", "a change has 'set' and one of 'mechanism', 'part'", "")
    ]


@pytest.mark.parametrize(
    ("name", "value", "where", "message", "hint"),
    [
        (
            "container.kernels",
            "own",
            "mechanism",
            "'container.kernels' is not known here",
            "did you mean container.kernel?",
        ),
        (
            5,
            "own",
            "mechanism",
            "text expected, not a whole number",
            "put quotes around it",
        ),
        (
            "container.kernel",
            "half",
            "set",
            "mechanism container.kernel takes one of: shared, own",
            "",
        ),
        (
            "kernel.linux.abi",
            "${x}",
            "set",
            "mechanism kernel.linux.abi takes a list of: linux, nt, darwin",
            "",
        ),
        (
            "kernel.linux.abi",
            [["linux"]],
            "set",
            "mechanism kernel.linux.abi takes a list of: linux, nt, darwin",
            "",
        ),
        ("container.kernel", "${y}", "set", "there is no parameter 'y'", "one of: x"),
        (
            "container.kernel",
            "${x}",
            "set",
            "value 'half' of parameter x: 'half' is not known here",
            "one of: own, shared",
        ),
        ("${x}", "own", "mechanism", None, None),
    ],
)
def test_changes_of_mechanisms(
    name: Any, value: Any, where: str, message: str | None, hint: str | None
) -> None:
    problems = changed(
        {"mechanism": name, "set": value}, parameters={"x": ["own", "half"]}
    )
    if message is None:
        assert {path for path, _, _ in problems} == {f"arms.a.changes[0].{where}"}
    else:
        assert problems == [(f"arms.a.changes[0].{where}", message, hint)]


PART_HINT = "section.name.field of the world, such as machines.server.ram_mib"


@pytest.mark.parametrize(
    ("target", "value", "where", "message", "hint"),
    [
        ("machines", 1, "part", "there is no part 'machines'", PART_HINT),
        (
            "machines.server.rom",
            1,
            "part",
            "there is no part 'machines.server.rom'",
            PART_HINT,
        ),
        (
            "machines.other.ram_mib",
            1,
            "part",
            "there is no part 'machines.other.ram_mib'",
            PART_HINT,
        ),
        ("arms.a.label", "x", "part", "there is no part 'arms.a.label'", PART_HINT),
        (5, 1, "part", "text expected", ""),
        (
            "machines.server.ram_mib",
            "x",
            "set",
            "a whole number expected, not text",
            "",
        ),
    ],
)
def test_changes_of_parts(
    target: Any, value: Any, where: str, message: str, hint: str
) -> None:
    assert changed({"part": target, "set": value}) == [
        (f"arms.a.changes[0].{where}", message, hint)
    ]


@pytest.mark.parametrize("name", sorted(MECHANISMS))
def test_every_mechanism_can_be_changed_by_an_arm(name: str) -> None:
    mechanism = MECHANISMS[name]
    for choice in mechanism.choices:
        value = [choice] if mechanism.is_list else choice
        assert changed({"mechanism": name, "set": value}) == []


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


def test_a_parameter_must_fit_wherever_it_is_used() -> None:
    spec = document(
        parameters={"ram": [1, -1], "arch": ["x86_64", "arm"]},
        world={"machines": {"server": {"ram_mib": "${ram}", "arch": "${arch}"}}},
    )
    assert found(spec) == [
        (
            "world.machines.server.ram_mib",
            "value -1 of parameter ram: -1 is out of range",
            "from 0 to 67108864",
        ),
        (
            "world.machines.server.arch",
            "value 'arm' of parameter arch: 'arm' is not known here",
            "one of: aarch64, x86_64",
        ),
    ]


def test_a_parameter_of_the_wrong_kind() -> None:
    spec = document(
        parameters={"ram": ["1", True]},
        world={"machines": {"server": {"ram_mib": "${ram}"}}},
    )
    assert [message for _, message, _ in found(spec)] == [
        "value '1' of parameter ram: a whole number expected, not text",
        "value True of parameter ram: a whole number expected, not true or false",
    ]


def test_entries_beyond_the_limit_are_not_read() -> None:
    programs = {f"p{n}": {"path": "x", "format": "elf"} for n in range(201)}
    spec = document(BOOT)
    spec["world"] = merged(spec["world"], {})
    spec["world"]["programs"] = {"app": WORLD["programs"]["app"], **programs}
    assert ("world.programs", "0 to 200 entries expected", "") in found(spec)


def test_a_key_that_stands_twice_is_told_among_the_others() -> None:
    text = text_of(document()).replace("title:", "key: small\ntitel:", 1)
    assert [(p.path, p.message) for p in problems_of(text)] == [
        ("", "the key 'title' is missing"),
        ("key", "the key 'key' stands twice in one mapping"),
        ("", "unknown key 'titel'"),
    ]


@pytest.mark.parametrize("key", KEYS)
def test_shipped_files_are_read_quickly(key: str) -> None:
    text = source(key)
    began = time.perf_counter()
    load_scenario(text)
    assert time.perf_counter() - began < 0.5
