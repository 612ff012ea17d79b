from __future__ import annotations

import importlib.util
import logging
import subprocess
import sys
from pathlib import Path

import click
import pytest

from console import words
from console.cli.base import Program
from console.cli.main import run
from console.fleet.errors import Failed, Reason
from console.settings.paths import Profile
from tests.languages import compiled
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


def test_another_fleet_file_that_is_not_there(empty: Console, tmp_path: Path) -> None:
    missing = tmp_path / "no fleet.toml"
    for arguments in (("vm", "list"), ("host", "list", "--cached"), ("job", "list"), ()):
        result = empty("--fleet", str(missing), *arguments)
        assert (result.code, result.out) == (2, "")
        assert result.err.endswith(
            f"There is no file {missing}. To begin a fleet there, add a host: "
            f"splendid --fleet '{missing}' host add ADDRESS\n"
        )
    assert empty.windows == []
    told = empty("--fleet", str(missing), "vm", "list", "--json").json
    assert told["error"]["reason"] == "usage"
    assert empty("--fleet", str(missing), "host", "add", "test:///default", "--name", "one").code == 0
    assert [host["name"] for host in empty("--fleet", str(missing), "host", "list", "--json").json["hosts"]] == ["one"]


def test_a_malformed_fleet_file_costs_only_the_broken_host(console: Console) -> None:
    with console.fleet.open("a", encoding="utf-8") as file:
        file.write('[[host]]\nname = "bad"\nuri = \n')
    result = console("host", "list")
    assert result.code == 1  # as with a host that was not reached: these are not all
    assert len(result.lines) == 3
    assert result.err.startswith(f"{console.fleet}: Line 11, column 7, bad: This is not TOML: ")
    assert console("host", "list", "kvm-a").code == 0


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
    assert words.install("de", compiled(tmp_path / "i18n")) == "de"
    assert console("vm", "pause", "db-01").out == "Anhalten db-01: Fertig\n"
    assert console("vm", "start", "db-01").out == "kvm-b/db-01: Läuft bereits\n"
    assert "VMs starten." in console("vm", "start", "--help").out
    assert console("vm", "list", "--quick", "db").lines[0].split()[:2] == ["Name", "Zustand"]
    assert console("vm", "list", "--quick", "--json", "db").json["vms"][0]["state"] == "running"


