"""One arm in one variant: inputs, interventions, budgets."""

import pytest

from simulator import Budget, InputError, load_scenario, run_arm
from tests.simulator.worlds import (
    BOOT,
    ENGINE,
    app_vm,
    box,
    document,
    execute,
    install,
    load,
    ram,
    run,
    scenario,
    text_of,
)

SPACE = {"ram": [512, 1024], "kind": ["linux", "windows"], "on": [True, False]}


def test_an_unknown_arm() -> None:
    with pytest.raises(InputError, match=r"^there is no arm 'b'; one of: a$"):
        run_arm(scenario(), "b", {})


@pytest.mark.parametrize(
    ("params", "says"),
    [
        ({}, "parameter 'ram' has no value"),
        ({"ram": 512, "kind": "linux"}, "parameter 'on' has no value"),
        (
            {"ram": 1, "kind": "linux", "on": True},
            "parameter 'ram' takes one of: 512, 1024",
        ),
        (
            {"ram": "512", "kind": "linux", "on": True},
            "parameter 'ram' takes one of: 512, 1024",
        ),
        (
            {"ram": 512, "kind": "linux", "on": 1},
            "parameter 'on' takes one of: True, False",
        ),
        ({"rom": 1}, "there is no parameter 'rom'; did you mean ram?"),
    ],
)
def test_wrong_parameters(params: dict[str, object], says: str) -> None:
    with pytest.raises(InputError) as caught:
        run_arm(scenario(parameters=SPACE), "a", params)  # type: ignore[arg-type]
    assert str(caught.value) == says


def test_parameters_are_kept_in_declared_order() -> None:
    params = {"on": True, "kind": "linux", "ram": 512}
    done = run_arm(scenario(parameters=SPACE), "a", params)
    assert list(done.params.items()) == [("ram", 512), ("kind", "linux"), ("on", True)]


def test_an_unknown_mechanism() -> None:
    with pytest.raises(InputError, match=r"^there is no mechanism 'x'$"):
        run_arm(scenario(), "a", {}, mechanisms={"x": "on"})


def test_parameters_fill_in_the_world_and_the_plan() -> None:
    found = scenario(
        [install("${kind}"), {"power_on": {"machine": "server"}}],
        parameters=SPACE,
        world={"machines": {"server": {"ram_mib": "${ram}"}}},
    )
    done = run_arm(found, "a", {"ram": 1024, "kind": "linux", "on": True})
    other = run_arm(found, "a", {"ram": 512, "kind": "windows", "on": True})
    assert (done.metrics["kernels"], other.metrics["kernels"]) == (1, 0)
    assert other.observation["machines"]["server"]["ram_kib"] == 512 * 1024


def test_an_arm_changes_a_part_of_the_world() -> None:
    change = {"part": "machines.server.ram_mib", "set": 100}
    done = run(BOOT, changes=[change])
    assert done.observation["machines"]["server"]["ram_kib"] == 100 * 1024
    assert done.metrics["kernels"] == 0


def test_a_change_may_take_its_value_from_a_parameter() -> None:
    changes = [
        {"part": "machines.server.ram_mib", "set": "${ram}"},
        {"mechanism": "container.kernel", "set": "${kernel}"},
    ]
    found = scenario(
        [*ENGINE, box()],
        changes=changes,
        parameters={"ram": [512, 4096], "kernel": ["own", "shared"]},
    )
    kernels = [
        run_arm(found, "a", params).metrics["kernels"] for params in found.variants()
    ]
    assert kernels == [1, 1, 2, 1]


def test_changes_stay_in_their_arm() -> None:
    arms = {
        "small": {
            "label": "s",
            "changes": [{"part": "machines.server.ram_mib", "set": 100}],
            "plan": list(BOOT),
        },
        "large": {"label": "l", "plan": list(BOOT)},
    }
    found = scenario(arms=arms)
    kernels = [run_arm(found, arm, {}).metrics["kernels"] for arm in (*arms, "small")]
    assert kernels == [0, 1, 0]


def test_a_setup_comes_first_and_a_common_plan_stands_in() -> None:
    arms = {
        "own": {"label": "own", "plan": [install("app"), execute("app")]},
        "common": {"label": "common"},
    }
    spec = document(arms=arms, setup=list(BOOT))
    found = load_scenario(text_of({**spec, "plan": [execute("app")]}))
    names = [
        run_arm(found, arm, {}).observation["programs"]["app"]["errno_name"]
        for arm in arms
    ]
    assert names == ["", "ENOENT"]


