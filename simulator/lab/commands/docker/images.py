"""Images: which are here, how they come, and what goes with them."""

from collections.abc import Generator

from simulator.engine import Gate
from simulator.events import Event
from simulator.lab.call import Answer, Call, CommandError
from simulator.lab.columns import decimal, table
from simulator.lab.commands.docker.engine import (
    DAEMON,
    SHORT,
    at_least,
    last_log,
    read_options,
)
from simulator.lab.state import Sink
from simulator.subsystems.container import ContainerEngine
from simulator.subsystems.containers.images import ContainerImage
from simulator.subsystems.containers.store import PULL_POLICIES

REFUSED = 125
_DIGITS = slice(len("sha256:"), len("sha256:") + SHORT)
_STEPS = {"layer_present": "Already exists", "extract": "Pull complete"}


def tagged(name: str) -> str:
    """Return a name with its tag, ``latest`` when it has none."""
    return name if ":" in name.rpartition("/")[2] else f"{name}:latest"


def here(call: Call, engine: ContainerEngine, name: str) -> ContainerImage | None:
    """Return an image that the engine has under this name, or of the world's own."""
    store = engine.store
    found = store.tags.get(name) or store.tags.get(tagged(name))
    if found is None and tagged(name) not in _tags(engine):
        found = call.lab.world.images.get(name)
    if found is None:
        found = next((i for i in store.tags.values() if _digits(i) == name), None)
    return found


def obtain(
    call: Call, engine: ContainerEngine, name: str, policy: str | None
) -> Generator[int | Gate, None, ContainerImage]:
    """Return an image for a container: the one that is here, or pull it first."""
    if policy is not None and policy not in PULL_POLICIES:
        raise CommandError(f'docker: invalid pull option: "{policy}"', REFUSED)
    known = here(call, engine, name)
    if known is None and policy != "never":
        call.err(f"Unable to find image '{tagged(name)}' locally\n")
    cause = call.view.process.start_seq
    began = len(call.lab.engine.events)
    wanted: str | ContainerImage = tagged(name)
    if known is not None and (policy != "always" or tagged(name) not in _tags(engine)):
        wanted = known
    image: ContainerImage | None = yield from engine.find(
        wanted, policy or "missing", cause
    )
    if image is None:
        raise CommandError(f"docker: {DAEMON}{last_log(call)}", REFUSED)
    if isinstance(wanted, str):
        _report(wanted, call.lab.engine.events[began:], call.err)
    return image


def _tags(engine: ContainerEngine) -> set[str]:
    return {
        tag for registry in engine.store.registries.values() for tag in registry.tags
    }


def pull(call: Call, engine: ContainerEngine, words: list[str]) -> Answer:
    """Get an image from a registry."""
    found = read_options("pull", words, ("q", "quiet"), status=1)
    at_least("pull", found.rest)
    name = tagged(found.rest[0])
    if name == f"{found.rest[0]}:latest" and not found.has("q", "quiet"):
        call.line("Using default tag: latest")
    began = len(call.lab.engine.events)
    image = yield from engine.store.pull(name, call.view.process.start_seq)
    if image is None:
        raise CommandError(f"{DAEMON}{last_log(call)}")
    if not found.has("q", "quiet"):
        _report(name, call.lab.engine.events[began:], call.out)
    call.line(f"docker.io/library/{name}")
    return 0


def _report(name: str, events: list[Event], out: Sink) -> None:
    """Tell what a pull did, layer by layer, from its events."""
    repository, _, tag = name.partition(":")
    out(f"{tag}: Pulling from library/{repository}\n")
    for event in events:
        if event.action in _STEPS:
            digits = str(event.detail["target"])[_DIGITS]
            out(f"{digits}: {_STEPS[event.action]}\n")
    resolved = next(e for e in events if e.action == "resolve")
    news = any(e.action == "download" for e in events)
    out(f"Digest: {resolved.detail['digest']}\n")
    state = "Downloaded newer image for" if news else "Image is up to date for"
    out(f"Status: {state} {name}\n")


def images(call: Call, engine: ContainerEngine, words: list[str]) -> Answer:
    """List the images that the engine has."""
    found = read_options("images", words, ("q", "quiet", "a", "all"), status=1)
    known = [(tag, image) for tag, image in engine.store.tags.items()]
    known += [
        (name, image)
        for name, image in call.lab.world.images.items()
        if engine.store.has(image) and image not in engine.store.tags.values()
    ]
    if found.rest:
        known = [(t, i) for t, i in known if t.partition(":")[0] == found.rest[0]]
    if found.has("q", "quiet"):
        for _, image in known:
            call.line(_digits(image))
        return 0
    rows = [("REPOSITORY", "TAG", "IMAGE ID", "SIZE")]
    for tag, image in sorted(known, key=lambda entry: entry[0]):
        repository, _, version = tag.partition(":")
        rows.append(
            (repository, version or "<none>", _digits(image), decimal(image.size_kib))
        )
    for line in table(rows):
        call.line(line)
    return 0


def _digits(image: ContainerImage) -> str:
    return image.digest[_DIGITS]


def remove(call: Call, engine: ContainerEngine, words: list[str]) -> Answer:
    """Remove images that no container uses."""
    found = read_options("rmi", words, ("f", "force"), status=1)
    at_least("rmi", found.rest)
    status = 0
    for word in found.rest:
        image = here(call, engine, word)
        if image is None or not engine.store.has(image):
            call.err(f"{DAEMON}No such image: {tagged(word)}\n")
            status = 1
            continue
        users = [c for c in engine.containers if c.image is image]
        if users and not found.has("f", "force"):
            call.err(
                f"{DAEMON}conflict: unable to remove repository reference"
                f' "{word}" (must force) - container {users[0].name} is using its'
                f" referenced image {_digits(image)}\n"
            )
            status = 1
            continue
        engine.store.remove(image)
        call.line(f"Untagged: {tagged(word)}")
        call.line(f"Deleted: {image.digest}")
    return status


def history(call: Call, engine: ContainerEngine, words: list[str]) -> Answer:
    """List the layers of an image, the uppermost first."""
    at_least("history", words)
    image = here(call, engine, words[0])
    if image is None:
        raise CommandError(f"{DAEMON}No such image: {tagged(words[0])}")
    rows = [("LAYER", "CREATED BY", "SIZE")]
    rows += [
        (layer.digest[_DIGITS], layer.created_by or "-", decimal(layer.size_kib))
        for layer in reversed(image.layers)
    ]
    labels = " ".join(f"{name}={value}" for name, value in image.config.labels)
    if labels:
        rows.insert(1, ("<missing>", f"LABEL {labels}", "0B"))
    for line in table(rows):
        call.line(line)
    return 0


VERBS = {"history": history, "images": images, "pull": pull, "rmi": remove}
