import pytest

from simulator.subsystems.users import Credentials
from tests.simulator.lab.labs import (
    answered,
    lab,
    out,
    process,
    rows,
    typed,
    view,
)


def test_ps_shows_the_processes_of_this_terminal() -> None:
    here = lab()
    assert typed(here, "ps") == (
        "    PID TTY          TIME CMD\n"
        "      2 pts/0    00:00:00 bash\n"
        "      3 pts/0    00:00:00 ps\n"
    )


def test_ps_aux_shows_all_with_what_they_use() -> None:
    here = lab()
    typed(here, "/srv/server &")
    assert typed(here, "ps aux") == (
        "USER         PID %CPU %MEM    VSZ   RSS TTY      STAT START   TIME COMMAND\n"
        "root           1  0.0  0.0      0     0 ?        Ss   08:00   0:00"
        " /sbin/init\n"
        "root           2  0.0  0.0   3072  3072 pts/0    Ss   08:00   0:00 -bash\n"
        "root           3  0.0  0.0  20480 20480 pts/0    S    08:00   0:00"
        " /srv/server\n"
        "root           4  0.0  0.0   1024  1024 pts/0    R+   08:00   0:00 ps aux\n"
    )


def test_ps_ef_shows_parents() -> None:
    assert typed(lab(), "ps -ef") == (
        "UID          PID    PPID  C STIME TTY          TIME CMD\n"
        "root           1       0  0 08:00 ?        00:00:00 /sbin/init\n"
        "root           2       1  0 08:00 pts/0    00:00:00 -bash\n"
        "root           3       2  0 08:00 pts/0    00:00:00 ps -ef\n"
    )


@pytest.mark.parametrize(
    ("line", "text", "status"),
    [
        (
            "ps -p 1",
            "    PID TTY          TIME CMD\n      1 ?        00:00:00 init\n",
            0,
        ),
        ("ps -o pid=,comm= -p 1", "      1 init\n", 0),
        ("ps -o pid -o ppid -p 1", "    PID    PPID\n      1       0\n", 0),
        ("ps --no-headers -o pid -C init", "      1\n", 0),
        ("ps -p 99", "    PID TTY          TIME CMD\n", 1),
        ("ps -o user,args -p 1", "USER     COMMAND\nroot     /sbin/init\n", 0),
        ("ps -o %cpu,command -p 1", "%CPU COMMAND\n 0.0 /sbin/init\n", 0),
        ("ps --no-headers -o pidns,netns -p 1", "4026531836 4026531840\n", 0),
        (
            "ps -o mntns,utsns,userns --no-headers -p 1",
            "4026531841 4026531838 4026531837\n",
            0,
        ),
        ("ps -o s,stat -p 1", "S STAT\nS Ss\n", 0),
        ("ps -o no", 'ps: error: unknown user-defined format specifier "no"\n', 1),
        ("ps zzz", "ps: error: unsupported option (BSD syntax)\n", 1),
        ("kill", "kill: usage: kill [-s sigspec | -signum] pid ...\n", 2),
        ("kill -0 1", "", 0),
        ("kill 99", "kill: (99) - No such process\n", 1),
        ("kill x", "kill: x: arguments must be process or job IDs\n", 1),
        ("kill -NO 1", "kill: NO: invalid signal specification\n", 1),
        ("kill -99 1", "kill: 99: invalid signal specification\n", 1),
        ("kill -- 99", "kill: (99) - No such process\n", 1),
        ("kill -s TERM 99", "kill: (99) - No such process\n", 1),
        ("pgrep init", "1\n", 0),
        ("pgrep -l ini", "1 init\n", 0),
        ("pgrep -a init", "1 /sbin/init\n", 0),
        ("pgrep -x ini", "", 1),
        ("pgrep -f /sbin", "1\n", 0),
        ("pgrep", "pgrep: only one pattern can be provided\n", 2),
        ("pidof init", "1\n", 0),
        ("pidof no", "", 1),
        ("pkill no", "", 1),
        ("sleep", "sleep: missing operand\n", 1),
        ("sleep x", "sleep: invalid time interval 'x'\n", 1),
        ("sleep 1m 0.5", "", 0),
        ("sleep -1", "sleep: invalid time interval '-1'\n", 1),
        ("sleep 31d", "sleep: invalid time interval '31d'\n", 1),
        ("stress -c 0", "stress: unrecognized option or count: 0\n", 1),
    ],
)
def test_options_and_errors(line: str, text: str, status: int) -> None:
    assert answered(lab(), line) == (text, status)


def test_kill_lists_signals() -> None:
    assert "9) SIGKILL" in typed(lab(), "kill -l")


def test_states_are_told_from_what_processes_do() -> None:
    here = lab()
    typed(here, "/srv/server & /srv/busy & sleep 0.1; kill -STOP $(pidof server)")
    assert rows(here, "ps -o stat=,comm= -e") == [
        ["Ss", "init"],
        ["Ss", "bash"],
        ["T", "server"],
        ["R", "busy"],
        ["R+", "ps"],
    ]
    typed(here, "kill -CONT $(pidof server)")
    assert rows(here, "ps -o stat= -C server") == [["S"]]


