"""From the arguments of ``start_container`` to what is asked for one container."""

from simulator.actions.places import Arguments
from simulator.images import healthcheck_of
from simulator.subsystems.containers.wishes import Mounting, Wish
from simulator.world import World


def wish_of(world: World, arguments: Arguments) -> Wish:
    """Return what is asked for; ``run`` names a program in place of any command."""
    run, check = arguments["run"], arguments["healthcheck"]
    volumes = (
        Mounting(entry["path"], volume=entry["name"], read_only=entry["read_only"])
        for entry in arguments["volumes"]
    )
    binds = (
        Mounting(
            entry["path"],
            source=entry["source"],
            read_only=entry["read_only"],
            uid=entry["uid"],
        )
        for entry in arguments["binds"]
    )
    return Wish(
        entrypoint=(world.programs[run].path,) if run else arguments["entrypoint"],
        command=arguments["command"],
        env=arguments["env"],
        user=arguments["user"],
        mounts=(*volumes, *binds),
        read_only=arguments["read_only"],
        init=arguments["init"],
        restart=arguments["restart"],
        retries=arguments["retries"],
        healthcheck=healthcheck_of(check) if check else None,
        privileged=arguments["privileged"],
        cap_add=arguments["cap_add"],
        cap_drop=arguments["cap_drop"],
        runtime=arguments["runtime"],
        isolation=arguments["isolation"],
    )
