"""Mechanisms of clouds and their warehouses."""

from simulator.mechanisms.mechanism import Mechanism

MECHANISMS: dict[str, Mechanism] = {
    "cloud.placement": Mechanism(
        "best_fit",
        ("first_fit", "best_fit", "spread"),
        "a new machine goes to the first server with room, the fullest, the emptiest",
    ),
    "cloud.recovery": Mechanism(
        "restart",
        ("restart", "none"),
        "machines of a failed server are booted elsewhere, or stay lost",
    ),
}
