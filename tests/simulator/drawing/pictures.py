"""Plans worth drawing, and what a drawing says once it is read back."""

from typing import Any
from xml.etree import ElementTree as ET

from tests.simulator.worlds import (
    BOOT,
    ENGINE,
    KVM,
    app_vm,
    box,
    execute,
    install,
    load,
    power_on,
    vm,
)

SVG = "{http://www.w3.org/2000/svg}"
PLANS: dict[str, list[Any]] = {
    "nothing": [],
    "stuck": [power_on()],
    "system": [*BOOT, install("app"), execute("app")],
    "failing": [*BOOT, install("exe"), execute("exe"), install("app"), load("app")],
    "containers": [*ENGINE, box(7)],
    "machines": [install("bare"), power_on(), app_vm(2)],
    "hosted": [*KVM, vm(2)],
    "nested": [*KVM, vm(), install("docker", "guest"), box(2, on="guest")],
    "deep": [
        *BOOT,
        install("emulator"),
        vm(),
        install("emulator", "guest"),
        vm(name="inner", on="guest", ram_mib=1024),
        install("docker", "inner"),
        box(2, on="inner"),
    ],
}


def parsed(drawing: str) -> ET.Element:
    return ET.fromstring(drawing)  # noqa: S314


def texts(root: ET.Element) -> list[str]:
    return [entry.text or "" for entry in root.iter(f"{SVG}text")]


def classes(root: ET.Element) -> list[str]:
    return [group.get("class", "") for group in root.iter(f"{SVG}g")]


def seqs(group: ET.Element) -> list[int]:
    return [int(word) for word in group.get("data-seq", "").split()]


def described(root: ET.Element) -> str:
    return root.findtext(f"{SVG}desc") or ""
