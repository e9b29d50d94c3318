"""Dockerfiles as people write them, good and bad, each read as a whole."""

from dataclasses import dataclass, field

import pytest

from simulator.dockerfile import parse_dockerfile
from tests.simulator.dockerfile.texts import wrong


@dataclass(frozen=True)
class Good:
    """A text that builds somewhere: its stages' keywords, and the advice for it."""

    text: str
    stages: list[str]
    advice: list[str] = field(default_factory=list)


GOOD = {
    "one process": Good(
        """
FROM python:3.12-slim
WORKDIR /app
COPY requirements.txt .
RUN pip install --no-cache-dir -r requirements.txt
COPY . .
EXPOSE 8000
USER nobody
CMD ["python", "-m", "app"]
""",
        ["WORKDIR COPY RUN COPY EXPOSE USER CMD"],
    ),
    "install that hides its error": Good(
        """
FROM ubuntu
RUN apt-get install python3
COPY report.py /app/
CMD ["python3", "/app/report.py"]
""",
        ["RUN COPY CMD"],
    ),
    "one layer for a whole installation": Good(
        """
FROM debian:bookworm-slim
RUN apt-get update \\
 && apt-get install -y --no-install-recommends \\
      ca-certificates \\
      curl \\
 && rm -rf /var/lib/apt/lists/*
""",
        ["RUN"],
    ),
    "compiled elsewhere": Good(
        """
FROM golang:1.22 AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
RUN CGO_ENABLED=0 go build -o /out/app .

FROM scratch
COPY --from=build /out/app /app
ENTRYPOINT ["/app"]
""",
        ["WORKDIR COPY RUN COPY RUN", "COPY ENTRYPOINT"],
    ),
    "three stages, one a test": Good(
        """
FROM node:20 AS deps
COPY package.json package-lock.json ./
RUN npm ci
FROM deps AS test
RUN npm test
FROM nginx:alpine
COPY --from=deps /dist /usr/share/nginx/html
""",
        ["COPY RUN", "RUN", "COPY"],
    ),
    "argument before the base": Good(
        """
ARG VERSION=24.04
FROM ubuntu:${VERSION}
ARG VERSION
RUN echo "$VERSION" > /version
""",
        ["ARG RUN"],
    ),
    "for another processor": Good(
        """
FROM --platform=$BUILDPLATFORM golang AS build
ARG TARGETOS TARGETARCH
RUN GOOS=$TARGETOS GOARCH=$TARGETARCH go build -o /app .
FROM alpine
COPY --from=build /app /app
""",
        ["ARG RUN", "COPY"],
    ),
    "entry point with default arguments": Good(
        """
FROM alpine
ENTRYPOINT ["ping"]
CMD ["-c", "3", "localhost"]
""",
        ["ENTRYPOINT CMD"],
    ),
    "shell as process 1": Good(
        "FROM alpine\nCMD node server.js\n", ["CMD"], ["JSONArgsRecommended"]
    ),
    "single quotes in a list": Good(
        "FROM alpine\nCMD ['node', 'server.js']\n", ["CMD"], ["JSONArgsRecommended"]
    ),
    "script from a heredoc": Good(
        """
FROM debian
RUN <<EOF
apt-get update
apt-get install -y curl
EOF
COPY <<'CONFIG' /etc/app.conf
home=$HOME
CONFIG
""",
        ["RUN COPY"],
    ),
    "another shell": Good(
        """
FROM debian
SHELL ["/bin/bash", "-o", "pipefail", "-c"]
RUN curl -fsS http://example.org/list | sort > /list
""",
        ["SHELL RUN"],
    ),
    "windows with a backtick": Good(
        """# escape=`
FROM mcr.microsoft.com/windows/nanoserver:ltsc2022
COPY app.exe C:\\app\\
RUN dir `
    C:\\app
""",
        ["COPY RUN"],
    ),
    "health and stop": Good(
        """
FROM nginx
HEALTHCHECK --interval=10s --timeout=3s --start-period=1m --retries=5 CMD true
STOPSIGNAL SIGQUIT
""",
        ["HEALTHCHECK STOPSIGNAL"],
    ),
    "no health check after all": Good("FROM a\nHEALTHCHECK NONE\n", ["HEALTHCHECK"]),
    "small letters": Good(
        'from alpine as base\nrun true\nfrom base\ncmd ["sh"]\n', ["RUN", "CMD"]
    ),
    "labels": Good(
        """
FROM a
LABEL org.opencontainers.image.title="A title" \\
      org.opencontainers.image.version=1.0
""",
        ["LABEL"],
    ),
    "old labels": Good(
        "FROM a\nLABEL version 1.0\n", ["LABEL"], ["LegacyKeyValueFormat"]
    ),
    "owner and mode": Good(
        "FROM a\nCOPY --chown=app:app --chmod=0755 run.sh /usr/local/bin/\n", ["COPY"]
    ),
    "archive from an address": Good(
        "FROM a\nADD https://example.org/a.tar.gz /opt/\nADD b.tar.gz /opt/\n",
        ["ADD ADD"],
    ),
    "mounted secret and cache": Good(
        """
FROM python
RUN --mount=type=secret,id=token --mount=type=cache,target=/root/.cache \\
    pip install private
""",
        ["RUN"],
    ),
    "secret for everybody": Good(
        "FROM a\nARG NPM_TOKEN\nENV DB_PASSWORD=hunter2\n",
        ["ARG ENV"],
        ["SecretsUsedInArgOrEnv", "SecretsUsedInArgOrEnv"],
    ),
    "trigger": Good(
        "FROM a\nONBUILD COPY . /src\nONBUILD RUN make\n", ["ONBUILD ONBUILD"]
    ),
    "twice the same command": Good(
        'FROM a\nCMD ["b"]\nCMD ["c"]\n',
        ["CMD CMD"],
        ["MultipleInstructionsDisallowed"],
    ),
    "gap in a long line": Good(
        "FROM a\nRUN b && \\\n\n    c\n", ["RUN"], ["NoEmptyContinuation"]
    ),
    "author of old": Good(
        "FROM a\nMAINTAINER b\n", ["MAINTAINER"], ["MaintainerDeprecated"]
    ),
    "only a base": Good("FROM alpine:3.20", [""]),
    "volume and ports": Good(
        'FROM a\nVOLUME ["/data"]\nEXPOSE 80 443/tcp 53/udp\n', ["VOLUME EXPOSE"]
    ),
}
BAD = {
    "base left out": (
        "RUN apt-get update\n",
        [(1, "no build stage in current context")],
    ),
    "misspelt": (
        "FORM ubuntu\nRUN a\n",
        [(1, "unknown instruction: FORM"), (2, "no build stage in current context")],
    ),
    "shell without RUN": (
        "FROM ubuntu\napt-get update\n",
        [(2, "unknown instruction: APT-GET")],
    ),
    "continuation forgotten": (
        "FROM ubuntu\nRUN apt-get update\n    && apt-get install -y curl\n",
        [(3, "unknown instruction: &&")],
    ),
    "continuation at the wrong line": (
        "FROM ubuntu\nRUN apt-get update &&\n    apt-get install -y curl\n",
        [(3, "unknown instruction: APT-GET")],
    ),
    "destination forgotten": (
        "FROM a\nCOPY app.py\n",
        [(2, "COPY requires at least two arguments, but only one was provided")],
    ),
    "directory without a slash": (
        "FROM a\nCOPY b c /d\n",
        [(2, "COPY with more than one source needs a directory to copy to")],
    ),
    "stage without AS": (
        "FROM golang build\n",
        [(1, "FROM requires either one or three arguments")],
    ),
    "stage with a number first": (
        "FROM golang AS 1st\n",
        [(1, "invalid name for build stage: '1st'")],
    ),
    "port with a word": (
        "FROM a\nEXPOSE http\n",
        [(2, "invalid containerPort: http")],
    ),
    "from on ADD": ("FROM a\nADD --from=b c d\n", [(2, "unknown flag: --from")]),
    "health check without CMD": (
        "FROM a\nHEALTHCHECK curl localhost\n",
        [(2, "unknown type 'curl' in HEALTHCHECK (try CMD)")],
    ),
    "equals sign with spaces": (
        "FROM a\nENV A=1 = 2\n",
        [(2, "ENV names can not be blank"), (2, "can't find = in '2'")],
    ),
    "shell as words": (
        "FROM a\nSHELL /bin/bash\n",
        [(2, "SHELL requires the arguments to be in JSON form")],
    ),
    "heredoc that never ends": (
        "FROM a\nRUN <<EOF\necho a\n",
        [(2, "unterminated heredoc")],
    ),
    "several at once": (
        "FROM\nCOPY a\nEXPOSE x\nSTOPSIGNAL STOPP\n",
        [
            (1, "FROM requires either one or three arguments"),
            (2, "COPY requires at least two arguments, but only one was provided"),
            (3, "invalid containerPort: x"),
            (4, "invalid signal: STOPP"),
        ],
    ),
    "not a Dockerfile": (
        "version: 3\nservices:\n  web:\n",
        [
            (1, "no FROM: no image to begin with"),
            (1, "unknown instruction: VERSION:"),
            (2, "unknown instruction: SERVICES:"),
            (3, "unknown instruction: WEB:"),
        ],
    ),
}


