import os
import pwd
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.trapframe.embedded import sessions


@pytest.fixture
def user(request: pytest.FixtureRequest) -> str:
    """Who the services are tried as; tests marked AS_EACH_USER are run as all."""
    return str(getattr(request, "param", sessions.users()[0]))


@pytest.fixture
def data_dir(user: str) -> Iterator[Path]:
    """A data folder of that user's that is not made yet, on a path with a space."""
    top = Path(tempfile.mkdtemp(prefix="trapframe data "))
    top.chmod(0o755)
    entry = pwd.getpwnam(user)
    os.chown(top, entry.pw_uid, entry.pw_gid)
    folder = top / ".data"
    yield folder
    sessions.run(
        "from trapframe.embedded import remove_data; remove_data(data)", folder, user
    )
    shutil.rmtree(top)