def test_the_command_line_loads_neither_qt_nor_libvirt() -> None:
    code = (
        "import sys, console.cli.main; print([name for name in ('PySide6', 'libvirt', 'numpy') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_manual_page_and_completions_are_up_to_date() -> None:
    spec = importlib.util.spec_from_file_location("manpage", ROOT / "packaging" / "manpage.py")
    assert spec is not None
    assert spec.loader is not None
    tool = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(tool)
    assert tool.check() == []


def window_that(error: BaseException) -> Program:
    def broken(_options: object) -> int:
        raise error

    return Program(services=services, window=broken)


def test_a_fault_of_ours_is_one_line(
    empty: Console, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    program = window_that(RuntimeError("no such\nthing"))
    assert run(["--profile", str(empty.folder)], program) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("Splendid has a fault of its own: RuntimeError: no such\\nthing (in test_main.py:")
    monkeypatch.setenv("SPLENDID_TRACE", "1")
    with pytest.raises(RuntimeError):
        run(["--profile", str(empty.folder)], program)


def test_a_fault_beside_the_command_is_one_line(empty: Console, capsys: pytest.CaptureFixture[str]) -> None:
    def faulty(_options: object) -> int:
        try:
            raise ValueError("odd")
        except ValueError:
            logging.getLogger("console.gateway.workers").exception("a task failed")
        return 0

    assert run(["--profile", str(empty.folder)], Program(services=services, window=faulty)) == 0
    assert capsys.readouterr().err == "a task failed: ValueError: odd\n"
    assert logging.getLogger("console").handlers == []


def test_output_that_cannot_be_written_is_said(empty: Console, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["--profile", str(empty.folder)], window_that(OSError(28, "No space left on device"))) == 1
    assert capsys.readouterr().err == "The output could not be written: No space left on device.\n"
    assert empty("--json", "xml", "apply", str(empty.folder / "no.xml"), "--yes").json["error"]["reason"] == "other"
    assert run(["--profile", str(empty.folder)], window_that(OSError(13, "Permission denied", "/x"))) == 1
    assert capsys.readouterr().err == "/x: Permission denied.\n"


def test_a_reader_that_has_enough_is_no_failure(empty: Console, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["--profile", str(empty.folder)], window_that(BrokenPipeError(32, "Broken pipe"))) == 0
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize("stream", ["out", "all"])
def test_closed_streams_are_no_traceback(empty: Console, stream: str) -> None:
    closing = {"out": ">&-", "all": "<&- >&- 2>&-"}[stream]
    line = f'"{sys.executable}" -m console --profile "{empty.folder}" vm list {closing}'
    done = subprocess.run(["sh", "-c", line], capture_output=True, text=True, cwd=ROOT)
    assert done.returncode == 0
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("arguments", [("--timeout", "nan"), ("--fleet", "")])
def test_values_that_cannot_be_meant(empty: Console, arguments: tuple[str, ...]) -> None:
    assert empty(*arguments, "host", "list").code == 2


def test_wrong_usage_within_a_command_is_json_too(empty: Console) -> None:
    result = empty("job", "show", "77", "--json")
    assert (result.code, result.json["error"]["reason"]) == (2, "usage")
    assert "There is no task 77" in result.json["error"]["text"]


def test_a_fleet_without_hosts_says_what_to_do(empty: Console) -> None:
    for arguments in (("host", "list"), ("vm", "list"), ("vm", "list", "--json")):
        result = empty(*arguments)
        assert result.code == 0
        assert result.err == (
            f"The fleet has no hosts yet: there are none in {empty.fleet}. Add one with splendid host add.\n"
        )
    assert "splendid host add" in empty("vm", "start", "web-01").err
    assert "splendid host add" not in empty("host", "add", "kvm-1").err


def test_damaged_files_of_ours_are_said(console: Console) -> None:
    database = Profile.at(console.folder).jobs_database
    database.parent.mkdir(parents=True)
    database.write_bytes(b"rubbish" * 500)
    result = console("job", "list")
    assert (result.code, result.out) == (0, "")
    assert result.err.startswith("The history of tasks is lost. Its file was damaged. It was set aside as ")
    assert console("job", "list").err == ""


def test_of_very_many_problems_the_first_are_said(empty: Console) -> None:
    empty.fleet.write_text('[[host]]\nname = "a"\nuri = "test:///default"\n' * 40, "utf-8")
    lines = empty("host", "list", "--cached").err.splitlines()
    assert len(lines) == 11
    assert lines[-1] == f"{empty.fleet}: 29 more problems in that file."


def test_wrong_usage_is_json_before_the_command_is_known(empty: Console) -> None:
    for arguments in (("vm", "fly", "--json"), ("vm", "list", "--frob", "--json")):
        result = empty(*arguments)
        assert (result.code, result.json["error"]["reason"]) == (2, "usage")


def test_a_file_of_which_nothing_could_be_read_is_no_empty_fleet(empty: Console) -> None:
    for rubbish in (b"\0" * 99, b"\xff\xfe", b"["):
        empty.fleet.write_bytes(rubbish)
        result = empty("host", "list")
        assert (result.code, len(result.err.splitlines())) == (1, 1)
        assert result.err.startswith(f"{empty.fleet}: Line 1, column ")


def test_colours_are_left_out_where_they_are_not_wanted(console: Console, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(click.utils, "should_strip_ansi", lambda stream=None, color=None: color is False)
    assert "\x1b[" in console("vm", "list", "--quick").out
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\x1b[" not in console("vm", "list", "--quick").out
