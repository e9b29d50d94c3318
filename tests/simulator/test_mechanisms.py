"""Mechanisms: what may be set, by whom, and that it is marked."""

import re
from types import MappingProxyType

import pytest

from simulator import MECHANISMS, SIMULATOR_VERSION, InputError, Mechanism, altered
from simulator.mechanisms import (
    checked,
    checked_overlay,
    defaults,
    in_force,
    listed,
    number,
    tuned,
    version_suffix,
)
from tests.simulator import mutation, reference
from tests.simulator.scenario.problems import changed
from tests.simulator.worlds import BOOT, mechanism, run, scenario


@pytest.mark.parametrize("name", sorted(MECHANISMS))
def test_a_default_is_one_of_the_choices(name: str) -> None:
    found = MECHANISMS[name]
    assert checked(name, found.default) == found.default
    assert len(found.about) > 0
    assert found.is_list == isinstance(found.default, tuple)


def test_lists_are_taken_in_their_order() -> None:
    name = "kernel.linux.loaders"
    assert checked(name, ["pe", "elf"]) == ("pe", "elf")
    assert checked(name, []) == ()


@pytest.mark.parametrize("value", ["pe", ["dos"], [["pe"]], [{}], None, 3, {"pe": 1}])
def test_a_list_mechanism_takes_known_words_only(value: object) -> None:
    message = (
        "mechanism kernel.linux.loaders takes a list of: misc, script, elf, pe, mach-o"
    )
    with pytest.raises(InputError, match=f"^{message}$"):
        checked("kernel.linux.loaders", value)


@pytest.mark.parametrize("value", ["half", "", None, True, ["shared"]])
def test_a_word_mechanism_takes_one_known_word(value: object) -> None:
    with pytest.raises(
        InputError, match=r"^mechanism container.kernel takes one of: shared, own$"
    ):
        checked("container.kernel", value)


@pytest.mark.parametrize(
    ("name", "message"),
    [
        (
            "container.kernels",
            "there is no mechanism 'container.kernels'; did you mean container.kernel?",
        ),
        ("zzz", "there is no mechanism 'zzz'"),
    ],
)
def test_an_unknown_mechanism(name: str, message: str) -> None:
    with pytest.raises(InputError, match=f"^{re.escape(message)}$"):
        checked(name, "on")


def test_an_overlay_holds_inside_its_block_only() -> None:
    assert defaults()["container.kernel"] == "shared"
    with altered({"container.kernel": "own"}):
        assert defaults()["container.kernel"] == "own"
    assert defaults()["container.kernel"] == "shared"
    assert dict(in_force()) == {}


def test_an_inner_overlay_adds_to_the_outer() -> None:
    with altered({"container.kernel": "own", "vm.assist": "emulation"}):
        with altered({"container.kernel": "shared"}):
            inner = dict(in_force())
        outer = dict(in_force())
    assert inner == {"container.kernel": "shared", "vm.assist": "emulation"}
    assert outer == {"container.kernel": "own", "vm.assist": "emulation"}


def test_an_overlay_ends_with_an_error_too() -> None:
    with pytest.raises(ZeroDivisionError), altered({"container.kernel": "own"}):
        raise ZeroDivisionError
    assert dict(in_force()) == {}


def test_a_wrong_overlay_changes_nothing() -> None:
    with pytest.raises(InputError), altered({"container.kernel": "half"}):
        raise AssertionError
    assert dict(in_force()) == {}


def test_an_overlay_is_checked_in_the_order_of_names() -> None:
    found = checked_overlay({"vm.assist": "hardware", "container.kernel": "own"})
    assert list(found) == ["container.kernel", "vm.assist"]


def test_runs_of_an_altered_simulator_say_so() -> None:
    plain = run(BOOT)
    other = run(BOOT, mechanisms={"container.kernel": "own"})
    assert plain.simulator_version == SIMULATOR_VERSION
    assert re.fullmatch(
        re.escape(SIMULATOR_VERSION) + r"\+altered\.[0-9a-f]{12}",
        other.simulator_version,
    )


def test_the_mark_names_the_change() -> None:
    marks = set()
    for overlay in ({}, {"container.kernel": "own"}, {"vm.assist": "emulation"}):
        with altered(overlay):
            marks.add(version_suffix())
    assert len(marks) == 3
    assert "" in marks


def test_a_mechanism_is_a_list_when_its_default_is_one() -> None:
    assert Mechanism(("a",), ("a",), "").is_list is True
    assert Mechanism("a", ("a",), "").is_list is False


TUNED = {"x.grace_ms": tuned(100, 10, 1000, "how long")}


@pytest.fixture
def _with_a_number(monkeypatch: pytest.MonkeyPatch) -> None:
    known = MappingProxyType({**MECHANISMS, **TUNED})
    monkeypatch.setattr("simulator.mechanisms.MECHANISMS", known)
    monkeypatch.setattr("simulator.scenario.arms.MECHANISMS", known)
    values = {name: mechanism.default for name, mechanism in known.items()}
    monkeypatch.setattr("simulator.mechanisms._DEFAULTS", values)


@pytest.mark.usefixtures("_with_a_number")
@pytest.mark.parametrize(("wanted", "set_to"), [(20, 20), ("0.2 s", 200)])
def test_an_arm_tunes_a_number(wanted: object, set_to: int) -> None:
    found = scenario(changes=[mechanism("x.grace_ms", wanted)])
    assert [(c.target, c.value) for c in found.arm("a").changes] == [
        ("x.grace_ms", set_to)
    ]


@pytest.mark.usefixtures("_with_a_number")
def test_a_parameter_tunes_a_number() -> None:
    change = mechanism("x.grace_ms", "${grace_ms}")
    assert changed(change, parameters={"grace_ms": [10, "1 s"]}) == []
    ((path, message, _),) = changed(change, parameters={"grace_ms": [10, 9]})
    assert path == "arms.a.changes[0].set"
    assert message == "value 9 of parameter grace_ms: 9 is out of range"


@pytest.mark.usefixtures("_with_a_number")
def test_a_number_is_tuned_within_its_bounds() -> None:
    assert checked("x.grace_ms", 10) == 10
    for wrong in (9, 1001, True, "10", (10,)):
        with pytest.raises(InputError) as caught:
            checked("x.grace_ms", wrong)
        assert str(caught.value) == (
            "mechanism x.grace_ms takes a number from 10 to 1000"
        )
    with altered({"x.grace_ms": 20}):
        assert defaults()["x.grace_ms"] == 20
    assert defaults()["x.grace_ms"] == 100


def test_values_are_of_their_kind() -> None:
    assert (listed(("a", "b")), number(3)) == (("a", "b"), 3)
    with pytest.raises(TypeError, match="'a' is not the value of a list"):
        listed("a")
    with pytest.raises(TypeError, match="'a' is not the value of a number"):
        number("a")


def test_the_other_choices_of_a_number() -> None:
    assert list(mutation.others(TUNED["x.grace_ms"])) == [10, 1000]
    assert list(mutation.others(tuned(10, 10, 1000, ""))) == [1000]


def test_the_table_shows_the_bounds_of_a_number() -> None:
    assert reference._choices(TUNED["x.grace_ms"]) == "10 to 1000"
