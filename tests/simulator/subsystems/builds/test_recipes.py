"""Dockerfiles as people write them, built: what each one leads to, and why."""

from dataclasses import dataclass, field
from typing import Any

import pytest

from tests.simulator.subsystems.builds.yards import carried_out, outcome
from tests.simulator.worlds import merged

WORLD: dict[str, Any] = {
    "programs": {
        "python3": {"acts_as": "interpreter"},
        "app": {"path": "/srv/app", "format": "elf", "does": [{"exit": {"status": 0}}]},
        "node": {"path": "/usr/bin/node", "format": "elf", "acts_as": "interpreter"},
        "server_js": {
            "path": "/srv/server.js",
            "format": "script",
            "interpreter": "/usr/bin/node",
        },
    },
    "images": {
        "python": {
            "size_mib": 120,
            "userland": "debian",
            "programs": ["python3", "pip"],
            "config": {"env": ["PYTHON_VERSION=3.12"], "cmd": ["python3"]},
        },
        "node": {"size_mib": 180, "userland": "alpine", "programs": ["node"]},
        "golang": {"size_mib": 300, "userland": "debian", "programs": ["go"]},
        "nginx": {
            "size_mib": 40,
            "userland": "alpine",
            "config": {
                "entrypoint": ["/docker-entrypoint.sh"],
                "cmd": ["nginx"],
                "exposed_ports": [80],
                "stop_signal": "SIGQUIT",
            },
        },
    },
    "contexts": {
        "project": {
            "files": [
                {"path": "requirements.txt", "content": "flask==3.0", "kib": 1},
                {"path": "app.py", "program": "report", "kib": 5},
                {"path": "go.mod", "kib": 1},
                {"path": "main.go", "kib": 9, "compiles_to": "app"},
                {"path": "package.json", "kib": 2},
                {"path": "server.js", "program": "server_js", "kib": 7},
                {"path": "dist/index.html", "kib": 4},
                {"path": "dist/style.css", "kib": 3},
                {"path": "entrypoint.sh", "content": "echo start", "kib": 1},
                {"path": ".env", "content": "SECRET=1", "kib": 1},
                {"path": "node_modules/left-pad/index.js", "kib": 900},
            ],
            "ignore": ["node_modules", ".env", "Dockerfile"],
        }
    },
}


@dataclass(frozen=True)
class Recipe:
    """A Dockerfile, and what comes of building it."""

    text: str
    state: str = "built"
    line: int = 0
    status: int | None = None
    steps: str = ""
    """Keywords of the steps that were carried out."""
    image: dict[str, Any] = field(default_factory=dict)
    """Some of what the image is."""
    files: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()


