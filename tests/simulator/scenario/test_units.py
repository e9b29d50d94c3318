"""Quantities: what a field or a parameter of a certain name takes."""

from typing import Any

import pytest

from simulator import load_scenario
from simulator.scenario.units import UnitError, unit_of
from tests.simulator.scenario.problems import Found, changed, found, world
from tests.simulator.worlds import document, run, scenario, text_of

TAKEN = [
    ("ram_mib", "512 MiB", 512),
    ("ram_mib", "2 GiB", 2048),
    ("ram_mib", "1.5GiB", 1536),
    ("size_kib", "1 MiB", 1024),
    ("bytes", "4 kB", 4000),
    ("seconds", "45 s", 45),
    ("seconds", "2 min", 120),
    ("seconds", "1.5 h", 5400),
    ("interval_s", "1 min", 60),
    ("sleep_ms", "0.1 s", 100),
    ("cpu_us", "100 ms", 100_000),
    ("days", "48 h", 2),
    ("network_mib_s", "1 GiB/s", 1024),
    ("cpu_millicores", "250 m", 250),
    ("cpu_permille", "25 %", 250),
    ("load_percent", "250 m", 25),
]


@pytest.mark.parametrize(("field", "text", "number"), TAKEN)
def test_a_quantity_is_a_whole_number_of_the_unit(
    field: str, text: str, number: int
) -> None:
    unit = unit_of(field)
    assert unit is not None
    assert unit.read(text) == number


@pytest.mark.parametrize(
    "field", ["cores", "count", "name", "mib_size", "requests_per_s", ""]
)
def test_other_names_have_no_unit(field: str) -> None:
    assert unit_of(field) is None


@pytest.mark.parametrize(
    "text",
    ["", "5", "MiB", "5 MiB ", "-5 MiB", "5  MiB", "1e3 MiB", "5 MiB/h"],
)
def test_other_text_is_no_quantity(text: str) -> None:
    unit = unit_of("ram_mib")
    assert unit is not None
    assert unit.read(text) is None


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("5 s", "'s' is not a unit of this field (one of: B, kB, MB, GB, TB, KiB"),
        ("5 mib", "'mib' is not a unit of this field"),
        ("5 KiB", "'5 KiB' is not a whole number of MiB (the field counts in MiB)"),
    ],
)
def test_a_wrong_quantity(text: str, says: str) -> None:
    unit = unit_of("ram_mib")
    assert unit is not None
    with pytest.raises(UnitError) as caught:
        unit.read(text)
    assert str(caught.value).startswith(says)


def server(ram: Any, **more: Any) -> Found:
    return found(document(world={"machines": {"server": {"ram_mib": ram}}}, **more))


PATH = "world.machines.server.ram_mib"


def test_a_field_takes_a_quantity() -> None:
    assert server("64 GiB") == []
    assert run(world={"machines": {"server": {"ram_mib": "64 GiB"}}}).observation == (
        run(world={"machines": {"server": {"ram_mib": 65536}}}).observation
    )


@pytest.mark.parametrize(
    ("ram", "message", "hint"),
    [
        ("64 s", "'s' is not a unit of this field",
         "one of: B, kB, MB, GB, TB, KiB, MiB, GiB, TiB"),
        ("1 KiB", "'1 KiB' is not a whole number of MiB", "the field counts in MiB"),
        ("65 TiB", "68157440 is out of range", "from 0 to 67108864"),
        ("much", "a whole number expected, not text",
         "a whole number of MiB, or one with its unit"),
        (0.5, "a whole number expected, not a decimal number",
         "a whole number of MiB, or one with its unit"),
        ([1], "a whole number expected, not a list", ""),
    ],
)  # fmt: skip
def test_a_field_says_what_it_takes(ram: Any, message: str, hint: str) -> None:
    assert server(ram) == [(PATH, message, hint)]


def test_a_field_without_a_unit_takes_no_quantity() -> None:
    expected = [("world.machines.m.cores", "a whole number expected, not text", "")]
    assert world("machines", m={"cores": "4 GiB", "ram_mib": 1}) == expected


def test_a_parameter_is_read_in_the_unit_of_its_name() -> None:
    spaces = {
        "listed": {"ram_mib": ["8 GiB", 4096]},
        "ranged": {"ram_mib": {"from": "1 GiB", "to": "2 GiB", "step": 512}},
    }
    ram = {"machines": {"server": {"ram_mib": "${ram_mib}"}}}
    values = {
        name: scenario(parameters=space, world=ram).parameters["ram_mib"]
        for name, space in spaces.items()
    }
    assert values == {"listed": (8192, 4096), "ranged": (1024, 1536, 2048)}


def test_a_parameter_of_another_name_stays_text() -> None:
    assert scenario(parameters={"ram": ["8 GiB"]}).parameters == {"ram": ("8 GiB",)}
    assert server("${ram}", parameters={"ram": ["8 GiB"]}) == [
        (
            PATH,
            "value '8 GiB' of parameter ram: a whole number expected, not text",
            "let the parameter's name end in its unit: _mib",
        )
    ]


@pytest.mark.parametrize("values", [["5 s"], {"from": "5 s", "to": 6}])
def test_a_parameter_says_what_it_takes(values: Any) -> None:
    (path, message, _), *_ = found(document(parameters={"ram_mib": values}))
    place = "[0]" if isinstance(values, list) else ".from"
    assert (path, message) == (
        f"parameters.ram_mib{place}",
        "'s' is not a unit of this field",
    )


@pytest.mark.parametrize("values", ["5 GiB", 5])
def test_a_parameter_is_still_a_list(values: Any) -> None:
    (path, message, _), *_ = found(document(parameters={"ram_mib": values}))
    assert path == "parameters.ram_mib"
    assert message == "a list of 1 to 200 values expected"


def test_a_changed_part_takes_a_quantity() -> None:
    assert changed({"part": "machines.server.ram_mib", "set": "128 GiB"}) == []
    ((_, message, _),) = changed({"part": "machines.server.ram_mib", "set": "1 s"})
    assert message == "'s' is not a unit of this field"


def test_a_quantity_counts_for_the_digest_as_it_is_spelled() -> None:
    texts = [
        text_of(document(world={"machines": {"server": {"ram_mib": ram}}}))
        for ram in ("64 GiB", 65536)
    ]
    assert len({load_scenario(text).digest for text in texts}) == 2
