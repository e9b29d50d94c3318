"""The two towers: the same applications in virtual machines and in containers.

Both towers are drawn from runs of one small scenario, not from a picture of it.
"""

from simulator.drawing.layout import Box, measure, place
from simulator.drawing.svg import MARGIN, drawing
from simulator.running import run_arm
from simulator.scenario.parser import load_scenario

SCENARIO = """\
key: two-towers
title: The same applications in virtual machines and in containers
world:
  machines:
    server: {cores: 16, ram_mib: 32768}
  systems:
    host: {family: linux, version: "6.1", services_mib: 300}
    guest: {family: linux, version: "6.1", services_mib: 200}
  hypervisors:
    hypervisor: {kind: type-1, ram_mib: 300}
  engines:
    engine: {ram_mib: 60}
  programs:
    app: {path: /srv/app, format: elf, ram_mib: 60}
  images:
    image: {size_mib: 200, programs: [app], libraries: [glibc]}
arms:
  virtual_machines:
    label: Virtual machines
    plan:
      - install: {what: hypervisor, on: server}
      - power_on: {machine: server}
      - start_vm:
          name: vm
          on: server
          system: guest
          ram_mib: 2048
          count: 3
          programs: [app]
          run: app
  containers:
    label: Containers
    plan:
      - install: {what: host, on: server}
      - power_on: {machine: server}
      - install: {what: engine, on: server}
      - start_container: {name: box, on: server, image: image, count: 3, run: app}
claims:
  fewer_kernels:
    text: containers need fewer kernels
    expression: runs.containers.metrics.kernels < runs.virtual_machines.metrics.kernels
"""
BETWEEN = 48
CAPTION = 28


def draw_two_towers() -> str:
    """Return the tower of virtual machines beside that of containers, as SVG."""
    scenario = load_scenario(SCENARIO, name="two towers")
    runs = {arm: run_arm(scenario, arm, {}) for arm in scenario.arms}
    stacks = {
        arm: measure(run.observation["machines"]["server"]) for arm, run in runs.items()
    }
    height = max(stack.height for stack in stacks.values()) + CAPTION + 2 * MARGIN
    boxes: list[Box] = []
    left = MARGIN
    for arm, stack in stacks.items():
        kernels = runs[arm].metrics["kernels"]
        noun = "kernel" if kernels == 1 else "kernels"
        caption = f"{scenario.arms[arm].label}: {kernels} {noun}"
        boxes.append(
            Box("caption", "", caption, "", left, MARGIN, stack.width, CAPTION)
        )
        boxes += place(stack, left, height - MARGIN)
        left += stack.width + BETWEEN
    return drawing(
        boxes,
        width=left - BETWEEN + MARGIN,
        height=height,
        title="Two towers",
        description=(
            "Left, three virtual machines on a hypervisor: each has a kernel of its "
            "own under its application. Right, three containers on one kernel: each "
            "holds only the application."
        ),
    )
