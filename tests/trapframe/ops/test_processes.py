import os
import sys
from signal import SIGTERM

from quizzes.enums import LiveQueue
from trapframe.ops import processes
from trapframe.ops.processes import ROOT


def test_the_web_server_listens_on_this_machine_alone() -> None:
    command = processes.web(8123).command
    assert command[:4] == [
        sys.executable,
        "-m",
        "uvicorn",
        "trapframe.asgi:application",
    ]
    assert command[command.index("--host") + 1] == "127.0.0.1"
    assert command[command.index("--port") + 1] == "8123"


def test_a_worker_serves_one_lane() -> None:
    process = processes.worker("bulk", 3)
    assert process.name == "worker-bulk"
    command = process.command
    assert command[command.index("-Q") + 1] == "bulk"
    assert command[command.index("-c") + 1] == "3"
    assert command[command.index("-P") + 1] == "prefork"
    assert {"--without-gossip", "--without-mingle"} <= set(command)


def test_a_live_worker_serves_the_live_queues() -> None:
    process = processes.live_worker(2)
    assert process.name == "worker-live"
    command = process.command
    assert command[command.index("-Q") + 1] == ",".join(LiveQueue.values)
    assert command[command.index("-n") + 1] == "live@%h"


def test_a_worker_finishes_what_it_runs_when_told_to_end() -> None:
    process = processes.worker("bulk", 1)
    assert process.stop_signal == SIGTERM
    assert "REMAP_SIGTERM" not in process.env()
    assert process.stop_seconds > 10


def test_each_process_knows_its_role() -> None:
    all_of_them = [
        processes.web(1),
        processes.worker("interactive", 1),
        processes.sweeper(),
    ]
    roles = [process.env()["TRAPFRAME_ROLE"] for process in all_of_them]
    assert roles == ["web", "worker", "sweeper"]


def test_the_environment_is_ours_with_what_was_given() -> None:
    env = processes.sweeper({"DATABASE_URL": "postgresql:///x"}).env()
    assert env["DATABASE_URL"] == "postgresql:///x"
    assert env["PATH"] == os.environ["PATH"]
    assert env["DJANGO_SETTINGS_MODULE"] == "trapframe.settings"
    assert env["PYTHONPATH"].split(os.pathsep) == [str(ROOT), str(ROOT / "platform")]
