"""Models of a world: shared by runs, made anew only where a part of them changes."""

from typing import Any

from simulator.models import Models
from tests.simulator.worlds import scenario

SPEC = scenario().world


def with_part(section: str, name: str, **fields: Any) -> dict[str, Any]:
    part = {**SPEC[section][name], **fields}
    return {**SPEC, section: {**SPEC[section], name: part}}


def test_another_machine_needs_no_other_models() -> None:
    models = Models(SPEC)
    other = models.changed(with_part("machines", "server", ram_mib=100))
    assert other.programs is models.programs
    assert other.spec["machines"]["server"]["ram_mib"] == 100
    assert models.spec is SPEC


def test_another_program_needs_other_models() -> None:
    models = Models(SPEC)
    other = models.changed(with_part("programs", "app", ram_mib=7))
    assert other.programs["app"].ram_kib == 7 * 1024
    assert models.programs["app"].ram_kib != 7 * 1024
