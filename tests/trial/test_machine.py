"""How much of the machine others took."""

import os
import subprocess
import sys
import time

from tests.trial import machine

_BURN = (
    "import time; end = time.process_time() + 0.5\nwhile time.process_time() < end: 0"
)


def test_our_own_work_and_our_children_s_is_not_that_of_others() -> None:
    before = machine._our_ticks()
    subprocess.run([sys.executable, "-c", _BURN], check=True)
    end = time.process_time() + 0.3
    while time.process_time() < end:
        pass
    ours = (machine._our_ticks() - before) / machine._TICKS
    assert 0.7 <= ours < 1.5


def test_a_stranger_s_work_is_that_of_others() -> None:
    """A grandchild whose parent has ended belongs to nobody of ours."""
    orphan = f"import os\nif os.fork() == 0:\n os.setsid()\n {_BURN.splitlines()[0]}\n"
    code = orphan + " while time.process_time() < end: 0\n"
    with machine.others() as share:
        subprocess.run([sys.executable, "-c", code], check=True)
        time.sleep(1.0)
    assert share.cores > 0.1


def test_descent() -> None:
    mine = os.getpid()
    parents = {500_001: mine, 500_002: 500_001, 500_003: 1}
    assert machine._descends(mine, parents)
    assert machine._descends(500_002, parents)
    assert not machine._descends(500_003, parents)


def test_the_machine_in_words() -> None:
    assert machine.description().startswith(f"{os.cpu_count()} cores (")
