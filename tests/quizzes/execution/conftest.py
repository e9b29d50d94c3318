"""A scenario to execute, which no other test has executed before."""

from itertools import count

import pytest

import simulator
from quizzes.execution.ports import Execution
from tests.factories import SMALL_SCENARIO

_numbers = count(1)


@pytest.fixture
def execution() -> Execution:
    source = SMALL_SCENARIO.format(key=f"execution-{next(_numbers)}")
    scenario = simulator.load_scenario(source)
    return Execution(source=source, digest="", params=dict(scenario.variant(1)), seed=1)
