"""Steps with memory and files."""

from simulator.scenario.fields import Record, choice, flag, integer, may, need
from simulator.scenario.vocabulary.words import MIB, path

on_error = may(choice("exit", "ignore"), "exit")
_AMOUNT = {"mib": need(MIB)}

STEPS = {
    "allocate": Record(
        {
            "mib": may(MIB, None),
            "percent": may(integer(1, 1000), 100),
            "of": may(choice("meminfo", "cgroup"), "meminfo"),
            "touch": may(flag(), True),
            "on_error": on_error,
        }
    ),
    "touch": Record({**_AMOUNT, "on_error": on_error}),
    "free": Record(_AMOUNT),
    "read_file": Record({**_AMOUNT, "path": need(path)}),
}
