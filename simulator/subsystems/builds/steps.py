"""The instructions of one stage, carried out one after the other."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from simulator.dockerfile import Dockerfile, Instruction, Stage
from simulator.engine import Work
from simulator.events import FAILED
from simulator.subsystems.builds.copying import Copied, Files, copies, files_of
from simulator.subsystems.builds.errors import BuildError
from simulator.subsystems.builds.keys import (
    key_of_copy,
    key_of_directory,
    key_of_run,
)
from simulator.subsystems.builds.mounts import Mounts
from simulator.subsystems.builds.outcome import Outcome, Step
from simulator.subsystems.builds.running import Ran, run
from simulator.subsystems.builds.settings import NOTES, Settings, command_of, note
from simulator.subsystems.builds.site import Site
from simulator.subsystems.builds.stages import stage_called
from simulator.subsystems.builds.surroundings import Cache, Request, Surroundings
from simulator.subsystems.builds.tools.people import uid_of
from simulator.subsystems.builds.trees import (
    absolute,
    difference,
    make_directory,
    place,
    snapshot,
)
from simulator.subsystems.container import ContainerEngine
from simulator.subsystems.containers.images import ContainerImage, Layer, merged
from simulator.subsystems.files import DataFile, FileTree

SHOWN = 120
"""Letters of an instruction that an event shows."""


@dataclass(slots=True)
class StageState:
    """How far a stage is: its layers, its settings, the key of what lies below."""

    stage: Stage
    base: ContainerImage
    settings: Settings
    key: str
    layers: list[Layer]
    triggers: list[Instruction] = field(default_factory=list)
    """ONBUILD: what images built upon this one will do first."""
    _tree: FileTree | None = None

    @property
    def tree(self) -> FileTree:
        """The files so far; steps change them in place."""
        if self._tree is None:
            self._tree = merged(self.layers, f"{self.base.name}#{self.stage.index}")
        return self._tree

    def add(self, key: str, layer: Layer, *, is_in_tree: bool) -> None:
        """Put a layer on top; the tree has its files already, or gets them later."""
        self.key = key
        self.layers.append(layer)
        if not is_in_tree:
            self._tree = None

    def erase(self, paths: tuple[str, ...]) -> None:
        """Take files out of the layers below, as no overlay file system does."""
        self.layers = [_without(layer, paths) for layer in self.layers]


def _is_below(path: str, places: tuple[str, ...]) -> bool:
    return any(path == place or path.startswith(f"{place}/") for place in places)


def _without(layer: Layer, paths: tuple[str, ...]) -> Layer:
    return Layer(
        tuple(p for p in layer.programs if not _is_below(p.path, paths)),
        layer.libraries,
        tuple(e for e in layer.files if not _is_below(e.path, paths)),
        (),
        layer.bulk_kib,
        layer.created_by,
    )


@dataclass(slots=True)
class Steps:
    """Carries out the instructions of a build's stages."""

    engine: ContainerEngine
    around: Surroundings
    cache: Cache
    request: Request
    outcome: Outcome
    dockerfile: Dockerfile
    find: Callable[[str, str, int | None], Work]
    """Gets an image by name, for a platform."""
    global_args: Mapping[str, str] = field(default_factory=dict)
    """ARGs in front of the first FROM, with their values."""
    done: dict[int, StageState] = field(default_factory=dict)
    """Stages that are finished."""
    seq: int = 0
    """The last event of the build."""
    number: int = 0

    @property
    def now(self) -> int:
        """Virtual time in microseconds."""
        return self.engine.host.platform.engine.now

    def carry_out(self, state: StageState, instruction: Instruction) -> Work:
        """Do one instruction; raise BuildError when it fails."""
        keyword = instruction.keyword
        if keyword in NOTES:
            note(state.settings, instruction)
        elif keyword == "ARG":
            self._declare(state, instruction)
        elif keyword == "ONBUILD":
            state.triggers += [instruction.inner] if instruction.inner else []
        elif keyword == "RUN":
            yield from self._run(state, instruction)
        elif keyword == "WORKDIR":
            yield from self._workdir(state, instruction)
        else:
            yield from self._copy(state, instruction)

    def fail(self, instruction: Instruction, error: BuildError) -> None:
        """Record what a step failed of; the build ends with it."""
        self.outcome.failed_line = instruction.line
        self.outcome.exit_status = error.exit_status
        detail = {} if error.exit_status is None else {"exit_status": error.exit_status}
        self.seq = self.engine.host.platform.engine.record(
            self.engine.name,
            "build_step",
            FAILED,
            cause=self.seq,
            target=instruction.text[:SHOWN],
            line=instruction.line,
            **detail,
            log=error.log,
        )

    def _declare(self, state: StageState, instruction: Instruction) -> None:
        """ARG: what was given for it, or its default, is visible from here on."""
        settings = state.settings
        for name, default in instruction.pairs:
            given = self.request.args.get(name)
            if given is not None:
                settings.args[name] = given
            elif default is not None:
                settings.args[name] = settings.expanded(default)
            elif name in self.global_args:
                settings.args[name] = self.global_args[name]

    def _run(self, state: StageState, instruction: Instruction) -> Work:
        mechanism = self.engine.mechanisms["build.cache"]
        world = self.around.state(self.now) if mechanism == "world" else ""
        key = key_of_run(state.key, instruction, state.settings, world)
        if self._cached(state, instruction, key):
            return
        self.number += 1
        site = Site(
            self.engine.host,
            state.tree,
            f"{self.request.name}-step-{self.number}",
            self.engine.host.namespaces,
            state.base.arch,
            self.around.archives,
            self.around.resources,
            self.around.meanings,
        )
        before = snapshot(state.tree)
        mounts = Mounts(self.cache.mounts, self.request.secrets)
        mounts.mount(instruction, state.tree, state.settings.workdir)
        try:
            ran: Ran = yield from run(site, instruction, state.settings, self.seq)
        finally:
            self.outcome.downloaded_kib += site.downloaded_kib
            mounts.unmount(state.tree)
        self.seq = ran.seq
        if ran.status:
            command = " ".join(command_of(state.settings, instruction))
            raise BuildError(
                f'process "{command[:SHOWN]}" did not complete successfully: '
                f"exit code: {ran.status}",
                ran.status,
            )
        layer = difference(before, state.tree, instruction.text)
        if layer.whiteouts and self.engine.mechanisms["build.deletion"] == "erase":
            state.erase(layer.whiteouts)
        self._keep(state, instruction, key, layer)

    def _copy(self, state: StageState, instruction: Instruction) -> Work:
        files = yield from self._source(state, instruction)
        settings, tree = state.settings, state.tree
        copied = self._fetched(copies(settings, instruction, files, tree), instruction)
        by_time = self.engine.mechanisms["build.copy_key"] == "times"
        touched = self.request.context.touched
        times = [touched.get(copy.source, 0) for copy in copied] if by_time else []
        key = key_of_copy(state.key, instruction, copied, times)
        if self._cached(state, instruction, key):
            return
        owner = settings.expanded(instruction.flag("chown")).partition(":")[0]
        uid = uid_of(tree, owner)
        if uid is None:
            raise BuildError(f"invalid user: no such user: {owner}")
        before = snapshot(tree)
        for copy in copied:
            self._put(tree, copy, uid, instruction)
        layer = difference(before, tree, instruction.text)
        yield self.engine.store.storage.span_us(layer.size_kib)
        self._keep(state, instruction, key, layer)

    def _source(self, state: StageState, instruction: Instruction) -> Work:
        """Return the files that can be copied: the context's, a stage's, an image's."""
        name = instruction.flag("from")
        if not name:
            return self._addresses(instruction, self.request.context.sent())
        stage = stage_called(self.dockerfile, name, state.stage.index)
        if stage is not None:
            return files_of(self.done[stage.index].tree)
        image: ContainerImage = yield from self.find(name, "", self.seq)
        return files_of(image.tree)

    def _addresses(self, instruction: Instruction, files: Files) -> Files:
        """Add what ADD fetches, each file under its address."""
        found = dict(files)
        for word in instruction.words if instruction.keyword == "ADD" else ():
            resource = self.around.resources.get(word)
            if resource is not None:
                path, content = absolute("/", word), resource.content_at(self.now)
                file = DataFile(path, resource.kib * 1024, content)
                found[path] = resource.program or file
        return found

    def _fetched(self, copied: list[Copied], instruction: Instruction) -> list[Copied]:
        """Unpack the archives that ADD finds in the context."""
        if instruction.keyword != "ADD":
            return copied
        found: list[Copied] = []
        for copy in copied:
            entry = copy.entry
            meaning = None
            if isinstance(entry, DataFile) and not copy.source.startswith("/http"):
                meaning = self.around.meanings.get(entry.content)
            inside = meaning.unpacks if meaning is not None else ()
            directory = copy.target.rpartition("/")[0]
            found += [
                Copied(copy.source, absolute(directory, e.path.lstrip("/")), e)
                for e in inside
            ] or [copy]
        return found

    def _put(
        self, tree: FileTree, copy: Copied, uid: int, instruction: Instruction
    ) -> None:
        make_directory(tree, copy.target.rpartition("/")[0] or "/")
        place(tree, copy.entry, copy.target, uid)
        mode = instruction.flag("chmod")
        entry = tree.files.get(copy.target)
        if entry is not None and mode:
            executable = bool(int(mode[-3]) & 1)
            tree.add(replace(entry, executable=executable))

    def _workdir(self, state: StageState, instruction: Instruction) -> Work:
        settings = state.settings
        path = settings.path(settings.expanded(instruction.words[0]))
        settings.workdir = path
        key = key_of_directory(state.key, path)
        if self._cached(state, instruction, key):
            return
        before = snapshot(state.tree)
        make_directory(state.tree, path)
        yield 0
        layer = difference(before, state.tree, instruction.text)
        self._keep(state, instruction, key, layer)

    def _cached(self, state: StageState, instruction: Instruction, key: str) -> bool:
        """Take a step's layer from the cache, if it is there and may be used."""
        layer = self.cache.layers.get(key)
        off = self.engine.mechanisms["build.cache"] == "off"
        if layer is None or off or self.request.no_cache:
            return False
        state.add(key, layer, is_in_tree=False)
        self._note(instruction, layer, cached=True)
        return True

    def _keep(
        self, state: StageState, instruction: Instruction, key: str, layer: Layer
    ) -> None:
        self.cache.layers[key] = layer
        state.add(key, layer, is_in_tree=True)
        self._note(instruction, layer, cached=False)

    def _note(self, instruction: Instruction, layer: Layer, *, cached: bool) -> None:
        kib, text = layer.size_kib, instruction.text
        self.outcome.steps.append(Step(text, instruction.line, cached, kib))
        self.seq = self.engine.host.platform.engine.record(
            self.engine.name,
            "build_step",
            cause=self.seq,
            target=text[:SHOWN],
            line=instruction.line,
            cached=cached,
            kib=kib,
        )
