"""Mechanisms: what may be set, by whom, and that it is marked."""

import re

import pytest

from simulator import MECHANISMS, SIMULATOR_VERSION, InputError, Mechanism, altered
from simulator.mechanisms import (
    checked,
    checked_overlay,
    defaults,
    in_force,
    version_suffix,
)
from tests.simulator.worlds import BOOT, run


@pytest.mark.parametrize("name", sorted(MECHANISMS))
def test_a_default_is_one_of_the_choices(name: str) -> None:
    mechanism = MECHANISMS[name]
    assert checked(name, mechanism.default) == mechanism.default
    assert len(mechanism.about) > 0
    assert mechanism.is_list == isinstance(mechanism.default, tuple)


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
