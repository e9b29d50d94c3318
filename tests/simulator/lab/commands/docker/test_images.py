import pytest

from tests.simulator.lab.labs import answered, lab, rows, server, typed
from tests.simulator.worlds import ENGINE, box


def test_pull_tells_layer_by_layer() -> None:
    here = server()
    lines = typed(here, "docker pull nginx").splitlines()
    assert lines[:2] == [
        "Using default tag: latest",
        "latest: Pulling from library/nginx",
    ]
    assert [line.partition(": ")[2] for line in lines[2:4]] == ["Pull complete"] * 2
    assert lines[5:] == [
        "Status: Downloaded newer image for nginx:latest",
        "docker.io/library/nginx:latest",
    ]
    again = typed(here, "docker pull nginx:latest").splitlines()
    assert [line.partition(": ")[2] for line in again[1:3]] == ["Already exists"] * 2
    assert again[4] == "Status: Image is up to date for nginx:latest"
    assert typed(here, "docker pull -q alpine") == "docker.io/library/alpine:latest\n"


def test_a_pull_takes_time_for_what_it_moves() -> None:
    here = server()
    before = here.engine.now
    typed(here, "docker pull -q nginx")
    assert 3_000_000 < here.engine.now - before < 6_000_000


@pytest.mark.parametrize(
    ("line", "text"),
    [
        (
            "docker pull nothing",
            (
                "Using default tag: latest\nError response from daemon: manifest for"
                " nothing:latest not found: manifest unknown: manifest unknown\n"
            ),
        ),
        ("docker pull", "docker: 'docker pull' requires at least 1 argument\n"),
    ],
)
def test_pull_can_fail(line: str, text: str) -> None:
    assert answered(server(), line) == (text, 1)


def test_images_are_listed_with_their_sizes() -> None:
    here = server()
    typed(here, "docker pull -q nginx; docker pull -q debian:12; docker pull -q debian")
    table = rows(here, "docker images")
    assert table[0] == ["REPOSITORY", "TAG", "IMAGE", "ID", "SIZE"]
    assert [(row[0], row[1], row[3]) for row in table[1:]] == [
        ("debian", "12", "116MB"),
        ("debian", "latest", "116MB"),
        ("nginx", "latest", "191MB"),
    ]
    assert table[1][2] == table[2][2]
    assert typed(here, "docker images -q nginx") == f"{table[3][2]}\n"
    assert len(rows(here, "docker images debian")) == 3


def test_a_worlds_own_images_are_listed_once_they_are_here() -> None:
    here = lab((*ENGINE, box(1)))
    assert [row[:2] for row in rows(here, "docker images")[1:]] == [
        ["app_image", "<none>"]
    ]


def test_an_image_in_use_stays() -> None:
    here = server()
    typed(here, "docker run --name a alpine true")
    text, status = answered(here, "docker rmi alpine")
    assert status == 1
    assert "(must force) - container a is using its referenced image" in text
    typed(here, "docker rm a")
    lines = typed(here, "docker rmi alpine").splitlines()
    assert lines[0] == "Untagged: alpine:latest"
    assert typed(here, "docker images -q") == ""
    typed(here, "docker run --name b alpine true")
    assert answered(here, "docker rmi -f alpine")[1] == 0


def test_history_shows_the_layers() -> None:
    here = server()
    typed(here, "docker pull -q nginx")
    assert [row[1:] for row in rows(here, "docker history nginx")[1:]] == [
        ["-", "74.4MB"],
        ["-", "116MB"],
    ]


def test_an_image_goes_by_its_digits_and_can_be_fetched_anew() -> None:
    here = server()
    typed(here, "docker pull -q alpine")
    digits = typed(here, "docker images -q").strip()
    assert typed(here, f"docker run --rm {digits} echo a") == "a\n"
    text = typed(here, "docker run --rm --pull always alpine echo a")
    assert text.splitlines()[-2:] == [
        "Status: Image is up to date for alpine:latest",
        "a",
    ]
