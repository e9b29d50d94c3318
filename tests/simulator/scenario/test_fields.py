"""Values of a world's parts, and what is said when one does not fit."""

from typing import Any

import pytest

from simulator.subsystems.files import RUNTIMES
from tests.simulator.scenario.problems import found, world
from tests.simulator.worlds import BOOT, WORLD, document, merged


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
            {"family": "linux", "version": "6.1", "libraries": ["newlib"]},
            ".libraries[0]",
            "'newlib' is not known here",
            f"one of: {', '.join(sorted(RUNTIMES))}",
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


def test_entries_beyond_the_limit_are_not_read() -> None:
    programs = {f"p{n}": {"path": "x", "format": "elf"} for n in range(201)}
    spec = document(BOOT)
    spec["world"] = merged(spec["world"], {})
    spec["world"]["programs"] = {"app": WORLD["programs"]["app"], **programs}
    assert ("world.programs", "0 to 200 entries expected", "") in found(spec)


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
