"""What the application changes in its libraries still has the effect that it is for."""

import time
from types import SimpleNamespace

from billiard.pool import Worker

from trapframe.celery import app


def test_a_child_waits_a_second_for_results_that_nobody_takes() -> None:
    assert app.main == "trapframe"
    child = SimpleNamespace(on_ready_counter=SimpleNamespace(value=0))
    began = time.monotonic()
    assert Worker._ensure_messages_consumed(child, completed=1) is False
    assert 0.9 < time.monotonic() - began < 20
    child.on_ready_counter.value = 1
    assert Worker._ensure_messages_consumed(child, completed=1) is True
