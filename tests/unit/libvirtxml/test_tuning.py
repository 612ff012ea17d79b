"""Shares, quotas and limits as parameters of libvirt's calls."""

from __future__ import annotations

import pytest
from lxml import etree

from console.fleet.edits import Detail, Step, Way
from console.libvirtxml import tuning


def paths(details: tuple[Detail, ...]) -> list[str]:
    return [detail.path for detail in details]


def test_of_the_cpu_shares_periods_and_quotas_are_taken_and_a_quota_that_goes_is_none() -> None:
    details = [
        Detail("shares", None, "512"),
        Detail("quota", "20000", None),
        Detail("emulator_quota", "1000", "-1"),
        Detail("vcpupin@cpuset", None, "0-1"),
        Detail("period", "100000", None),
    ]
    step, taken, left = tuning.cpu(details)
    assert step == Step(Way.CPU_TUNE, values=(("cpu_shares", 512), ("vcpu_quota", -1), ("emulator_quota", -1)))
    assert paths(taken) == ["shares", "quota", "emulator_quota"]
    assert paths(left) == ["vcpupin@cpuset", "period"], "the host's own, from the next start"
    assert tuning.cpu([Detail("shares", "1", "many")]) == (None, (), (Detail("shares", "1", "many"),))


def test_memory_limits_are_compared_and_taken_in_kib_and_one_that_goes_is_none() -> None:
    old = etree.fromstring("<memtune><hard_limit>2097152</hard_limit><soft_limit>1</soft_limit></memtune>")
    new = etree.fromstring(
        "<memtune><hard_limit unit='GiB'>2</hard_limit><swap_hard_limit unit='MiB'>9</swap_hard_limit>"
        "<min_guarantee>9</min_guarantee></memtune>"
    )
    details = tuning.limits(old, new)
    assert details == (
        Detail("soft_limit", "1", None),
        Detail("swap_hard_limit", None, "9216"),
        Detail("min_guarantee", None, "9"),
    )
    step, taken, left = tuning.memory(details)
    assert step == Step(Way.MEMORY_TUNE, values=(("soft_limit", tuning.UNLIMITED_KIB), ("swap_hard_limit", 9216)))
    assert (paths(taken), paths(left)) == (["soft_limit", "swap_hard_limit"], ["min_guarantee"])
    assert tuning.limits(None, None) == tuning.limits(old, old) == ()
    assert tuning.memory([Detail("hard_limit", "1", "0")])[0] is None


def test_all_limits_of_a_disk_go_into_one_call() -> None:
    new = etree.fromstring(
        "<iotune><read_bytes_sec>1000</read_bytes_sec><write_bytes_sec>2000</write_bytes_sec><group_name>g</group_name></iotune>"
    )
    live = etree.fromstring("<iotune><read_bytes_sec>5</read_bytes_sec><total_iops_sec>7</total_iops_sec></iotune>")
    details = [
        Detail("iotune/read_bytes_sec", "5", "1000"),
        Detail("iotune/total_iops_sec", "7", None),
        Detail("driver@cache", None, "none"),
        Detail("iotune/strange", None, "1"),
        Detail("iotune/group_name", None, "g"),
    ]
    step, taken, left = tuning.io(details, "vda", new, live)
    assert step is not None
    assert (step.way, step.key) == (Way.IO_TUNE, "vda")
    assert dict(step.values) == {
        "read_bytes_sec": 1000,
        "write_bytes_sec": 2000,
        "total_iops_sec": 0,
        "group_name": "g",
    }
    assert paths(taken) == ["iotune/read_bytes_sec", "iotune/total_iops_sec", "iotune/group_name"]
    assert paths(left) == ["driver@cache", "iotune/strange"]
    all_gone, _taken, _left = tuning.io([Detail("iotune/read_bytes_sec", "5", None)], "vda", None, live)
    assert all_gone is not None
    assert dict(all_gone.values) == {"read_bytes_sec": 0, "total_iops_sec": 0}


@pytest.mark.parametrize(
    "detail",
    [Detail("driver@cache", None, "none"), Detail("iotune/group_name", "g", None), Detail("source@file", "a", "b")],
)
def test_nothing_of_a_disk_but_its_limits(detail: Detail) -> None:
    assert tuning.io([detail], "vda", etree.fromstring("<iotune/>"), None) == (None, (), (detail,))
