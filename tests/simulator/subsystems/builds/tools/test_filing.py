"""Tools that change files."""

import pytest

from tests.simulator.subsystems.builds.yards import failure, image, ran, there

MISSING = "No such file or directory"


@pytest.mark.parametrize(
    ("line", "files"),
    [
        ("touch /a /b", ["/a", "/b"]),
        ("touch README.md /a", ["/a"]),
        ("mkdir /d && touch /d/a", ["/d/a"]),
        ("mkdir -p /d/e/f && touch /d/e/f/a", ["/d/e/f/a"]),
        ("mkdir -p /d /d && touch /d/a", ["/d/a"]),
        ("mkdir --parents /d/e && touch /d/e/a", ["/d/e/a"]),
        ("mkdir -m 700 /d && touch /d/a", ["/d/a"]),
        ("cp README.md /a", ["/a"]),
        ("mkdir /d && cp README.md report.py /d", ["/d/README.md", "/d/report.py"]),
        ("cp -r src /s", ["/s/lib/list.c", "/s/main.c"]),
        ("mkdir /d && cp -a src /d/", ["/d/src/lib/list.c", "/d/src/main.c"]),
        ("mv README.md /a", ["/a"]),
        ("mv src /s", ["/s/lib/list.c", "/s/main.c"]),
        ("ln -s /work/README.md /a", ["/a"]),
        ("tar -xf bundle.tar.gz", ["/work/bin/tool", "/work/doc.txt"]),
        ("tar xzf bundle.tar.gz -C /", ["/bin/tool", "/doc.txt"]),
        ("mkdir /d; tar -C /d -xzf bundle.tar.gz", ["/d/bin/tool", "/d/doc.txt"]),
        ("touch /a && rm /a", []),
        ("mkdir /d && touch /d/a && rm -r /d", []),
        ("rm -f /nowhere", []),
        ("mkdir /d; rmdir -r /d", []),
        ("touch -d yesterday /a", ["/a"]),
        ("touch -- -a && mv -- -a /a", ["/a"]),
    ],
)
def test_files_that_are_there_afterwards(line: str, files: list[str]) -> None:
    assert there(line) == files


@pytest.mark.parametrize(
    ("line", "status", "message"),
    [
        ("mkdir", 1, "mkdir: missing operand"),
        ("mkdir /work", 1, "mkdir: cannot create directory '/work': File exists"),
        (
            "mkdir /a/b",
            1,
            f"mkdir: cannot create directory '/a/b': {MISSING}",
        ),
        ("rm /a", 1, f"rm: cannot remove '/a': {MISSING}"),
        ("rm /work", 1, "rm: cannot remove '/work': Is a directory"),
        ("cp a", 1, "cp: missing destination file operand"),
        ("cp /a /b", 1, f"cp: cannot stat '/a': {MISSING}"),
        ("cp src /b", 1, "cp: -r not specified; omitting directory 'src'"),
        ("cp README.md /a/b", 1, f"cp: cannot create '/a/b': {MISSING}"),
        ("cp README.md src /b", 1, "cp: target '/b' is not a directory"),
        ("mv /a /b", 1, f"mv: cannot stat '/a': {MISSING}"),
        ("ln /a", 1, "ln: missing file operand"),
        ("chmod 755", 1, "chmod: missing operand"),
        ("chmod 755 /a", 1, f"chmod: cannot access '/a': {MISSING}"),
        ("chown root", 1, "chown: missing operand"),
        ("chown somebody README.md", 1, "chown: invalid user: 'somebody'"),
        ("chown root /a", 1, f"chown: cannot access '/a': {MISSING}"),
        ("touch /a/b", 1, f"touch: cannot touch '/a/b': {MISSING}"),
        ("tar", 2, "tar: only unpacking (-x) is modelled"),
        ("tar czf a b", 2, "tar: only unpacking (-x) is modelled"),
        ("tar xf /a", 2, f"tar: /a: Cannot open: {MISSING}"),
        ("tar xf README.md", 2, "tar: This does not look like a tar archive"),
        ("tar xf report.py", 2, "tar: This does not look like a tar archive"),
        ("tar xf bundle.tar.gz -C /a", 2, f"tar: /a: Cannot open: {MISSING}"),
    ],
)
def test_complaints(line: str, status: int, message: str) -> None:
    assert ran(line) == (status, message)


