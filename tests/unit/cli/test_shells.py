from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

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


def test_bash_never_acts_on_what_stands_in_a_name(empty: Console, tmp_path: Path) -> None:
    bash = shutil.which("bash")
    assert bash is not None
    names = ("$(touch pwned)", "`touch pwned`", "*", "a b", "back\\slash", "x;y", "one,two", "plain-1.x")
    (tmp_path / "answer").write_text("".join(f"plain,{name}\n" for name in names), "utf-8")
    script = empty("completion", "bash").out
    asked = (
        "\nfake() { cat answer; }; env() { cat answer; }; _splendid_completion fake; printf '%s\\n' \"${COMPREPLY[@]}\""
    )
    done = subprocess.run([bash, "-c", script + asked], text=True, capture_output=True, check=True, cwd=tmp_path)
    offered = done.stdout.splitlines()
    assert offered[-1] == "plain-1.x"
    typed = subprocess.run(  # what a person gets who presses Return on each
        [bash, "-c", "".join(f"printf '%s\\n' {word}\n" for word in offered)],
        text=True,
        capture_output=True,
        check=True,
        cwd=tmp_path,
    )
    assert tuple(typed.stdout.splitlines()) == names
    assert not (tmp_path / "pwned").exists()


def test_as_json(empty: Console) -> None:
    found = empty("completion", "fish", "--json").json
    assert (found["shell"], "complete --no-files" in found["script"]) == ("fish", True)
