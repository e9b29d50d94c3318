"""``kubectl``: the client of the orchestrator that the machine is a node of."""

from collections.abc import Iterator

from simulator.lab.call import Answer, Call, CommandError, options
from simulator.lab.userland import orchestrator_of
from simulator.lab.view import SECOND
from simulator.subsystems.orchestrator.control import Orchestrator

STATUS = {
    "pending": "Pending",
    "starting": "ContainerCreating",
    "running": "Running",
    "waiting": "CrashLoopBackOff",
}
MOST_REPLICAS = 64
KINDS = {
    "pod": "pods",
    "pods": "pods",
    "po": "pods",
    "node": "nodes",
    "nodes": "nodes",
    "no": "nodes",
    "deployment": "deployments",
    "deployments": "deployments",
    "deploy": "deployments",
}
Rows = Iterator[tuple[str, ...]]


def kubectl(call: Call) -> Answer:
    """Show what an orchestrator keeps running, or tell it what to change."""
    found = options(call.words[1:], ("wide", "A"), ("o", "replicas"))
    orchestrator = orchestrator_of(call.lab, call.view.kernel)
    if orchestrator is None:
        raise CommandError("The connection to the server was refused")
    if len(found.rest) < 2:  # noqa: PLR2004
        raise CommandError("usage: kubectl get|scale|delete KIND [NAME]")
    verb, kind, *names = found.rest
    kind, _, name = kind.partition("/")
    names = [name, *names] if name else names
    if kind not in KINDS:
        raise CommandError(f'the server doesn\'t have a resource type "{kind}"')
    if verb == "get":
        return _get(call, orchestrator, KINDS[kind], wide=found.value("o") == "wide")
    if verb == "scale" and KINDS[kind] == "deployments":
        return _scale(call, orchestrator, names, found.value("replicas") or "")
    if verb == "delete" and KINDS[kind] == "pods":
        return _delete(call, orchestrator, names)
    raise CommandError(f'unknown command "{verb} {kind}" for "kubectl"')


def _get(call: Call, orchestrator: Orchestrator, kind: str, *, wide: bool) -> int:
    now = call.lab.engine.now
    rows = {
        "pods": _pods(orchestrator, now, wide=wide),
        "nodes": _nodes(orchestrator),
        "deployments": _deployments(orchestrator),
    }[kind]
    head, *found = rows
    if not found:
        call.err("No resources found in default namespace.\n")
        return 0
    widths = [max(map(len, column)) for column in zip(head, *found, strict=True)]
    for row in (head, *found):
        padded = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        call.line("   ".join(padded).rstrip())
    return 0


def _pods(orchestrator: Orchestrator, now: int, *, wide: bool) -> Rows:
    more = ("NODE",) if wide else ()
    yield ("NAME", "READY", "STATUS", "RESTARTS", "AGE", *more)
    for pod in orchestrator.pods:
        if pod.state == "deleted":
            continue
        node = pod.node.name if pod.node is not None else "<none>"
        yield (
            pod.name,
            f"{int(pod.ready)}/1",
            STATUS[pod.state],
            str(pod.restarts),
            age(now - pod.made_us),
            *((node,) if wide else ()),
        )


def age(span_us: int) -> str:
    """Return a time as kubectl shows it: ``5s``, ``3m``, ``2h``."""
    seconds = span_us // SECOND
    for size, unit in ((86_400, "d"), (3600, "h"), (60, "m")):
        if seconds >= 2 * size:
            return f"{seconds // size}{unit}"
    return f"{seconds}s"


def _nodes(orchestrator: Orchestrator) -> Rows:
    yield ("NAME", "STATUS", "PODS")
    for node in orchestrator.nodes:
        status = "Ready" if node.ready else "NotReady"
        yield (node.name, status, str(len(node.promised)))


def _deployments(orchestrator: Orchestrator) -> Rows:
    yield ("NAME", "READY", "UP-TO-DATE", "AVAILABLE")
    for wanted in orchestrator.deployments.values():
        pods = orchestrator.pods_of(wanted.name)
        ready = sum(pod.ready for pod in pods)
        updated = sum(pod.template is wanted.template for pod in pods)
        yield (wanted.name, f"{ready}/{wanted.replicas}", str(updated), str(ready))


def _scale(
    call: Call, orchestrator: Orchestrator, names: list[str], replicas: str
) -> int:
    if not replicas.isdigit() or int(replicas) > MOST_REPLICAS:
        raise CommandError("--replicas takes a number from 0 to 64")
    for name in names:
        wanted = orchestrator.deployments.get(name)
        if wanted is None:
            raise CommandError(
                f'Error from server (NotFound): deployments.apps "{name}" not found'
            )
        wanted.replicas = int(replicas)
        orchestrator.change(wanted, call.view.process.start_seq)
        call.line(f"deployment.apps/{name} scaled")
    return 0


def _delete(call: Call, orchestrator: Orchestrator, names: list[str]) -> int:
    pods = {pod.name for pod in orchestrator.pods if pod.state != "deleted"}
    status = 0
    for name in names:
        if name not in pods:
            call.err(f'Error from server (NotFound): pods "{name}" not found\n')
            status = 1
            continue
        orchestrator.delete_pods(name, call.view.process.start_seq)
        call.line(f'pod "{name}" deleted')
    return status


COMMANDS = {"kubectl": kubectl}