RECIPES = {
    "web application in Python": Recipe(
        """
FROM python
WORKDIR /app
COPY requirements.txt .
RUN pip install --no-cache-dir -r requirements.txt
COPY . .
EXPOSE 8000
USER nobody
CMD ["python3", "/app/app.py"]
""",
        steps="WORKDIR COPY RUN COPY",
        image={
            "workdir": "/app",
            "user": "nobody",
            "ports": [8000],
            "cmd": ["python3", "/app/app.py"],
            "env": ["PYTHON_VERSION=3.12"],
        },
        files=("/app/app.py", "/usr/lib/flask/files"),
        missing=("/app/.env", "/app/node_modules/left-pad/index.js"),
    ),
    "list of packages that was not copied": Recipe(
        """
FROM python
WORKDIR /app
RUN pip install -r requirements.txt
COPY . .
""",
        state="failed",
        line=4,
        status=1,
        steps="WORKDIR",
    ),
    "package that does not exist": Recipe(
        "FROM python\nRUN pip install flaskk\n", state="failed", line=2, status=1
    ),
    "user before the installation": Recipe(
        """
FROM ubuntu
RUN useradd -m app
USER app
RUN apt-get update && apt-get install -y curl
""",
        state="failed",
        line=5,
        status=100,
        steps="RUN",
    ),
    "user after the installation": Recipe(
        """
FROM ubuntu
RUN apt-get update && apt-get install -y curl && rm -rf /var/lib/apt/lists/*
RUN useradd -m app
USER app
WORKDIR /home/app
RUN touch /home/app/mine
""",
        steps="RUN RUN WORKDIR RUN",
        image={"user": "app", "workdir": "/home/app"},
        files=("/usr/bin/curl", "/home/app/mine"),
        missing=("/var/lib/apt/lists/main",),
    ),
    "directory that root has made": Recipe(
        """
FROM ubuntu
RUN useradd app
WORKDIR /app
USER app
RUN touch /app/log
""",
        state="failed",
        line=6,
        status=1,
        steps="RUN WORKDIR",
    ),
    "directory that is given away": Recipe(
        """
FROM ubuntu
RUN useradd app && mkdir /app && chown app /app
USER app
RUN touch /app/log
""",
        steps="RUN RUN",
        files=("/app/log",),
    ),
    "compiled elsewhere": Recipe(
        """
FROM golang AS build
WORKDIR /src
COPY go.mod ./
COPY main.go .
RUN CGO_ENABLED=0 go build -o /out/app .
FROM scratch
COPY --from=build /out/app /app
ENTRYPOINT ["/app"]
""",
        steps="WORKDIR COPY COPY RUN COPY",
        image={"entrypoint": ["/app"], "cmd": [], "files": ["/app"]},
    ),
    "compiled elsewhere and copied from the wrong place": Recipe(
        """
FROM golang AS build
WORKDIR /src
COPY main.go .
RUN go build -o app .
FROM scratch
COPY --from=build /app /app
""",
        state="failed",
        line=7,
        steps="WORKDIR COPY RUN",
    ),
    "compiler that is missing": Recipe(
        "FROM ubuntu\nCOPY main.go /src/\nRUN cd /src && go build -o /app\n",
        state="failed",
        line=3,
        status=127,
        steps="COPY",
    ),
    "static files for a server": Recipe(
        """
FROM nginx
COPY dist/ /usr/share/nginx/html/
""",
        steps="COPY",
        image={
            "entrypoint": ["/docker-entrypoint.sh"],
            "cmd": ["nginx"],
            "ports": [80],
            "stop_signal": "SIGQUIT",
        },
        files=("/usr/share/nginx/html/index.html", "/usr/share/nginx/html/style.css"),
    ),
    "wrong package manager": Recipe(
        "FROM node\nRUN apt-get update\n", state="failed", line=2, status=127
    ),
    "right package manager": Recipe(
        "FROM node\nRUN apk add --no-cache python3\nCOPY server.js /srv/\n",
        steps="RUN COPY",
        files=("/usr/bin/python3", "/srv/server.js"),
        missing=("/var/cache/apk/edge",),
    ),
    "change of directory that does not last": Recipe(
        """
FROM ubuntu
RUN mkdir /a && cd /a
RUN touch b
""",
        steps="RUN RUN",
        files=("/b",),
        missing=("/a/b",),
    ),
    "variable that does not last": Recipe(
        """
FROM ubuntu
RUN export NAME=value
RUN echo "name=$NAME" > /out
""",
        steps="RUN RUN",
        image={"contents": {"/out": "name=\n"}},
    ),
    "variable that lasts": Recipe(
        """
FROM ubuntu
ENV NAME=value
RUN echo "name=$NAME" > /out
RUN unset_it=1 && echo "$NAME" >> /out
""",
        steps="RUN RUN",
        image={"contents": {"/out": "name=value\nvalue\n"}, "env": ["NAME=value"]},
    ),
    "file that is ignored": Recipe(
        "FROM ubuntu\nCOPY .env /app/\n", state="failed", line=2
    ),
    "file outside of the context": Recipe(
        "FROM ubuntu\nCOPY ../secrets.txt /app/\n", state="failed", line=2
    ),
    "script that is only text": Recipe(
        """
FROM ubuntu
COPY entrypoint.sh /
RUN /entrypoint.sh
""",
        state="failed",
        line=4,
        status=126,
        steps="COPY",
    ),
    "script that a shell is given": Recipe(
        """
FROM ubuntu
COPY entrypoint.sh /
RUN sh /entrypoint.sh
""",
        steps="COPY RUN",
    ),
    "failure in the middle of a line": Recipe(
        "FROM ubuntu\nRUN false; touch /done\n",
        steps="RUN",
        files=("/done",),
    ),
    "failure at the beginning of a pipe": Recipe(
        "FROM ubuntu\nRUN cat /nowhere | cat > /out\n",
        steps="RUN",
        image={"contents": {"/out": ""}},
    ),
    "failure at the beginning of a pipe that counts": Recipe(
        """
FROM ubuntu
SHELL ["/bin/bash", "-o", "pipefail", "-c"]
RUN cat /nowhere | cat > /out
""",
        state="failed",
        line=4,
        status=1,
    ),
    "failure that is expected": Recipe(
        "FROM ubuntu\nRUN cat /nowhere || touch /fallback\n",
        steps="RUN",
        files=("/fallback",),
    ),
    "stage that is a test": Recipe(
        """
FROM ubuntu AS base
RUN touch /base
FROM base AS test
RUN exit 1
FROM base
RUN touch /app
""",
        steps="RUN RUN",
        files=("/base", "/app"),
    ),
    "stage that is named but nobody's": Recipe(
        "FROM ubuntu AS a\nRUN exit 1\nFROM ubuntu\nRUN touch /b\n",
        steps="RUN",
        files=("/b",),
    ),
    "copy of another image's file": Recipe(
        "FROM scratch\nCOPY --from=busybox /bin/sh /bin/sh\n",
        steps="COPY",
        image={"files": ["/bin/sh"]},
    ),
    "words in quotes": Recipe(
        """
FROM ubuntu
ENV GREETING="hello   world"
RUN echo "$GREETING" > /out && echo $GREETING >> /out
""",
        steps="RUN",
        image={"contents": {"/out": "hello   world\nhello world\n"}},
    ),
    "argument with a default": Recipe(
        "FROM ubuntu\nARG NAME=x\nRUN touch /file-${NAME}\n",
        steps="RUN",
        files=("/file-x",),
        image={"env": []},
    ),
    "misspelt instruction": Recipe(
        "FROM ubuntu\nRUN true\nCOPPY a b\n", state="failed", line=3
    ),
}


