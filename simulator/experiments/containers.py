"""Experiments with containers."""

from typing import Any

from simulator.experiments.worlds import (
    ENGINE,
    Parts,
    boxes,
    carried_out,
    of,
    ram_kib,
    request_ns,
    requests,
    span,
)

APP = "/srv/app"


def container_start() -> int:
    """From the wish to the program's execve in the container."""
    run = carried_out([*ENGINE, boxes()])
    return span(of(run, "start_container")[0], of(run, "execve", target=APP)[0])


def container_runtime() -> int:
    """What remains of it when the engine has done its part."""
    run = carried_out([*ENGINE, boxes()])
    return span(of(run, "image_present")[0], of(run, "execve", target=APP)[0])


def crun_runtime() -> int:
    """The same of a runtime in C."""
    run = carried_out([*ENGINE, boxes(runtime="crun")])
    return span(of(run, "image_present")[0], of(run, "execve", target=APP)[0])


def runsc_start() -> int:
    """A start with a kernel in user space, in thousandths of the ordinary one."""
    took = []
    for runtime in ("runsc", "runc"):
        run = carried_out([*ENGINE, boxes(runtime=runtime)])
        asked = of(run, "start_container")[0]
        took.append(span(asked, of(run, "execve", target=APP)[0]))
    return took[0] * 1000 // took[1]


def runsc_redis() -> int:
    """A request of 31 us of computing and ten device operations."""
    return _ratio({"cpu_us": 31, "operations": 10}, "runsc")


def network_namespace() -> int:
    """How much longer it takes than with the host's network namespace."""
    return namespaces() - _made(host_namespaces=["net"])


def pid_namespace() -> int:
    """How much longer it takes than with the host's PID namespace."""
    return namespaces() - _made(host_namespaces=["pid"])


def stop_grace() -> int:
    """From the wish to stop a program that does not listen to its end."""
    run = carried_out([*ENGINE, boxes(), {"stop_container": {"on": "box"}}])
    return span(of(run, "stop_container")[0], of(run, "container_exit")[0])


def _made(**asked: Any) -> int:
    run = carried_out([*ENGINE, boxes(**asked)])
    return span(of(run, "image_present")[0], of(run, "namespaces")[0])


def namespaces() -> int:
    """From the image to namespaces that stand."""
    return _made()


def container_memory() -> int:
    """RAM of one more container whose program needs none."""
    return ram_kib(carried_out([*ENGINE, boxes(2)])) - ram_kib(
        carried_out([*ENGINE, boxes()])
    )


MIB_OF = {"nano_server": 29, "server_core": 44}
"""Private memory of the program in a container of each base image of Windows."""


def _windows(base: str = "nano_server") -> Parts:
    build = "10.0.20348"
    features = ["win32k"] if base == "server_core" else []
    files = {"os": "windows", "os_version": build, "libraries": ["windows-libraries"]}
    return {
        "systems": {"linux": {"family": "nt", "version": build}},
        "engines": {"engine": {"format": "pe"}},
        "programs": {"app": {"format": "pe", "ram_mib": MIB_OF[base]}},
        "images": {"image": {**files, "os_features": features}},
    }


def _added_kib(parts: Parts | None = None, **more: Any) -> int:
    """RAM that one container adds to an engine without any."""
    with_one = carried_out([*ENGINE, boxes(**more)], parts)
    return ram_kib(with_one) - ram_kib(carried_out([*ENGINE], parts))


def _ratio(program: dict[str, int], runtime: str) -> int:
    """Time of a request under a runtime, in thousandths of that under runc."""
    parts = {"programs": {"app": {"cpu_us": 0, "operations": 0, **program}}}
    took = [
        request_ns(
            carried_out(
                [*ENGINE, boxes(runtime=name, network="host"), requests()], parts
            )
        )
        for name in ("runc", runtime)
    ]
    return took[1] * 1000 // took[0]


def runc_alpine_memory() -> int:
    """A small program in a container on the host's kernel."""
    return _added_kib({"programs": {"app": {"ram_mib": 3}}})


def runsc_alpine_memory() -> int:
    """The same with a kernel in user space."""
    return _added_kib({"programs": {"app": {"ram_mib": 3}}}, runtime="runsc")


