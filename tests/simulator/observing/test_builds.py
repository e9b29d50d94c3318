"""What is seen of builds and of the images that come of them."""

from typing import Any

from tests.simulator.subsystems.builds.yards import (
    build,
    carried_out,
    change,
    outcome,
    wait,
)

TEXT = """FROM server
ENV MODE=fancy EXTRA=1
WORKDIR /app
COPY README.md report.py ./
RUN echo built > log && rm README.md
USER root
EXPOSE 8080-8081 53/udp
VOLUME /data
STOPSIGNAL SIGINT
HEALTHCHECK --interval=5s CMD ["/bin/true"]
ENTRYPOINT ["/bin/server", "-v"]
CMD ["--port=8080"]
"""
SERVER = {"images": {"server": {"config": {"user": "root"}}}}


def seen(*plan: Any, text: str = TEXT, **more: Any) -> dict[str, Any]:
    found = outcome(carried_out(text, *plan, world=SERVER, **more))
    assert found["log"] == ""
    return found


def test_how_a_build_went() -> None:
    found = seen()
    took = found["took_us"]
    assert {name: value for name, value in found.items() if name != "image"} == {
        "state": "built",
        "log": "",
        "exit_status": None,
        "failed_line": 0,
        "steps": [
            {"text": "WORKDIR /app", "line": 3, "cached": False, "kib": 0},
            {
                "text": "COPY README.md report.py ./",
                "line": 4,
                "cached": False,
                "kib": 10,
            },
            {
                "text": "RUN echo built > log && rm README.md",
                "line": 5,
                "cached": False,
                "kib": 1,
            },
        ],
        "cached_steps": 0,
        "stages": 1,
        "took_us": took,
        "downloaded_kib": 0,
    }
    assert 17_000 < took < 40_000


def test_the_image_that_came_of_it() -> None:
    image = seen()["image"]
    files = image.pop("files")
    contents = image.pop("contents")
    layers = image.pop("layers")
    digest = image.pop("digest")
    assert image == {
        "arch": "x86_64",
        "kib": 10 * 1024 + 11,
        "entrypoint": ["/bin/server", "-v"],
        "cmd": ["--port=8080"],
        "env": ["MODE=fancy", "LEVEL=1", "EXTRA=1"],
        "workdir": "/app",
        "user": "root",
        "ports": [80, 8080, 8081, 53],
        "volumes": ["/data"],
        "stop_signal": "SIGINT",
        "healthcheck": ["/bin/true"],
    }
    assert digest.startswith("sha256:")
    assert len(digest) == len("sha256:") + 64
    assert {"/app/log", "/app/report.py", "/bin/sh", "/etc/passwd"} <= {*files}
    assert "/app/README.md" not in files
    assert files == sorted(files)
    assert contents["/app/log"] == "built\n"
    assert "/app/report.py" not in contents
    assert [layer["created_by"] for layer in layers] == [
        "",
        "WORKDIR /app",
        "COPY README.md report.py ./",
        "RUN echo built > log && rm README.md",
    ]


def test_layers_one_by_one() -> None:
    layers = seen()["image"]["layers"]
    assert layers[1:] == [
        {"created_by": "WORKDIR /app", "kib": 0, "files": [], "whiteouts": []},
        {
            "created_by": "COPY README.md report.py ./",
            "kib": 10,
            "files": ["/app/README.md", "/app/report.py"],
            "whiteouts": [],
        },
        {
            "created_by": "RUN echo built > log && rm README.md",
            "kib": 1,
            "files": ["/app/log"],
            "whiteouts": ["/app/README.md"],
        },
    ]
    assert layers[0]["kib"] == 10 * 1024


def test_directories_are_no_files() -> None:
    found = seen(text="FROM server\nRUN mkdir -p /a/b/c && touch /a/f")["image"]
    assert found["layers"][-1]["files"] == ["/a/f"]
    assert not {"/a", "/a/b", "/a/b/c"} & {*found["files"]}


def test_a_build_that_failed() -> None:
    done = carried_out("FROM server\nRUN true\nRUN exit 9\nRUN true", world=SERVER)
    found = outcome(done)
    assert (found["state"], found["exit_status"], found["failed_line"]) == (
        "failed",
        9,
        3,
    )
    assert [step["line"] for step in found["steps"]] == [2]
    assert found["stages"] == 0
    assert found["image"] == {
        "arch": "x86_64",
        "kib": 0,
        "digest": found["image"]["digest"],
        "layers": [],
        "files": [],
        "contents": {},
        "entrypoint": [],
        "cmd": [],
        "env": [],
        "workdir": "/",
        "user": "",
        "ports": [],
        "volumes": [],
        "stop_signal": "SIGTERM",
        "healthcheck": [],
    }


def test_the_last_build_of_a_name_is_seen() -> None:
    plan = (build(), change("README.md", "new"), wait(1), build())
    found = outcome(carried_out(TEXT, *plan, world=SERVER))
    assert found["cached_steps"] == 1
    assert [step["cached"] for step in found["steps"]] == [True, False, False]


def test_builds_of_several_names() -> None:
    done = carried_out(TEXT, build(), build("other", "app"), world=SERVER)
    assert list(done.observation["builds"]) == ["app", "other"]
    assert outcome(done, "other")["cached_steps"] == 3


def test_a_world_without_builds_shows_none() -> None:
    done = carried_out(TEXT, wait(0), world=SERVER)
    assert "builds" not in done.observation
