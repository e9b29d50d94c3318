"""Steps with files."""

from simulator.scenario.fields import Record, choice, flag, integer, may, need, text
from simulator.scenario.vocabulary.words import path
from simulator.subsystems.filesystem import MODES

STEPS = {
    "write_file": Record(
        {
            "path": need(path),
            "bytes": may(integer(0, 1 << 40), 1),
            "mode": may(choice(*MODES), "change"),
            "content": may(text(), ""),
            "private": may(flag(), False),
        }
    ),
    "cat": Record({"path": need(path)}),
    "remove_file": Record({"path": need(path)}),
    "print": Record({"text": need(text())}),
}
