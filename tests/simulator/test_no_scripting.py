"""The simulator knows no scenario: no name or text of one, and names decide nothing."""

import ast
import json
import re
from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest
import yaml

from simulator import Run, evaluate, load_scenario, parse_source
from simulator.scenario.arms import plain
from tests.simulator.worlds import KEYS, SCENARIOS, fixture, source
from tests.source_code import ROOT, modules

pytestmark = pytest.mark.exhaustive

COURSES = ROOT / "fixtures" / "courses"
SHORTEST = 30
"""Texts of fewer letters are words that anybody may use."""
_KEYS = {"claim", "refuted_by", "scenario", "obligation"}
_TEXTS = {"title", "text", "label", "about", "summary", "statement", "prompt", "answer"}


def squeezed(text: str) -> str:
    return " ".join(text.lower().split())


@cache
def documents() -> tuple[Any, ...]:
    files = [*SCENARIOS.rglob("*.yaml"), *COURSES.rglob("*.yaml")]
    texts = [file.read_text(encoding="utf-8") for file in files]
    return tuple(yaml.load(text, Loader=yaml.CSafeLoader) for text in texts)


def entries(document: Any) -> Iterator[tuple[str, str]]:
    """Every text of a document with the key that it stands under."""
    if isinstance(document, dict):
        for key, value in document.items():
            if isinstance(value, str):
                yield str(key), value
            elif key == "claims" and isinstance(value, dict):
                yield from (("claim", name) for name in value)
            yield from entries(value)
    elif isinstance(document, list):
        for value in document:
            yield from entries(value)


def names() -> set[str]:
    """Keys of scenarios and questions, names of claims; no plain words."""
    keys = {document["key"] for document in documents() if "key" in document}
    keys |= {
        value
        for document in documents()
        for key, value in entries(document)
        if key in _KEYS
    }
    return {key for key in keys if re.search("[-_]", key)}


def texts() -> set[str]:
    return {
        squeezed(value)
        for document in documents()
        for key, value in entries(document)
        if key in _TEXTS and len(value) >= SHORTEST
    }


def constants() -> dict[str, str]:
    """Each text in the package's code, docstrings included, and where it stands."""
    found = {
        node.value: f"{module.path}:{node.lineno}"
        for module in modules("simulator")
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    data = (ROOT / "simulator").rglob("*.yaml")
    return found | {path.read_text(): str(path.relative_to(ROOT)) for path in data}


def test_there_is_something_to_look_for() -> None:
    assert {key for key in KEYS if "-" in key} <= names()
    assert len(texts()) > 50
    assert len(constants()) > 500


def test_no_name_of_a_scenario_stands_in_the_simulator() -> None:
    wanted = names()
    assert {at: name for name, at in constants().items() if name in wanted} == {}


def test_no_text_of_a_scenario_or_question_stands_in_the_simulator() -> None:
    everything = squeezed(" | ".join(constants()))
    assert [text for text in texts() if text in everything] == []


def test_a_planted_text_would_be_found(monkeypatch: pytest.MonkeyPatch) -> None:
    planted = {next(iter(sorted(texts()))).upper(): "here", KEYS[0]: "there"}
    monkeypatch.setattr("tests.simulator.test_no_scripting.constants", lambda: planted)
    with pytest.raises(AssertionError):
        test_no_text_of_a_scenario_or_question_stands_in_the_simulator()
    with pytest.raises(AssertionError):
        test_no_name_of_a_scenario_stands_in_the_simulator()


def renamed(key: str) -> tuple[str, dict[str, str], dict[str, str]]:
    """The scenario with other names and texts; which arm and claim is which."""
    document = plain(parse_source(source(key))[0])
    arms = {arm: f"arm_{number}" for number, arm in enumerate(document["arms"])}
    claims = {name: f"claim_{n}" for n, name in enumerate(document["claims"])}
    document.update(key="other", title="Other", summary="Other")
    for arm in document["arms"].values():
        arm.update(label="Other", about="Other")
    document["arms"] = {arms[arm]: fields for arm, fields in document["arms"].items()}
    document["claims"] = {
        claims[name]: _claim(fields, arms, claims)
        for name, fields in document["claims"].items()
    }
    for obligation in document.get("obligations", ()):
        obligation["key"] = "other"
        obligation["options"] = [
            {"key": f"option_{n}"}
            | {at: claims[name] for at, name in option.items() if at != "key"}
            for n, option in enumerate(obligation["options"])
        ]
    return json.dumps(document), arms, claims


def _claim(
    fields: dict[str, Any], arms: dict[str, str], claims: dict[str, str]
) -> dict[str, Any]:
    def arm(found: re.Match[str]) -> str:
        return f"runs.{arms[found[1]]}"

    claim = {**fields, "text": "Other"}
    claim["expression"] = re.sub(r"\bruns\.(\w+)", arm, fields["expression"])
    if "refuted_by" in fields:
        claim["refuted_by"] = claims[fields["refuted_by"]]
    if "evidence" in fields:
        claim["evidence"] = [
            {**entry, "arm": arms[entry["arm"]]} for entry in fields["evidence"]
        ]
    return claim


@pytest.mark.parametrize("key", KEYS)
def test_names_and_texts_decide_nothing(key: str) -> None:
    text, arms, claims = renamed(key)
    first, second = fixture(key), load_scenario(text)
    for seed in (0, first.space_size // 2):
        params = first.variant(seed)
        before = evaluate(first, params, seed=seed)
        after = evaluate(second, params, seed=seed)
        assert {arms[arm]: shown(run) for arm, run in before.runs.items()} == {
            arm: shown(run) for arm, run in after.runs.items()
        }
        assert {claims[c]: found.holds for c, found in before.claims.items()} == {
            c: found.holds for c, found in after.claims.items()
        }


def shown(run: Run) -> tuple[object, ...]:
    return run.events, run.observation, run.metrics, run.budget_used, run.verdict


def test_no_data_of_the_package_is_a_question() -> None:
    package = ROOT / "simulator"
    files = [path for path in package.rglob("*") if path.is_file()]
    kinds = {path.suffix for path in files if path != package / "pyproject.toml"}
    assert kinds <= {".py", ".pyc", ".md", ".typed", ".json", ".yaml"}
    worlds = sorted((ROOT / "simulator").rglob("*.yaml"))
    assert {path.parent.name for path in worlds} == {"lab", "probes"}
    for path in worlds:
        assert (
            yaml.safe_load(path.read_text(encoding="utf-8"))
            .keys()
            .isdisjoint({"obligations"})
        )
