"""Figures of containers: start, memory, what their limits do."""

from simulator.calibration.figures import measured, published, taught, told

GVISOR = "gVisor performance data"
KATA = "kata-containers, runtimeclasses.yaml"
WINDOWS = "a book quoting Microsoft's table, build 1709"

FIGURES = {
    "container_start": taught(100_000, "us", "a container starts in 0.1 s", 20),
    "container_runtime": measured(17_800, "us", "runc 1.1.5, p50", 30),
    "crun_runtime": measured(15_900, "us", "crun 1.8.1, p50", 30),
    "runsc_start": published(
        959, "permille", f"{GVISOR}, startup.csv: docker run, runsc : runc", 30
    ),
    "runsc_redis": published(
        1_964, "permille", f"{GVISOR}, Redis SET: runc : runsc, 30,257 : 15,404", 10
    ),
    "namespaces": measured(2_120, "us", "unshare -Urpfmn, p50", 25),
    "network_namespace": measured(500, "us", "unshare -n less unshare, p50", 25),
    "pid_namespace": measured(320, "us", "unshare -p less unshare, p50", 25),
    "stop_grace": published(
        10_000_000, "us", "akash-network/awesome-akash#565: SIGTERM to SIGKILL", 0
    ),
    "container_memory": measured(573, "KiB", "namespaces with network, 0.56 MiB", 25),
    "runc_alpine_memory": published(
        3_994, "KiB", f"{GVISOR}, density.csv: runc, alpine, 4.09 MB", 10
    ),
    "runsc_alpine_memory": published(
        23_145, "KiB", f"{GVISOR}, density.csv: runsc, alpine, 23.7 MB", 10
    ),
    "sentry_memory": published(
        19_151, "KiB", f"{GVISOR}, density.csv: runsc less runc, alpine", 10
    ),
    "runc_node_memory": published(
        74_902, "KiB", f"{GVISOR}, density.csv: runc, node, 76.7 MB", 10
    ),
    "runsc_node_memory": published(
        121_094, "KiB", f"{GVISOR}, density.csv: runsc, node, 124 MB", 10
    ),
    "runc_ruby_memory": published(
        44_629, "KiB", f"{GVISOR}, density.csv: runc, ruby, 45.7 MB", 10
    ),
    "runsc_ruby_memory": published(
        103_516, "KiB", f"{GVISOR}, density.csv: runsc, ruby, 106 MB", 10
    ),
    "runsc_ptrace_call": published(
        19_711, "permille", f"{GVISOR}, syscall: ptrace : runc, 38,219 : 1,939 ns", 10
    ),
    "runsc_kvm_call": published(
        393, "permille", f"{GVISOR}, syscall: kvm : runc, 763 : 1,939 ns", 10
    ),
    "runsc_cpu": published(
        1_004, "permille", f"{GVISOR}, CPU events: runc : runsc, 103.62 : 103.21", 10
    ),
    "kata_pod_memory": published(
        130 * 1024, "KiB", f"{KATA}: clh, fc, dragonball, overhead of a pod", 2
    ),
    "kata_fc_overhead": published(
        120 * 1024, "KiB", "Kubernetes documentation: overhead of a pod, kata-fc", 10
    ),
    "nano_server_process": told(
        30_000, "KiB", f"{WINDOWS}: Nano Server, process isolation", 20
    ),
    "nano_server_hyperv": told(
        110_000, "KiB", f"{WINDOWS}: Nano Server, Hyper-V isolation", 20
    ),
    "server_core_process": told(
        45_000, "KiB", f"{WINDOWS}: Server Core, process isolation", 20
    ),
    "server_core_hyperv": told(
        360_000, "KiB", f"{WINDOWS}: Server Core, Hyper-V isolation", 20
    ),
    "windows_process_start": published(
        1_500_000, "us", "a blog: start of a Windows container, process, 1-2 s", 20
    ),
    "windows_hyperv_start": published(
        7_500_000, "us", "a blog: start of a Windows container, Hyper-V, 5-10 s", 20
    ),
}
