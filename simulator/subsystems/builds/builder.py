"""A builder: one Dockerfile, one context, an image or a reason at the end.

Stages that nothing leads to from the wanted one are not built. Layers come from the
cache where a step's key is known.
"""

from dataclasses import dataclass, field, replace

from simulator.dockerfile import (
    Dockerfile,
    DockerfileError,
    ExpansionError,
    Instruction,
    Stage,
    expand,
    parse_dockerfile,
)
from simulator.engine import Work
from simulator.events import FAILED, OK
from simulator.subsystems.builds.errors import BuildError
from simulator.subsystems.builds.outcome import Outcome
from simulator.subsystems.builds.settings import Settings
from simulator.subsystems.builds.stages import (
    base_of,
    needed_stages,
    stage_called,
    target_stage,
)
from simulator.subsystems.builds.steps import StageState, Steps
from simulator.subsystems.builds.surroundings import Cache, Request, Surroundings
from simulator.subsystems.builds.tools import apk, apt
from simulator.subsystems.container import ContainerEngine
from simulator.subsystems.containers.images import (
    ARCH_OF_OCI,
    ContainerImage,
    ImageConfig,
    ImagePlatform,
    Layer,
)

SCRATCH = "scratch"
_HOMES = {"apt": ("apt-get", apt.LISTS), "apk": ("apk", apk.CACHE)}
"""Per package manager with lists: its tool, and where the lists are."""
_ARCH_OF_NAME = {name: arch for arch, name in ARCH_OF_OCI.items()}


