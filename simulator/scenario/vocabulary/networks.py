"""Networks of containers, and connections that an operator tries."""

from simulator.scenario.fields import MapOf, Record, choice, flag, integer, may, need
from simulator.scenario.vocabulary.steps.network import PORT, host
from simulator.scenario.vocabulary.words import place

_NETWORK = Record({"internal": may(flag(), False)})

SECTIONS = {"networks": may(MapOf(_NETWORK), {})}
VERBS = {
    "connect": Record(
        {
            "from": may(place, None),
            "to": need(host),
            "port": need(PORT),
            "by": may(choice("name", "address"), "name"),
            "requests": may(integer(0, 1_000_000), 0),
        }
    ),
}
