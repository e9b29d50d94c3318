"""Variables and working directories: what programs begin with, here and inside."""

import json

import pytest

from simulator.lab import Lab
from tests.simulator.lab.labs import answered, lab, server, typed

PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
DOCKERFILE = (
    'FROM alpine\nLABEL maintainer=me version="1.0"\nLABEL version=2\n'
    'ENV COLOR=red\nWORKDIR /app\nCMD ["printenv", "COLOR"]\n'
)


@pytest.fixture
def here() -> Lab:
    found = server()
    typed(found, "docker pull -q alpine")
    return found


def test_a_program_gets_what_was_exported() -> None:
    here = lab()
    assert answered(here, "X=1; printenv X") == ("", 1)
    assert typed(here, "echo $X") == "1\n"
    assert typed(here, "export X", "printenv X") == "1\n"
    assert typed(here, "export Y=2; sh -c 'echo $X$Y'") == "12\n"
    assert typed(here, "unset X; printenv X") == ""


def test_a_variable_for_one_command() -> None:
    here = lab()
    assert typed(here, "X=1 Y=2 printenv X Y") == "1\n2\n"
    assert typed(here, "env X=3 printenv X") == "3\n"
    assert typed(here, "env X=4 sh -c 'echo $X'") == "4\n"
    assert typed(here, 'echo "[$X]"; printenv X') == "[]\n"


def test_a_program_begins_where_its_shell_is() -> None:
    here = lab()
    assert (
        typed(here, "cd /srv; sh -c 'pwd; cd /tmp; pwd'; pwd") == "/srv\n/tmp\n/srv\n"
    )
    assert typed(here, "unshare -u sh -c pwd") == "/srv\n"
    assert typed(here, "readlink /proc/self/cwd") == "/srv\n"
    assert "HOME=/root\0" in typed(here, "cat /proc/self/environ")


def test_a_container_has_variables_and_a_directory_of_its_own(here: Lab) -> None:
    typed(here, "export MINE=1", "cd /srv")
    typed(here, "docker run -d --name a -e A=b -w /opt alpine sleep 1000")
    assert typed(here, "docker exec a env") == f"A=b\nHOME=/root\nPATH={PATH}\n"
    assert typed(here, "docker exec a pwd; pwd") == "/opt\n/srv\n"
    assert typed(here, "docker exec -w /tmp a pwd") == "/tmp\n"
    assert typed(here, "docker exec -w sub -e C=d a sh -c 'echo $A$C$MINE; pwd'") == (
        "bd\n/opt/sub\n"
    )
    typed(here, "docker exec -it a sh")
    assert typed(here, "pwd; echo $A") == "/opt\nb\n"


def test_a_built_image_has_its_own_and_labels(here: Lab) -> None:
    typed(here, f"printf '{DOCKERFILE}' > /tmp/Dockerfile", "docker build -q -t x /tmp")
    assert typed(here, "docker run --rm x") == "red\n"
    assert typed(here, "docker run --rm -e COLOR=blue x") == "blue\n"
    assert typed(here, "docker run --rm x pwd") == "/app\n"
    (found,) = json.loads(typed(here, "docker inspect x"))
    assert found["Config"]["Labels"] == {"maintainer": "me", "version": "2"}
    assert (found["Config"]["Env"], found["Architecture"]) == (["COLOR=red"], "amd64")
    assert "LABEL maintainer=me version=2" in typed(here, "docker history x")
    typed(here, "docker run -d --name k x sleep 100")
    assert typed(here, "docker inspect -f '{{.Config.Labels.version}}' k") == "2\n"
    assert typed(here, "docker inspect -f '{{.Config.WorkingDir}}' k") == "/app\n"