@dataclass(slots=True)
class Builder:
    """What an engine builds images with."""

    engine: ContainerEngine
    around: Surroundings
    cache: Cache = field(default_factory=Cache)
    _last: int | None = None
    """The last event of the build under way."""

    def build(self, request: Request, outcome: Outcome, cause: int | None) -> Work:
        """Build an image; ``outcome`` says how far it came and how it ended."""
        engine = self.engine.host.platform.engine
        outcome.began = engine.now
        try:
            dockerfile = parse_dockerfile(request.text)
        except DockerfileError as error:
            first = error.problems[0]
            outcome.failed_line = first.line
            log = f"dockerfile parse error on line {first.line}: {first.message}"
            self._end(request, outcome, cause, log)
            return
        try:
            image = yield from self._built(request, outcome, dockerfile, cause)
        except BuildError as error:
            self._end(request, outcome, self._last, f"failed to solve: {error.log}")
            return
        outcome.image = image
        if self.engine.store.load(image, self._last) is None:
            self._end(request, outcome, len(engine.events) - 1, "no space left")
            return
        self.engine.store.tags[request.tag] = image
        self._end(request, outcome, self._last, "")

    def _built(
        self,
        request: Request,
        outcome: Outcome,
        dockerfile: Dockerfile,
        cause: int | None,
    ) -> Work:
        """Build the stages that are needed; the result is the image."""
        self._last = cause
        host = self.engine.host.platform.arch
        given = self._global_args(dockerfile, request)
        fixed = platform_args(request.arch or host, host)
        steps = Steps(
            self.engine,
            self.around,
            self.cache,
            request,
            outcome,
            dockerfile,
            self._find,
            {**fixed, **given},
        )
        steps.seq = cause or 0
        target = target_stage(dockerfile, request.target)
        stages = needed_stages(dockerfile, target, steps.global_args)
        if self.engine.mechanisms["build.stages"] == "all":
            stages = list(dockerfile.stages[: target.index + 1])
        try:
            for stage in stages:
                steps.done[stage.index] = yield from self._stage(steps, stage)
                outcome.stages += 1
        finally:
            self._last = steps.seq
        return self._image(request, steps.done[target.index])

    def _stage(self, steps: Steps, stage: Stage) -> Work:
        """Carry out one stage; the result is its state."""
        state = yield from self._begun(steps, stage)
        triggers = self.cache.triggers.get(state.base.digest, ())
        for instruction in (*triggers, *stage.instructions):
            try:
                yield from steps.carry_out(state, instruction)
            except BuildError as error:
                steps.fail(instruction, error)
                raise
        return state

    def _begun(self, steps: Steps, stage: Stage) -> Work:
        """Return the state that a stage begins with: its base image, or a stage."""
        dockerfile = steps.dockerfile
        name = base_of(dockerfile, stage, steps.global_args)
        before = stage_called(dockerfile, name, stage.index)
        if before is not None:
            below = steps.done[before.index]
            settings = Settings.of(below.settings.config(), dockerfile.escape)
            settings.args = self._first_args(steps)
            layers = list(below.layers)
            return StageState(stage, below.base, settings, below.key, layers)
        platform = expand(stage.platform, steps.global_args)
        arch = _ARCH_OF_NAME.get(platform.rpartition("/")[2], platform)
        try:
            base = yield from self._find(name, arch or steps.request.arch, steps.seq)
        except BuildError as error:
            steps.fail(Instruction("FROM", stage.line, f"FROM {name}"), error)
            raise
        last = self.engine.host.platform.engine.events[-1]
        if last.actor == self.engine.name:
            steps.seq = last.seq
        settings = Settings.of(base.config, dockerfile.escape)
        settings.args = self._first_args(steps)
        layers = [*base.layers, *self._lists(base)]
        return StageState(stage, base, settings, base.digest, layers)

    def _lists(self, base: ContainerImage) -> list[Layer]:
        """Return the lists of packages as a layer, where base images ship them."""
        if self.engine.mechanisms["build.index"] == "emptied":
            return []
        tools = {path.rpartition("/")[2] for path in base.tree.files}
        files = []
        for archive in self.around.archives.values():
            tool, home = _HOMES.get(archive.manager, ("", ""))
            if tool in tools:
                files.append(replace(archive.index(0), path=f"{home}/{archive.name}"))
        return [Layer(files=tuple(files), created_by="lists of packages")]

    def _first_args(self, steps: Steps) -> dict[str, str]:
        """Return the ARGs that a stage has before it declares any: none."""
        everywhere = self.engine.mechanisms["build.args"] == "everywhere"
        return dict(steps.global_args) if everywhere else {}

    def _find(self, name: str, arch: str, cause: int | None) -> Work:
        """Return an image by name; raise BuildError when there is none."""
        host = self.engine.store.host
        if name == SCRATCH:
            platform = replace(host, arch=arch or host.arch)
            return ContainerImage(SCRATCH, platform, (), ImageConfig())
        found = self.around.named(name)
        wanted = (
            found if ":" in name or not isinstance(found, str) else f"{name}:latest"
        )
        local = (
            self.engine.store.tags.get(wanted) if isinstance(wanted, str) else wanted
        )
        if arch in {"", host.arch} or (local is not None and local.arch == arch):
            image = yield from self.engine.find(wanted, "missing", cause)
        else:
            store = replace(self.engine.store, host=replace(host, arch=arch))
            image = yield from store.pull(wanted, cause)
        if image is None:
            last = self.engine.host.platform.engine.events[-1]
            raise BuildError(f"{name}: {last.detail['log']}")
        return image

    def _global_args(self, dockerfile: Dockerfile, request: Request) -> dict[str, str]:
        """Return the values of the ARGs in front of the first FROM."""
        values: dict[str, str] = {}
        for instruction in dockerfile.arguments:
            for name, default in instruction.pairs:
                given = request.args.get(name)
                try:
                    value = expand(default or "", values, dockerfile.escape)
                except ExpansionError as error:
                    raise BuildError(
                        f"failed to process ARG {name}: {error}"
                    ) from error
                values[name] = value if given is None else given
        return values

    def _image(self, request: Request, state: StageState) -> ContainerImage:
        platform: ImagePlatform = state.base.platform
        layers = tuple(layer for layer in state.layers if not _is_empty(layer))
        image = ContainerImage(request.tag, platform, layers, state.settings.config())
        if state.triggers:
            self.cache.triggers[image.digest] = tuple(state.triggers)
        return image

    def _end(
        self, request: Request, outcome: Outcome, cause: int | None, log: str
    ) -> None:
        """Record how a build ended."""
        engine = self.engine.host.platform.engine
        outcome.took_us = engine.now - outcome.began
        outcome.state, outcome.log = "failed" if log else "built", log
        detail: dict[str, object] = {"log": log} if log else {}
        image = outcome.image
        if image is not None and not log:
            detail = {"digest": image.digest[:19], "kib": image.size_kib}
        engine.record(
            self.engine.name,
            "build",
            FAILED if log else OK,
            cause=cause,
            target=request.tag,
            cached_steps=outcome.cached,
            steps=len(outcome.steps),
            **detail,
        )


def platform_args(target: str, host: str) -> dict[str, str]:
    """Return the ARGs that a builder sets: what it builds for, and on."""
    target, host = ARCH_OF_OCI[target], ARCH_OF_OCI[host]
    return {
        "TARGETPLATFORM": f"linux/{target}",
        "TARGETOS": "linux",
        "TARGETARCH": target,
        "BUILDPLATFORM": f"linux/{host}",
        "BUILDOS": "linux",
        "BUILDARCH": host,
    }


def _is_empty(layer: Layer) -> bool:
    """Return whether a layer changed nothing: no image has such layers."""
    changes = (layer.programs, layer.libraries, layer.files, layer.whiteouts)
    return not any(changes) and not layer.bulk_kib
