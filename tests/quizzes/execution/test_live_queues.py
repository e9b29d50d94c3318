from quizzes.enums import LiveQueue
from quizzes.execution.live_queues import queues_for
from quizzes.execution.ports import Execution
from tests.factories import SCENARIOS


def test_programs_need_a_sandbox_only(execution: Execution) -> None:
    assert queues_for(execution.source) == (LiveQueue.PROGRAMS, LiveQueue.CONTAINERS)


def test_an_arm_that_starts_a_container_needs_more() -> None:
    source = (SCENARIOS / "windows-program-on-linux.yaml").read_text()
    assert queues_for(source) == (LiveQueue.CONTAINERS, LiveQueue.PROGRAMS)


def test_a_claim_about_a_kernel_that_ends_needs_guests() -> None:
    source = (SCENARIOS / "crash-of-one-guest.yaml").read_text()
    here = (LiveQueue.CONTAINERS, LiveQueue.PROGRAMS)
    assert queues_for(source) == (LiveQueue.GUESTS, *here)


def test_each_queue_names_its_capability() -> None:
    assert [queue.capability for queue in LiveQueue] == [
        "exec",
        "containers",
        "guest",
    ]
