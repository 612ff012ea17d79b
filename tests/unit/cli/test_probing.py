from __future__ import annotations

from console.cli import probing
from console.fleet.errors import Problem, Reason
from console.gateway.probe import CheckLine, Step
from tests.unit.cli.conftest import Console

GOOD = CheckLine(Step.NAME, True, {"address": "10.0.0.1"})


def test_codes() -> None:
    assert probing.code([GOOD, CheckLine(Step.VERSION, None, {}, Problem(Reason.TOO_OLD))]) == 0
    assert probing.code([GOOD, CheckLine(Step.PORT, False, {}, Problem(Reason.SILENT))]) == 3
    assert probing.code([GOOD, CheckLine(Step.SIGN_IN, False, {}, Problem(Reason.PERMISSION))]) == 1


def test_record() -> None:
    assert probing.record(GOOD) == {"step": "name", "ok": True, "values": {"address": "10.0.0.1"}, "problem": None}


def test_lines_come_in_order(console: Console) -> None:
    result = console("host", "test", "kvm-a")
    assert result.code == 0
    assert [line.split()[0] for line in result.lines] == ["✓"] * 3
    assert result.lines[-1] == "✓ 3 VMs  3 running, 0 off; 1 pool, 1 network"
