"""Where no lab can be had, its tests are left out before the run, and the run says so; with CI=true it is an error."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
NO_LAB = """
from tests.lab.harness import machine
machine.missing = lambda: ["the lab needs root"]
"""
FILES = ("tests/lab/test_harness.py", "tests/unit/fleet/test_uris.py")


def run(folder: Path, *options: str, **more: str) -> tuple[int, str]:
    """A run on a machine without a lab, also in the processes that it starts."""
    (folder / "no_lab.py").write_text(NO_LAB)
    environment = {name: value for name, value in os.environ.items() if name != "CI"} | more
    line = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no_lab", *options, *FILES]
    ran = subprocess.run(
        line,
        cwd=ROOT,
        env={**environment, "PYTHONPATH": f"{folder}:{ROOT}"},
        capture_output=True,
        text=True,
        timeout=50,
    )
    return ran.returncode, ran.stdout + ran.stderr


def test_they_are_named_with_the_reason_and_the_rest_runs(tmp_path: Path) -> None:
    code, said = run(tmp_path)
    assert code == 0, said
    assert said.count("the lab needs root") == 1
    assert "test_harness.py::test_a_full_disk_is_full" in said
    assert "deselected" in said


def test_several_processes_say_the_reason_once(tmp_path: Path) -> None:
    code, said = run(tmp_path, "-n", "1")
    assert code == 0, said
    assert "NOT RUN: tests on real hosts" in said
    assert said.count("the lab needs root") == 1
    assert " passed" in said


@pytest.mark.parametrize("options", [(), ("-n", "1")])
def test_in_ci_it_is_an_error_that_is_said_plainly(tmp_path: Path, options: tuple[str, ...]) -> None:
    code, said = run(tmp_path, *options, CI="true")
    assert code == 4
    assert said.strip() == "ERROR: CI=true, and the lab's tests cannot run: the lab needs root"
