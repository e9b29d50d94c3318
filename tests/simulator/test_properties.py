"""What holds for every plan, and for every file that is nearly a scenario."""

import time
from itertools import pairwise
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from simulator import Run, Scenario, ScenarioError, load_scenario
from tests.simulator.worlds import (
    BOOT,
    KEYS,
    app_vm,
    box,
    execute,
    install,
    load,
    power_on,
    register,
    run,
    source,
    vm,
)

SOURCES = {key: source(key) for key in KEYS}
STEPS: list[Any] = [
    *BOOT,
    install("bare"),
    install("kvm"),
    install("docker"),
    install("app"),
    install("wine"),
    install("exe"),
    install("docker", "guest"),
    install("app", "box"),
    power_on(),
    box(2),
    box(1, on="guest"),
    vm(2),
    app_vm(1),
    vm(1, ram_mib=100),
    register(),
    execute("app"),
    execute("exe"),
    execute("app", "guest"),
    execute("app", "box"),
    load("app", 10),
    load("exe", 10),
]
# Groups must be started somewhere in the file; this arm's plan is never run.
GROUPS = {"label": "g", "plan": [vm(), box()]}


def run_plan(plan: list[Any], **more: Any) -> Run:
    arms = {"a": {"label": "a", "plan": plan}, "g": GROUPS}
    return run(plan, arms=arms, **more)


plans = st.lists(st.sampled_from(STEPS), max_size=12).map(lambda s: [*BOOT[:1], *s])
ram_sizes = st.sampled_from([64, 330, 500, 2000, 65536])


@settings(max_examples=60, deadline=None)
@given(plans, ram_sizes)
def test_every_plan_keeps_the_laws(plan: list[Any], ram_mib: int) -> None:
    world = {"machines": {"server": {"ram_mib": ram_mib}}}
    done = run_plan(plan, world=world)
    assert done.verdict == "completed"
    assert [event.seq for event in done.events] == list(range(len(done.events)))
    assert all(first.time <= second.time for first, second in pairwise(done.events))
    for event in done.events:
        assert event.cause is None or event.cause < event.seq
        assert (event.cause is None) == (event.actor == "operator")
        assert event.outcome in {"asked", "ok", "failed"}
        if event.outcome == "failed":
            assert "log" in event.detail
            assert ("errno" in event.detail) == ("errno_name" in event.detail)
    _memory_adds_up(done.observation["machines"]["server"])
    _nothing_runs_on_the_dead(done)


def _memory_adds_up(node: dict[str, Any]) -> None:
    assert 0 <= node["used_kib"] <= node["ram_kib"]
    assert sum(entry["used_kib"] for entry in _machines(node)) <= node["used_kib"]
    for inner in _machines(node):
        _memory_adds_up(inner)


def _machines(node: dict[str, Any]) -> list[dict[str, Any]]:
    found = []
    for child in node["children"]:
        found += [child] if child["kind"] == "vm" else _machines(child)
    return found


def _nothing_runs_on_the_dead(done: Run) -> None:
    dead: set[str] = set()
    for event in done.events:
        assert event.actor not in dead
        if event.detail.get("log", "").startswith("Kernel panic"):
            dead.add(event.actor)


@settings(max_examples=15, deadline=None)
@given(plans, st.integers(0, 3))
def test_every_plan_repeats(plan: list[Any], seed: int) -> None:
    first, second = run_plan(plan, seed=seed), run_plan(plan, seed=seed)
    assert first.trace_hash == second.trace_hash


WORDS = st.sampled_from(
    ["", "~", "-1", "0755", "1e999", "9" * 40, "${arch}", "${", "{}", "[]", "[[", "- ",
     "? ", ": ", "&a ", "*a", "!!int ", "'", '"', "|", "\t", "\x00", "\ud800", "\u2028",
     "runs.", "true", "null", "0.5", "on: ", "\n", "\n\n  ", "#", "%YAML 3\n", "---\n"]
)  # fmt: skip


@st.composite
def mutated(draw: st.DrawFn) -> str:
    """A shipped file in which a few places were cut, doubled, moved or overwritten."""
    text = SOURCES[draw(st.sampled_from(KEYS))]
    for _ in range(draw(st.integers(1, 4))):
        start = draw(st.integers(0, len(text)))
        end = min(len(text), start + draw(st.integers(0, 40)))
        kind = draw(st.sampled_from(["cut", "double", "put", "swap", "any"]))
        middle = {
            "cut": "",
            "double": text[start:end] * 2,
            "put": draw(WORDS),
            "swap": text[start:end][::-1],
            "any": draw(st.text(max_size=6)),
        }[kind]
        text = text[:start] + middle + text[end:]
    return text


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(mutated())
def test_a_spoilt_file_gives_a_scenario_or_problems(text: str) -> None:
    _reads(text)


@settings(max_examples=80, deadline=None)
@given(st.text(max_size=300))
def test_any_text_gives_a_scenario_or_problems(text: str) -> None:
    _reads(text)


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["key", "a", "set"]), inner, max_size=3)
    ),
    max_leaves=6,
)


@settings(max_examples=80, deadline=None)
@given(
    st.dictionaries(
        st.sampled_from(
            ["key", "title", "parameters", "where", "world", "arms", "claims", "plan",
             "setup", "obligations"]
        ),
        values,
    )
)  # fmt: skip
def test_any_document_gives_a_scenario_or_problems(document: dict[str, Any]) -> None:
    lines = [f"{key}: {_flow(value)}" for key, value in document.items()]
    _reads("\n".join(lines))


def _flow(value: Any) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{k}: {_flow(v)}" for k, v in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_flow, value)) + "]"
    if isinstance(value, str):
        return "'" + value.replace("'", "''") + "'"
    return {True: "true", False: "false", None: "null"}.get(value, str(value))


def _reads(text: str) -> None:
    began = time.process_time()
    outcome: Scenario | ScenarioError
    try:
        outcome = load_scenario(text)
    except ScenarioError as error:
        outcome = error
    if isinstance(outcome, ScenarioError):
        assert len(outcome.problems) > 0
        assert all(p.line >= 1 and p.column >= 1 for p in outcome.problems)
    assert time.process_time() - began < 10
