"""What an engine has of images, and what a pull brings."""

from typing import Any

import pytest

from simulator import Run
from simulator.engine import Engine
from simulator.subsystems.containers.images import ContainerImage, ImagePlatform, Layer
from simulator.subsystems.containers.store import ImageStore
from simulator.subsystems.storage import Storage
from tests.simulator.worlds import BOOT, ENGINE, app_vm, box, events, failures, install
from tests.simulator.worlds import run as run_plan

LAYERS = {
    "base": {"size_mib": 100, "libraries": ["glibc"]},
    "code": {"size_mib": 10, "programs": ["app"]},
    "fix": {"size_mib": 20, "programs": ["app"]},
}
IMAGES = {
    "first": {"layers": ["base", "code"]},
    "second": {"layers": ["base", "fix"]},
    "on_arm": {"layers": ["base", "code"], "arch": "aarch64"},
    "on_windows": {"layers": ["code"], "os": "windows", "os_version": "10.0.20348"},
}
TAGS = [
    {"tag": "web:1", "images": ["first"]},
    {"tag": "web:2", "images": ["second"]},
    {"tag": "arm:1", "images": ["on_arm"]},
    {"tag": "many:1", "images": ["on_arm", "on_windows"]},
    {"tag": "win:1", "images": ["on_windows"]},
]
HUB = {"hub": {"mib_s": 100, "tags": TAGS}}
WORLD = {"layers": LAYERS, "images": IMAGES, "registries": HUB}
MIB = 1024
REFUSED = (
    'image operating system "windows" cannot be used on this platform:'
    " operating system is not supported"
)


def run(plan: Any, world: Any = None, **more: Any) -> Run:
    return run_plan([*ENGINE, *plan], world={**WORLD, **(world or {})}, **more)


def pull(image: str, on: str = "server") -> dict[str, Any]:
    return {"pull": {"on": on, "image": image}}


def push(tag: str, *images: str) -> dict[str, Any]:
    return {"push": {"registry": "hub", "tag": tag, "images": list(images)}}


def kib(done: Run) -> list[int]:
    return [e.detail["kib"] for e in events(done, "pull", outcome="ok")]


def test_a_pull_gets_each_layer_and_unpacks_it() -> None:
    done = run([pull("web:1")])
    told = [e.action for e in done.events if e.actor == "docker"]
    assert told[1:] == ["resolve", *["download", "extract"] * 2, "pull"]
    downloads = events(done, "download")
    assert [e.detail["kib"] for e in downloads] == [100 * MIB, 10 * MIB]
    assert kib(done) == [110 * MIB]
    chain = [e for e in done.events if e.actor == "docker"][1:]
    assert [e.cause for e in chain[1:]] == [e.seq for e in chain[:-1]]


def test_a_pull_takes_as_long_as_the_slower_end_needs() -> None:
    fast = run([pull("web:1")])
    slow = run([pull("web:1")], {"machines": {"server": {"network_mib_s": 10}}})
    spans = [
        events(done, "download")[0].time - events(done, "resolve")[0].time
        for done in (fast, slow)
    ]
    assert spans == [1_000_000, 10_000_000]
    unpacked = [e.time for e in events(fast, "download", target="")]
    assert unpacked == []
    assert events(fast, "extract")[0].time - events(fast, "download")[0].time == 200_000


def test_layers_that_are_here_are_not_pulled_again() -> None:
    done = run([pull("web:1"), pull("web:2"), pull("web:1")])
    assert kib(done) == [110 * MIB, 20 * MIB, 0]
    assert len(events(done, "layer_present")) == 3


def test_two_pulls_at_once_share_what_is_on_its_way() -> None:
    start = {"name": "box", "on": "server", "image": "web:1", "run": "app", "count": 2}
    done = run([{"start_container": start}])
    assert kib(done) == [110 * MIB, 110 * MIB]
    assert [e.detail["kib"] for e in events(done, "download")] == [100 * MIB, 10 * MIB]
    assert failures(done) == []


def test_a_tag_here_does_not_follow_the_registrys() -> None:
    started = box(image="web:1")
    done = run([pull("web:1"), push("web:1", "second"), started])
    assert len(events(done, "resolve")) == 1
    assert events(done, "image_present")[0].detail["target"] == "first"
    again = run(
        [pull("web:1"), push("web:1", "second"), box(image="web:1", pull="always")]
    )
    assert events(again, "image_present")[0].detail["target"] == "second"


