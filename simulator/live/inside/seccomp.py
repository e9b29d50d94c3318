"""Filters on system calls: what a live probe can never ask of the kernel.

Numbers of calls are those of x86-64. Classic BPF over ``struct seccomp_data``
(seccomp(2)). A filter answers EPERM for what it does not allow, and kills whoever
calls by another architecture's table.
"""

import ctypes
import struct
from collections.abc import Mapping

from simulator.live.inside.linux import PR_SET_NO_NEW_PRIVS, PR_SET_SECCOMP, prctl

_LOAD, _EQUAL, _AT_LEAST, _RETURN = 0x20, 0x15, 0x35, 0x06
_ALLOW, _EPERM, _KILL = 0x7FFF0000, 0x00050001, 0x80000000
_FILTER_MODE = 2
_ARCH_PLACE, _NUMBER_PLACE = 4, 0
_X86_64 = 0xC000003E
_X32 = 0x40000000
"""Numbers from here on are the x32 table's; nothing of ours uses it."""

PROGRAM_CALLS = {
    "read": 0,
    "write": 1,
    "close": 3,
    "mmap": 9,
    "mprotect": 10,
    "munmap": 11,
    "brk": 12,
    "rt_sigaction": 13,
    "rt_sigprocmask": 14,
    "rt_sigreturn": 15,
    "sched_yield": 24,
    "pause": 34,
    "nanosleep": 35,
    "alarm": 37,
    "getpid": 39,
    "fork": 57,
    "vfork": 58,
    "execve": 59,
    "exit": 60,
    "wait4": 61,
    "kill": 62,
    "getppid": 110,
    "prctl": 157,
    "arch_prctl": 158,
    "gettid": 186,
    "time": 201,
    "futex": 202,
    "set_tid_address": 218,
    "restart_syscall": 219,
    "clock_gettime": 228,
    "clock_nanosleep": 230,
    "exit_group": 231,
    "tgkill": 234,
    "set_robust_list": 273,
    "getrandom": 318,
    "rseq": 334,
}
"""What a probe's own programs may call: memory, signals, clocks, and each other."""

ASKING_CALLS = {
    "open": 2,
    "shmget": 29,
    "socket": 41,
    "connect": 42,
    "bind": 49,
    "listen": 50,
    "setuid": 105,
    "sethostname": 170,
    "unshare": 272,
}
"""What only programs of plans may call that name it: what the kernel says to these is
what such plans are about."""

FORBIDDEN_CALLS = {
    "ptrace": 101,
    "syslog": 103,
    "uselib": 134,
    "ustat": 136,
    "sysfs": 139,
    "vhangup": 153,
    "modify_ldt": 154,
    "acct": 163,
    "settimeofday": 164,
    "swapon": 167,
    "swapoff": 168,
    "reboot": 169,
    "iopl": 172,
    "ioperm": 173,
    "init_module": 175,
    "delete_module": 176,
    "quotactl": 179,
    "lookup_dcookie": 212,
    "clock_settime": 227,
    "mbind": 237,
    "set_mempolicy": 238,
    "get_mempolicy": 239,
    "kexec_load": 246,
    "add_key": 248,
    "request_key": 249,
    "keyctl": 250,
    "migrate_pages": 256,
    "move_pages": 279,
    "perf_event_open": 298,
    "name_to_handle_at": 303,
    "open_by_handle_at": 304,
    "clock_adjtime": 305,
    "process_vm_readv": 310,
    "process_vm_writev": 311,
    "kcmp": 312,
    "finit_module": 313,
    "kexec_file_load": 320,
    "bpf": 321,
    "userfaultfd": 323,
    "io_uring_setup": 425,
    "io_uring_enter": 426,
    "io_uring_register": 427,
    "open_tree": 428,
    "move_mount": 429,
    "fsopen": 430,
    "fsconfig": 431,
    "fsmount": 432,
    "fspick": 433,
    "pidfd_getfd": 438,
    "process_madvise": 440,
    "mount_setattr": 442,
    "process_mrelease": 448,
}
"""What nobody in a sandbox may call: other processes' memory, modules, keys, clocks,
ports, BPF, io_uring, mounts by descriptor."""

_Instruction = tuple[int, int, int, int]


def allow_only(calls: Mapping[str, int]) -> None:
    """Let this process and its children make these system calls and no others."""
    _install([*_checks(), *_answers(calls, _ALLOW), (_RETURN, 0, 0, _EPERM)])


def forbid(calls: Mapping[str, int]) -> None:
    """Let this process and its children make all system calls but these."""
    _install([*_checks(), *_answers(calls, _EPERM), (_RETURN, 0, 0, _ALLOW)])


def _checks() -> list[_Instruction]:
    return [
        (_LOAD, 0, 0, _ARCH_PLACE),
        (_EQUAL, 1, 0, _X86_64),
        (_RETURN, 0, 0, _KILL),
        (_LOAD, 0, 0, _NUMBER_PLACE),
        (_AT_LEAST, 0, 1, _X32),
        (_RETURN, 0, 0, _EPERM),
    ]


def _answers(calls: Mapping[str, int], answer: int) -> list[_Instruction]:
    found: list[_Instruction] = []
    for number in calls.values():
        found += [(_EQUAL, 0, 1, number), (_RETURN, 0, 0, answer)]
    return found


def _install(program: list[_Instruction]) -> None:
    content = b"".join(struct.pack("<HBBI", *each) for each in program)
    held = ctypes.create_string_buffer(content, len(content))
    head = ctypes.create_string_buffer(
        struct.pack("<HxxxxxxQ", len(program), ctypes.addressof(held)), 16
    )
    prctl(PR_SET_NO_NEW_PRIVS, 1)
    prctl(PR_SET_SECCOMP, _FILTER_MODE, head)
