"""Steps with files: what a write takes of the machine that the file is on."""

from tests.simulator.subsystems.builds.yards import carried_out, outcome
from tests.simulator.subsystems.doing import EXIT, step
from tests.simulator.worlds import events, install

KIB = 1024
WRITER = {
    "path": "/srv/writer",
    "format": "elf",
    "does": [step("write_file", path="/srv/out", bytes=100 * KIB), EXIT],
}
IMAGES = {"base": {"userland": "busybox", "programs": ["writer"]}}
WORLD = {"programs": {"writer": WRITER}, "images": IMAGES}


def test_a_write_in_a_build_stays_in_its_layer() -> None:
    """It is written to a device once, when the layer is stored."""
    done = carried_out("FROM base\nRUN /srv/writer", world=WORLD)
    began, wrote = (
        events(done, "execve", target="/srv/writer"),
        events(done, "write_file"),
    )
    assert [e.detail["taken_kib"] for e in wrote] == [100]
    assert wrote[0].time == began[0].time
    assert "page cache" not in done.observation["machines"]["server"]["charges"]
    assert "/srv/out" in outcome(done)["image"]["contents"]


def test_a_write_on_a_server_takes_its_device_and_its_memory() -> None:
    run_it = {"exec": {"program": "writer", "on": "server"}}
    done = carried_out("FROM base", install("writer"), run_it, world=WORLD)
    began, wrote = (
        events(done, "execve", target="/srv/writer"),
        events(done, "write_file"),
    )
    assert wrote[-1].time > began[0].time
    assert done.observation["machines"]["server"]["charges"]["page cache"] == 100
