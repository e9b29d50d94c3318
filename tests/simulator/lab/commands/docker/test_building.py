import pytest

from simulator.lab import Lab
from tests.simulator.lab.labs import answered, server, typed

FILE = "cat > /srv/Dockerfile <<END\nFROM ubuntu:24.04\n{lines}\nEND"


def building(*lines: str) -> Lab:
    here = server()
    typed(here, FILE.format(lines="\n".join(lines)), "cd /srv")
    return here


def test_the_chapters_install_line_fails_on_a_fresh_image() -> None:
    here = building("RUN apt-get install python3")
    text, status = answered(here, "docker build -t hello .")
    assert status == 1
    assert "E: Unable to locate package python3" in text
    assert text.splitlines()[-1] == (
        'ERROR: failed to solve: process "/bin/sh -c apt-get install python3" did not'
        " complete successfully: exit code: 100"
    )


def test_with_lists_and_an_answer_it_builds() -> None:
    here = building("RUN apt-get update && apt-get install -y python3", "COPY f /f")
    typed(here, "echo content > f")
    lines = typed(here, "docker build -t hello .").splitlines()
    assert lines[0].endswith("(2/2) FINISHED")
    assert lines[1:3] == [
        " => [1/2] RUN apt-get update && apt-get install -y python3",
        " => [2/2] COPY f /f",
    ]
    assert lines[-1] == " => => naming to docker.io/library/hello:latest"
    assert typed(here, "docker run --rm hello cat /f") == "content\n"


def test_what_has_not_changed_comes_from_the_cache() -> None:
    here = building("RUN apt-get update", "COPY f /f")
    typed(here, "echo one > f", "docker build -q -t hello .", "echo two > f")
    lines = typed(here, "docker build -t hello:2 .").splitlines()
    assert lines[1:3] == [
        " => CACHED [1/2] RUN apt-get update",
        " => [2/2] COPY f /f",
    ]
    assert "CACHED" not in typed(here, "docker build --no-cache -t hello .")
    assert typed(here, "docker run --rm hello:2 cat /f") == "two\n"


def test_another_file_and_arguments() -> None:
    here = building("ARG NAME=x", "RUN echo $NAME > /name")
    typed(here, "mv Dockerfile other")
    assert answered(here, "docker build -q -f other --build-arg NAME=y -t n .") == (
        "",
        0,
    )
    assert typed(here, "docker run --rm n cat /name") == "y\n"


@pytest.mark.parametrize(
    ("line", "text"),
    [
        ("docker build", "docker: 'docker build' requires at least 1 argument"),
        (
            "docker build /no",
            "ERROR: failed to build: failed to read dockerfile: open Dockerfile",
        ),
        (
            "docker build -f Dockerfile /no",
            'ERROR: unable to prepare context: path "/no" not found',
        ),
        (
            "docker build -f Dockerfile /etc/hostname",
            'ERROR: unable to prepare context: path "/etc/hostname" not found',
        ),
        ("docker build .", "[+] Building 0.0s (0/0) FAILED\nERROR: dockerfile parse"),
    ],
)
def test_what_cannot_be_built(line: str, text: str) -> None:
    shown, status = answered(building("FROB x"), line)
    assert shown.startswith(text)
    assert status == 1


def test_a_shell_of_an_image_takes_what_is_typed() -> None:
    here = building("RUN true")
    typed(here, "docker build -q -t s .", "docker run -it s bash")
    assert typed(here, "echo $$; pwd") == "1\n/\n"
    assert answered(here, "bash -c 'exit 4'") == ("", 4)
    assert answered(here, "exit 2") == ("", 2)