def sentry_memory() -> int:
    """What that kernel takes."""
    return runsc_alpine_memory() - runc_alpine_memory()


SERVICES = {"node": (72, 27), "ruby": (43, 39)}
"""Per server of that benchmark: MiB of its own, and of files that it maps.

Kernels of the same machine share those files; one in user space reads them for itself.
Both numbers were chosen so that both published figures come out.
"""


def _service(name: str, runtime: str) -> int:
    """RAM of one more container with a server, its files being mapped already."""
    ram_mib, text_mib = SERVICES[name]
    parts = {"programs": {"app": {"ram_mib": ram_mib, "text_mib": text_mib}}}
    two, one = (
        ram_kib(carried_out([*ENGINE, boxes(count, runtime=runtime)], parts))
        for count in (2, 1)
    )
    return two - one


def runc_node_memory() -> int:
    """One more node server on the host's kernel."""
    return _service("node", "runc")


def runsc_node_memory() -> int:
    """The same with a kernel in user space, which has a page cache of its own."""
    return _service("node", "runsc")


def runc_ruby_memory() -> int:
    """One more ruby server on the host's kernel."""
    return _service("ruby", "runc")


def runsc_ruby_memory() -> int:
    """The same with a kernel in user space, which has a page cache of its own."""
    return _service("ruby", "runsc")


def runsc_ptrace_call() -> int:
    """A program that does nothing but device operations."""
    return _ratio({"operations": 1000}, "runsc")


def runsc_kvm_call() -> int:
    """A program that does nothing but enter its kernel, without any device."""
    return _ratio({"first_touches": 1000}, "runsc-kvm")


def runsc_cpu() -> int:
    """A program that only computes."""
    return _ratio({"cpu_us": 1000}, "runsc")


def kata_pod_memory() -> int:
    """What a container in a machine of its own takes beyond its program."""
    return _added_kib(runtime="kata")


def windows_process_start() -> int:
    """From the wish to the program's execve, on the host's kernel."""
    return _windows_start("process")


def windows_hyperv_start() -> int:
    """The same in a utility machine."""
    return _windows_start("hyperv")


def _windows_start(isolation: str) -> int:
    run = carried_out([*ENGINE, boxes(isolation=isolation)], _windows())
    return span(of(run, "start_container")[0], of(run, "execve", target=APP)[0])


def nano_server_process() -> int:
    """RAM of a container of the small base image on the host's kernel."""
    return _added_kib(_windows(), isolation="process")


def nano_server_hyperv() -> int:
    """The same in a utility machine."""
    return _added_kib(_windows(), isolation="hyperv")


def server_core_process() -> int:
    """RAM of a container of the large base image on the host's kernel."""
    return _added_kib(_windows("server_core"), isolation="process")


def server_core_hyperv() -> int:
    """The same in a utility machine."""
    return _added_kib(_windows("server_core"), isolation="hyperv")


EXPERIMENTS = {
    "container_start": container_start,
    "container_runtime": container_runtime,
    "crun_runtime": crun_runtime,
    "runsc_start": runsc_start,
    "runsc_redis": runsc_redis,
    "namespaces": namespaces,
    "network_namespace": network_namespace,
    "pid_namespace": pid_namespace,
    "stop_grace": stop_grace,
    "container_memory": container_memory,
    "runc_alpine_memory": runc_alpine_memory,
    "runsc_alpine_memory": runsc_alpine_memory,
    "sentry_memory": sentry_memory,
    "runc_node_memory": runc_node_memory,
    "runsc_node_memory": runsc_node_memory,
    "runc_ruby_memory": runc_ruby_memory,
    "runsc_ruby_memory": runsc_ruby_memory,
    "runsc_ptrace_call": runsc_ptrace_call,
    "runsc_kvm_call": runsc_kvm_call,
    "runsc_cpu": runsc_cpu,
    "kata_pod_memory": kata_pod_memory,
    "kata_fc_overhead": kata_pod_memory,
    "nano_server_process": nano_server_process,
    "nano_server_hyperv": nano_server_hyperv,
    "server_core_process": server_core_process,
    "server_core_hyperv": server_core_hyperv,
    "windows_process_start": windows_process_start,
    "windows_hyperv_start": windows_hyperv_start,
}
