"""The worlds of the experiments are worlds as any other."""

import pytest

from simulator import SimulatorError, altered
from simulator.experiments.worlds import (
    BOOT,
    ENGINE,
    NATIVE,
    TYPE_2,
    boxes,
    carried_out,
    guests,
    of,
    origin,
    ram_kib,
    request_ns,
    requests,
    span,
)


def test_a_part_is_changed_and_another_added() -> None:
    parts = {
        "machines": {"server": {"ram_mib": 4096}, "spare": {"cores": 1, "ram_mib": 64}}
    }
    run = carried_out(BOOT, parts)
    sizes = {n: m["ram_kib"] for n, m in run.observation["machines"].items()}
    assert sizes == {"server": 4096 * 1024, "spare": 64 * 1024}
    plain = carried_out(BOOT).observation["machines"]
    assert list(plain) == ["server"]


def test_a_new_section_can_be_given() -> None:
    assert carried_out(BOOT, {"images": {}}) == carried_out(BOOT)


def test_a_run_is_made_once_for_each_state_of_the_simulator() -> None:
    plan = [*ENGINE, boxes()]
    assert carried_out(plan) is carried_out(plan)
    with altered({"container.limits": "off"}):
        other = carried_out(plan)
    assert len(of(other, "cgroup")) == 0
    assert len(of(carried_out(plan), "cgroup")) == 1


def test_events_are_found_by_action_and_detail() -> None:
    run = carried_out([*ENGINE, boxes(2)])
    assert len(of(run, "namespaces")) == 2
    assert len(of(run, "namespaces", target="box-2")) == 1


def test_the_origin_of_an_event_is_among_its_causes() -> None:
    run = carried_out([*TYPE_2, guests(2)])
    ended = of(run, "execve", target="/srv/app")[-1]
    assert origin(run, ended, "create_vm").detail["target"] in {"guest-1", "guest-2"}
    assert origin(run, ended, "no such action").cause is None
    assert span(origin(run, ended, "create_vm"), ended) > 0


def test_ram_and_requests_are_the_metrics_of_the_run() -> None:
    run = carried_out([*NATIVE, requests()])
    assert ram_kib(run) == run.metrics["ram_kib"]["server"]
    assert request_ns(run) == run.metrics["request_ns"]["app"] > 0


def test_a_run_that_does_not_end_is_no_experiment() -> None:
    weeks = {"wait": {"seconds": 20 * 24 * 3600}}
    with pytest.raises(SimulatorError, match=r"did not end: .*virtual_us budget"):
        carried_out([weeks, weeks])
