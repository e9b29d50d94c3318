import os
import subprocess
import sys
import threading
from pathlib import Path
from signal import SIGKILL, SIGTERM

from tests.trapframe.embedded.sessions import start, users, wait_until
from trapframe.embedded import launch, start_child
from trapframe.embedded.child import Account


def _sleep() -> list[str]:
    return [sys.executable, "-c", "import time; time.sleep(60)"]


def test_output_and_status_are_those_of_the_command(tmp_path: Path) -> None:
    command = [
        sys.executable,
        "-c",
        "import os; print(os.getcwd()); raise SystemExit(7)",
    ]
    process = start_child(
        command, death_signal=SIGKILL, cwd=tmp_path, output=subprocess.PIPE
    )
    output, _ = process.communicate(timeout=10)
    assert output.decode() == f"{tmp_path}\n"
    assert process.returncode == 7


def test_the_environment_is_what_was_given() -> None:
    process = start_child(
        ["/bin/sh", "-c", "echo $GIVEN-$HOME"],
        death_signal=SIGKILL,
        env={"GIVEN": "yes"},
        output=subprocess.PIPE,
    )
    output, _ = process.communicate(timeout=10)
    assert output == b"yes-\n"


def test_it_outlives_the_thread_that_asked_for_it() -> None:
    started: list[subprocess.Popen[bytes]] = []
    thread = threading.Thread(
        target=lambda: started.append(start_child(_sleep(), death_signal=SIGKILL))
    )
    thread.start()
    thread.join()
    (process,) = started
    try:
        assert not wait_until(lambda: process.poll() is not None, seconds=0.5)
    finally:
        process.kill()
        process.wait()


def test_it_has_a_session_of_its_own() -> None:
    process = start_child(_sleep(), death_signal=SIGKILL)
    assert os.getsid(process.pid) == process.pid
    process.kill()
    process.wait()


def test_it_gets_the_signal_when_the_parent_is_killed(tmp_path: Path) -> None:
    told = tmp_path / "told"
    script = f"trap 'echo > {told}; exit' TERM; echo up; while :; do sleep 0.05; done"
    program = f"""
        command = ["/bin/sh", "-c", {script!r}]
        child = start_child(command, death_signal=signal.SIGTERM, output=-1)
        child.stdout.readline()
        os.kill(os.getpid(), signal.SIGKILL)
    """
    start(program, tmp_path, users()[0]).communicate(timeout=20)
    assert wait_until(told.exists)


def test_a_missing_program_is_named() -> None:
    process = start_child(
        ["/nowhere/program"], death_signal=SIGTERM, output=subprocess.PIPE
    )
    output, _ = process.communicate(timeout=10)
    assert b"cannot start /nowhere/program: " in output
    assert process.returncode == 1


def test_a_parent_that_is_gone_already_starts_nothing() -> None:
    arguments = ["1", str(int(SIGKILL)), "-", "/bin/echo", "started"]
    done = subprocess.run(
        [sys.executable, launch.__file__, *arguments], capture_output=True, check=False
    )
    assert (done.returncode, done.stdout) == (1, b"")


def test_an_account_is_taken_on() -> None:
    # Only root may change it.
    account = None if os.getuid() else Account(65534, 65534)
    process = start_child(
        ["/usr/bin/id", "-u"],
        death_signal=SIGKILL,
        account=account,
        output=subprocess.PIPE,
    )
    output, _ = process.communicate(timeout=10)
    assert int(output) == (account.uid if account else os.getuid())
