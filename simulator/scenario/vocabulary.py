"""The words of the language: parts of a world, and actions of a plan."""

import re

from simulator.mechanisms import FORMATS
from simulator.scenario.fields import (
    ListOf,
    MapOf,
    Record,
    choice,
    flag,
    integer,
    may,
    need,
    reference,
    text,
)
from simulator.subsystems.families import RUNTIME_OF_FAMILY, SYSTEM_CALLS
from simulator.subsystems.files import API_OF_FORMAT, RUNTIMES

ARCHITECTURES = ("x86_64", "aarch64")
VERSION = re.compile(r"[0-9]{1,4}(\.[0-9]{1,4}){0,3}\Z")
PATH = re.compile(r"/[A-Za-z0-9._/-]{1,200}\Z")
SLUG = re.compile(r"[a-z][a-z0-9-]{0,40}\Z")
MIB = integer(0, 64 * 1024 * 1024)

arch = choice(*ARCHITECTURES)
binary_format = choice(*FORMATS)
runtime = choice(*RUNTIMES)
place = reference("machines", "places")
slug = text(SLUG, "a short name in lower case")

INTERPRETS = Record(
    {
        "format": need(binary_format),
        "arch": need(arch),
        "api": need(choice(*sorted(set(API_OF_FORMAT.values())))),
    }
)

WORLD = Record(
    {
        "machines": need(
            MapOf(
                Record(
                    {
                        "arch": may(arch, "x86_64"),
                        "cores": need(integer(1, 1024)),
                        "ram_mib": need(MIB),
                        "virtualization": may(flag(), True),
                    }
                ),
                least=1,
                most=20,
            )
        ),
        "systems": may(
            MapOf(
                Record(
                    {
                        "family": need(choice(*RUNTIME_OF_FAMILY)),
                        "version": need(text(VERSION, "a version such as 6.1")),
                        "arch": may(arch, "x86_64"),
                        "kernel_mib": may(MIB, 77),
                        "drivers_mib": may(MIB, 40),
                        "services_mib": may(MIB, 0),
                        "boot": may(choice("general", "micro"), "general"),
                        "libraries": may(ListOf(runtime), ()),
                    }
                )
            ),
            {},
        ),
        "hypervisors": may(
            MapOf(
                Record(
                    {
                        "kind": need(choice("type-1", "type-2", "emulator")),
                        "arch": may(arch, "x86_64"),
                        "ram_mib": need(MIB),
                        "format": may(binary_format, "elf"),
                    }
                )
            ),
            {},
        ),
        "engines": may(
            MapOf(
                Record(
                    {
                        "arch": may(arch, "x86_64"),
                        "ram_mib": need(MIB),
                        "utility": may(reference("systems"), None),
                    }
                )
            ),
            {},
        ),
        "programs": may(
            MapOf(
                Record(
                    {
                        "path": need(text(PATH, "an absolute path")),
                        "format": need(binary_format),
                        "arch": may(arch, "x86_64"),
                        "ram_mib": may(MIB, 1),
                        "text_mib": may(MIB, 0),
                        "cpu_us": may(integer(0, 10_000_000), 100),
                        "operations": may(integer(0, 100_000), 1),
                        "executable": may(flag(), True),
                        "calls": may(
                            ListOf(
                                choice(
                                    *sorted(
                                        {c for t in SYSTEM_CALLS.values() for c in t}
                                    )
                                )
                            ),
                            (),
                        ),
                        "interpreter": may(text(PATH, "an absolute path"), ""),
                        "interprets": may(INTERPRETS, None),
                    }
                )
            ),
            {},
        ),
        "images": may(
            MapOf(
                Record(
                    {
                        "arch": may(arch, "x86_64"),
                        "size_mib": need(MIB),
                        "programs": may(ListOf(reference("programs")), ()),
                        "libraries": may(ListOf(runtime), ()),
                    }
                )
            ),
            {},
        ),
    }
)

WORLD_FIELDS = {
    section: {name: spec for name, (spec, _) in entries.entry.fields.items()}
    for section, (entries, _) in WORLD.fields.items()
    if isinstance(entries, MapOf) and isinstance(entries.entry, Record)
}
"""Per section of a world: the fields of its parts."""
SOFTWARE = ("programs", "systems", "hypervisors", "engines")
"""Sections whose parts can be installed."""

count = integer(1, 64)
software = reference(*SOFTWARE)

VERBS = {
    "power_on": Record({"machine": need(reference("machines"))}),
    "install": Record({"what": need(software), "on": need(place)}),
    "install_libraries": Record({"name": need(runtime), "on": need(place)}),
    "make_executable": Record(
        {
            "program": need(reference("programs")),
            "on": need(place),
        }
    ),
    "register_format": Record(
        {
            "on": need(place),
            "name": need(slug),
            "format": need(binary_format),
            "arch": need(arch),
            "interpreter": need(reference("programs")),
            "open_now": may(flag(), False),
        }
    ),
    "start_vm": Record(
        {
            "name": need(text(re.compile(r"[a-z][a-z0-9_]{0,40}\Z"), "a name")),
            "on": need(place),
            "system": need(reference("systems")),
            "ram_mib": need(MIB),
            "count": may(count, 1),
            "programs": may(ListOf(reference("programs")), ()),
            "run": may(reference("programs"), None),
        }
    ),
    "start_container": Record(
        {
            "name": need(text(re.compile(r"[a-z][a-z0-9_]{0,40}\Z"), "a name")),
            "on": need(place),
            "image": need(reference("images")),
            "count": may(count, 1),
            "run": need(reference("programs")),
        }
    ),
    "exec": Record({"program": need(reference("programs")), "on": need(place)}),
    "load": Record(
        {
            "program": need(reference("programs")),
            "requests": need(integer(1, 1_000_000)),
        }
    ),
}
"""Every action: its name and its arguments."""
