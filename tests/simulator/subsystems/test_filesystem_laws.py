"""Laws of layered files, whatever is written and removed in whatever order."""

from contextlib import suppress
from typing import NamedTuple

from hypothesis import given
from hypothesis import strategies as st

from simulator.subsystems.containers.images import ContainerImage, ImagePlatform, Layer
from simulator.subsystems.files import DataFile, FileTree, Mount
from simulator.subsystems.filesystem import MODES, FileError, read, remove, write
from simulator.subsystems.storage import Storage, blocks_kib

PATHS = ("/a", "/db/rows", "/db/more", "/etc/conf", "/vol/x")
CAPACITY_KIB = 200


class Deed(NamedTuple):
    """Something done in one of two containers."""

    who: int
    path: str
    size: int
    mode: str
    removes: bool
    copy_up: str


deeds = st.lists(
    st.builds(
        Deed,
        st.integers(0, 1),
        st.sampled_from(PATHS),
        st.integers(0, 60_000),
        st.sampled_from(MODES),
        st.booleans(),
        st.sampled_from(("file", "block")),
    ),
    max_size=25,
)


class Host:
    """A disk, an image on it, two containers of the image, and a volume of both."""

    def __init__(self) -> None:
        self.disk = Storage("disk", CAPACITY_KIB, 500)
        files = (DataFile("/db/rows", 30_000, "rows"), DataFile("/etc/conf", 10, "c"))
        self.image = ContainerImage("db", ImagePlatform(), (Layer(files=files),))
        self.before = dict(self.image.tree.data)
        self.volume = FileTree(device="volume", storage=self.disk)
        self.boxes = [self.image.tree.overlay(name) for name in ("one", "two")]
        for tree in self.boxes:
            tree.storage = self.disk
            tree.mounts["/vol"] = Mount(self.volume)

    def do(self, deed: Deed) -> None:
        """Carry it out; a full disk and a missing file are no surprise."""
        tree = self.boxes[deed.who]
        with suppress(FileError):
            if deed.removes:
                remove(tree, deed.path)
            else:
                write(
                    tree,
                    deed.path,
                    deed.size,
                    mode=deed.mode,
                    content=f"by {deed.who}",
                    copy_up=deed.copy_up,
                )


def done(plan: list[Deed]) -> Host:
    host = Host()
    for deed in plan:
        host.do(deed)
    return host


@given(deeds)
def test_space_adds_up_and_is_never_more_than_there_is(plan: list[Deed]) -> None:
    host = done(plan)
    assert host.disk.used_kib == sum(host.disk.charges.values())
    assert 0 <= host.disk.used_kib <= CAPACITY_KIB
    assert all(kib >= 0 for kib in host.disk.charges.values())


@given(deeds)
def test_a_container_pays_for_what_it_holds_itself(plan: list[Deed]) -> None:
    host = done(plan)
    for tree in host.boxes:
        held = sum(blocks_kib(size) for size in (tree.upper or {}).values())
        assert host.disk.charges.get(tree.device, 0) == held
    kept = sum(blocks_kib(entry.size) for entry in host.volume.data.values())
    assert host.disk.charges.get("volume", 0) == kept


@given(deeds)
def test_no_container_changes_its_image(plan: list[Deed]) -> None:
    host = done(plan)
    assert host.image.tree.data == host.before


@given(deeds)
def test_what_one_container_does_the_other_does_not_see(plan: list[Deed]) -> None:
    host = done([deed._replace(who=0) for deed in plan])
    other = host.boxes[1]
    assert {p: e for p, e in other.data.items() if p != "/vol/x"} == host.before
    assert (other.upper, other.whiteouts) == ({}, set())


@given(deeds)
def test_a_file_is_seen_that_is_held_or_lies_below_unhidden(plan: list[Deed]) -> None:
    host = done(plan)
    for tree in host.boxes:
        for path in PATHS[:-1]:
            own = path in (tree.upper or {})
            below = path in host.before and path not in tree.whiteouts
            try:
                read(tree, path)
            except FileError:
                assert not own
                assert not below
            else:
                assert own or below


@given(deeds)
def test_all_see_what_is_on_the_volume(plan: list[Deed]) -> None:
    host = done(plan)
    seen = []
    for tree in host.boxes:
        try:
            seen.append(read(tree, "/vol/x").content)
        except FileError as error:
            seen.append(error.errno_name)
    assert seen[0] == seen[1]


@given(deeds)
def test_a_removed_container_gives_back_all_that_was_its_own(plan: list[Deed]) -> None:
    host = done(plan)
    for tree in host.boxes:
        host.disk.release(tree.device)
    assert host.disk.used_kib == host.disk.charges.get("volume", 0)
