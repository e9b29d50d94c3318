import pytest

from simulator.subsystems.users import Credentials
from tests.simulator.lab.labs import answered, lab, process, rows, typed, view


def test_lsns_lists_what_processes_are_in() -> None:
    assert typed(lab(), "lsns") == (
        "        NS TYPE   NPROCS   PID USER COMMAND\n"
        "4026531834 time        3     1 root /sbin/init\n"
        "4026531835 cgroup      3     1 root /sbin/init\n"
        "4026531836 pid         3     1 root /sbin/init\n"
        "4026531837 user        3     1 root /sbin/init\n"
        "4026531838 uts         3     1 root /sbin/init\n"
        "4026531839 ipc         3     1 root /sbin/init\n"
        "4026531840 net         3     1 root /sbin/init\n"
        "4026531841 mnt         3     1 root /sbin/init\n"
    )


def test_lsns_of_one_kind_or_process() -> None:
    here = lab()
    assert rows(here, "lsns -t net") == [
        ["NS", "TYPE", "NPROCS", "PID", "USER", "COMMAND"],
        ["4026531840", "net", "3", "1", "root", "/sbin/init"],
    ]
    assert len(rows(here, "lsns -n -p 1")) == 8
    assert answered(here, "lsns -t no") == ("lsns: unknown namespace type: no\n", 1)
    assert answered(here, "lsns -p 99") == ("lsns: not found process 99\n", 1)


def test_in_a_new_pid_namespace_one_is_number_1() -> None:
    here = lab()
    typed(here, "unshare -p -f --mount-proc")
    assert typed(here, "echo $$") == "1\n"
    assert typed(here, "ps -e -o pid=,comm=") == "      1 sh\n      2 ps\n"
    assert typed(here, "ls -d /proc/[0-9]*; cat /proc/self/status | grep NSpid") == (
        "/proc/1\nNSpid:\t4\n"
    )
    assert answered(here, "kill -9 1; echo alive") == ("alive\n", 0)
    typed(here, "/srv/server &")
    inside = process(here, "server")
    typed(here, "exit")
    assert (inside.alive, inside.signal) == (False, "SIGKILL")


def test_from_outside_the_same_process_has_another_number() -> None:
    here = lab()
    typed(here, "unshare -p -f sh -c /srv/server & sleep 1")
    outer = rows(here, "ps -o pid= -C server")[0][0]
    status = typed(here, f"cat /proc/{outer}/status | grep NSpid")
    assert status == f"NSpid:\t{outer}\t2\n"


def test_a_host_name_of_ones_own() -> None:
    here = lab()
    typed(here, "unshare -u", "hostname inside")
    assert typed(here, "hostname") == "inside\n"
    assert typed(here, "exit", "hostname") == "server\n"


def test_root_in_a_user_namespace_is_nobody_special_outside() -> None:
    here = lab()
    here.console.process.credentials = Credentials(
        1000, view(here).namespaces.user, frozenset()
    )
    assert answered(here, "unshare -u true") == (
        "unshare: unshare failed: Operation not permitted\n",
        1,
    )
    typed(here, "unshare -U -r -u")
    assert typed(here, "id -u; cat /proc/self/uid_map") == (
        "0\n         0       1000          1\n"
    )
    assert answered(here, "hostname mine; hostname") == ("mine\n", 0)
    assert typed(here, "grep CapEff /proc/self/status") == (
        "CapEff:\t000001ffffffffff\n"
    )
    assert answered(here, "dmesg")[1] == 1
    typed(here, "exit", "unshare -U")
    assert typed(here, "id -un; cat /proc/self/uid_map") == "nobody\n"


def test_nsenter_goes_where_a_process_is() -> None:
    here = lab()
    typed(here, "unshare -u -p -f sh -c 'hostname inside; /srv/server' & sleep 1")
    pid = rows(here, "ps -o pid= -C server")[0][0]
    assert typed(here, f"nsenter -t {pid} -u hostname") == "inside\n"
    assert typed(here, f"nsenter -t {pid} -p ps -e -o comm=") == "sh\nserver\nps\n"
    typed(here, f"nsenter -t {pid} -a")
    assert typed(here, "hostname") == "inside\n"
    assert typed(here, "exit", "hostname") == "server\n"


@pytest.mark.parametrize(
    ("line", "text"),
    [
        ("nsenter", "nsenter: no target PID specified\n"),
        (
            "nsenter -t 99 -p",
            "nsenter: cannot open /proc/99/ns: No such file or directory\n",
        ),
        (
            "nsenter -t x -p",
            "nsenter: cannot open /proc/x/ns: No such file or directory\n",
        ),
    ],
)
def test_nsenter_needs_a_process(line: str, text: str) -> None:
    assert answered(lab(), line) == (text, 1)


def test_nsenter_needs_the_right() -> None:
    here = lab()
    user = Credentials(1000, view(here).namespaces.user, frozenset())
    here.console.process.credentials = user
    assert answered(here, "nsenter -t 1 -p true") == (
        "nsenter: reassociate to namespaces failed: Operation not permitted\n",
        1,
    )
