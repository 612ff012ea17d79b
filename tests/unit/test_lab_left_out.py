"""Where no lab can be had, its tests are left out before the run, and the run says so; with CI=true it is an error."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
RUN = """
import sys, pytest
from tests.lab.harness import machine
machine.missing = lambda: ["the lab needs root"]
sys.exit(pytest.main(["-q", "-p", "no:cacheprovider", "tests/lab/test_harness.py", "tests/unit/fleet/test_uris.py"]))
"""


def run(**more: str) -> tuple[int, str]:
    environment = {name: value for name, value in os.environ.items() if name != "CI"} | more
    ran = subprocess.run(
        [sys.executable, "-c", RUN], cwd=ROOT, env=environment, capture_output=True, text=True, timeout=50
    )
    return ran.returncode, ran.stdout + ran.stderr


def test_they_are_named_with_the_reason_and_the_rest_runs() -> None:
    code, said = run()
    assert code == 0, said
    assert "the lab needs root" in said
    assert "test_harness.py::test_a_full_disk_is_full" in said
    assert "deselected" in said


def test_in_ci_it_is_an_error() -> None:
    code, said = run(CI="true")
    assert code == 4
    assert "the lab needs root" in said
