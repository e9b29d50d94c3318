"""What the words of several kinds of parts have in common."""

import re

from simulator.scenario.fields import (
    Record,
    choice,
    integer,
    may,
    need,
    reference,
    text,
)
from simulator.subsystems.files import API_OF_FORMAT, RUNTIMES

ARCHITECTURES = ("x86_64", "aarch64")
VERSION = re.compile(r"[0-9]{1,4}(\.[0-9]{1,6}){0,3}\Z")
DIRECTORY = re.compile(r"/[A-Za-z0-9._/-]{0,200}\Z")
PATH = re.compile(r"/[A-Za-z0-9._/-]{1,200}\Z")
SLUG = re.compile(r"[a-z][a-z0-9-]{0,40}\Z")
GROUP = re.compile(r"[a-z][a-z0-9_]{0,40}\Z")
TAG = re.compile(r"[a-z0-9][a-z0-9._/-]{0,80}:[A-Za-z0-9][A-Za-z0-9._-]{0,40}\Z")
ENV = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,60}=.{0,200}\Z")
USER = re.compile(r"[a-z_][a-z0-9_-]{0,31}\Z|[0-9]{1,9}\Z")
SOFTWARE = ("programs", "systems", "hypervisors", "engines")
"""Sections whose parts can be installed."""

MIB = integer(0, 64 * 1024 * 1024)
UID = integer(0, 2**32 - 2)
VALUE = re.compile(r"[A-Za-z0-9/][A-Za-z0-9._/-]{0,80}\Z")
uid_range = Record(
    {
        "inside": may(UID, 0),
        "outside": need(UID),
        "count": may(integer(1, 2**32 - 1), 65_536),
    }
)
"""One line of a ``uid_map``."""
arch = choice(*ARCHITECTURES)
program_arch = choice(*ARCHITECTURES, "i386", "riscv64")
"""Programs may be built for processors that no machine here has."""
binary_format = choice(*API_OF_FORMAT)
runtime = choice(*RUNTIMES)
place = reference("machines", "places")
software = reference(*SOFTWARE)
slug = text(SLUG, "a short name in lower case")
group = text(GROUP, "a name")
directory = text(DIRECTORY, "an absolute path")
path = text(PATH, "an absolute path")
count = integer(1, 64)
