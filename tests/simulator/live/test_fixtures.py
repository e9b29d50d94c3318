"""Every claim of every scenario that this kernel can judge is as the model says."""

import pytest

from simulator.live.capabilities import report
from simulator.live.fidelity import compared
from tests.simulator.worlds import KEYS, fixture

pytestmark = pytest.mark.exhaustive

JUDGED = {
    "init-dies-with-its-namespace",
    "windows-program-on-linux",
}
"""Some of the scenarios that must not fall out of the report."""


@pytest.mark.parametrize("key", KEYS)
def test_model_and_kernel_agree(key: str) -> None:
    found = fixture(key)
    rows = list(compared(found, found.variant(0), report()))
    assert [row for row in rows if not row.agrees] == []
    assert [row.claim for row in rows] == [*found.claims]
    assert all(bool(row.reason) is (row.live is None) for row in rows)
    if key in JUDGED:
        assert any(row.live is not None for row in rows)
