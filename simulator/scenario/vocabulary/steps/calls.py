"""Steps that ask something of the kernel which it may refuse."""

from simulator.scenario.fields import (
    ListOf,
    Record,
    choice,
    flag,
    integer,
    may,
    need,
    reference,
    text,
)
from simulator.scenario.vocabulary.words import UID, VALUE, uid_range
from simulator.subsystems.namespaces import KINDS
from simulator.subsystems.signals import NUMBERS
from simulator.subsystems.steps.calls import PRIVILEGED

_KEY = integer(1, 2**31 - 1)

STEPS = {
    "kill": Record(
        {
            "signal": need(choice(*NUMBERS)),
            "pid": may(integer(1, 2**22), None),
            "program": may(reference("programs"), None),
        }
    ),
    "unshare": Record(
        {
            "kinds": need(ListOf(choice(*KINDS), least=1, most=len(KINDS))),
            "uid_map": may(ListOf(uid_range, most=5), ()),
        }
    ),
    "set_user": Record({"uid": need(UID)}),
    "system_call": Record(
        {
            "name": need(choice(*PRIVILEGED)),
            "value": may(text(VALUE, "a short word or a path"), ""),
        }
    ),
    "make_segment": Record({"key": need(_KEY)}),
    "find_segment": Record({"key": need(_KEY)}),
    "meet_bug": Record({"in_interrupt": may(flag(), False)}),
}
