"""The page for newcomers, carried out by one: each command prints what is shown."""

import json
import zipfile
from pathlib import Path

import pytest

from simulator import SIMULATOR_VERSION, scenario_schema
from simulator.cli.commands import COMMANDS
from tests.simulator import newcomer
from tests.simulator.newcomer import PAGE, SESSION, Newcomer, build_wheel
from tests.source_code import ROOT

pytestmark = pytest.mark.exhaustive

TEXT = PAGE.read_text(encoding="utf-8")
SESSIONS = [found.groups() for found in SESSION.finditer(TEXT)]
STATUSES = {"diff": {1}, "bench": {0, 1}, "prove wrong.yaml": {2}}
"""Commands that end otherwise than with 0; how fast a machine is, nobody knows."""


@pytest.fixture(scope="module")
def somebody(tmp_path_factory: pytest.TempPathFactory) -> Newcomer:
    found = Newcomer(tmp_path_factory.mktemp("newcomer"))
    found.read(TEXT)
    return found


def statuses(command: str) -> set[int]:
    found = [s for words, s in STATUSES.items() if f"simulator {words}" in command]
    return found[0] if found else {0}


@pytest.mark.parametrize(("command", "output"), SESSIONS)
def test_a_command_prints_what_is_shown(
    command: str, output: str, somebody: Newcomer
) -> None:
    status, printed = somebody.carry_out(command)
    assert printed == output
    assert status in statuses(command)


def test_what_commands_wrote_can_be_read(somebody: Newcomer) -> None:
    home = somebody.home
    for command, _ in SESSIONS:
        file = home / command.rpartition(" ")[2]
        if file.suffix and not file.exists():
            somebody.carry_out(command)
    assert (home / "first.svg").read_text().startswith("<svg")
    assert json.loads((home / "scenario.schema.json").read_text()) == scenario_schema()
    speed = json.loads((home / "speed.json").read_text())
    assert speed["slowdown"] == 1.0
    names = [measure["name"] for measure in speed["measures"]]
    assert "first, 2 arms, p50" in names
    rows = json.loads((home / "calibration.json").read_text())
    assert all(row["within"] for row in rows)
    for name in ("live", "fidelity"):
        found = json.loads((home / f"{name}.json").read_text())
        assert found["judged"] == found["agree"]
    measured = json.loads((home / "host.json").read_text())["figures"]
    assert all((row["here"] is None) is bool(row["reason"]) for row in measured)
    assert "trapframe-simulator" in (home / "completion.sh").read_text()


def test_the_environment_has_nothing_of_the_platform(somebody: Newcomer) -> None:
    for name in ("django", "celery", "psycopg", "quizzes", "trapframe", "simpy"):
        status, said = somebody.carry_out(f"python -c 'import {name}'")
        assert (status, f"No module named '{name}'" in said) == (1, True)
    status, said = somebody.carry_out("python -c 'import simulator as s; print(s)'")
    assert status == 0
    assert "site-packages" in said


def test_every_command_is_shown() -> None:
    shown = " ".join(command for command, _ in SESSIONS)
    assert [c.name for c in COMMANDS if f"simulator {c.name}" not in shown] == []


def test_the_files_of_the_page_are_written(somebody: Newcomer) -> None:
    assert {"first.yaml", "wrong.yaml"} <= {p.name for p in somebody.home.iterdir()}


def test_the_wheel_is_the_package_and_its_data(tmp_path: Path) -> None:
    wheel = build_wheel(tmp_path)
    assert wheel.name == f"trapframe_simulator-{SIMULATOR_VERSION}-py3-none-any.whl"
    names = set(zipfile.ZipFile(wheel).namelist())
    package = {
        str(path.relative_to(ROOT)) for path in (ROOT / "simulator").rglob("*.py")
    }
    assert package <= names
    data = {"simulator/py.typed", "simulator/lab/machine.yaml"}
    probes = (ROOT / "simulator" / "live" / "probes").glob("*.yaml")
    assert data | {str(path.relative_to(ROOT)) for path in probes} <= names
    top = {name.partition("/")[0] for name in names}
    assert top == {"simulator", f"trapframe_simulator-{SIMULATOR_VERSION}.dist-info"}


def test_the_wheel_needs_what_the_platform_pins() -> None:
    alone = (ROOT / "simulator" / "pyproject.toml").read_text(encoding="utf-8")
    whole = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    for line in alone.splitlines():
        if line.strip().startswith('"') and ">=" in line:
            assert line.strip().split('"')[1] in whole


def test_the_page_can_be_written_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = tmp_path / "page.md"
    page.write_text("a\n```console\n$ echo hello\nold\n```\nb\n")

    class Quick(Newcomer):
        def __init__(self, folder: Path) -> None:
            self.home, self.environment = folder, {"PATH": "/bin:/usr/bin"}

    monkeypatch.setattr(newcomer, "PAGE", page)
    monkeypatch.setattr(newcomer, "Newcomer", Quick)
    newcomer.write()
    assert page.read_text() == "a\n```console\n$ echo hello\nhello\n```\nb\n"
