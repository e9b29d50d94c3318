"""Plans and changes of arms, and what is said of wrong ones."""

from typing import Any

import pytest

from simulator import MECHANISMS
from tests.simulator.scenario.problems import changed, found, planned
from tests.simulator.worlds import box, document, execute, install, load, register, vm


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
            {"exce": {"program": "app"}},
            "",
            "unknown action 'exce'",
            "did you mean exec?",
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
            "a whole number of MiB, or one with its unit",
        ),
    ],
)
def test_changes_of_parts(
    target: Any, value: Any, where: str, message: str, hint: str
) -> None:
    assert changed({"part": target, "set": value}) == [
        (f"arms.a.changes[0].{where}", message, hint)
    ]


def test_every_mechanism_can_be_changed_by_an_arm() -> None:
    every = [
        {"mechanism": name, "set": [choice] if mechanism.is_list else choice}
        for name, mechanism in MECHANISMS.items()
        for choice in mechanism.choices
    ]
    assert found(document(changes=every)) == []
