import gzip
import re
from pathlib import Path
from typing import Any

import pytest
from django.contrib.staticfiles import finders
from django.core.management import call_command

SCRIPTS = ("forms.js", "drafts.js", "keys.js", "live.js")


def source(name: str) -> str:
    found = finders.find(f"web/{name}")
    assert found is not None
    return Path(found).read_text()


def packed(text: str) -> int:
    return len(gzip.compress(text.encode(), 9))


def test_all_scripts_together_are_small() -> None:
    assert sum(packed(source(name)) for name in SCRIPTS) <= 6 * 1024


def test_the_style_sheet_is_small() -> None:
    assert packed(source("site.css")) <= 5 * 1024


@pytest.mark.parametrize("name", [*SCRIPTS, "site.css", "favicon.svg"])
def test_nothing_is_asked_of_another_host(name: str) -> None:
    urls = re.findall(r"(?:https?:)?//[\w.-]+\.\w+[\w/.]*", source(name))
    assert [url for url in urls if "www.w3.org/" not in url] == []


def test_collected_files_carry_their_hash_also_where_scripts_import(
    settings: Any, tmp_path: Path
) -> None:
    settings.STATIC_ROOT = tmp_path
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "trapframe.web.static.HashedStorage"},
    }
    call_command("collectstatic", interactive=False, verbosity=0)
    (forms,) = (tmp_path / "web").glob("forms.*.js")
    (drafts,) = (tmp_path / "web").glob("drafts.*.js")
    assert f'from "./{forms.name}"' in drafts.read_text()
    assert (tmp_path / "web" / f"{drafts.name}.gz").exists()
