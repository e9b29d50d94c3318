"""Registries: tags move, digests stay; one manifest of several is chosen."""

import pytest

from simulator.subsystems.containers.images import ContainerImage, ImagePlatform, Layer
from simulator.subsystems.containers.registry import (
    PullError,
    Registry,
    choose,
    warning,
)

AMD, ARM = ImagePlatform(), ImagePlatform(arch="aarch64")
OLD = ImagePlatform("windows", "x86_64", "10.0.17763")
NEW = ImagePlatform("windows", "x86_64", "10.0.20348")


def image(platform: ImagePlatform = AMD, kib: int = 1) -> ContainerImage:
    return ContainerImage("web", platform, (Layer(bulk_kib=kib),))


def test_a_tag_moves_and_what_it_led_to_stays() -> None:
    registry = Registry("hub", 100)
    first, second = image(kib=1), image(kib=2)
    before = registry.push("web:1", [first])
    after = registry.push("web:1", [second])
    assert (before, after) == (first.digest, second.digest)
    assert registry.digest("web:1") == second.digest
    assert registry.manifests == {first.digest: first, second.digest: second}


def test_a_tag_of_several_images_leads_to_an_index() -> None:
    registry = Registry("hub", 100)
    digest = registry.push("web:1", [image(AMD), image(ARM)])
    assert digest not in registry.manifests
    assert len(registry.manifests) == 2


@pytest.mark.parametrize("host", [AMD, ARM])
def test_of_an_index_the_manifest_that_suits_is_taken(host: ImagePlatform) -> None:
    assert choose((image(ARM), image(AMD)), host).platform == host


def test_an_index_without_a_suiting_manifest() -> None:
    with pytest.raises(PullError) as error:
        choose((image(AMD), image(NEW)), ARM)
    assert str(error.value) == (
        "no matching manifest for linux/arm64 in the manifest list entries"
    )


def test_a_manifest_alone_is_taken_for_another_processor_with_a_warning() -> None:
    alone = image(AMD)
    assert choose(alone, ARM) is alone
    assert warning(alone, ARM) == (
        "The requested image's platform (linux/amd64) does not match the"
        " detected host platform (linux/arm64)"
    )
    assert warning(alone, AMD) == ""


@pytest.mark.parametrize(("of", "host"), [(NEW, AMD), (AMD, NEW)])
def test_a_manifest_of_another_system_is_refused(
    of: ImagePlatform, host: ImagePlatform
) -> None:
    with pytest.raises(PullError) as error:
        choose(image(of), host)
    assert str(error.value) == (
        f'image operating system "{of.os}" cannot be used on this platform:'
        " operating system is not supported"
    )


def test_windows_takes_the_manifest_of_its_own_build_if_there_is_one() -> None:
    both = (image(OLD), image(NEW))
    assert [choose(both, host).platform for host in (OLD, NEW)] == [OLD, NEW]
    newest = ImagePlatform("windows", "x86_64", "10.0.26100")
    assert choose(both, newest).platform == OLD
