"""Experiments with containers: what they measure follows from the parts."""

import pytest

from simulator import altered
from simulator.calibration import CALIBRATION, figure
from simulator.calibration.containers import FIGURES
from simulator.experiments import containers
from simulator.experiments.containers import EXPERIMENTS
from simulator.experiments.results import result_of

MIB = 1024
WINDOWS = ("nano_server", "server_core")


@pytest.mark.parametrize("name", [*FIGURES])
def test_each_figure_of_containers_has_its_experiment(name: str) -> None:
    assert name in EXPERIMENTS
    assert EXPERIMENTS[name].__doc__


@pytest.mark.parametrize("name", [*FIGURES])
def test_the_model_is_as_near_as_the_table_promises(name: str) -> None:
    found = result_of(name, EXPERIMENTS[name]())
    low, high = found.figure.bounds
    assert low <= found.model <= high
    assert found.within is True


@pytest.mark.parametrize("name", [*FIGURES])
def test_a_row_says_what_it_is_and_where_it_comes_from(name: str) -> None:
    row = CALIBRATION[name]
    assert row.unit in {"us", "KiB", "permille"}
    assert len(row.source) > 10
    assert row.bounds[0] <= row.value <= row.bounds[1]
    assert row.value > 0


def test_a_runtime_in_c_is_faster_than_one_in_go() -> None:
    assert containers.crun_runtime() < containers.container_runtime()


def test_most_of_a_start_is_the_engines() -> None:
    assert containers.container_runtime() * 4 < containers.container_start()
    assert containers.namespaces() * 5 < containers.container_runtime()


def test_a_sandbox_starts_as_fast_as_an_ordinary_container() -> None:
    assert containers.runsc_start() == 1000


def test_calls_cost_and_computing_does_not() -> None:
    assert containers.runsc_ptrace_call() > 15 * containers.runsc_cpu()
    assert containers.runsc_kvm_call() < containers.runsc_cpu()
    assert containers.runsc_cpu() < containers.runsc_redis()
    assert containers.runsc_redis() < containers.runsc_ptrace_call()


def test_memory_grows_with_what_is_a_containers_own() -> None:
    plain, sandboxed = containers.runc_alpine_memory(), containers.runsc_alpine_memory()
    assert plain == 3 * MIB + figure("container_memory")
    assert sandboxed - plain == containers.sentry_memory() == figure("sentry_memory")
    assert containers.kata_pod_memory() > 5 * containers.sentry_memory()


@pytest.mark.parametrize("base", WINDOWS)
def test_a_utility_machine_costs_more_than_its_container(base: str) -> None:
    process, hyperv = EXPERIMENTS[f"{base}_process"](), EXPERIMENTS[f"{base}_hyperv"]()
    assert process == containers.MIB_OF[base] * MIB + figure("container_memory")
    assert hyperv > 3 * process


def test_the_larger_base_image_needs_the_larger_machine() -> None:
    assert containers.server_core_hyperv() > 3 * containers.nano_server_hyperv()


def test_a_utility_machine_starts_in_seconds() -> None:
    assert containers.windows_hyperv_start() > 4 * containers.windows_process_start()
    assert containers.windows_process_start() > 10 * containers.container_start()


def test_without_cgroups_the_runtime_has_a_stage_less() -> None:
    before = containers.container_runtime()
    with altered({"container.limits": "off"}):
        after = containers.container_runtime()
    assert after < before
    assert (
        before - after
        == (figure("container_runtime") - figure("namespaces") - figure("fork_exec"))
        // 3
    )


def test_with_kernels_of_their_own_containers_start_like_machines() -> None:
    with altered({"container.kernel": "own"}):
        assert containers.kata_pod_memory() == 0
