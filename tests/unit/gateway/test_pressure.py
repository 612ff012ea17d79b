"""Pressure of this computer: shares of time out of the kernel's totals."""

from __future__ import annotations

from pathlib import Path

import pytest

from console.gateway.pressure import Pressure, is_local


def tell(folder: Path, **totals: int) -> None:
    for name, total in totals.items():
        (folder / name).write_text(
            f"some avg10=0.00 avg60=0.12 avg300=0.21 total={total}\nfull avg10=0.00 avg60=0.00 avg300=0.00 total=1\n"
        )


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.mark.parametrize(
    ("uri", "local"),
    [
        ("qemu:///system", True),
        ("qemu+unix:///session", True),
        ("qemu+unix:///system?socket=/elsewhere/libvirt-sock", False),
        ("qemu+ssh://root@kvm-a/system", False),
        ("qemu+tcp://10.0.0.1/system", False),
        ("test:///default", False),
    ],
)
def test_only_this_computer_is_local(uri: str, local: bool) -> None:
    assert is_local(uri) is local


def test_shares_of_the_time_between_two_rounds(tmp_path: Path) -> None:
    clock = Clock()
    pressure = Pressure(tmp_path, clock)
    tell(tmp_path, cpu=1_000_000, memory=0, io=7)
    assert pressure.round() == (None, None, None)
    clock.now += 5
    tell(tmp_path, cpu=2_000_000, memory=0, io=9_000_000)
    assert pressure.round() == (0.2, 0.0, 1.0)


def test_a_total_that_fell_is_missing_or_no_number_is_not_known(tmp_path: Path) -> None:
    clock = Clock()
    pressure = Pressure(tmp_path, clock)
    tell(tmp_path, cpu=5, memory=5)
    pressure.round()
    clock.now += 5
    tell(tmp_path, cpu=4, memory=5, io=1)
    assert pressure.round() == (None, 0.0, None)
    clock.now += 5
    (tmp_path / "cpu").write_text("")
    (tmp_path / "memory").write_text("none\n")
    assert pressure.round() == (None, None, 0.0)


def test_after_a_long_pause_nothing_is_said(tmp_path: Path) -> None:
    clock = Clock()
    pressure = Pressure(tmp_path, clock)
    tell(tmp_path, cpu=5, memory=5, io=5)
    pressure.round()
    clock.now += 3600
    assert pressure.round() == (None, None, None)
