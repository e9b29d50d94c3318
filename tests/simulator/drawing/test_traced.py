"""Which events are about which part."""

from simulator.drawing.traced import MOST, Traced, walk
from tests.simulator.drawing.pictures import PLANS
from tests.simulator.worlds import events, execute, load, run


def test_a_process_has_its_own_events_and_what_they_led_to() -> None:
    done = run([*PLANS["system"], load("app", 5)])
    (execve,), (serve,) = events(done, "execve"), events(done, "serve")
    traced = Traced(done)
    pid = execve.detail["pid"]
    assert traced.process("linux-1", pid) == (execve.seq, serve.seq)
    assert execve.seq not in traced.part("linux-1")
    assert traced.program("linux-1", pid) == "app"
    assert (traced.process("linux-1", 99), traced.program("linux-1", 99)) == ((), "")


def test_the_same_number_in_two_kernels_is_two_processes() -> None:
    done = run(PLANS["machines"])
    one, two = events(done, "execve")
    traced = Traced(done)
    assert one.actor != two.actor
    assert traced.process(one.actor, one.detail["pid"]) == (one.seq,)
    assert traced.process(two.actor, two.detail["pid"]) == (two.seq,)


def test_a_container_has_the_events_that_name_it() -> None:
    done = run(PLANS["containers"])
    seqs = Traced(done).part("box-1")
    assert [done.events[seq].action for seq in seqs] == [
        "namespaces",
        "cgroup",
        "mount_root",
        "execve",
    ]


def test_a_part_names_no_more_than_its_first_events() -> None:
    done = run([*PLANS["system"], *([execute("app")] * 40)])
    seqs = Traced(done).part("server")
    assert len(seqs) == MOST
    assert seqs[0] == 0


def test_every_node_is_given_its_events() -> None:
    done = run(PLANS["nested"])
    (machine,) = Traced(done).machines(done)
    assert all(node["seqs"] for node in walk(machine))
    kinds = [node["kind"] for node in walk(machine)]
    assert kinds[:4] == ["machine", "kernel", "hypervisor", "vm"]


def test_what_nobody_speaks_of_has_no_events() -> None:
    assert Traced(run([])).part("server") == ()
