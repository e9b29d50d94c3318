"""Engines and containers as an observation shows them."""

from typing import Any

import pytest

from simulator import Run
from tests.simulator.worlds import ENGINE, box, execute, run

CRASHER: dict[str, Any] = {
    "crasher": {
        "path": "/bin/crasher",
        "format": "elf",
        "does": [{"print": {"text": "oops"}}, {"exit": {"status": 3}}],
    }
}
WORLD: dict[str, Any] = {
    "programs": CRASHER,
    "images": {
        "app_image": {
            "programs": ["app", "crasher"],
            "config": {"cmd": ["/srv/app"], "env": ["MODE=quiet"]},
        }
    },
}


def engine(done: Run) -> dict[str, Any]:
    kernel = done.observation["machines"]["server"]["children"][0]
    found: dict[str, Any] = kernel["children"][0]
    return found


def container(done: Run) -> dict[str, Any]:
    found: dict[str, Any] = engine(done)["children"][0]
    return found


def observed(*plan: dict[str, Any]) -> Run:
    return run([*ENGINE, *plan], world=WORLD)


def test_an_engine_with_its_containers() -> None:
    done = observed(box(2), box(name="other"))
    node = engine(done)
    assert (node["kind"], node["name"], node["state"]) == (
        "engine",
        "docker",
        "running",
    )
    assert [c["name"] for c in node["children"]] == ["box-1", "box-2", "other-1"]


def test_a_container_says_what_it_is() -> None:
    node = container(observed(box(env=["LANG=C"])))
    shown = {key: node[key] for key in ("kind", "state", "kernel", "image", "env")}
    assert shown == {
        "kind": "container",
        "state": "running",
        "kernel": "linux-1",
        "image": "app_image",
        "env": {"MODE": "quiet", "LANG": "C"},
    }
    assert (node["exit_status"], node["restarts"], node["health"]) == (None, 0, "")
    assert [child["name"] for child in node["children"]] == ["app"]


def test_an_ended_container_keeps_its_status_and_its_log() -> None:
    node = container(observed(box(run="crasher")))
    assert (node["state"], node["exit_status"], node["log"]) == ("exited", 3, ["oops"])
    assert [child["state"] for child in node["children"]] in ([], ["exited"])


def test_a_container_that_waits_for_its_restart() -> None:
    node = container(observed(box(run="crasher", restart="always")))
    assert node["state"] == "restarting"
    assert node["restarts"] == 1


@pytest.mark.parametrize(
    ("runtime", "kernel", "kinds"),
    [
        ("runc", "linux-1", ["process"]),
        ("runsc", "linux-2", ["process"]),
        ("kata", "linux-2", ["vm"]),
    ],
)
def test_whose_kernel_a_container_runs_on(
    runtime: str, kernel: str, kinds: list[str]
) -> None:
    node = container(observed(box(runtime=runtime)))
    assert node["kernel"] == kernel
    assert [child["kind"] for child in node["children"]] == kinds


def test_a_program_run_in_a_container_is_shown_there() -> None:
    node = container(observed(box(), execute("app", "box")))
    assert [child["name"] for child in node["children"]] == ["app", "app"]


def test_what_a_container_shows_is_a_copy() -> None:
    done = observed(box(run="crasher", restart="always"), {"wait": {"seconds": 1}})
    lines = container(done)["log"]
    assert lines == ["oops"] * len(lines)
    assert len(lines) == container(done)["restarts"] or len(lines) > 1


def test_figures_of_a_run_count_restarts_and_space() -> None:
    done = observed(box(run="crasher", restart="on-failure", retries=2))
    later = observed(
        box(run="crasher", restart="on-failure", retries=2), {"wait": {"seconds": 5}}
    )
    assert (done.metrics["restarts"], later.metrics["restarts"]) == (1, 2)
    assert later.metrics["disk_kib"]["server"] == 200 * 1024
    assert later.metrics["image_disk_kib"] == 200 * 1024
