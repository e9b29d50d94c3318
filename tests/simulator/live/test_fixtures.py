"""Every claim of every scenario that this kernel can judge is as the model says."""

import pytest

from simulator.live.capabilities import report
from simulator.live.fidelity import compared
from simulator.live.records import drifts, recorded
from tests.simulator.worlds import KEYS, fixture
from tests.source_code import ROOT

pytestmark = pytest.mark.exhaustive

JUDGED = {
    "init-dies-with-its-namespace",
    "windows-program-on-linux",
}
"""Some of the scenarios that must not fall out of the report."""
PAGE = (ROOT / "docs" / "fidelity.md").read_text(encoding="utf-8")
KEPT: dict[str, dict[tuple[str, str], bool]] = {}
"""What this kernel's release has shown before, by scenario."""
for (_key, _claim), _holds in recorded(PAGE).get(report().kernel, {}).items():
    KEPT.setdefault(_key, {})[_key, _claim] = _holds


@pytest.mark.parametrize("key", KEYS)
def test_model_and_kernel_agree(key: str) -> None:
    found = fixture(key)
    rows = list(compared(found, found.variant(0), report()))
    assert [row for row in rows if not row.agrees] == []
    assert [row.claim for row in rows] == [*found.claims]
    assert all(bool(row.reason) is (row.live is None) for row in rows)
    assert drifts(KEPT.get(key, {}), rows) == []
    if key in JUDGED:
        assert any(row.live is not None for row in rows)
