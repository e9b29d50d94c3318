"""Stages of a start: they add up to what was measured of the runtime."""

import pytest

from simulator.calibration import figure
from simulator.subsystems.containers.boundaries import RUNTIMES
from simulator.subsystems.containers.stages import runtime_spans
from tests.simulator.worlds import ENGINE, box, events, run


@pytest.mark.parametrize("runtime", RUNTIMES)
def test_stages_and_exec_make_the_whole(runtime: str) -> None:
    spans = runtime_spans(runtime)
    whole = "crun_runtime" if runtime == "crun" else "container_runtime"
    assert sum(spans.values()) + figure("fork_exec") == figure(whole)
    assert list(spans) == ["namespaces", "cgroup", "rootfs"]
    assert min(spans.values()) > 0


def test_the_runtime_in_c_is_the_faster_one() -> None:
    took = []
    for runtime in ("crun", "runc"):
        done = run([*ENGINE, box(runtime=runtime)])
        image = events(done, "image_present")[0]
        took.append(events(done, "execve", place="box-1")[0].time - image.time)
    assert took == [figure("crun_runtime"), figure("container_runtime")]
    assert took[0] < took[1]