@pytest.mark.parametrize(
    ("mode", "status"),
    [
        ("+x", 3),
        ("a+rx", 3),
        ("u+x", 3),
        ("755", 3),
        ("0755", 3),
        ("=rx", 3),
        ("-x", 126),
        ("u-wx", 126),
        ("644", 126),
        ("600", 126),
        ("+r", 126),
    ],
)
def test_modes_decide_whether_a_program_starts(mode: str, status: int) -> None:
    first = "chmod 755" if status == 126 and mode != "+r" else "chmod 644"
    assert ran(f"{first} /srv/tool; chmod {mode} /srv/tool; /srv/tool")[0] == status


def test_a_mode_for_all_below_a_directory() -> None:
    assert ran("chmod -R 644 /srv; /srv/tool")[0] == 126


def test_removal_leaves_marks() -> None:
    found = image("FROM kit", "COPY . /w", "RUN rm -rf /w/src /w/README.md")
    assert found["layers"][-1]["whiteouts"] == [
        "/w/README.md",
        "/w/src",
    ]
    assert found["layers"][-1]["kib"] == 0
    assert "/w/src/main.c" not in found["files"]
    assert "/w/src/main.c" in found["layers"][-2]["files"]


def test_a_file_that_is_removed_and_written_again_is_only_changed() -> None:
    found = image("FROM kit", "COPY . /w", "RUN rm /w/README.md; echo a > /w/README.md")
    assert found["layers"][-1]["whiteouts"] == []
    assert found["layers"][-1]["files"] == ["/w/README.md"]


def test_a_program_that_becomes_a_file_and_back() -> None:
    found = image("FROM kit", "RUN echo a > /srv/tool")
    assert found["contents"]["/srv/tool"] == "a\n"
    found = image("FROM kit", "RUN echo a > /a && cp /srv/tool /a && cp /srv/tool /b")
    assert "/a" not in found["contents"]


USERS = ("FROM kit", "COPY . /work", "RUN useradd -m app; mkdir /mine")


@pytest.mark.parametrize(
    "line",
    [
        "mkdir /d",
        "rm /work/README.md",
        "cp /work/README.md /a",
        "mv /work/README.md /home/app/a",
        "chmod 755 /work/README.md",
        "touch /a",
        "chown app /work/README.md",
    ],
)
def test_what_an_ordinary_user_may_not(line: str) -> None:
    assert failure(*USERS, "USER app", f"RUN {line}")[:2] == (5, 1)


@pytest.mark.parametrize(
    "line",
    [
        "mkdir /home/app/d && touch /home/app/d/a",
        "touch /tmp/a && rm /tmp/a",
        "cp /work/README.md /home/app/a",
        "touch /mine/a",
        "mkdir /mine/d",
    ],
)
def test_what_an_ordinary_user_may(line: str) -> None:
    text = (*USERS, "RUN chown app:app /mine", "USER app", f"RUN {line}")
    assert image(*text)["user"] == "app"


def test_directories_get_an_owner_with_all_that_is_below() -> None:
    text = (*USERS, "RUN chown -R app /work", "USER app", "RUN rm /work/README.md")
    assert "/work/README.md" not in image(*text)["files"]


def test_a_file_for_somebody_else() -> None:
    text = (*USERS, "RUN chown app /work/README.md", "USER app")
    assert "/work/README.md" not in image(*text, "RUN rm /work/README.md")["files"]
    assert failure(*text, "RUN rm /work/requirements.txt")[1] == 1
