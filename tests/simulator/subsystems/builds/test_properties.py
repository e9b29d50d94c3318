"""What holds of every build, whatever the Dockerfile says."""

import json
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from simulator import Run, load_scenario, run_arm
from tests.simulator.subsystems.builds.yards import (
    WORLD,
    build,
    carried_out,
    outcome,
    steps,
)
from tests.simulator.worlds import ENGINE, document

BASES = st.sampled_from(["kit", "ubuntu", "alpine", "busybox", "empty", "scratch"])
LINES = st.sampled_from(
    [
        "RUN touch /a",
        "RUN rm -rf /a /w/src",
        "RUN rm /nowhere || true",
        "RUN echo x >> /log",
        "RUN echo $A$B > /vars && cat /vars",
        "RUN mkdir -p /d/e && touch /d/e/f",
        "RUN mv /w/README.md /moved; true",
        "RUN cp -r /w /copy; true",
        "RUN apt-get update && apt-get install -y curl",
        "RUN apk add --no-cache python3",
        "RUN pip install flask",
        "RUN useradd app || true",
        "RUN chown -R app /w; chmod +x /w/report.py; true",
        "RUN --network=none curl http://example.org/ || true",
        "RUN false",
        "RUN a && (b || c) | d; true",
        "RUN <<END\ntouch /h\nEND",
        "COPY . /w",
        "COPY src /w/src/",
        "COPY README.md report.py /w/",
        "COPY *.txt /w/",
        "ADD bundle.tar.gz /w/",
        "ADD https://example.org/nightly /n",
        "COPY nowhere /w",
        "WORKDIR /w",
        "WORKDIR sub",
        "ENV A=1",
        "ENV B=$A",
        "ARG A=2",
        "USER nobody",
        "USER root",
        "EXPOSE 80",
        'CMD ["true"]',
        "ENTRYPOINT true",
        "VOLUME /data",
    ]
)
TEXTS = st.builds(
    lambda base, lines: "\n".join([f"FROM {base}", *lines]),
    BASES,
    st.lists(LINES, max_size=8),
)


def twice(text: str) -> Run:
    return carried_out(text, build(), build("again", "app"))


@given(TEXTS)
@settings(max_examples=60, deadline=None)
def test_a_build_ends_and_says_why(text: str) -> None:
    done = carried_out(text)
    found = outcome(done)
    assert found["state"] in {"built", "failed"}
    assert (found["log"] == "") is (found["state"] == "built")
    assert (found["failed_line"] > 0) is (found["state"] == "failed")
    assert done.verdict == "completed"
    last = done.events[-1]
    assert (last.actor, last.action) == ("docker", "build")
    assert last.outcome == ("ok" if found["state"] == "built" else "failed")


@given(TEXTS)
@settings(max_examples=60, deadline=None)
def test_causes_come_first_and_nothing_keeps_running(text: str) -> None:
    done = carried_out(text)
    assert all(e.cause is None or e.cause < e.seq for e in done.events)
    times = [e.time for e in done.events]
    assert times == sorted(times)
    assert done.metrics["processes"] == 1


@given(TEXTS)
@settings(max_examples=60, deadline=None)
def test_an_image_is_the_sum_of_its_layers(text: str) -> None:
    image = outcome(carried_out(text))["image"]
    assert image["kib"] == sum(layer["kib"] for layer in image["layers"])
    files: set[str] = set()
    for layer in image["layers"]:
        for gone in layer["whiteouts"]:
            files = {f for f in files if f != gone and not f.startswith(f"{gone}/")}
        files |= {*layer["files"]}
    assert files == {*image["files"]}


@given(TEXTS)
@settings(max_examples=60, deadline=None)
def test_the_second_build_is_the_first(text: str) -> None:
    done = twice(text)
    first, second = outcome(done), outcome(done, "again")
    kept = ("state", "exit_status", "failed_line", "log")
    assert {name: second[name] for name in kept} == {name: first[name] for name in kept}
    assert second["image"] == first["image"]
    assert steps(done, "again") == [(name, True) for name, _ in steps(done)]
    if second["state"] == "built":
        assert second["downloaded_kib"] == 0


@given(TEXTS)
@settings(max_examples=40, deadline=None)
def test_without_the_cache_the_same_image_comes(text: str) -> None:
    first = outcome(carried_out(text))
    other = outcome(carried_out(text, mechanisms={"build.cache": "off"}))
    assert other["image"] == first["image"]
    assert other["state"] == first["state"]


@given(TEXTS)
@settings(max_examples=40, deadline=None)
def test_erasing_never_makes_an_image_larger(text: str) -> None:
    plain = outcome(carried_out(text))
    erased = outcome(carried_out(text, mechanisms={"build.deletion": "erase"}))
    assert erased["state"] == plain["state"]
    assert erased["image"]["kib"] <= plain["image"]["kib"]
    assert erased["image"]["files"] == plain["image"]["files"]


WORDS = st.sampled_from(
    [
        *("true", "false", "echo", "cat", "rm", "mkdir", "cd", "exit", "ls", "touch"),
        *("/a", "-rf", "$A", "'x y'", '"$A"', "*.c", "&&", "||", ";", "|", "(", ")"),
        *(">", ">>", "2>&1", "<", "/out", "A=1", "!", "{", "}", "sh", "-c", "yes"),
        *("apt-get", "update", "install", "curl", "-y", "set", "-e", "test", "-f"),
        *("$(x)", "&", "if", "\\", "'", "#", "..", "/", "chmod", "+x", "cp", "mv"),
    ]
)


@given(st.lists(WORDS, max_size=10).map(" ".join))
@settings(max_examples=150, deadline=None)
def test_any_command_line_has_an_exit_status(line: str) -> None:
    done = carried_out(f"FROM kit\nCOPY src /s\nWORKDIR /s\nRUN {line or 'true'}")
    found: dict[str, Any] = outcome(done)
    assert found["state"] in {"built", "failed"}
    if found["exit_status"] is not None:
        assert 0 < found["exit_status"] < 256


PARTS = {**WORLD, "dockerfiles": {"app": {"text": "FROM kit"}}}
HANDED_IN = load_scenario(json.dumps(document([*ENGINE, build()], world=PARTS)))


@given(st.text(max_size=60) | st.lists(LINES | st.text(max_size=9)).map("\n".join))
@settings(max_examples=150, deadline=None)
def test_any_text_that_is_handed_in_is_built_or_refused(text: str) -> None:
    for whole in (text, f"FROM kit\n{text}", f"FROM kit\nRUN {text}"):
        found = outcome(run_arm(HANDED_IN, "a", {}, documents={"app": whole}))
        assert found["state"] in {"built", "failed", "building"}
        assert (found["state"] == "failed") is bool(found["log"])
