"""Images and registries as a world declares them."""

from typing import Any

from simulator.images import healthcheck_of, images_of, layers_of, registries_of
from simulator.subsystems.containers.images import (
    ContainerImage,
    Healthcheck,
    ImageConfig,
)
from simulator.subsystems.files import DataFile, Program
from tests.simulator.worlds import document, messages, scenario, text_of

CONFIG = {
    "entrypoint": ["/usr/bin/entry"],
    "cmd": "serve --fast",
    "env": ["PATH=/usr/bin"],
    "workdir": "/srv",
    "user": "1000",
    "exposed_ports": [80],
    "volumes": ["/data"],
    "stop_signal": "SIGINT",
    "healthcheck": {"command": ["/bin/check"], "interval_s": 5, "retries": 2},
}
LAYERS: dict[str, Any] = {
    "base": {"size_mib": 10, "libraries": ["glibc"]},
    "code": {
        "programs": ["app"],
        "files": [{"path": "/etc/app", "content": "x"}, {"path": "/big", "kib": 100}],
        "removes": ["/tmp"],
    },
}
IMAGES: dict[str, Any] = {
    "stacked": {"layers": ["base", "code"], "config": CONFIG},
    "more": {"layers": ["base"], "size_mib": 5},
    "plain": {"size_mib": 7, "programs": ["app"]},
    "empty": {},
}
HUB = {"hub": {"tags": [{"tag": "web:1", "images": ["stacked", "more"]}]}}
WORLD = {"layers": LAYERS, "images": IMAGES, "registries": HUB}


PROGRAMS = {name: Program(name, f"/{name}", "elf", "x86_64") for name in ("app", "exe")}


def read() -> Any:
    return scenario(world=WORLD).world


def made(spec: Any) -> dict[str, ContainerImage]:
    return images_of(spec["images"], layers_of(spec, PROGRAMS))


def test_layers_become_images() -> None:
    images = made(read())
    sizes = {name: [layer.size_kib for layer in images[name].layers] for name in IMAGES}
    assert sizes == {
        "stacked": [10240, 104],
        "more": [10240, 5120],
        "plain": [7168],
        "empty": [0],
    }
    code = images["stacked"].layers[1]
    assert code.files == (DataFile("/etc/app", 4096, "x"), DataFile("/big", 102400))
    assert (code.programs, code.whiteouts) == ((PROGRAMS["app"],), ("/tmp",))
    assert images["stacked"].layers[0] is images["more"].layers[0]


def test_a_configuration_in_both_forms() -> None:
    images = made(read())
    assert images["plain"].config == ImageConfig()
    assert images["stacked"].config == ImageConfig(
        entrypoint=("/usr/bin/entry",),
        cmd=("/bin/sh", "-c", "serve --fast"),
        env=("PATH=/usr/bin",),
        workdir="/srv",
        user="1000",
        exposed_ports=(80,),
        volumes=("/data",),
        stop_signal="SIGINT",
        healthcheck=Healthcheck(("/bin/check",), 5_000_000, retries=2),
    )


def test_a_configuration_without_a_check() -> None:
    plain = {"images": {"plain": {"config": {"cmd": ["/srv/app"]}}}}
    images = made(scenario(world=plain).world)
    assert images["plain"].config == ImageConfig(cmd=("/srv/app",))


def test_registries_hold_what_the_world_says() -> None:
    spec = read()
    images = made(spec)
    registries = registries_of(spec["registries"], images)
    hub = registries["hub"]
    assert hub.mib_s == 100
    assert hub.tags == {"web:1": (images["stacked"], images["more"])}
    assert set(hub.manifests) == {images["stacked"].digest, images["more"].digest}


def test_a_check_in_shell_form() -> None:
    fields = {
        "command": ("/bin/sh", "-c", "check"),
        "interval_s": 1,
        "timeout_s": 2,
        "start_period_s": 3,
        "retries": 4,
    }
    assert healthcheck_of(fields) == Healthcheck(
        ("/bin/sh", "-c", "check"), 1_000_000, 2_000_000, 3_000_000, 4
    )


def test_an_image_that_is_not_there() -> None:
    start = {"name": "box", "on": "server", "image": "web:2", "run": "app"}
    bad = document([{"start_container": start}], world=WORLD)
    found = messages(text_of(bad))
    assert [message for *_, message in found] == ["there is no image 'web:2'"]


def test_a_tag_has_a_certain_form() -> None:
    push = {"registry": "hub", "tag": "Web", "images": ["plain"]}
    found = messages(text_of(document([{"push": push}], world=WORLD)))
    assert [message for *_, message in found] == [
        "'Web' is not a name and a tag such as web:1.0"
    ]