@pytest.mark.parametrize(
    ("budget", "says"),
    [
        (Budget(events=10), "events budget of 10 exceeded"),
        (Budget(virtual_us=1000), "virtual_us budget of 1000 exceeded"),
        (Budget(cpu_ms=-1), "cpu_ms budget of -1 exceeded"),
        (Budget(objects=2), "objects budget of 2 exceeded"),
    ],
)
def test_over_budget_is_a_verdict(budget: Budget, says: str) -> None:
    done = run([*ENGINE, box(3), load("app")], budget=budget)
    assert done.verdict == "budget_exceeded"
    last = done.events[-1]
    assert (last.actor, last.action, last.outcome, dict(last.detail)) == (
        "engine",
        "stop",
        "failed",
        {"log": says},
    )
    assert len(done.trace_hash) == 64


def test_what_a_run_used() -> None:
    done = run([*ENGINE, box(3), load("app")])
    assert (done.verdict, done.budget_used["events"]) == ("completed", len(done.events))
    assert done.budget_used["virtual_us"] == done.metrics["duration_us"]
    # One kernel, the engine's process, three containers and their processes.
    assert done.budget_used["objects"] == 1 + 1 + 3 + 3


def test_a_large_plan_stays_within_the_ordinary_budget() -> None:
    plan = [install("bare"), {"power_on": {"machine": "server"}}, app_vm(64)]
    done = run(plan, world={"machines": {"server": {"ram_mib": 1048576}}})
    assert done.verdict == "completed"
    assert done.metrics["kernels"] == 64


def test_metrics_of_a_run() -> None:
    done = run([*ENGINE, box(2), load("app", 10)])
    assert set(done.metrics) == {
        "duration_us",
        "ram_kib",
        "cpu_us",
        "device_kib",
        "latency_us",
        "swapped_kib",
        "disk_kib",
        "image_disk_kib",
        "kernels",
        "restarts",
        "processes",
        "served",
        "exits",
        "host_calls",
        "request_ns",
    }
    assert (done.metrics["kernels"], done.metrics["processes"]) == (1, 3)
    assert (done.metrics["served"], done.metrics["exits"]) == (20, 0)
    assert ram(done) == done.observation["machines"]["server"]["used_kib"]


YOURS = {
    "world": {
        "images": {"base": {"userland": "debian", "size_mib": 1}},
        "dockerfiles": {"yours": {"text": "FROM base\nRUN false"}},
    }
}
BUILD = {
    "build": {"name": "app", "on": "server", "dockerfile": "yours", "tag": "app:1"}
}


def built(documents: dict[str, str] | None = None) -> dict[str, object]:
    found = scenario([*ENGINE, BUILD], **YOURS)
    run = run_arm(found, "a", {}, documents=documents)
    return dict(run.observation["builds"]["app"])


def test_a_document_takes_the_place_of_a_dockerfile() -> None:
    assert built()["exit_status"] == 1
    assert built({})["exit_status"] == 1
    assert built({"yours": "FROM base\nRUN exit 7"})["exit_status"] == 7
    assert built({"yours": "FROM base"})["state"] == "built"


def test_a_document_may_say_anything() -> None:
    found = built({"yours": "not a Dockerfile"})
    assert (found["state"], found["failed_line"]) == ("failed", 1)
    assert built({"yours": ""})["state"] == "failed"
    assert built({"yours": "FROM base\n" + "RUN true\n" * 199})["state"] == "built"
    assert built({"yours": "FROM base\n" + "#" * 10**6})["state"] == "failed"


def test_a_document_needs_the_name_of_a_dockerfile() -> None:
    with pytest.raises(InputError) as caught:
        built({"your": "FROM base"})
    assert str(caught.value) == "there is no Dockerfile 'your'; did you mean yours?"


def test_other_runs_do_not_see_a_document() -> None:
    found = scenario([*ENGINE, BUILD], **YOURS)
    first = run_arm(found, "a", {})
    run_arm(found, "a", {}, documents={"yours": "FROM base"})
    assert run_arm(found, "a", {}).trace_hash == first.trace_hash
