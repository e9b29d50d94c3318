"""Users of an image."""

import pytest

from simulator.subsystems.builds.tools.people import names_in, uid_of
from simulator.subsystems.files import DataFile, FileTree
from tests.simulator.subsystems.builds.yards import failure, image, ran

PASSWD = "/etc/passwd"


def tree(users: str) -> FileTree:
    return FileTree(data={PASSWD: DataFile(PASSWD, 1, users)})


def test_names_and_numbers() -> None:
    assert names_in(tree("root\nnobody\napp:1001\nodd")) == {
        "root": 0,
        "nobody": 65534,
        "app": 1001,
        "odd": 1000,
    }
    assert names_in(FileTree()) == {}


@pytest.mark.parametrize(
    ("user", "uid"),
    [("", 0), ("root", 0), ("app", 1001), ("77", 77), ("nosuch", None), ("0", 0)],
)
def test_the_number_of_a_user(user: str, uid: int | None) -> None:
    assert uid_of(tree("root\napp:1001"), user) == uid


def test_without_a_file_of_users_there_is_only_root() -> None:
    assert uid_of(FileTree(), "") == 0
    assert uid_of(FileTree(), "root") is None


@pytest.mark.parametrize(
    ("line", "users"),
    [
        ("useradd app", "app:1000"),
        ("useradd -u 1500 app", "app:1500"),
        ("useradd -m -s /bin/bash app", "app:1000"),
        ("adduser -u 70 app", "app:70"),
        ("useradd a && useradd b", "a:1000\nb:1001"),
    ],
)
def test_new_users(line: str, users: str) -> None:
    found = image("FROM ubuntu", f"RUN {line}")["contents"][PASSWD]
    assert found == f"root:0\nnobody:65534\n{users}"


@pytest.mark.parametrize(
    ("line", "status", "message"),
    [
        ("useradd", 3, "useradd: invalid user name ''"),
        ("useradd App", 3, "useradd: invalid user name 'App'"),
        ("useradd nobody", 9, "useradd: user 'nobody' already exists"),
        ("groupadd app", 0, ""),
    ],
)
def test_how_they_end(line: str, status: int, message: str) -> None:
    assert ran(line) == (status, message)


def test_only_root_makes_users() -> None:
    lines = ("FROM ubuntu", "USER nobody")
    assert failure(*lines, "RUN useradd app")[1] == 1
    assert failure(*lines, "RUN groupadd app")[1] == 1


def test_a_user_that_is_not_there() -> None:
    said = "unable to find user app: no matching entries in passwd file"
    assert failure("FROM ubuntu", "USER app:staff", "RUN true") == (
        3,
        None,
        f"failed to solve: {said}",
    )
    assert image("FROM ubuntu", "USER app", 'CMD ["true"]')["user"] == "app"


def test_a_user_by_number_needs_no_name() -> None:
    assert image("FROM ubuntu", "USER 1234:5", "RUN true")["user"] == "1234:5"
