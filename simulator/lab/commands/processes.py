"""Commands on processes: who runs, what each uses, and how to end it."""

from collections.abc import Callable, Iterator, Sequence
from fnmatch import fnmatchcase

from simulator.lab.call import Answer, Call, CommandError, options
from simulator.lab.commands.system import uptime_line
from simulator.lab.files.proc import resident_kib
from simulator.lab.view import SECOND, View, command_line, short_name
from simulator.subsystems.processes import Process
from simulator.subsystems.signals import NUMBERS

PERCENT = 100
MOST_SLEEP = 30 * 24 * 3600
Column = tuple[str, int, Callable[[View, Process], str]]
"""Heading, width (negative: to the left), and what it shows."""


def state_of(view: View, process: Process) -> str:
    """Return the letters that ps shows for what a process is doing."""
    letter = {"running": "S", "stopped": "T", "zombie": "Z"}[process.state]
    if process is view.process or process.computing:
        letter = "R"
    leads = process.namespaces.pid.init is process or process.program.reaps
    foreground = any(process in c.foreground for c in view.lab.consoles)
    return letter + ("s" if leads else "") + ("+" if foreground else "")


def terminal_of(view: View, process: Process) -> str:
    """Return the terminal that a process was started from."""
    above: Process | None = process
    while above is not None:
        if any(console.process is above for console in view.lab.consoles):
            return "pts/0"
        above = above.parent
    return "?"


def _time(view: View, process: Process) -> str:  # noqa: ARG001
    seconds = process.used_us // SECOND
    return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"


def _short_time(view: View, process: Process) -> str:  # noqa: ARG001
    seconds = process.used_us // SECOND
    return f"{seconds // 60}:{seconds % 60:02}"


def _started(view: View, process: Process) -> str:
    return view.clock(view.started_us(process)).strftime("%H:%M")


def _command(view: View, process: Process) -> str:
    if process.state == "zombie":
        return f"[{short_name(process)}] <defunct>"
    return command_line(view, process)


def _name(view: View, process: Process) -> str:  # noqa: ARG001
    ending = " <defunct>" if process.state == "zombie" else ""
    return short_name(process) + ending


def cpu_share(view: View, process: Process) -> float:
    """Return CPU time in percent of the time since the process started."""
    span = view.lab.engine.now - view.started_us(process)
    return process.used_us * PERCENT / span if span else 0.0


def memory_share(view: View, process: Process) -> float:
    """Return its own memory in percent of the kernel's."""
    return resident_kib(process) * PERCENT / view.platform.memory.capacity_kib


COLUMNS: dict[str, Column] = {
    "pid": ("PID", 7, lambda view, p: str(view.pid(p))),
    "ppid": ("PPID", 7, lambda view, p: str(view.ppid(p))),
    "user": ("USER", -8, lambda view, p: view.user(p)),
    "uid": ("UID", -8, lambda view, p: view.user(p)),
    "pcpu": ("%CPU", 4, lambda view, p: f"{cpu_share(view, p):.1f}"),
    "pmem": ("%MEM", 4, lambda view, p: f"{memory_share(view, p):.1f}"),
    "vsz": (
        "VSZ",
        6,
        lambda _, p: str(resident_kib(p) + p.image.binary.text_kib),
    ),
    "rss": ("RSS", 5, lambda _, p: str(resident_kib(p))),
    "tty": ("TTY", -8, terminal_of),
    "stat": ("STAT", -4, state_of),
    "state": ("S", -1, lambda view, p: state_of(view, p)[0]),
    "start": ("START", -5, _started),
    "stime": ("STIME", -5, _started),
    "time": ("TIME", 8, _time),
    "bsdtime": ("TIME", 6, _short_time),
    "c": ("C", 2, lambda view, p: str(int(cpu_share(view, p)))),
    "cmd": ("CMD", 0, _name),
    "comm": ("COMMAND", 0, _name),
    "args": ("COMMAND", 0, _command),
    "fullcmd": ("CMD", 0, _command),
    "pidns": ("PIDNS", 10, lambda _, p: str(p.namespaces.pid.number)),
    "netns": ("NETNS", 10, lambda _, p: str(p.namespaces.net.number)),
    "mntns": ("MNTNS", 10, lambda _, p: str(p.namespaces.mnt.number)),
    "utsns": ("UTSNS", 10, lambda _, p: str(p.namespaces.uts.number)),
    "userns": ("USERNS", 10, lambda _, p: str(p.namespaces.user.number)),
}
ALIASES = {
    "%cpu": "pcpu",
    "%mem": "pmem",
    "command": "args",
    "ucmd": "comm",
    "s": "state",
}
SHORT = ("pid", "tty", "time", "cmd")
FULL = ("uid", "pid", "ppid", "c", "stime", "tty", "time", "fullcmd")
BSD = [
    "user",
    "pid",
    "pcpu",
    "pmem",
    "vsz",
    "rss",
    "tty",
    "stat",
    "start",
    "bsdtime",
    "args",
]
BUSYBOX = ("pid", "user", "time", "args")


