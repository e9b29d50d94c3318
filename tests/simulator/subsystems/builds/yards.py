"""A world to build in: base images, archives, addresses, a context; and what came."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from simulator import Run, load_scenario, run_arm
from tests.simulator.worlds import ENGINE, Step, document, events, merged

PROGRAMS: dict[str, Any] = {
    "python3": {"path": "/usr/bin/python3", "format": "elf"},
    "curl": {"path": "/usr/bin/curl", "format": "elf"},
    "pip": {"path": "/usr/bin/pip", "format": "elf"},
    "gcc": {"path": "/usr/bin/gcc", "format": "elf"},
    "go": {"path": "/usr/bin/go", "format": "elf"},
    "report": {
        "path": "/srv/report.py",
        "format": "script",
        "interpreter": "/usr/bin/python3",
    },
    "tool": {
        "path": "/srv/tool",
        "format": "elf",
        "does": [{"sleep": {"ms": 5}}, {"exit": {"status": 3}}],
    },
    "windows_tool": {"path": "/srv/tool.exe", "format": "pe"},
}
IMAGES: dict[str, Any] = {
    "ubuntu": {"size_mib": 76, "userland": "debian"},
    "alpine": {"size_mib": 8, "userland": "alpine"},
    "busybox": {"size_mib": 4, "userland": "busybox"},
    "empty": {"size_mib": 1},
    "arm": {"size_mib": 76, "userland": "debian", "arch": "aarch64"},
    "kit": {
        "size_mib": 100,
        "userland": "debian",
        "programs": ["curl", "pip", "gcc", "go", "tool", "windows_tool"],
    },
    "server": {
        "size_mib": 10,
        "userland": "busybox",
        "config": {
            "entrypoint": ["/bin/server"],
            "cmd": ["--quiet"],
            "env": ["MODE=plain", "LEVEL=1"],
            "workdir": "/srv",
            "user": "nobody",
            "exposed_ports": [80],
        },
    },
}
ARCHIVES: dict[str, Any] = {
    "main": {
        "manager": "apt",
        "host": "archive.example.org",
        "index_kib": 4096,
        "mib_s": 10,
        "packages": [
            {
                "name": "python3",
                "version": "3.12",
                "programs": ["python3"],
                "depends": ["libpython3"],
                "recommends": ["certificates"],
                "installed_kib": 2000,
                "download_kib": 500,
                "release_days": 10,
            },
            {"name": "libpython3", "installed_kib": 3000, "download_kib": 700},
            {"name": "certificates", "installed_kib": 400, "download_kib": 100},
            {"name": "curl", "programs": ["curl"], "installed_kib": 600},
            {
                "name": "python3-pip",
                "programs": ["pip"],
                "depends": ["python3"],
                "files": ["/usr/lib/python3/EXTERNALLY-MANAGED"],
            },
            {"name": "ring", "depends": ["gnir", "nowhere"]},
            {"name": "gnir", "depends": ["ring"], "libraries": ["glibc"]},
        ],
    },
    "edge": {
        "manager": "apk",
        "host": "cdn.example.org",
        "index_kib": 1024,
        "packages": [
            {
                "name": "python3",
                "version": "3.12",
                "programs": ["python3"],
                "depends": ["musl"],
                "installed_kib": 2000,
                "release_days": 10,
            },
            {"name": "musl", "installed_kib": 100},
        ],
    },
    "pypi": {
        "manager": "pip",
        "host": "pypi.example.org",
        "keeps_old": True,
        "packages": [
            {"name": "flask", "version": "3.0", "depends": ["click"]},
            {"name": "click", "installed_kib": 300, "download_kib": 80},
        ],
    },
}
RESOURCES: dict[str, Any] = {
    "installer": {
        "url": "https://example.org/install.sh",
        "kib": 20,
        "content": "echo installed > /installed",
    },
    "nightly": {
        "url": "https://example.org/nightly",
        "kib": 2048,
        "content": "nightly",
        "release_days": 1,
    },
    "binary": {"url": "http://cdn.example.org/d/tool", "program": "tool"},
}
CONTEXT: dict[str, Any] = {
    "files": [
        {"path": "report.py", "program": "report", "kib": 2},
        {"path": "requirements.txt", "content": "flask==3.0\nclick"},
        {"path": "README.md", "kib": 8},
        {"path": "src/main.c", "content": "main", "compiles_to": "tool"},
        {"path": "src/lib/list.c", "kib": 3},
        {"path": "notes.log", "kib": 1},
        {
            "path": "bundle.tar.gz",
            "kib": 50,
            "content": "bundle",
            "unpacks": [
                {"path": "bin/tool", "program": "tool", "kib": 70},
                {"path": "doc.txt", "kib": 5},
            ],
        },
    ],
    "ignore": ["*.log"],
}
WORLD: dict[str, Any] = {
    "images": IMAGES,
    "programs": PROGRAMS,
    "archives": ARCHIVES,
    "resources": RESOURCES,
    "contexts": {"project": CONTEXT},
}
DAY = 24 * 3600


def build(name: str = "app", dockerfile: str = "app", **more: Any) -> Step:
    arguments = {"on": "server", "context": "project", "tag": f"{name}:1", **more}
    return {"build": {"name": name, "dockerfile": dockerfile, **arguments}}


def wait(days: int) -> Step:
    return {"wait": {"seconds": days * DAY}}


def change(path: str, content: str = "") -> Step:
    arguments = {"context": "project", "path": path}
    return {"change_file": {**arguments, **({"content": content} if content else {})}}


def carried_out(
    text: str | Sequence[str],
    *plan: Step,
    world: Mapping[str, Any] | None = None,
    mechanisms: Mapping[str, str] | None = None,
) -> Run:
    """The run of a plan; without one, of one build. `text` is the Dockerfile `app`."""
    parts = merged({**WORLD, "dockerfiles": {"app": {"text": text}}}, world or {})
    steps = [*ENGINE, *(plan or (build(),))]
    found = load_scenario(json.dumps(document(steps, world=parts)))
    return run_arm(found, "a", {}, mechanisms=dict(mechanisms or {}))


def outcome(done: Run, name: str = "app") -> dict[str, Any]:
    found: dict[str, Any] = done.observation["builds"][name]
    return found


def image(*lines: str, **more: Any) -> dict[str, Any]:
    """The image that a Dockerfile gives."""
    found = outcome(carried_out("\n".join(lines), **more))
    assert found["log"] == ""
    assert found["state"] == "built"
    return dict(found["image"])


def failure(*lines: str, **more: Any) -> tuple[int, int | None, str]:
    """The line, the exit status and the log that a build ends with."""
    found = outcome(carried_out("\n".join(lines), **more))
    assert found["state"] == "failed"
    return found["failed_line"], found["exit_status"], found["log"]


def ran(line: str, base: str = "kit", **more: Any) -> tuple[int, str]:
    """Exit status of a RUN, and the first complaint in its container."""
    done = carried_out(f"FROM {base}\nCOPY . /work\nWORKDIR /work\nRUN {line}", **more)
    found = outcome(done)
    said = [
        e.detail["log"]
        for e in done.events
        if e.outcome == "failed" and e.actor == "linux-1"
    ]
    status = found["exit_status"]
    return (0 if found["state"] == "built" else status), said[0] if said else ""


def written(line: str, path: str = "/out", **more: Any) -> str:
    """What a RUN has written into a file."""
    base = more.pop("base", "kit")
    text = (f"FROM {base}", "COPY . /work", "WORKDIR /work", f"RUN {line}")
    content: str = image(*text, **more)["contents"][path]
    return content


def there(line: str, **more: Any) -> list[str]:
    """The files that the last RUN of a kit adds."""
    base = more.pop("base", "kit")
    text = (f"FROM {base}", "COPY . /work", "WORKDIR /work", f"RUN {line}")
    found = image(*text, **more)["layers"][-1]
    return list(found["files"]) if found["created_by"] == text[-1] else []


def steps(done: Run, name: str = "app") -> list[tuple[str, bool]]:
    """The keywords of a build's steps, and whether each came from the cache."""
    return [(s["text"].split()[0], s["cached"]) for s in outcome(done, name)["steps"]]


def executed(done: Run) -> list[str]:
    """The programs that were started after the engine, each as often as it was."""
    return [str(e.detail["target"]) for e in events(done, "execve")[1:]]
