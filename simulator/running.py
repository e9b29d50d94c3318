"""Executing one arm of a scenario in one variant."""

from collections.abc import Iterable, Mapping
from typing import Any

from simulator.actions.plan import carry_out
from simulator.engine import Budget, BudgetExceededError, Engine, no_collection
from simulator.errors import InputError
from simulator.events import FAILED
from simulator.mechanisms import Overlay, Value, altered, defaults, version_suffix
from simulator.models import Models
from simulator.observing import measure, observe
from simulator.scenario.binding import Template
from simulator.scenario.fields import suggest
from simulator.scenario.model import Arm, Params, Scenario
from simulator.trace import BUDGET_EXCEEDED, COMPLETED, Run
from simulator.version import SIMULATOR_VERSION
from simulator.world import World

Documents = Mapping[str, str]
"""Texts in the place of a world's Dockerfiles, by name."""


def run_arm(
    scenario: Scenario,
    arm: str,
    params: Params,
    *,
    seed: int = 0,
    budget: Budget | None = None,
    mechanisms: Overlay | None = None,
    documents: Documents | None = None,
) -> Run:
    """Execute one arm and return what happened.

    ``mechanisms`` changes the simulator itself, as ``altered`` does. ``documents``
    puts texts in the place of Dockerfiles of the world, by name: somebody's own work,
    which may say anything. Raises InputError for an arm, a parameter, a mechanism or
    a document that does not exist; exceeding the budget is not an error but the run's
    verdict.
    """
    (run,) = run_arms(
        scenario,
        [scenario.arm(arm)],
        params,
        seed=seed,
        budget=budget,
        mechanisms=mechanisms,
        documents=documents,
    )
    return run


def run_arms(
    scenario: Scenario,
    arms: Iterable[Arm],
    params: Params,
    *,
    seed: int = 0,
    budget: Budget | None = None,
    mechanisms: Overlay | None = None,
    documents: Documents | None = None,
) -> list[Run]:
    """Execute several arms of one variant, each in a world of its own.

    The rest is as for ``run_arm``.
    """
    params = scenario.checked_params(params)
    models = Models(scenario.world_template.fill(params))
    runs = []
    with altered(mechanisms or {}):
        for arm in arms:
            with no_collection():
                own = _changed(models, arm, params, documents or {})
                run = _run(scenario, arm, params, own, seed=seed, budget=budget)
            runs.append(run)
    return runs


def _run(
    scenario: Scenario,
    arm: Arm,
    params: Params,
    models: Models,
    *,
    seed: int,
    budget: Budget | None,
) -> Run:
    engine = Engine(seed, budget)
    world = World(models, engine, _mechanisms(arm, params))
    verdict = COMPLETED
    engine.spawn(carry_out(world, scenario.plan_templates[arm.name].fill(params)))
    try:
        engine.run()
    except BudgetExceededError as error:
        verdict = BUDGET_EXCEEDED
        engine.conclude("engine", "stop", FAILED, log=str(error))
    return Run(
        scenario_digest=scenario.digest,
        simulator_version=SIMULATOR_VERSION + version_suffix(),
        arm=arm.name,
        params=params,
        seed=seed,
        events=tuple(engine.events),
        observation=observe(world),
        metrics=measure(world),
        budget_used=engine.used(),
        verdict=verdict,
    )


def _with_documents(spec: Mapping[str, Any], documents: Documents) -> Mapping[str, Any]:
    """Return the world with other Dockerfiles; raise InputError for a wrong name."""
    if not documents:
        return spec
    files = dict(spec["dockerfiles"])
    for name, text in documents.items():
        if name not in files:
            raise InputError(f"there is no Dockerfile {name!r}; {suggest(name, files)}")
        files[name] = {**files[name], "text": text}
    return {**spec, "dockerfiles": files}


def begin_arm(
    scenario: Scenario, arm: str, params: Params, *, seed: int, budget: Budget
) -> World:
    """Make the world of an arm and carry out its plan; the world can go on then.

    Raises InputError for an arm or a parameter that does not exist, and
    BudgetExceededError when the plan takes more than the budget.
    """
    engine = Engine(seed, budget)
    spec, values = arranged(scenario, scenario.arm(arm), params)
    world = World(Models(spec), engine, values)
    checked = scenario.checked_params(params)
    engine.spawn(carry_out(world, scenario.plan_templates[arm].fill(checked)))
    engine.run()
    return world


def arranged(
    scenario: Scenario, arm: Arm, params: Params
) -> tuple[Mapping[str, Any], dict[str, Value]]:
    """Return the world and the mechanisms of an arm, after its interventions."""
    spec: Mapping[str, Any] = scenario.world_template.fill(params)
    return _with_changes(spec, arm, params), _mechanisms(arm, params)


def _changed(models: Models, arm: Arm, params: Params, documents: Documents) -> Models:
    """Return the models of an arm: those of all, unless it changes a part."""
    spec = _with_documents(_with_changes(models.spec, arm, params), documents)
    return models if spec is models.spec else models.changed(spec)


def _with_changes(
    spec: Mapping[str, Any], arm: Arm, params: Params
) -> Mapping[str, Any]:
    for change in arm.changes:
        if change.is_mechanism:
            continue
        section, name, field = change.target.split(".")
        # All but the changed field may belong to other runs too.
        part = {**spec[section][name], field: Template(change.value).fill(params)}
        spec = {**spec, section: {**spec[section], name: part}}
    return spec


def _mechanisms(arm: Arm, params: Params) -> dict[str, Value]:
    values = defaults()
    for change in arm.changes:
        if change.is_mechanism:
            values[change.target] = Template(change.value).fill(params)
    return values