def ps(call: Call) -> Answer:
    """List processes, each line from what is known of one."""
    words = call.words[1:]
    first = words[0] if words else ""
    if first and not first.startswith("-") and set(first) <= set("auxfwe"):
        return _listed(call, _everyone(call), BSD, forest="f" in first)
    found = options(
        words,
        ("e", "f", "A", "a", "l", "H", "forest", "no-headers", "x", "w"),
        ("o", "p", "C", "sort", "format", "pid"),
    )
    if found.rest:
        raise CommandError("error: unsupported option (BSD syntax)")
    everyone = _everyone(call)
    chosen = everyone
    by_number, by_name = found.value("p", "pid"), found.value("C")
    if by_number is not None:
        numbers = set(by_number.replace(",", " ").split())
        chosen = [p for p in everyone if str(call.view.pid(p)) in numbers]
    elif by_name is not None:
        chosen = [p for p in everyone if short_name(p) in by_name.split(",")]
    elif not found.has("e", "A", "a", "x"):
        mine = terminal_of(call.view, call.view.process)
        chosen = [p for p in everyone if terminal_of(call.view, p) == mine]
    columns = list(FULL if found.has("f") else SHORT)
    if found.value("o", "format") is not None:
        columns = _wanted(found.values.get("o", []) + found.values.get("format", []))
    heads = not found.has("no-headers") and not all(c.endswith("=") for c in columns)
    columns = [column.rstrip("=") for column in columns]
    forest = found.has("forest", "H")
    return _listed(call, chosen, columns, forest=forest, heads=heads)


def _wanted(lists: Sequence[str]) -> list[str]:
    names = [name for words in lists for name in words.replace(",", " ").split()]
    columns = [ALIASES.get(name, name) for name in names]
    for column in columns:
        if column.rstrip("=") not in COLUMNS:
            raise CommandError(
                f'error: unknown user-defined format specifier "{column}"'
            )
    return columns


def _everyone(call: Call) -> list[Process]:
    return list(call.view.processes())


def _listed(
    call: Call,
    processes: Sequence[Process],
    columns: Sequence[str],
    *,
    forest: bool = False,
    heads: bool = True,
) -> int:
    """Write a table of processes; 1 when none is in it."""
    view = call.view
    shown = [COLUMNS[name] for name in columns]
    order = list(_forest(processes)) if forest else [("", p) for p in processes]
    rows = [
        [
            branch + value(view, process) if width == 0 else value(view, process)
            for _, width, value in shown
        ]
        for branch, process in order
    ]
    widths = [
        _width(index, width, [head, *(row[index] for row in rows)])
        for index, (head, width, _) in enumerate(shown)
    ]
    if heads:
        call.line(_row([head for head, _, _ in shown], widths))
    for row in rows:
        call.line(_row(row, widths))
    return 0 if rows else 1


def _width(index: int, width: int, cells: Sequence[str]) -> int:
    del index
    if width == 0:
        return 0
    widest = max(len(cell) for cell in cells)
    return max(widest, width) if width > 0 else min(-widest, width)


def _row(cells: Sequence[str], widths: Sequence[int]) -> str:
    parts = []
    for cell, width in zip(cells, widths, strict=True):
        parts.append(
            cell
            if width == 0
            else f"{cell:<{-width}}"
            if width < 0
            else f"{cell:>{width}}"
        )
    return " ".join(parts).rstrip()


def _forest(processes: Sequence[Process]) -> Iterator[tuple[str, Process]]:
    """Go through processes as a tree, each with the branch before it."""
    inside = set(map(id, processes))

    def below(process: Process, depth: int) -> Iterator[tuple[str, Process]]:
        yield (" " * (4 * (depth - 1)) + " \\_ " if depth else ""), process
        for child in process.children:
            if id(child) in inside:
                yield from below(child, depth + 1)

    for process in processes:
        if process.parent is None or id(process.parent) not in inside:
            yield from below(process, 0)


