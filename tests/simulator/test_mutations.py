"""Each mechanism decides something: switched, it flips a claim that is shipped."""

import pytest

from simulator import MECHANISMS
from simulator.mechanisms import Mechanism, checked
from tests.simulator import mutation
from tests.simulator.worlds import KEYS

pytestmark = pytest.mark.exhaustive


@pytest.mark.parametrize("name", [*MECHANISMS])
def test_a_shipped_claim_depends_on_the_mechanism(name: str) -> None:
    assert next(mutation.flips(name), None) is not None


@pytest.mark.parametrize("name", [*MECHANISMS])
def test_the_other_choices_are_choices_and_others(name: str) -> None:
    mechanism = MECHANISMS[name]
    found = list(mutation.others(mechanism))
    assert len(found) >= 1
    assert mechanism.default not in found
    assert [checked(name, value) for value in found] == found


def test_the_other_choices_of_a_word() -> None:
    assert list(mutation.others(Mechanism("a", ("a", "b", "c"), ""))) == ["b", "c"]


def test_the_other_choices_of_a_list() -> None:
    found = list(mutation.others(Mechanism(("a", "b"), ("a", "b", "c"), "")))
    assert found == [(), ("b",), ("a",), ("a", "b", "c")]


def test_scenarios_that_speak_of_a_mechanism_come_first() -> None:
    found = mutation.likely_first("container.kernel")
    assert sorted(found) == list(KEYS)
    assert "container.kernel" in mutation.source(found[0])


def test_nothing_flips_by_itself() -> None:
    key = KEYS[0]
    assert mutation.truths(key, 0) == mutation.truths.__wrapped__(key, 0)
    default = MECHANISMS["vm.assist"].default
    assert mutation.truths(key, 0) == mutation.truths(key, 0, "vm.assist", default)


def test_a_claim_that_cannot_be_evaluated_has_not_flipped(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def nothing(*_: object) -> dict[str, bool]:
        return {}

    def all_hold(key: str, seed: int, name: str = "", value: object = "") -> object:
        return nothing() if name else {"c": True}

    monkeypatch.setattr(mutation, "truths", all_hold)
    assert list(mutation.flips("vm.assist")) == []


def test_the_report_names_every_mechanism(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mutation, "KEYS", ("windows-program-on-linux",))
    lines = list(mutation.report())
    assert [line.partition(":")[0] for line in lines if line[0] != " "] == [*MECHANISMS]
    assert len(lines) > len(MECHANISMS)
