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


def test_help_and_completion_load_no_libvirt() -> None:
    code = (
        "import sys, os; sys.argv = ['splendid', '--version']; import console.__main__ as main\n"
        "os._exit = lambda code: sys.exit(code or any(name in sys.modules for name in ('libvirt', 'PySide6')))\n"
        "main.main()"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False, capture_output=True).returncode == 0


def test_ctrl_c_is_no_traceback_from_the_first_moment() -> None:
    code = (
        "import sys, console.__main__ as main\n"
        "class Pressed:\n"
        "    def find_spec(self, name, path=None, target=None):\n"
        "        if name == 'console.cli.main': raise KeyboardInterrupt\n"
        "sys.meta_path.insert(0, Pressed())\n"
        "main.main()"
    )
    done = subprocess.run([sys.executable, "-c", code], check=False, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (1, "")