@pytest.mark.parametrize("shape", GOOD.values(), ids=[*GOOD])
def test_good_shapes(shape: Good) -> None:
    found = parse_dockerfile(shape.text)
    keywords = [" ".join(i.keyword for i in s.instructions) for s in found.stages]
    assert keywords == shape.stages
    assert [entry.message for entry in found.advice] == shape.advice


@pytest.mark.parametrize(("text", "problems"), BAD.values(), ids=[*BAD])
def test_bad_shapes(text: str, problems: list[tuple[int, str]]) -> None:
    found = [(line, message) for line, _, message, _ in wrong(text.rstrip("\n"))]
    no_base = (1, "no FROM: no image to begin with")
    assert sorted({*found} - {no_base}) == sorted({*problems} - {no_base})


@pytest.mark.parametrize("shape", GOOD.values(), ids=[*GOOD])
def test_line_numbers_are_those_of_the_text(shape: Good) -> None:
    lines = shape.text.splitlines()
    for stage in parse_dockerfile(shape.text).stages:
        assert lines[stage.line - 1].split()[0].upper() == "FROM"
        for found in stage.instructions:
            assert lines[found.line - 1].split()[0].upper() == found.keyword


@pytest.mark.parametrize("shape", GOOD.values(), ids=[*GOOD])
def test_reading_twice_gives_the_same(shape: Good) -> None:
    assert parse_dockerfile(shape.text) == parse_dockerfile(shape.text)


@pytest.mark.parametrize("shape", GOOD.values(), ids=[*GOOD])
def test_no_beginning_of_a_text_is_too_much(shape: Good) -> None:
    for end in range(0, len(shape.text), 7):
        for _, _, message, _ in wrong(shape.text[:end]):
            assert message
