from __future__ import annotations

import click
import pytest

from console.cli.scaling import size
from tests.unit.cli.conftest import Console

G = 1 << 20


@pytest.mark.parametrize(
    ("text", "kib"),
    [
        ("4G", 4 * G),
        ("4GiB", 4 * G),
        ("512M", G // 2),
        ("512", G // 2),
        ("1.5g", 3 * G // 2),
        ("2T", 2048 * G),
        ("64k", 64),
    ],
)
def test_sizes_are_read(text: str, kib: int) -> None:
    assert size(None, None, text) == kib


@pytest.mark.parametrize("text", ["", "G", "-1G", "4 potatoes", "1e9G", "99999999999T"])
def test_what_is_no_size_is_refused(text: str) -> None:
    with pytest.raises(click.BadParameter):
        size(None, None, text)


def test_running_vms_are_sized_and_what_waits_for_a_restart_is_said(console: Console) -> None:
    plan = console("vm", "scale", "--where", "zone:north", "--vcpus", "4", "--memory", "1G", "--plan")
    assert plan.code == 0, plan.err
    assert plan.lines[0] == "Set vCPU and memory: 3 VMs (vCPU 4, memory 1 GiB)"
    assert any("memory 2 GiB → 1 GiB" in line and "from its next start on" in line for line in plan.lines)
    assert plan.lines[-1] == "3 need a restart."
    done = console("vm", "scale", "web-01", "--vcpus", "4", "--json").json
    assert [(one["result"], one["restart"]) for one in done["results"]] == [("succeeded", True)]


def test_only_now_refuses_what_needs_a_restart(console: Console) -> None:
    told = console("vm", "scale", "web-01", "--vcpus", "4", "--live-only")
    assert told.code == 1
    assert "room for fewer vCPUs" in told.err
    assert console("vm", "scale", "web-01", "--memory", "1G", "--live-only").code == 0
    assert console("vm", "scale", "web-01", "--vcpus", "4", "--next-boot").code == 0


@pytest.mark.parametrize(
    "words",
    [
        (),
        ("--vcpus", "0"),
        ("--vcpus", "4", "--max-vcpus", "2"),
        ("--memory", "much"),
        ("--vcpus", "2", "--live-only", "--next-boot"),
    ],
)
def test_what_cannot_be_meant_is_wrong_usage(console: Console, words: tuple[str, ...]) -> None:
    assert console("vm", "scale", "web-01", *words).code == 2
