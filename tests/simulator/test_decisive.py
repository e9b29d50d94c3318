"""Which claims depend on how networks, orchestrators and clouds work, one by one.

Each row switches one mechanism of the simulator. The claims that flip are those whose
reason it is; a claim that flips without a reason, or does not with one, is a mistake
of the model or of the scenario.
"""

import pytest

from simulator import MECHANISMS
from tests.simulator import mutation
from tests.simulator.worlds import KEYS

pytestmark = pytest.mark.exhaustive

ROWS = [
    (
        "network.publish",
        "proxy",
        "bound-to-loopback-in-a-container",
        {"other_port_is_refused", "own_loopback"},
    ),
    (
        "network.names",
        "every",
        "names-between-containers",
        {
            "default_has_no_names",
            "default_works",
            "published_has_no_names",
            "publishing_gives_names",
            "user_defined",
        },
    ),
    (
        "network.names",
        "none",
        "names-between-containers",
        {"no_way_out_still_names", "user_defined"},
    ),
    (
        "network.ports",
        "shared",
        "two-containers-on-one-port",
        {
            "address_in_use",
            "both_listen",
            "programs_share",
            "published_conflict",
            "published_in_turn",
        },
    ),
    (
        "container.network",
        "host",
        "two-containers-on-one-port",
        {"both_listen", "published_conflict", "second_fails_inside"},
    ),
    (
        "container.network",
        "host",
        "bound-to-loopback-in-a-container",
        {"firewall", "reset_on_the_machine"},
    ),
    (
        "container.network",
        "host",
        "published-port-and-who-can-reach-it",
        {
            "address_is_routed",
            "bridge_costs",
            "free_of_charge",
            "loopback_only",
            "nobody_answers",
            "none_is_host",
            "published_reaches",
        },
    ),
    (
        "orchestrator.replacement",
        "repair",
        "drift-by-hand",
        {"lost", "stays"},
    ),
    (
        "orchestrator.backoff",
        "constant",
        "crash-loop-back-off",
        {"doubling", "even", "fewer_than_even", "forgiven"},
    ),
    (
        "orchestrator.lease",
        "none",
        "node-failure-and-rescheduling",
        {"bare_is_lost", "only_traffic", "rescheduled"},
    ),
    (
        "orchestrator.scheduling",
        "pack",
        "node-failure-and-rescheduling",
        {"back_in_time", "not_noticed", "only_traffic", "rescheduled"},
    ),
    ("orchestrator.scheduling", "pack", "replicas-on-one-node", {"same_fate"}),
    (
        "orchestrator.endpoints",
        "running",
        "readiness-takes-traffic-away",
        {"traffic_goes_elsewhere"},
    ),
    (
        "orchestrator.rollout",
        "recreate",
        "rolling-update-with-a-bad-image",
        {"old_copies_serve", "service_is_down", "stands_still"},
    ),
    (
        "cloud.placement",
        "spread",
        "cloud-create-server",
        {"carved", "one_machine_holds_all", "whole_machines"},
    ),
    (
        "cloud.placement",
        "spread",
        "failure-of-a-cloud-server",
        {
            "all_share_the_server",
            "booted_again",
            "guests_bring_them_back",
            "memory_is_gone",
            "one_guest_only",
        },
    ),
    ("cloud.recovery", "none", "failure-of-a-cloud-server", {"booted_again"}),
]
UNMOVED = [
    ("network.publish", "bound-to-loopback-in-a-container", "not_running"),
    ("network.names", "names-between-containers", "too_early"),
    ("network.ports", "two-containers-on-one-port", "second_fails_inside"),
    ("orchestrator.replacement", "immutable-replacement", "stays_dead"),
    ("orchestrator.replacement", "drift-by-hand", "image_stays"),
    ("orchestrator.backoff", "crash-loop-back-off", "given_up"),
    ("orchestrator.backoff", "crash-loop-back-off", "fix_is_new"),
    ("orchestrator.lease", "node-failure-and-rescheduling", "back_in_time"),
    ("orchestrator.lease", "node-failure-and-rescheduling", "not_noticed"),
    ("orchestrator.scheduling", "replicas-on-one-node", "nobody_answers"),
    ("orchestrator.endpoints", "readiness-takes-traffic-away", "half_are_lost"),
    ("orchestrator.endpoints", "readiness-takes-traffic-away", "liveness_kills"),
    ("orchestrator.rollout", "rolling-update-with-a-bad-image", "taken_back"),
    ("cloud.placement", "placement-and-cost", "memory_is_the_limit"),
    ("cloud.placement", "cloud-create-server", "refused"),
    ("cloud.recovery", "failure-of-a-cloud-server", "all_share_the_server"),
    ("cloud.recovery", "failure-of-a-cloud-server", "scattering_protects"),
]
"""A mechanism, a scenario, and a claim that has another reason."""
OURS = ("network.", "orchestrator.", "cloud.")


@pytest.mark.parametrize(("name", "value", "key", "flipped"), ROWS)
def test_what_a_mechanism_decides(
    name: str, value: str, key: str, flipped: set[str]
) -> None:
    before, after = mutation.truths(key, 0), mutation.truths(key, 0, name, value)
    assert {
        claim for claim, holds in after.items() if holds != before[claim]
    } == flipped


@pytest.mark.parametrize(("name", "key", "claim"), UNMOVED)
def test_what_it_does_not_decide(name: str, key: str, claim: str) -> None:
    before = mutation.truths(key, 0)[claim]
    for value in mutation.others(MECHANISMS[name]):
        assert mutation.truths(key, 0, name, value)[claim] == before


def test_every_mechanism_of_these_systems_has_a_row() -> None:
    named = {name for name, _, _, _ in ROWS if name.startswith(OURS)}
    assert named == {name for name in MECHANISMS if name.startswith(OURS)}


def test_every_row_is_of_a_scenario_that_is_shipped() -> None:
    keys = {key for _, _, key, _ in ROWS} | {key for _, key, _ in UNMOVED}
    assert keys <= set(KEYS)


@pytest.mark.parametrize("key", sorted({key for _, _, key, _ in ROWS}))
def test_a_reason_is_not_the_default_by_accident(key: str) -> None:
    """A claim that a row flips holds, or is refuted, in every variant alike."""
    flipped = {claim for _, _, other, row in ROWS if other == key for claim in row}
    seen = [mutation.truths(key, seed) for seed in (0, 1, 5)]
    for claim in flipped:
        assert len({found[claim] for found in seen}) == 1
