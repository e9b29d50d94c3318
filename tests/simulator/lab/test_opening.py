import pytest

from simulator import InputError
from simulator.lab import default_scenario, open_lab
from tests.simulator.lab.labs import lab, typed
from tests.simulator.worlds import install, power_on, scenario


def test_the_default_machine_has_booted() -> None:
    found = default_scenario()
    here = open_lab(found, "server", {})
    assert typed(here, "hostname") == "server\n"
    assert here.engine.now > 40_000_000


def test_a_machine_can_be_named() -> None:
    assert typed(lab(machine="server"), "hostname") == "server\n"
    with pytest.raises(InputError, match="there is no machine 'x'; there are: server"):
        lab(machine="x")


@pytest.mark.parametrize(
    "plan", [(power_on(),), (install("windows"), power_on()), (install("linux"),)]
)
def test_somebody_has_to_be_there_to_log_in(
    plan: tuple[dict[str, object], ...],
) -> None:
    with pytest.raises(InputError, match="no Linux system runs on server"):
        open_lab(scenario(plan), "a", {})


def test_without_memory_there_is_no_shell() -> None:
    plan = (install("linux"), power_on())
    small = {"machines": {"server": {"ram_mib": 318}}}
    with pytest.raises(InputError, match="/usr/bin/bash cannot be started: Killed"):
        open_lab(scenario(plan, world=small), "a", {})
