from __future__ import annotations

import shutil
import subprocess

import pytest

from tests.unit.cli.conftest import Console


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_every_shell_gets_its_script(empty: Console, shell: str) -> None:
    result = empty("completion", shell)
    assert result.code == 0
    assert f"_SPLENDID_COMPLETE={shell}_complete" in result.out


def test_bash_can_read_it(empty: Console) -> None:
    bash = shutil.which("bash")
    assert bash is not None
    done = subprocess.run(
        [bash, "-n"], input=empty("completion", "bash").out, text=True, capture_output=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_other_shells_are_refused(empty: Console) -> None:
    assert empty("completion", "csh").code == 2
