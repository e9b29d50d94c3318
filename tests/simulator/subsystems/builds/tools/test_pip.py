"""pip."""

import pytest

from tests.simulator.subsystems.builds.yards import (
    build,
    carried_out,
    failure,
    image,
    outcome,
    ran,
    there,
    wait,
)

BOTH = ["/usr/lib/click/files", "/usr/lib/flask/files"]


def files(line: str) -> list[str]:
    return [path for path in there(line) if path.startswith("/usr/lib/")]


@pytest.mark.parametrize(
    "line",
    [
        "pip install flask",
        "pip install flask==3.0",
        "pip install flask click",
        "pip install -r requirements.txt",
        "pip install --requirement=requirements.txt",
        "pip install --no-cache-dir flask",
    ],
)
def test_what_is_installed(line: str) -> None:
    assert files(line) == BOTH


@pytest.mark.parametrize(
    ("line", "status", "message"),
    [
        ("pip", 1, 'ERROR: unknown command ""'),
        ("pip freeze", 1, 'ERROR: unknown command "freeze"'),
        ("pip install", 1, "ERROR: You must give at least one requirement to install"),
        (
            "pip install nothing",
            1,
            "ERROR: No matching distribution found for nothing",
        ),
        (
            "pip install flask==2.0",
            1,
            "ERROR: No matching distribution found for flask==2.0",
        ),
        ("pip install '@'", 1, "ERROR: No matching distribution found for @"),
        (
            "pip install -r nowhere.txt",
            1,
            (
                "ERROR: Could not open requirements file: 'nowhere.txt': "
                "No such file or directory"
            ),
        ),
        ("pip install flask && pip install flask", 0, ""),
    ],
)
def test_how_it_ends(line: str, status: int, message: str) -> None:
    assert ran(line) == (status, message)


def test_a_cache_of_downloads_stays_in_the_layer() -> None:
    kept = image("FROM kit", "RUN pip install flask")
    fresh = image("FROM kit", "RUN pip install --no-cache-dir flask")
    assert "/root/.cache/pip/flask.whl" in kept["files"]
    assert kept["kib"] - fresh["kib"] == 1080


def test_without_a_network() -> None:
    assert failure("FROM kit", "RUN --network=none pip install flask")[1] == 1


def test_a_python_that_belongs_to_the_distribution() -> None:
    apt = "apt-get update && apt-get install -y python3-pip && pip install"
    said = "error: externally-managed-environment"
    assert ran(f"{apt} flask", base="ubuntu") == (1, said)
    assert ran(f"{apt} --break-system-packages flask", base="ubuntu")[0] == 0


def test_versions_of_long_ago_are_still_there() -> None:
    text = "FROM kit\nRUN pip install --no-cache-dir flask==3.0 # v1"
    world = {"dockerfiles": {"next": {"text": text.replace("v1", "v2")}}}
    done = carried_out(text, build(), wait(20), build("next", "next"), world=world)
    assert outcome(done, "next")["state"] == "built"
