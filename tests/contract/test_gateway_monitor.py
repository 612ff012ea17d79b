"""What QEMU says of its disks is read; a driver without QEMU says that it cannot."""

from __future__ import annotations

from pathlib import Path

import pytest

from console.fleet.errors import Failed, FleetError
from console.fleet.hosts import HostSpec
from console.gateway.monitor import files_in, written
from tests.contract.console_like import RUNNING, console, node, uuid_of


def test_the_files_on_top_are_told() -> None:
    answer = (
        '{"return": [{"device": "", "inserted": {"file": "/i/a.b", "image": {"backing-image": {"filename": "/i/a"}}}},'
        ' {"device": "cd"}], "id": "libvirt-7"}'
    )
    assert files_in(answer) == {"/i/a.b"}


@pytest.mark.parametrize(
    "answer", ["", "[]", '{"error": {}}', '{"return": [1]}', '{"return": [{"inserted": {}, "x": 1}, 2]}']
)
def test_what_is_no_answer_is_said(answer: str) -> None:
    with pytest.raises(Failed):
        files_in(answer)


def test_the_test_driver_has_no_qemu(tmp_path: Path) -> None:
    with console(HostSpec("h", "h", f"test://{node(tmp_path, RUNNING)}")) as mine:
        mine.settled()
        with pytest.raises(FleetError):
            written(mine.gateway.link("h"), uuid_of(0))
