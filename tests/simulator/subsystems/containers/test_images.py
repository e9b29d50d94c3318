"""Images: layers by digest, what they make together, platforms."""

import pytest

from simulator.subsystems.containers.images import (
    ContainerImage,
    Healthcheck,
    ImageConfig,
    ImagePlatform,
    Layer,
    digest_of,
    distinct,
    index_digest,
    merged,
)
from simulator.subsystems.files import DataFile, Program

MIB = 1024
LINUX = ImagePlatform()


def program(path: str = "/srv/app", name: str = "app") -> Program:
    return Program(name, path, "elf", "x86_64")


def image(*layers: Layer, **more: object) -> ContainerImage:
    return ContainerImage("web", LINUX, layers, **more)  # type: ignore[arg-type]


def test_equal_content_has_one_digest_whatever_made_it() -> None:
    first = Layer((program(),), ("glibc",), bulk_kib=10, created_by="RUN this")
    second = Layer((program(),), ("glibc",), bulk_kib=10, created_by="RUN that")
    assert first.digest == second.digest
    assert first.digest.startswith("sha256:")
    assert len(first.digest) == len("sha256:") + 64


@pytest.mark.parametrize(
    "other",
    [
        Layer((program("/srv/b"),), ("glibc",), bulk_kib=10),
        Layer((program(),), ("glibc", "libsystem"), bulk_kib=10),
        Layer((program(),), ("glibc",), (DataFile("/etc/x", 1),), bulk_kib=10),
        Layer((program(),), ("glibc",), whiteouts=("/etc/x",), bulk_kib=10),
        Layer((program(),), ("glibc",), bulk_kib=11),
    ],
)
def test_other_content_has_another_digest(other: Layer) -> None:
    assert other.digest != Layer((program(),), ("glibc",), bulk_kib=10).digest


def test_content_of_a_file_counts() -> None:
    old = Layer(files=(DataFile("/app.py", 10, "old"),))
    new = Layer(files=(DataFile("/app.py", 10, "new"),))
    assert old.digest != new.digest


def test_a_file_takes_whole_kib() -> None:
    files = (DataFile("/a", 1), DataFile("/b", 1024), DataFile("/c", 0))
    assert Layer(files=files, bulk_kib=5).size_kib == 5 + 1 + 1 + 0


def test_a_manifest_is_named_by_platform_configuration_and_layers() -> None:
    layer = Layer(bulk_kib=1)
    same = image(Layer(bulk_kib=1))
    assert image(layer).digest == same.digest == same.digest
    others = [
        image(layer, Layer(bulk_kib=2)),
        image(layer, config=ImageConfig(cmd=("/srv/app",))),
        image(layer, config=ImageConfig(healthcheck=Healthcheck(("/bin/check",)))),
        ContainerImage("web", ImagePlatform(arch="aarch64"), (layer,)),
    ]
    digests = {entry.digest for entry in (same, *others)}
    assert len(digests) == 5


def test_the_name_of_an_image_is_no_part_of_it() -> None:
    assert (
        ContainerImage("a", LINUX, ()).digest == ContainerImage("b", LINUX, ()).digest
    )


def test_the_size_counts_what_upper_layers_hide() -> None:
    lower = Layer(files=(DataFile("/big", 100 * MIB * 1024),))
    upper = Layer(whiteouts=("/big",))
    both = image(lower, upper)
    assert both.size_kib == 100 * MIB
    assert both.tree.data == {}


def test_a_tree_is_what_the_layers_make_together() -> None:
    layers = (
        Layer((program(), program("/bin/sh", "sh")), ("glibc",)),
        Layer(files=(DataFile("/etc/a", 1, "old"), DataFile("/etc/b", 1, "old"))),
        Layer(files=(DataFile("/etc/a", 2, "new"),), whiteouts=("/bin", "/etc/b")),
    )
    tree = image(*layers).tree
    assert sorted(tree.files) == ["/srv/app"]
    assert {p: e.content for p, e in tree.data.items()} == {"/etc/a": "new"}
    assert tree.runtimes == {"glibc"}
    assert tree.device == "web"


def test_a_file_may_become_a_program_and_back() -> None:
    text, code = DataFile("/srv/app", 5), program()
    assert merged([Layer(files=(text,)), Layer((code,))], "d").data == {}
    tree = merged([Layer((code,)), Layer(files=(text,))], "d")
    assert (tree.files, tree.data) == ({}, {"/srv/app": text})


def test_the_tree_is_made_once() -> None:
    found = image(Layer((program(),)))
    assert found.tree is found.tree
    assert found.arch == "x86_64"


def test_layers_that_images_share_are_gone_through_once() -> None:
    base, top = Layer(bulk_kib=80), Layer(bulk_kib=5)
    again = Layer(bulk_kib=80)
    found = list(distinct([image(base, top), image(again), image(again, base)]))
    assert found == [base, top]


def test_a_list_of_manifests_has_a_digest_of_its_own() -> None:
    one = image(Layer(bulk_kib=1))
    two = ContainerImage("web", ImagePlatform(arch="aarch64"), (Layer(bulk_kib=2),))
    assert index_digest([one, two]) != index_digest([two])
    assert index_digest([one, two]) == index_digest([one, two])


@pytest.mark.parametrize(
    ("platform", "text"),
    [
        (LINUX, "linux/amd64"),
        (ImagePlatform(arch="aarch64", os_version="6.1"), "linux/arm64"),
        (ImagePlatform("windows", "x86_64", "10.0.20348"), "windows/amd64 10.0.20348"),
    ],
)
def test_a_platform_is_written_as_engines_write_it(
    platform: ImagePlatform, text: str
) -> None:
    assert str(platform) == text


def test_a_platform_suits_a_host_of_its_system_and_processor() -> None:
    assert LINUX.suits(ImagePlatform(os_version="6.1"))
    assert not LINUX.suits(ImagePlatform(arch="aarch64"))
    assert not LINUX.suits(ImagePlatform("windows"))


def test_a_digest_is_that_of_all_its_parts() -> None:
    assert digest_of("a", 1) == digest_of("a", 1)
    assert digest_of("a", 1) != digest_of("a", 2)
