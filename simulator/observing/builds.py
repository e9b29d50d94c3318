"""Builds: how each one went, and the image that came of it."""

from typing import Any

from simulator.subsystems.builds.outcome import Outcome
from simulator.subsystems.builds.trees import is_marker
from simulator.subsystems.containers.images import ContainerImage, ImagePlatform, Layer
from simulator.world import World

NOTHING = ContainerImage("", ImagePlatform(), ())
"""Seen where there is no image: what is asked of it has an answer, too."""


def observe_builds(world: World) -> dict[str, Any]:
    """Return the last build of each name: its steps, its end, its image."""
    return {name: _see(outcome) for name, outcome in world.outcomes.items()}


def _see(outcome: Outcome) -> dict[str, Any]:
    return {
        "state": outcome.state,
        "log": outcome.log,
        "exit_status": outcome.exit_status,
        "failed_line": outcome.failed_line,
        "steps": [
            {"text": s.text, "line": s.line, "cached": s.cached, "kib": s.kib}
            for s in outcome.steps
        ],
        "cached_steps": outcome.cached,
        "stages": outcome.stages,
        "took_us": outcome.took_us,
        "downloaded_kib": outcome.downloaded_kib,
        "image": _image(NOTHING if outcome.image is None else outcome.image),
    }


def _image(image: ContainerImage) -> dict[str, Any]:
    config, tree = image.config, image.tree
    check = config.healthcheck
    return {
        "arch": image.arch,
        "kib": image.size_kib,
        "digest": image.digest,
        "layers": [_layer(layer) for layer in image.layers],
        "files": sorted(
            [*tree.files, *(p for p, e in tree.data.items() if not is_marker(e))]
        ),
        "contents": {
            path: entry.content
            for path, entry in sorted(tree.data.items())
            if not is_marker(entry)
        },
        "entrypoint": list(config.entrypoint),
        "cmd": list(config.cmd),
        "env": list(config.env),
        "workdir": config.workdir,
        "user": config.user,
        "ports": list(config.exposed_ports),
        "volumes": list(config.volumes),
        "stop_signal": config.stop_signal,
        "healthcheck": list(check.command) if check is not None else [],
    }


def _layer(layer: Layer) -> dict[str, Any]:
    entries = [e for e in layer.files if not is_marker(e)]
    return {
        "created_by": layer.created_by,
        "kib": layer.size_kib,
        "files": sorted([p.path for p in layer.programs] + [e.path for e in entries]),
        "whiteouts": list(layer.whiteouts),
    }
