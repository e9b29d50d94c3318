"""What ``docker inspect`` tells of an image."""

from typing import Any

from simulator.subsystems.containers.images import ARCH_OF_OCI, ContainerImage


def described(image: ContainerImage) -> dict[str, Any]:
    """Return what is known of an image, under the names that Docker uses."""
    config = image.config
    return {
        "Id": image.digest,
        "Architecture": ARCH_OF_OCI[image.platform.arch],
        "Os": image.platform.os,
        "Size": image.size_kib * 1024,
        "Config": {
            "User": config.user,
            "ExposedPorts": {f"{port}/tcp": {} for port in config.exposed_ports},
            "Env": list(config.env),
            "Cmd": list(config.cmd),
            "WorkingDir": config.workdir,
            "Entrypoint": list(config.entrypoint),
            "Labels": dict(config.labels),
            "StopSignal": config.stop_signal,
        },
        "RootFS": {"Type": "layers", "Layers": [e.digest for e in image.layers]},
    }
