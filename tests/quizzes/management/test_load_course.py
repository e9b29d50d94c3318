from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

pytestmark = pytest.mark.django_db


def test_a_broken_course_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "course.yaml").write_text("key: [")
    with pytest.raises(CommandError, match=r"course\.yaml cannot be loaded"):
        call_command("load_course", tmp_path)
