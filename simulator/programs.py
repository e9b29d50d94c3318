"""Programs as a world declares them, with the steps that they do."""

from collections.abc import Mapping
from typing import Any

from simulator.subsystems.files import Interprets, Program, Step

KIB = 1024


def programs_of(section: Mapping[str, Any]) -> dict[str, Program]:
    """Return the programs of a world by name."""
    paths = {name: fields["path"] for name, fields in section.items()}
    return {name: _program(name, fields, paths) for name, fields in section.items()}


def _program(name: str, fields: Mapping[str, Any], paths: Mapping[str, str]) -> Program:
    interprets = fields["interprets"]
    return Program(
        name=name,
        path=fields["path"],
        format=fields["format"],
        arch=fields["arch"],
        ram_kib=fields["ram_mib"] * KIB,
        text_kib=fields["text_mib"] * KIB,
        cpu_us=fields["cpu_us"],
        touch_kib=fields["touch_kib"],
        disk_kib=fields["disk_kib"],
        workers=fields["workers"],
        operations=fields["operations"],
        privileged=fields["privileged"],
        first_touches=fields["first_touches"],
        tlb_misses=fields["tlb_misses"],
        dirties_mib_s=fields["dirties_mib_s"],
        uses_flags=fields["uses_flags"],
        executable=fields["executable"],
        calls=fields["calls"],
        interpreter=fields["interpreter"],
        crlf=fields["crlf"],
        truncated=fields["truncated"],
        interprets=Interprets(**interprets) if interprets else None,
        does=_steps(fields["does"], paths),
        signals=tuple(
            (signal, what)
            for signal, what in fields["signals"].items()
            if what != "default"
        ),
        reaps=fields["reaps"],
        acts_as=fields["acts_as"],
        oom_score_adj=fields["oom_score_adj"],
        execs_last=fields["execs_last"],
        links=fields["links"],
    )


def _steps(steps: Any, paths: Mapping[str, str]) -> tuple[Step, ...]:
    """Return steps with the path of each program that they name."""
    return tuple((kind, _named(arguments, paths)) for kind, arguments in steps)


def _named(arguments: Mapping[str, Any], paths: Mapping[str, str]) -> dict[str, Any]:
    found = dict(arguments)
    if found.get("program"):
        found["path"] = paths[found["program"]]
    if "steps" in found:
        found["steps"] = _steps(found["steps"], paths)
    return found
