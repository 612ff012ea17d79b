from __future__ import annotations

import importlib.util
import subprocess
import sys
from pathlib import Path

import pytest

from console import words
from console.cli.base import Program
from console.cli.main import run
from console.fleet.errors import Failed, Reason
from tests.unit.cli.conftest import Console, services

ROOT = Path(__file__).resolve().parents[3]


def test_without_a_command_the_window_opens(empty: Console) -> None:
    assert empty("--demo", "--timeout", "3").code == 0
    (options,) = empty.windows
    assert (options.profile, options.demo, options.timeout) == (empty.folder, True, 3.0)


@pytest.mark.parametrize(
    "arguments", [("nonsense",), ("vm", "start"), ("--timeout", "x", "vm", "list"), ("vm", "list", "--no")]
)
def test_wrong_usage(empty: Console, arguments: tuple[str, ...]) -> None:
    result = empty(*arguments)
    assert result.code == 2
    assert result.err.startswith("Usage: splendid")
    assert result.out == ""


def test_another_fleet_file(console: Console, tmp_path: Path) -> None:
    other = tmp_path / "other.toml"
    other.write_text(f'[[host]]\nname = "one"\nuri = "test://{console.folder}/kvm-b.xml"\n', "utf-8")
    assert [vm["host"] for vm in console("--fleet", str(other), "vm", "list", "db", "--json").json["vms"]] == ["one"]


def test_a_malformed_fleet_file_costs_only_the_broken_host(console: Console) -> None:
    with console.fleet.open("a", encoding="utf-8") as file:
        file.write('[[host]]\nname = "bad"\nuri = \n')
    result = console("host", "list")
    assert result.code == 0
    assert len(result.lines) == 3
    assert result.err.startswith("Line 11, column 7, bad: This is not TOML: ")


def test_the_demo_fleet_can_be_asked_too(empty: Console) -> None:
    result = empty("--demo", "host", "list", "--cached", "--json")
    assert sum(host["demo"] for host in result.json["hosts"]) == 6


def test_an_error_of_ours_is_one_message(
    empty: Console, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken(_options: object) -> int:
        raise Failed(Reason.NO_SPACE, "fleet.toml", detail="/home")

    program = Program(services=services, window=broken)
    assert run(["--profile", str(empty.folder)], program) == 1
    told = capsys.readouterr()
    assert told.err == (
        "fleet.toml: that did not work. There is not enough space left on /home. Free some space there, then try again.\n"
    )


def test_ctrl_c_is_no_traceback(empty: Console, capsys: pytest.CaptureFixture[str]) -> None:
    def interrupted(_options: object) -> int:
        raise KeyboardInterrupt

    assert run(["--profile", str(empty.folder)], Program(services=services, window=interrupted)) == 1
    assert "Cancelled" in capsys.readouterr().err


def test_in_german(console: Console, tmp_path: Path) -> None:
    spec = importlib.util.spec_from_file_location("translations", ROOT / "packaging" / "translations.py")
    assert spec is not None
    assert spec.loader is not None
    tool = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(tool)
    catalogs = tmp_path / "i18n"
    for path in tool.languages():
        copy = catalogs / path.relative_to(tool.I18N)
        copy.parent.mkdir(parents=True)
        copy.write_bytes(path.read_bytes())
    tool.compile_all(catalogs)
    assert words.install("de", catalogs) == "de"
    assert console("vm", "pause", "db-01").out == "Anhalten db-01: Fertig\n"
    failed = console("vm", "start", "db-01")
    assert failed.err == "db-01 konnte nicht gestartet werden. Ihr Zustand ist bereits: läuft.\n"
    assert "VMs starten." in console("vm", "start", "--help").out
    assert console("vm", "list", "--quick", "db").lines[0].split()[:2] == ["Name", "Zustand"]
    assert console("vm", "list", "--quick", "--json", "db").json["vms"][0]["state"] == "running"


def test_the_command_line_loads_neither_qt_nor_libvirt() -> None:
    code = "import sys, console.cli.main; print([name for name in ('PySide6', 'libvirt', 'pyqtgraph') if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_manual_page_and_completions_are_up_to_date() -> None:
    spec = importlib.util.spec_from_file_location("manpage", ROOT / "packaging" / "manpage.py")
    assert spec is not None
    assert spec.loader is not None
    tool = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(tool)
    assert tool.check() == []
