"""A cloud as its operator sees it: servers, orders, cost."""

from typing import Any

from simulator.subsystems.cloud.cloud import Cloud


def observe_cloud(cloud: Cloud) -> dict[str, Any]:
    """Return the books of a cloud; ``cost_millicents`` is what its servers cost."""
    states = [order.state for order in cloud.orders.values()]
    homes = {name: cloud.warehouse.home_of(name) for name in cloud.orders}
    return {
        "servers": len(cloud.servers),
        "up": sum(server.state == "on" for server in cloud.servers),
        "in_use": cloud.warehouse.in_use,
        "active": states.count("active"),
        "building": states.count("building"),
        "error": states.count("error"),
        "refused": cloud.refused,
        "lost": cloud.lost,
        "restarted": sum(order.restarts for order in cloud.orders.values()),
        "cost_millicents": cloud.warehouse.cost_millicents(cloud.engine.now),
        "homes": {name: slot.name for name, slot in homes.items() if slot is not None},
    }
