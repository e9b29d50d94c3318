"""Services of a system: hypervisors and engines that are programs of its kernel."""

from typing import TYPE_CHECKING

from simulator.engine import Work
from simulator.subsystems.container import ContainerEngine, EngineModel
from simulator.subsystems.files import Program
from simulator.subsystems.kernel import Kernel
from simulator.subsystems.virtualization import Hypervisor, HypervisorModel
from simulator.world import World

if TYPE_CHECKING:
    from simulator.subsystems.processes import Attempt


def start_service(
    world: World,
    model: HypervisorModel | EngineModel,
    program: Program,
    kernel: Kernel,
    cause: int,
) -> Work:
    """Start a hypervisor or an engine as a program of a kernel."""
    kernel.root.add(program)
    attempt: Attempt = yield from kernel.execute(program.path, cause=cause)
    if attempt.process is None or not attempt.process.running:
        return
    service: Hypervisor | ContainerEngine
    if isinstance(model, EngineModel):
        service = ContainerEngine(
            model,
            kernel,
            world.mechanisms,
            world.make_kernel,
            world.store_of(model, kernel),
        )
    else:
        service = Hypervisor(model, kernel.platform, kernel, world.mechanisms)
    attempt.process.watchers.append(lambda process: service.fall(process.state_seq))
    world.installed[model.name] = service
    kernel.guests.append(service)
    service.begin(attempt.seq)
