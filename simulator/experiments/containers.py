"""Experiments with containers."""

from simulator.experiments.worlds import ENGINE, boxes, carried_out, of, ram_kib, span

APP = "/srv/app"


def container_start() -> int:
    """From the wish to the program's execve in the container."""
    run = carried_out([*ENGINE, boxes()])
    return span(of(run, "start_container")[0], of(run, "execve", target=APP)[0])


def container_runtime() -> int:
    """What remains of it when the engine has done its part."""
    run = carried_out([*ENGINE, boxes()])
    return span(of(run, "image_present")[0], of(run, "execve", target=APP)[0])


def namespaces() -> int:
    """From the image to namespaces that stand."""
    run = carried_out([*ENGINE, boxes()])
    return span(of(run, "image_present")[0], of(run, "namespaces")[0])


def container_memory() -> int:
    """RAM of one more container whose program needs none."""
    return ram_kib(carried_out([*ENGINE, boxes(2)])) - ram_kib(
        carried_out([*ENGINE, boxes()])
    )


EXPERIMENTS = {
    "container_start": container_start,
    "container_runtime": container_runtime,
    "namespaces": namespaces,
    "container_memory": container_memory,
}
