"""Things that only a process of its own can try."""

import json
import os
import traceback
from collections.abc import Callable
from typing import Any


def in_child(do: Callable[[], Any]) -> Any:
    """Do it in a forked child; return what it gave, or the errno of its OSError.

    Whatever else it raises fails the test: the child must not go on as a second runner.
    """
    reading, writing = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.close(reading)
        try:
            told = {"gave": do()}
        except OSError as error:
            told = {"errno": error.errno, "said": str(error)}
        except BaseException:  # noqa: BLE001
            told = {"raised": traceback.format_exc()}
        os.write(writing, json.dumps(told).encode())
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading, "rb") as pipe:
        content = pipe.read()
    _, status = os.waitpid(pid, 0)
    if not content:
        return {"code": os.waitstatus_to_exitcode(status)}
    told = json.loads(content)
    assert "raised" not in told, told["raised"]
    return told
