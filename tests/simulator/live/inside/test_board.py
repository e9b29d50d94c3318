"""What programs tell and how they end, in the order of arrival."""

import os
import socket
import struct
import time
from collections.abc import Iterator
from errno import ENOENT, ENOEXEC
from pathlib import Path
from typing import Any

import pytest

from simulator.live.binaries.formats import pe
from simulator.live.binaries.programs import Recipe, executable
from simulator.live.inside import programs
from simulator.live.inside.programs import Board, Program, Record, start
from tests.simulator.live.inside.children import in_child


@pytest.fixture(autouse=True)
def _only_ours_count(monkeypatch: pytest.MonkeyPatch) -> None:
    """Outside of a sandbox, whoever else works on this computer would be waited for."""
    monkeypatch.setattr(programs, "held_up", lambda: False)


@pytest.fixture
def board() -> Iterator[Board]:
    made = Board(lambda kind, **facts: None)
    yield made
    made.ours.close()
    made.theirs.close()


def telling() -> tuple[Board, list[dict[str, Any]]]:
    told: list[dict[str, Any]] = []
    return Board(lambda kind, **facts: told.append({"kind": kind, **facts})), told


def file(folder: Path, content: bytes) -> str:
    path = folder / "program"
    path.write_bytes(content)
    path.chmod(0o755)
    return str(path)


def test_a_record_carries_who_sent_it(board: Board) -> None:
    board.theirs.send(struct.pack("<4q", 1, 7, 12, 0))
    assert board.listen(1, lambda: len(board.heard) == 1) is True
    (record,) = board.heard
    assert record == Record(os.getpid(), 1, 7, 12, 0, os.getuid())
    assert record.to_json()["what"] == 1
    assert board.has_started(os.getpid()) is True
    assert board.has_started(os.getpid() + 1) is False


def test_nothing_is_waited_for_longer_than_allowed(board: Board) -> None:
    began = time.monotonic()
    assert board.listen(0.05, lambda: False) is False
    assert 0.05 <= time.monotonic() - began < 10


def test_what_is_enough_already_is_not_waited_for(board: Board) -> None:
    assert board.listen(0, lambda: True) is True


def test_records_come_in_their_order(board: Board) -> None:
    for number in range(5):
        board.theirs.send(struct.pack("<4q", 5, number, 0, 0))
    board.listen(1, lambda: len(board.heard) == 5)
    assert [record.program for record in board.heard] == [0, 1, 2, 3, 4]


def test_a_board_settles_when_nobody_tells_anything_new(
    board: Board, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(programs, "_STARTS_WITHIN", 60)
    board.theirs.send(struct.pack("<4q", 1, 1, 0, 0))
    board.theirs.send(struct.pack("<4q", 5, 1, 0, 0))
    began = time.monotonic()
    board.settle(os.getpid())
    assert len(board.heard) == 2
    assert time.monotonic() - began < 30


def test_who_waits_for_a_processor_is_waited_for(
    board: Board, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks = iter([True, True, True, False])

    def look() -> bool:
        is_held_up = next(looks)
        if not is_held_up:
            board.theirs.send(struct.pack("<4q", 5, 1, 0, 0))
        return is_held_up

    monkeypatch.setattr(programs, "held_up", look)
    board.theirs.send(struct.pack("<4q", 1, 1, 0, 0))
    board.settle(os.getpid())
    assert next(looks, None) is None
    monkeypatch.setattr(programs, "held_up", lambda: True)
    monkeypatch.setattr(programs, "_SETTLES_WITHIN", 0.1)
    board.settle(os.getpid())


def test_a_program_is_started_and_its_end_is_told(tmp_path: Path) -> None:
    path = file(tmp_path, executable(Recipe(3, (("exit", {"status": 5}),))))

    def try_it() -> object:
        board, told = telling()
        program, errno = start(board, "app", path, lambda: None, os.fork)
        assert program is not None
        board.listen(60, lambda: program.ended is not None)
        return [
            errno,
            [fact["kind"] for fact in told],
            told[-1]["code"],
            told[-1]["name"],
            told[0]["pid"] == program.pid,
        ]

    assert in_child(try_it) == {"gave": [0, ["report", "ended"], 5, "app", True]}


@pytest.mark.parametrize(
    ("content", "errno"), [(pe("x86_64"), ENOEXEC), (None, ENOENT)]
)
def test_a_program_that_cannot_be_started(
    content: bytes | None, errno: int, tmp_path: Path
) -> None:
    path = file(tmp_path, content) if content else str(tmp_path / "nothing")

    def try_it() -> object:
        board, told = telling()
        program, found = start(board, "app", path, lambda: None, os.fork)
        return [program, found, board.programs, told]

    assert in_child(try_it) == {"gave": [None, errno, {}, []]}


def test_what_fails_on_the_way_is_not_what_execve_answers() -> None:
    def try_it() -> object:
        board, _ = telling()

        def become() -> None:
            raise PermissionError(13, "no")

        try:
            start(board, "app", "/nothing", become, os.fork)
        except RuntimeError as error:
            return [str(error), board.programs]
        return None

    assert in_child(try_it) == {"gave": ["PermissionError: [Errno 13] no", {}]}


def test_a_program_has_no_descriptors_but_its_own(tmp_path: Path) -> None:
    path = file(tmp_path, executable(Recipe(3)))

    def try_it() -> object:
        board, _ = telling()
        extra = os.open("/proc/self/stat", os.O_RDONLY)
        os.set_inheritable(extra, True)
        program, _ = start(board, "app", path, lambda: None, os.fork)
        assert program is not None
        board.settle(program.pid)
        held = sorted(os.listdir(f"/proc/{program.pid}/fd"))  # noqa: PTH208
        os.kill(program.pid, 9)
        return held

    assert in_child(try_it) == {"gave": ["3", "4"]}


def test_a_program_has_an_empty_environment_and_one_word(tmp_path: Path) -> None:
    path = file(tmp_path, executable(Recipe(3)))

    def try_it() -> object:
        board, _ = telling()
        program, _ = start(board, "app", path, lambda: None, os.fork)
        assert program is not None
        board.settle(program.pid)
        folder = Path(f"/proc/{program.pid}")
        found = [
            (folder / name).read_bytes().decode() for name in ("environ", "cmdline")
        ]
        os.kill(program.pid, 9)
        return found

    assert in_child(try_it) == {"gave": ["", f"{path}\0"]}


def test_the_end_of_somebody_elses_child_has_no_name() -> None:
    def try_it() -> object:
        board, told = telling()
        pid = os.fork()
        if pid == 0:
            os._exit(3)
        board.listen(60, lambda: bool(told))
        return [told[0]["name"], told[0]["code"], told[0]["pid"] == pid]

    assert in_child(try_it) == {"gave": ["", 3, True]}


def test_requests_go_to_the_program_they_are_for(tmp_path: Path) -> None:
    path = file(tmp_path, executable(Recipe(3)))

    def try_it() -> object:
        board, _ = telling()
        programs = [start(board, name, path, lambda: None, os.fork)[0] for name in "ab"]
        first, second = programs
        assert first is not None
        assert second is not None
        second.requests.send(struct.pack("<q", 9))
        board.listen(60, lambda: any(record.what == 3 for record in board.heard))
        served = [record.pid for record in board.heard if record.what == 3]
        for program in (first, second):
            os.kill(program.pid, 9)
        return [served == [second.pid]]

    assert in_child(try_it) == {"gave": [True]}


def test_a_program_remembers_its_end() -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        assert Program("a", 1, ours).ended is None
