"""The model and this kernel, claim by claim."""

from dataclasses import replace

import pytest

from simulator.live import fidelity
from simulator.live.capabilities import report
from simulator.live.fidelity import (
    Comparison,
    LiveRuns,
    compared,
    judged,
    run_live,
    summary,
)
from simulator.live.running import run_arm_live
from simulator.live.sandbox import SandboxError
from tests.simulator.worlds import (
    BOOT,
    execute,
    fixture,
    install,
    load,
    mechanism,
    scenario,
)

SETUID = "runs.a.events.exists(e, e.action == 'setuid')"
PLAN = [*BOOT, install("app"), execute("app"), load("app")]


REGISTERED = {"other_interpreter_works": False, "wine_works": True}
"""What a kernel shows that has lists of formats for user namespaces."""


def test_the_claims_of_a_windows_program_on_linux_agree() -> None:
    found = fixture("windows-program-on-linux")
    rows = list(compared(found, found.variant(0), report()))
    told = {row.claim: row.live for row in rows if row.live is not None}
    assert told == {
        "answers_enoexec": True,
        "answers_enoent": False,
        "answers_enosys": False,
        "just_runs": False,
        "more_ram_works": False,
        "more_ram_has_no_loader": True,
        "container_works": False,
        "container_has_no_loader": True,
        **(REGISTERED if report().of("formats").available else {}),
    }
    assert all(row.agrees for row in rows)
    reasons = {row.claim: row.reason for row in rows}
    assert reasons["vm_works"] == "windows_vm: kvm cannot be installed in a sandbox"
    assert reasons["answers_enoexec"] == ""


def test_arms_that_are_not_possible_have_a_reason() -> None:
    found = scenario(PLAN, changes=[mechanism("kernel.page_sharing", "off")])
    live = run_live(found, {}, report())
    assert live.runs == {}
    assert live.reasons == {
        "a": "nobody can change kernel.page_sharing of a real kernel"
    }


def test_a_sandbox_that_fails_and_one_that_is_late(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    found = scenario(PLAN)
    late = replace(run_arm_live(found, "a", {}, report()), verdict="budget_exceeded")

    def failing(*_: object) -> object:
        raise SandboxError("broken")

    monkeypatch.setattr(fidelity, "run_arm_live", failing)
    assert run_live(found, {}, report()).reasons == {"a": "broken"}
    monkeypatch.setattr(fidelity, "run_arm_live", lambda *_: late)
    assert run_live(found, {}, report()).reasons == {"a": "it did not end in time"}


@pytest.mark.parametrize(
    ("expression", "holds", "reason"),
    [
        ("runs.a.observation.programs.app.served == 100", True, ""),
        ("runs.a.metrics.kernels == 2", False, ""),
        ("'a' in runs && runs['a'].metrics.served == 100", True, ""),
    ],
)
def test_claims_are_judged_over_live_runs(
    expression: str,
    holds: bool,
    reason: str,
) -> None:
    claims = {"fine": {"text": "it is fine", "expression": expression}}
    found = scenario(PLAN, claims=claims)
    live = run_live(found, {}, report())
    assert judged(found, "fine", live, {}) == (holds, reason)


def test_what_nobody_saw_is_not_judged() -> None:
    claims = {
        "fine": {
            "text": "it is fine",
            "expression": "runs.a.metrics.ram_kib.server > 0",
        }
    }
    found = scenario(PLAN, claims=claims)
    holds, reason = judged(found, "fine", run_live(found, {}, report()), {})
    assert holds is None
    assert reason.startswith("not seen here: ")
    told = {"fine": {"text": "it is fine", "expression": "size(runs.a.events) > 0"}}
    found = scenario(PLAN, claims=told)
    holds, reason = judged(found, "fine", run_live(found, {}, report()), {})
    assert (holds, reason[:15]) == (None, "it reads events")
    found = scenario(
        PLAN,
        claims={
            "fine": {"text": "it is fine", "expression": "runs.a.metrics.served > 0"}
        },
    )
    missing = LiveRuns({}, {"a": "no engine"})
    assert judged(found, "fine", missing, {}) == (None, "a: no engine")


def test_a_summary_counts() -> None:
    rows = [
        Comparison("s", "a", model=True, live=True, reason=""),
        Comparison("s", "b", model=True, live=False, reason=""),
        Comparison("s", "c", model=True, live=None, reason="why"),
    ]
    found = summary(rows, report())
    assert (found["judged"], found["agree"], len(found["claims"])) == (2, 1, 3)
    assert found["kernel"] == report().kernel
    assert [row.agrees for row in rows] == [True, False, True]


@pytest.mark.parametrize(
    ("source", "told"),
    [
        ("runs.a.observation.memory.events.oom_kill == 1", True),
        ("runs.a.events.exists(e, e.action == 'bind' && e.outcome == 'failed')", True),
        ("runs.a.events.exists(e, e.action == 'bind')", False),
        ("runs.a.events.filter(e, e.action == 'setuid').size() == 1", True),
        (SETUID, True),
        ("runs.a.events.exists(e, e.action == 'exit')", False),
        ("runs.a.events.exists(e, e.outcome == 'failed')", False),
        ("runs.a.events.all(e, e.action == 'setuid')", False),
        ("runs['a'].events.exists(e, e.action == 'setuid')", False),
        (
            f"{SETUID} && runs.b.events.exists(e, e.action == 'exit')",
            False,
        ),
    ],
)
def test_events_that_programs_tell_of(source: str, told: bool) -> None:
    assert fidelity._reads_what_is_told(source) is told


def test_deeds_are_timed_until_what_they_are_for() -> None:
    found = scenario([*PLAN, {"wait": {"seconds": 3}}])
    seen = fidelity.examine(found, {}, report())
    assert [entry.verb for entry in seen.durations] == ["exec", "load"]
    rows = fidelity.ratios([*seen.durations, *seen.durations])
    assert [(row["verb"], row["count"]) for row in rows] == [("exec", 2), ("load", 2)]
    for row in rows:
        assert row["ratio"] == round(row["live_us"] / row["model_us"], 3)
    failed = scenario([*BOOT, install("exe"), execute("exe")])
    assert fidelity.examine(failed, {}, report()).durations == ()