def pstree(call: Call) -> Answer:
    """Draw the processes as a tree."""
    found = options(call.words[1:], "pan")
    view = call.view
    visible = {id(process): process for process in view.processes()}

    def label(process: Process) -> str:
        name = short_name(process)
        return f"{name}({view.pid(process)})" if found.has("p") else name

    def draw(process: Process, first: str, others: str) -> None:
        children = [child for child in process.children if id(child) in visible]
        groups = _grouped(children, label, visible)
        head = first + label(process)
        if not groups:
            call.line(head)
            return
        indent = others + " " * (len(head) - len(first))
        for index, (count, child) in enumerate(groups):
            is_last = index == len(groups) - 1
            sign = (
                "---"
                if len(groups) == 1
                else "-+-"
                if not index
                else " `-"
                if is_last
                else " |-"
            )
            start = (head if not index else indent) + sign
            start += f"{count}*[" if count > 1 else ""
            if count > 1:
                call.line(f"{start}{label(child)}]")
                continue
            draw(child, start, indent + ("   " if is_last else " | "))

    roots = [
        p for p in visible.values() if p.parent is None or id(p.parent) not in visible
    ]
    for process in roots:
        draw(process, "", "")
    return 0


def _grouped(
    children: Sequence[Process],
    label: Callable[[Process], str],
    visible: dict[int, Process],
) -> list[tuple[int, Process]]:
    """Put children that look alike and have no children of their own together."""
    found: list[tuple[int, Process]] = []
    for child in children:
        is_leaf = not any(id(grandchild) in visible for grandchild in child.children)
        for index, (count, other) in enumerate(found):
            same = label(other) == label(child) and not other.children
            if is_leaf and same:
                found[index] = (count + 1, other)
                break
        else:
            found.append((1, child))
    return found


def top(call: Call) -> Answer:
    """Write one snapshot of the processes that use most at this moment."""
    options(call.words[1:], "b", ("n", "d", "o", "p"))
    view = call.view
    processes = list(view.processes())
    counts = {
        "running": sum(state_of(view, p)[0] == "R" for p in processes),
        "sleeping": sum(state_of(view, p)[0] == "S" for p in processes),
        "stopped": sum(p.state == "stopped" for p in processes),
        "zombie": sum(p.state == "zombie" for p in processes),
    }
    call.line(f"top -{uptime_line(view)}")
    states = ", ".join(f"{count:>3} {state}" for state, count in counts.items())
    call.line(f"Tasks: {len(processes):>3} total, {states}")
    memory = view.platform.memory
    cached = memory.charges.get("page cache", 0)
    free = memory.capacity_kib - memory.used_kib
    total, used = memory.capacity_kib, memory.used_kib - cached
    call.line(
        f"MiB Mem : {total / 1024:>8.1f} total, {free / 1024:>8.1f} free,"
        f" {used / 1024:>8.1f} used, {cached / 1024:>8.1f} buff/cache"
    )
    call.line()
    call.line("    PID USER         RES S  %CPU  %MEM     TIME+ COMMAND")
    busiest = sorted(processes, key=lambda p: (-p.share_permille, -resident_kib(p)))
    for process in busiest[:20]:
        seconds, rest = divmod(process.used_us, SECOND)
        time = f"{seconds // 60}:{seconds % 60:02}.{rest // 10_000:02}"
        call.line(
            f"{view.pid(process):>7} {view.user(process):<8} {resident_kib(process):>7}"
            f" {state_of(view, process)[0]} {process.share_permille / 10:>5.1f}"
            f" {memory_share(view, process):>5.1f} {time:>9} {short_name(process)}"
        )
    return 0


def kill(call: Call) -> Answer:
    """Send a signal to processes by number."""
    words = list(call.words[1:])
    if words[:1] == ["-l"]:
        call.line(" ".join(f"{n}) {name}" for name, n in NUMBERS.items()))
        return 0
    signal = _signal(words)
    if not words:
        raise CommandError("usage: kill [-s sigspec | -signum] pid ...", 2)
    status = 0
    for word in words:
        process = _target(call, word)
        if process is None:
            status = 1
        elif signal != "0":
            status = max(status, send(call, process, signal, f"({word}) - "))
        yield 0
    return status


def _target(call: Call, word: str) -> Process | None:
    if word.startswith("%") and word[1:].isdigit():
        jobs = [job for job in call.console.jobs if job.number == int(word[1:])]
        if jobs and jobs[0].processes:
            return jobs[0].processes[-1]
        call.complain(f"{word}: no such job")
        return None
    if not word.lstrip("-").isdigit():
        call.complain(f"{word}: arguments must be process or job IDs")
        return None
    process = call.view.find(int(word))
    if process is None:
        call.complain(f"({word}) - No such process")
    return process


def _signal(words: list[str]) -> str:
    """Take the signal from the words; SIGTERM when none is named."""
    if not words or not words[0].startswith("-") or len(words) == 1:
        return "SIGTERM"
    word = words.pop(0)[1:]
    if word == "s":
        word = words.pop(0)
    if word == "-":
        return "SIGTERM"
    return signal_named(word)


