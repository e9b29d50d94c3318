"""Steps that need rights over the kernel, its disks, or a container engine."""

from simulator.scenario.fields import ListOf, Record, flag, may, need, reference
from simulator.scenario.vocabulary.words import directory, path, slug

_BIND = Record({"source": need(directory), "path": need(path)})
STEPS = {
    "load_module": Record({"name": need(slug), "crashes": may(flag(), False)}),
    "mount_disk": Record({"path": need(path)}),
    "ask_engine": Record(
        {
            "program": need(reference("programs")),
            "privileged": may(flag(), False),
            "binds": may(ListOf(_BIND), ()),
        }
    ),
}