def test_a_zombie_is_defunct_until_its_parent_waits() -> None:
    here = lab()
    typed(here, "/srv/parent & sleep 1")
    assert rows(here, "ps -o stat=,args= -C parent") == [
        ["S", "/srv/parent"],
        ["Z", "[parent]", "<defunct>"],
        ["Z", "[parent]", "<defunct>"],
    ]
    assert out(here, "ps -C parent | grep -c defunct") == "2\n"
    zombie = next(child for child in process(here, "parent").children)
    assert typed(here, f"cat /proc/{zombie.pid}/cmdline") == ""
    assert "State:\tZ (zombie)" in typed(here, f"cat /proc/{zombie.pid}/status")
    typed(here, "pkill -KILL parent", "sleep 1")
    assert typed(here, "pgrep parent") == ""


def test_trees_show_who_started_whom() -> None:
    here = lab()
    typed(here, "/srv/parent & sleep 1")
    assert typed(here, "pstree") == (
        "init---bash-+-parent---2*[parent]\n            `-pstree\n"
    )
    first = process(here, "parent").pid
    assert typed(here, "pstree -p").splitlines()[0] == (
        f"init(1)---bash(2)-+-parent({first})-+-parent({first + 1})"
    )
    assert [row[-1] for row in rows(here, "ps auxf")] == [
        "COMMAND",
        "/sbin/init",
        "-bash",
        "/srv/parent",
        "<defunct>",
        "<defunct>",
        "auxf",
    ]
    assert "\\_ -bash" in typed(here, "ps -ef --forest")


def test_cpu_time_is_what_was_computed() -> None:
    here = lab()
    typed(here, "sh -c '/srv/busy; /srv/busy' & sleep 2.5")
    assert rows(here, "ps -o time=,pcpu= -C busy") == [["00:00:00", "100.0"]]
    typed(here, "stress -c 2 -t 3 > /tmp/s & sleep 5")
    typed(here, "stress -c 1 -t 100 & sleep 1")
    assert rows(here, "ps -o stat= -C stress")[-1] == ["R"]


def test_stress_keeps_processors_busy() -> None:
    here = lab()
    pid = here.console.process.pid + 1
    assert typed(here, "stress -c 8 -t 3") == (
        f"stress: info: [{pid}] dispatching hogs: 8 cpu\n"
        f"stress: info: [{pid}] run completed in 6.00s\n"
    )


def test_top_is_one_snapshot_of_the_busiest() -> None:
    here = lab()
    typed(here, "/srv/server &")
    lines = typed(here, "top -b -n 1").splitlines()
    assert lines[0].startswith("top - 08:00:45 up 0 min,  1 user")
    assert lines[1] == (
        "Tasks:   4 total,   1 running,   3 sleeping,   0 stopped,   0 zombie"
    )
    assert lines[2].startswith("MiB Mem :  65536.0 total")
    assert lines[4] == "    PID USER         RES S  %CPU  %MEM     TIME+ COMMAND"
    assert lines[5].split() == [
        str(process(here, "server").pid),
        *["root", "20480", "S", "0.0", "0.0", "0:00.00", "server"],
    ]


def test_top_shows_this_moment() -> None:
    here = lab()
    typed(here, "/srv/busy & sleep 1")
    line = typed(here, "top -b -n 1").splitlines()[5].split()
    assert line[3:] == ["R", "100.0", "0.0", "0:01.00", "busy"]
    typed(here, "sleep 0.9", "stress -c 8 -t 100 & sleep 0.05")
    shares = [row[4] for row in rows(here, "top -b -n 1")[6:] if row[-1] == "stress"]
    assert shares.count("44.4") == 8
    typed(here, "sleep 1")
    assert "busy" not in typed(here, "top -b -n 1")


def test_signals_by_name_reach_what_they_name() -> None:
    here = lab()
    typed(here, "/srv/server & /srv/deaf &")
    assert answered(here, "pkill server")[1] == 0
    assert answered(here, "pkill deaf")[1] == 0
    assert typed(here, "pgrep -l 'deaf'").split()[1] == "deaf"
    text, status = answered(here, "pkill -9 deaf")
    assert (text, status) == ("[2]+  Killed                  /srv/deaf\n", 0)
    assert typed(here, "pgrep deaf") == ""


def test_the_kernel_refuses_signals_from_those_who_have_no_right() -> None:
    here = lab()
    typed(here, "/srv/server &")
    server = process(here, "server")
    here.console.process.credentials = Credentials(1000, view(here).namespaces.user, ())
    text, status = answered(here, f"kill {server.pid}")
    assert text == f"kill: ({server.pid}) - Operation not permitted\n"
    assert (status, server.alive) == (1, True)
