"""Which stages a build needs, and what each of them stands on."""

from collections.abc import Mapping

from simulator.dockerfile import Dockerfile, ExpansionError, Stage, expand
from simulator.subsystems.builds.errors import BuildError


def stage_called(dockerfile: Dockerfile, name: str, before: int) -> Stage | None:
    """Return the stage that a name or a number means at some place; None: none."""
    earlier = dockerfile.stages[:before]
    if name.isascii() and name.isdigit():
        return next((s for s in earlier if s.index == int(name[:3])), None)
    found = (s for s in reversed(earlier) if s.name and s.name == name.lower())
    return next(found, None)


def target_stage(dockerfile: Dockerfile, target: str) -> Stage:
    """Return the stage whose image is wanted: the last one, or one by its name."""
    if not target:
        return dockerfile.stages[-1]
    found = stage_called(dockerfile, target, len(dockerfile.stages))
    if found is None:
        raise BuildError(f'target stage "{target}" could not be found')
    return found


def needed_stages(
    dockerfile: Dockerfile, target: Stage, variables: Mapping[str, str]
) -> list[Stage]:
    """Return the target and the stages that it stands on or copies from, in order."""
    wanted: dict[int, Stage] = {}
    waiting = [target]
    while waiting:
        stage = waiting.pop()
        if stage.index in wanted:
            continue
        wanted[stage.index] = stage
        for name in _names(dockerfile, stage, variables):
            found = stage_called(dockerfile, name, stage.index)
            waiting += [] if found is None else [found]
    return [wanted[index] for index in sorted(wanted)]


def base_of(dockerfile: Dockerfile, stage: Stage, variables: Mapping[str, str]) -> str:
    """Return what FROM names, its variables replaced; raise BuildError for nothing."""
    try:
        base = expand(stage.base, variables, dockerfile.escape)
    except ExpansionError as error:
        raise BuildError(f"failed to process {stage.base!r}: {error}") from error
    if not base:
        raise BuildError(f"base name ({stage.base}) should not be blank")
    return base


def _names(
    dockerfile: Dockerfile, stage: Stage, variables: Mapping[str, str]
) -> list[str]:
    copied = (i.flag("from") for i in stage.instructions if i.keyword == "COPY")
    return [base_of(dockerfile, stage, variables), *(name for name in copied if name)]