def signal_named(word: str) -> str:
    """Return the full name of a signal given by name or number.

    Raises CommandError for one that does not exist.
    """
    name = word.upper() if word.upper().startswith("SIG") else f"SIG{word.upper()}"
    if word == "0":
        return "0"
    if word.isdigit():
        name = next((n for n, number in NUMBERS.items() if number == int(word)), "")
    if name not in NUMBERS:
        raise CommandError(f"{word}: invalid signal specification")
    return name


def send(call: Call, process: Process, signal: str, before: str = "") -> int:
    """Send a signal as the caller; return 0, or 1 when the kernel refuses."""
    sender = call.view.process
    kernel = process.kernel
    seq = kernel.signal(process, signal, sender.start_seq, sender)
    event = call.lab.engine.events[seq]
    if "errno_name" in event.detail and event.action == "signal":
        text = str(event.detail["log"]).removeprefix("kill: ")
        call.complain(f"{before}{text}")
        return 1
    return 0


def pkill(call: Call) -> Answer:
    """Send a signal to processes by name."""
    words = list(call.words[1:])
    signal = "SIGTERM"
    if len(words) > 1 and words[0].startswith("-") and words[0] not in {"-f", "-x"}:
        signal = signal_named(words.pop(0)[1:])
    matching = _matching(call, words)
    yield 0
    return max((send(call, process, signal) for process in matching), default=1)


def pgrep(call: Call) -> Answer:
    """Write the numbers of processes by name."""
    matching = _matching(call, list(call.words[1:]))
    lists = any(word in {"-l", "-a"} for word in call.words)
    for process in matching:
        name = short_name(process)
        if "-a" in call.words:
            name = command_line(call.view, process)
        call.line(f"{call.view.pid(process)}{f' {name}' if lists else ''}")
    return 0 if matching else 1


def _matching(call: Call, words: list[str]) -> list[Process]:
    found = options(words, "flaxn")
    if len(found.rest) != 1:
        raise CommandError("only one pattern can be provided", 2)
    pattern = found.rest[0]

    def fits(process: Process) -> bool:
        text = (
            command_line(call.view, process) if found.has("f") else short_name(process)
        )
        return text == pattern if found.has("x") else pattern in text

    everyone = call.view.processes()
    return [p for p in everyone if p is not call.view.process and fits(p)]


def pidof(call: Call) -> Answer:
    """Write the numbers of the processes of a program."""
    numbers = [
        str(call.view.pid(process))
        for process in call.view.processes()
        if any(fnmatchcase(short_name(process), word) for word in call.words[1:])
    ]
    if numbers:
        call.line(" ".join(reversed(numbers)))
    return 0 if numbers else 1


def sleep(call: Call) -> Answer:
    """Let time pass."""
    if len(call.words) == 1:
        raise CommandError("missing operand")
    total = sum(seconds_of(word) for word in call.words[1:])
    yield min(int(total * SECOND), MOST_SLEEP * SECOND)
    return 0


def seconds_of(word: str) -> float:
    """Return a time such as ``2``, ``0.5`` or ``3m`` in seconds."""
    units = {"s": 1, "m": 60, "h": 3600, "d": 86_400}
    number = word[:-1] if word[-1:] in units else word
    try:
        value = float(number) * units.get(word[-1:], 1)
    except ValueError as error:
        raise CommandError(f"invalid time interval '{word}'") from error
    if not 0 <= value <= MOST_SLEEP:
        raise CommandError(f"invalid time interval '{word}'")
    return value


def stress(call: Call) -> Answer:
    """Keep processors busy for a time, in so many children."""
    found = options(call.words[1:], "v", ("c", "cpu", "t", "timeout"))
    count = found.value("c", "cpu") or "1"
    if not count.isdigit() or not 1 <= int(count) <= 1024:  # noqa: PLR2004
        raise CommandError(f"unrecognized option or count: {count}")
    span = int(seconds_of(found.value("t", "timeout") or "10") * 1000)
    process = call.view.process
    kernel = process.kernel
    call.line(f"stress: info: [{call.view.pid(process)}] dispatching hogs: {count} cpu")
    children = []
    for _ in range(int(count)):
        child = kernel.fork(process, process.start_seq)
        if child is None:
            raise CommandError("fork failed: Resource temporarily unavailable")
        children.append(child)
        kernel.begin(
            child, (("compute", {"ms": span, "threads": 1}), ("exit", {"status": 0}))
        )
    began = call.lab.engine.now
    for child in children:
        if child.alive:
            yield child.ended
    took = (call.lab.engine.now - began) / SECOND
    call.line(f"stress: info: [{call.view.pid(process)}] run completed in {took:.2f}s")
    return 0


COMMANDS = {
    "kill": kill,
    "pgrep": pgrep,
    "pidof": pidof,
    "pkill": pkill,
    "ps": ps,
    "pstree": pstree,
    "sleep": sleep,
    "stress": stress,
    "top": top,
}