@pytest.mark.parametrize("recipe", RECIPES.values(), ids=[*RECIPES])
def test_recipes(recipe: Recipe) -> None:
    done = carried_out(recipe.text, world=WORLD)
    found = outcome(done)
    assert (found["state"], found["failed_line"]) == (recipe.state, recipe.line)
    assert found["exit_status"] == recipe.status
    assert " ".join(s["text"].split()[0] for s in found["steps"]) == recipe.steps
    image = found["image"]
    contents = recipe.image.get("contents", {})
    shown = {**image, "contents": {p: image["contents"].get(p) for p in contents}}
    assert merged(shown, recipe.image) == shown
    assert {*recipe.files} <= {*image["files"]}
    assert not {*recipe.missing} & {*image["files"]}


@pytest.mark.parametrize("recipe", RECIPES.values(), ids=[*RECIPES])
def test_failures_name_their_line(recipe: Recipe) -> None:
    done = carried_out(recipe.text, world=WORLD)
    failed = [e for e in done.events if e.action == "build_step"]
    lines = [e.detail["line"] for e in failed if e.outcome == "failed"]
    unreadable = "parse error" in outcome(done)["log"]
    assert lines == ([] if recipe.state == "built" or unreadable else [recipe.line])
    texts = recipe.text.splitlines()
    for event in failed:
        keyword = event.detail["target"].split()[0]
        assert texts[event.detail["line"] - 1].startswith(keyword)
