"""Orchestrators, what they keep running, and what they are told."""

from simulator.scenario.fields import (
    ListOf,
    MapOf,
    Record,
    integer,
    may,
    need,
    reference,
)
from simulator.scenario.vocabulary.images import tag_or_image
from simulator.scenario.vocabulary.steps.network import PORT
from simulator.scenario.vocabulary.words import MIB, group, place

_SECONDS = integer(0, 24 * 3600)
_PERIOD = integer(1, 3600)
_REPLICAS = integer(0, 64)
_PROBE = Record(
    {
        "port": need(PORT),
        "period_s": may(_PERIOD, 10),
        "timeout_s": may(_PERIOD, 1),
        "delay_s": may(_SECONDS, 0),
        "failures": may(integer(1, 100), 3),
    }
)
_ORCHESTRATOR = Record(
    {
        "nodes": need(ListOf(place, least=1, most=20)),
        "lease_s": may(_PERIOD, 40),
        "evict_s": may(_SECONDS, 300),
    }
)
_image = tag_or_image()
_program = reference("programs")
_orchestrator = reference("orchestrators")
_TEMPLATE = {
    "orchestrator": need(_orchestrator),
    "image": need(_image),
    "run": need(_program),
    "ram_mib": may(MIB, 0),
    "grace_s": may(_SECONDS, 30),
    "liveness": may(_PROBE, None),
    "readiness": may(_PROBE, None),
}
_DEPLOYMENT = Record(
    {
        **_TEMPLATE,
        "replicas": need(_REPLICAS),
        "port": may(PORT, 0),
        "max_surge": may(_REPLICAS, 1),
        "max_unavailable": may(_REPLICAS, 0),
    }
)
_deployment = reference("deployments")

SECTIONS = {
    "orchestrators": may(MapOf(_ORCHESTRATOR), {}),
    "deployments": may(MapOf(_DEPLOYMENT), {}),
}
VERBS = {
    "start_orchestrator": Record({"orchestrator": need(_orchestrator)}),
    "deploy": Record({"name": need(_deployment)}),
    "update_image": Record(
        {"name": need(_deployment), "image": need(_image), "run": may(_program, None)}
    ),
    "scale": Record({"name": need(_deployment), "replicas": need(_REPLICAS)}),
    "run_pod": Record({"name": need(group), **_TEMPLATE}),
    "delete_pods": Record(
        {"name": need(reference("places")), "orchestrator": need(_orchestrator)}
    ),
    "request": Record({"name": need(_deployment), "count": may(integer(1, 10_000), 1)}),
}
