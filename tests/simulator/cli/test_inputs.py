"""What several commands take: files, variants, settings, mechanisms."""

import argparse
from pathlib import Path
from types import MappingProxyType

import pytest

from simulator import InputError, ScenarioError
from simulator.cli.inputs import (
    add_file,
    add_mechanisms,
    add_settings,
    add_variant,
    read_file,
    read_mechanisms,
    read_scenario,
    read_variant,
    spelled,
    spelled_params,
)
from simulator.mechanisms import MECHANISMS, tuned
from tests.simulator.worlds import document, scenario, text_of

SPACE = {"n": [1, 2], "on": [True, False], "w": ["1", "true"]}


def parsed(*words: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    add_variant(parser)
    add_mechanisms(parser)
    return parser.parse_args(words)


def variant(*words: str) -> dict[str, object]:
    return dict(read_variant(scenario(parameters=SPACE), parsed(*words)))


def test_the_first_variant_is_that_of_seed_zero() -> None:
    assert variant() == {"n": 1, "on": True, "w": "1"}
    assert variant("--seed", "5") == {"n": 2, "on": True, "w": "true"}
    assert variant("--seed", "13") == variant("--seed", "5")


def test_settings_replace_values_of_the_variant() -> None:
    assert variant("--set", "n=2", "--set", "on=false") == {
        "n": 2,
        "on": False,
        "w": "1",
    }
    assert variant("--seed", "7", "--set", "w=1")["w"] == "1"


def test_the_last_setting_of_a_parameter_counts() -> None:
    assert variant("--set", "n=2", "--set", "n=1")["n"] == 1


def test_a_value_is_one_of_the_parameters_own_kind() -> None:
    assert variant("--set", "w=true")["w"] == "true"
    assert variant("--set", "on=true")["on"] is True


@pytest.mark.parametrize(
    ("word", "says"),
    [
        ("n", "--set n: give NAME=VALUE; parameters: n, on, w"),
        ("=1", "--set =1: give NAME=VALUE; parameters: n, on, w"),
        ("x=1", "--set x=1: give NAME=VALUE; parameters: n, on, w"),
        ("n=", "--set n=: n is one of 1, 2"),
        ("n=01", "--set n=01: n is one of 1, 2"),
        ("on=True", "--set on=True: on is one of true, false"),
        ("w=2", "--set w=2: w is one of 1, true"),
    ],
)
def test_settings_that_are_none(word: str, says: str) -> None:
    with pytest.raises(InputError) as caught:
        variant("--set", word)
    assert str(caught.value) == says


@pytest.mark.parametrize(
    ("value", "text"), [(True, "true"), (False, "false"), (3, "3"), ("a b", "a b")]
)
def test_values_are_spelled_as_a_file_spells_them(value: object, text: str) -> None:
    assert spelled(value) == text  # type: ignore[arg-type]


def test_a_variant_in_one_line() -> None:
    assert spelled_params({"n": 1, "on": False}) == "n=1, on=false"
    assert spelled_params({}) == "-"


def mechanisms(*words: str) -> dict[str, object]:
    options = [part for word in words for part in ("--mechanism", word)]
    return dict(read_mechanisms(parsed(*options)))


def test_mechanisms_are_words_and_lists() -> None:
    assert mechanisms() == {}
    assert mechanisms("container.kernel=own", "kernel.linux.loaders=elf,pe") == {
        "container.kernel": "own",
        "kernel.linux.loaders": ("elf", "pe"),
    }
    assert mechanisms("kernel.linux.loaders=") == {"kernel.linux.loaders": ()}
    assert mechanisms("kernel.linux.loaders=elf,") == {"kernel.linux.loaders": ("elf",)}


def test_mechanisms_are_numbers_too(monkeypatch: pytest.MonkeyPatch) -> None:
    known = MappingProxyType({**MECHANISMS, "x.grace_ms": tuned(5, 1, 9, "about")})
    monkeypatch.setattr("simulator.mechanisms.MECHANISMS", known)
    monkeypatch.setattr("simulator.cli.inputs.MECHANISMS", known)
    assert mechanisms("x.grace_ms=7") == {"x.grace_ms": 7}
    for wrong in ("x.grace_ms=10", "x.grace_ms=few", "x.grace_ms="):
        with pytest.raises(InputError, match="takes a number from 1 to 9"):
            mechanisms(wrong)


@pytest.mark.parametrize(
    ("word", "says"),
    [
        ("container.kernel", "--mechanism container.kernel: give NAME=VALUE"),
        ("container.kernle=own", "did you mean container.kernel?"),
        ("container.kernel=mine", "mechanism container.kernel takes one of: shared, "),
        ("kernel.linux.loaders=elf,exe", "takes a list of: misc, script, elf"),
    ],
)
def test_mechanisms_that_are_none(word: str, says: str) -> None:
    with pytest.raises(InputError) as caught:
        mechanisms(word)
    assert says in str(caught.value)


def test_a_file_is_read_with_what_stands_beside_it(tmp_path: Path) -> None:
    spec = document()
    world = {"world": spec.pop("world")}
    (tmp_path / "base.yaml").write_text(text_of(world))
    path = tmp_path / "s.yaml"
    path.write_text(text_of({**spec, "include": ["base.yaml"]}))
    parser = argparse.ArgumentParser()
    add_file(parser)
    add_settings(parser)
    options = parser.parse_args([str(path), "--json", "--set", "a=1"])
    assert (options.file, options.json, options.set) == (path, True, ["a=1"])
    assert read_scenario(options).digest == read_file(path).digest
    (tmp_path / "base.yaml").unlink()
    with pytest.raises(ScenarioError, match=r"base\.yaml cannot be read"):
        read_file(path)
