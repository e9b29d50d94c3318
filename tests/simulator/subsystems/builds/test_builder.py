"""Builds as a whole: events, ends, layers, deletions, disks."""

from tests.simulator.subsystems.builds.yards import (
    build,
    carried_out,
    image,
    outcome,
)
from tests.simulator.worlds import BOOT, events, failures, run

FOUR_LINES = """FROM ubuntu
RUN apt-get update && apt-get install -y python3
COPY report.py /app/
CMD ["python3", "/app/report.py"]
"""


def test_what_a_build_tells() -> None:
    done = carried_out(FOUR_LINES)
    told = [e for e in done.events if e.action in {"build", "build_step"}]
    assert [(e.actor, e.action, e.outcome, e.detail["target"]) for e in told] == [
        ("operator", "build", "asked", "app"),
        (
            "docker",
            "build_step",
            "ok",
            "RUN apt-get update && apt-get install -y python3",
        ),
        ("docker", "build_step", "ok", "COPY report.py /app/"),
        ("docker", "build", "ok", "app:1"),
    ]
    assert told[1].detail["line"] == 2
    assert told[1].detail["kib"] == 4096 + 2000 + 3000 + 400
    assert told[3].detail["kib"] == outcome(done)["image"]["kib"]
    assert told[3].detail["digest"] == outcome(done)["image"]["digest"][:19]
    assert told[3].cause == told[2].seq


def test_what_a_failed_build_tells() -> None:
    done = carried_out("FROM ubuntu\nRUN apt-get install python3")
    assert failures(done) == [
        ("linux-1", "exit", "E: Unable to locate package python3"),
        ("linux-1", "exit", "exited with status 100"),
        (
            "docker",
            "build_step",
            (
                'process "/bin/sh -c apt-get install python3" did not complete '
                "successfully: exit code: 100"
            ),
        ),
        (
            "docker",
            "build",
            (
                'failed to solve: process "/bin/sh -c apt-get install python3" did not '
                "complete successfully: exit code: 100"
            ),
        ),
    ]
    nothing = outcome(done)["image"]
    assert (nothing["kib"], nothing["layers"], nothing["files"]) == (0, [], [])


def test_a_text_that_cannot_be_read() -> None:
    done = carried_out("FROM ubuntu\nRNU true\nCOPY a")
    found = outcome(done)
    assert (found["state"], found["failed_line"]) == ("failed", 2)
    assert found["log"] == (
        "dockerfile parse error on line 2: unknown instruction: RNU"
    )
    assert found["steps"] == []


def test_without_an_engine_nothing_is_built() -> None:
    world = {"dockerfiles": {"app": {"text": "FROM ubuntu"}}}
    step = build()
    del step["build"]["context"]
    done = run([*BOOT, step], world=world)
    found = outcome(done)
    assert found["state"] == "failed"
    assert found["log"] == (
        "Cannot connect to the daemon: no container engine is running here"
    )


def test_a_machine_that_is_off() -> None:
    world = {"dockerfiles": {"app": {"text": "FROM ubuntu"}}}
    step = build()
    del step["build"]["context"]
    done = run([step], world=world)
    assert outcome(done)["state"] == "failed"


def test_the_lines_of_a_text_may_stand_alone() -> None:
    done = carried_out(["FROM ubuntu", "RUN touch /a"])
    assert outcome(done)["steps"][0]["line"] == 2


SECRET = (
    "FROM ubuntu",
    "COPY requirements.txt /root/key",
    "RUN cat /root/key && rm /root/key",
)


def test_a_secret_that_was_deleted_is_in_the_layer_below() -> None:
    found = image(*SECRET)
    assert "/root/key" not in found["files"]
    assert [layer["files"] for layer in found["layers"]][1] == ["/root/key"]
    assert found["layers"][2]["whiteouts"] == ["/root/key"]


def test_deletion_that_reaches_down() -> None:
    mechanisms = {"build.deletion": "erase"}
    found = image(*SECRET, mechanisms=mechanisms)
    assert all("/root/key" not in layer["files"] for layer in found["layers"])
    big = ("FROM ubuntu", "COPY . /w", "RUN rm -r /w")
    plain, erased = image(*big), image(*big, mechanisms=mechanisms)
    assert plain["kib"] > erased["kib"] == 76 * 1024


def test_layers_that_change_nothing_are_none() -> None:
    found = image("FROM ubuntu", "RUN true", "WORKDIR /", "RUN touch /a")
    assert [layer["created_by"] for layer in found["layers"]] == ["", "RUN touch /a"]


def test_equal_content_is_one_layer_whatever_made_it() -> None:
    world = {"dockerfiles": {"next": {"text": "FROM ubuntu\nRUN echo a  > /a"}}}
    text = "FROM ubuntu\nRUN echo a > /a"
    done = carried_out(text, build(), build("next", "next"), world=world)
    digests = [outcome(done, name)["image"]["digest"] for name in ("app", "next")]
    assert digests[0] == digests[1]


def test_a_disk_that_is_full() -> None:
    world = {
        "machines": {"server": {"disk_mib": 150}},
        "contexts": {"project": {"files": [{"path": "big", "kib": 200_000}]}},
    }
    done = carried_out("FROM ubuntu\nCOPY big /", world=world)
    assert outcome(done)["state"] == "failed"
    assert any("No space left on device" in log for _, _, log in failures(done)) or any(
        event.detail.get("errno_name") == "ENOSPC" for event in done.events
    )


def test_each_run_has_namespaces_of_its_own() -> None:
    done = carried_out("FROM kit\nRUN true && uname\nRUN uname")
    places = [e.detail["place"] for e in events(done, "execve")[1:]]
    assert places == ["app-step-1", "app-step-1", "app-step-2", "app-step-2"]


def test_nothing_of_a_build_keeps_running() -> None:
    done = carried_out("FROM kit\nRUN true && uname\nRUN false || uname")
    assert done.metrics["processes"] == 1


def test_time_is_made_of_downloads_and_processor_time() -> None:
    slow = {"archives": {"main": {"mib_s": 1}}}
    texts = "FROM ubuntu\nRUN apt-get update"
    took = [outcome(carried_out(texts, world=world))["took_us"] for world in ({}, slow)]
    assert took[1] - took[0] > 3_000_000
    assert outcome(carried_out(texts))["downloaded_kib"] == 4096
