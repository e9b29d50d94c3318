"""``docker build``: an image from a Dockerfile and the files beside it."""

from simulator.lab.call import Answer, Call, CommandError
from simulator.lab.commands.docker.engine import at_least, read_options
from simulator.lab.commands.docker.images import tagged
from simulator.lab.files import FileError, Folder, absolute, find, read_file
from simulator.subsystems.builds.context import Context
from simulator.subsystems.builds.outcome import Outcome
from simulator.subsystems.builds.surroundings import Request
from simulator.subsystems.container import ContainerEngine

SECOND = 1_000_000
FLAGS = ("no-cache", "q", "quiet", "pull")
VALUES = ("t", "tag", "f", "file", "build-arg", "target")


def build(call: Call, engine: ContainerEngine, words: list[str]) -> Answer:
    """Build an image and give it a tag."""
    found = read_options("build", words, FLAGS, VALUES, status=1)
    at_least("build", found.rest)
    folder = absolute(call.console.cwd, found.rest[0])
    named = found.value("f", "file")
    path = absolute(call.console.cwd, named) if named else f"{folder}/Dockerfile"
    request = Request(
        name=f"build-{call.view.pid(call.view.process)}",
        dockerfile=path,
        text=_read(call, path),
        context=_context(call, folder),
        tag=tagged(found.value("t", "tag") or "image"),
        args=dict(
            word.partition("=")[::2] for word in found.values.get("build-arg", [])
        ),
        target=found.value("target") or "",
        no_cache=found.has("no-cache"),
    )
    outcome = Outcome(request.name, path)
    began = len(call.lab.engine.events)
    builder = call.lab.world.builds.builder(engine)
    yield from builder.build(request, outcome, call.view.process.start_seq)
    if not found.has("q", "quiet"):
        _report(call, outcome, request.tag)
    if outcome.state == "built":
        return 0
    for event in call.lab.engine.events[began:]:
        log = str(event.detail.get("log", ""))
        if event.action == "exit" and log and not log.startswith("exited with"):
            call.err(f" > {log}\n")
    call.err(f"ERROR: {outcome.log}\n")
    return 1


def _read(call: Call, path: str) -> str:
    try:
        return read_file(call.view, path)
    except FileError as error:
        raise CommandError(
            "ERROR: failed to build: failed to read dockerfile: open"
            f" {path.rpartition('/')[2]}: {error.text.lower()}"
        ) from error


def _context(call: Call, folder: str) -> Context:
    """Return the files of a directory as a builder gets them."""
    try:
        is_folder = isinstance(find(call.view, folder), Folder)
    except FileError:
        is_folder = False
    if not is_folder:
        raise CommandError(
            f'ERROR: unable to prepare context: path "{folder}" not found'
        )
    root, now = call.view.root, call.lab.engine.now
    context = Context(folder)
    for path in root.under(folder.rstrip("/")):
        inside = path.removeprefix(folder.rstrip("/"))
        entry = root.files.get(path) or root.data[path]
        context.files[inside], context.touched[inside] = entry, now
    return context


def _report(call: Call, outcome: Outcome, tag: str) -> None:
    """Tell what was done, step by step."""
    took = outcome.took_us / SECOND
    state = "FINISHED" if outcome.state == "built" else "FAILED"
    count = len(outcome.steps)
    call.err(f"[+] Building {took:.1f}s ({count}/{count}) {state}\n")
    for number, step in enumerate(outcome.steps, 1):
        is_last = number == count and outcome.state != "built"
        sign = "CACHED " if step.cached else "ERROR " if is_last else ""
        call.err(f" => {sign}[{number}/{count}] {step.text}\n")
    if outcome.image is not None:
        call.err(f" => => writing image {outcome.image.digest[:19]}\n")
        call.err(f" => => naming to docker.io/library/{tag}\n")


VERBS = {"build": build}