def test_a_manifest_by_its_digest_stays_what_it_was() -> None:
    done = run([push("web:1", "second"), box(image="first")])
    assert events(done, "image_present")[0].detail["target"] == "first"
    assert events(done, "resolve")[0].detail["target"].startswith("sha256:")
    again = run([pull("first"), box(image="first")])
    assert len(events(again, "resolve")) == 1


def test_an_image_that_no_registry_has_is_here_from_the_start() -> None:
    done = run([box()])
    assert events(done, "resolve") == []
    assert failures(done) == []


def test_never_pull() -> None:
    done = run([box(image="web:1", pull="never")])
    assert failures(done) == [("docker", "find_image", "Error: No such image: web:1")]
    assert events(done, "image_present") == []


@pytest.mark.parametrize(
    ("wanted", "log"),
    [
        ("many:1", "no matching manifest for linux/amd64 in the manifest list entries"),
        (
            "win:1",
            REFUSED,
        ),
        (
            "on_windows",
            REFUSED,
        ),
        ("app_image", "manifest for app_image not found"),
    ],
)
def test_a_pull_that_is_refused(wanted: str, log: str) -> None:
    done = run([pull(wanted)])
    assert failures(done) == [("docker", "pull", log)]
    assert events(done, "pull", outcome="failed")[0].detail["target"] == wanted


def test_a_tag_that_no_registry_has() -> None:
    done = run([pull("late:1"), push("late:1", "first"), pull("late:1")])
    assert failures(done) == [
        (
            "docker",
            "pull",
            "manifest for late:1 not found: manifest unknown: manifest unknown",
        )
    ]
    assert kib(done) == [110 * MIB]


def test_an_image_for_another_processor_is_pulled_with_a_warning() -> None:
    done = run([pull("arm:1")])
    said = events(done, "pull", outcome="ok")[0].detail
    assert said["platform"] == "linux/arm64"
    assert "does not match the detected host platform (linux/amd64)" in said["log"]


def test_a_disk_without_room_for_a_layer() -> None:
    done = run([pull("web:1")], {"machines": {"server": {"disk_mib": 105}}})
    assert failures(done) == [("docker", "pull", "ENOSPC")]
    assert (
        "failed to register layer: No space left"
        in (events(done, "pull", outcome="failed")[0].detail["log"])
    )
    loaded = run([box()], {"machines": {"server": {"disk_mib": 105}}})
    assert failures(loaded) == [("docker", "load", "ENOSPC")]
    assert events(loaded, "image_present") == []


def test_images_outlive_a_power_cut() -> None:
    off = {"cut_power": {"machine": "server"}}
    done = run([pull("web:1"), off, {"power_on": {"machine": "server"}}, pull("web:1")])
    assert kib(done) == [110 * MIB, 0]


def test_an_engine_in_a_guest_pulls_over_its_hosts_network() -> None:
    plan = [
        install("kvm"),
        app_vm(),
        install("docker", "guest"),
        pull("web:1", "guest"),
    ]
    done = run_plan([*BOOT, *plan], world=WORLD)
    assert failures(done) == []
    assert kib(done) == [110 * MIB]


def test_pull_where_no_engine_runs() -> None:
    done = run_plan([*BOOT, pull("web:1")], world=WORLD)
    assert failures(done) == [
        (
            "server",
            "pull",
            "Cannot connect to the daemon: no container engine is running here",
        )
    ]
    off = run_plan([pull("web:1")], world=WORLD)
    assert [name for name, *_ in failures(off)] == ["server"]


class Bare:
    """A platform that has a disk and a clock, and no more."""

    def __init__(self) -> None:
        self.engine = Engine()
        self.storage = Storage("disk", 1000, 100)
        self.network_mib_s = 100


def test_an_image_that_is_removed_leaves_the_layers_of_others() -> None:
    store = ImageStore("docker", Bare(), ImagePlatform())  # type: ignore[arg-type]
    base, top, other = (Layer(bulk_kib=kib) for kib in (100, 10, 20))
    first = ContainerImage("a", ImagePlatform(), (base, top))
    second = ContainerImage("b", ImagePlatform(), (base, other))
    for tag, image in (("a:1", first), ("b:1", second)):
        assert store.load(image, None) is image
        store.tags[tag] = image
    assert store.storage.used_kib == 130
    assert store.remove(first) == 10
    assert (store.has(first), store.has(second)) == (False, True)
    assert store.remove(first) == 0
    assert store.remove(second) == 120
    assert (store.storage.used_kib, store.tags) == (0, {})
