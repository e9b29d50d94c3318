"""``/sys/fs/cgroup``: the tree of control groups as files."""

from simulator.lab.files.nodes import Folder, folder, text
from simulator.lab.view import View


def cgroup_folder(view: View) -> Folder:
    """Return the root of the hierarchy as this process has it mounted."""
    pids = "".join(f"{view.pid(process)}\n" for process in view.processes())
    return folder({"cgroup.procs": text(pids)})
