from io import StringIO

import pytest
from django.core.management import call_command

pytestmark = pytest.mark.django_db


def test_one_sweep_says_what_it_did() -> None:
    out = StringIO()
    call_command("sweep", "--once", stdout=out)
    assert out.getvalue().startswith("SweepReport(acted=True, taken_back=0")
