"""The program as a person starts it: a process of its own, its exit code and its words."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path

from tests.unit.services.conftest import OFF, RUNNING, write_fleet


def splendid(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "console", "--profile", str(folder / "profile"), *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False, stdin=subprocess.DEVNULL)


def test_a_list_as_json(tmp_path: Path) -> None:
    fleet = write_fleet(tmp_path, {"alpha": {"web": RUNNING, "db": OFF}})
    done = splendid(tmp_path, "--fleet", str(fleet), "vm", "list", "--json")
    assert done.returncode == 0, done.stderr
    assert {vm["name"]: vm["state"] for vm in json.loads(done.stdout)["vms"]} == {"web": "running", "db": "off"}


def test_wrong_usage_is_2_and_unreachable_is_3(tmp_path: Path) -> None:
    assert splendid(tmp_path, "vm", "fly").returncode == 2
    fleet = tmp_path / "fleet.toml"
    fleet.write_text('[[host]]\nname = "gone"\nuri = "qemu+tcp://127.0.0.1:1/system"\n')
    done = splendid(tmp_path, "--fleet", str(fleet), "vm", "list")
    assert done.returncode == 3, done
    assert "gone" in done.stderr


def test_the_command_line_never_loads_qt(tmp_path: Path) -> None:
    code = "import sys, console.__main__; sys.exit(any(name.startswith('PySide6') for name in sys.modules))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_a_hung_host_does_not_keep_the_process(tmp_path: Path) -> None:
    fleet = tmp_path / "fleet.toml"
    fleet.write_text('[[host]]\nname = "silent"\nuri = "qemu+tcp://192.0.2.1/system"\n')
    start = time.monotonic()
    done = splendid(tmp_path, "--fleet", str(fleet), "--timeout", "1", "vm", "list")
    assert done.returncode == 3
    assert time.monotonic() - start < 20
