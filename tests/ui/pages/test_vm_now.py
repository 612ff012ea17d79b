import time
from dataclasses import replace

import pytest
from pytestqt.qtbot import QtBot

from console.fleet.domains import Load, State
from console.fleet.hosts import HostLoad
from console.fleet.updates import LoadsRead
from console.ui.context import Context
from console.ui.pages.vm_now import VmNow
from tests.ui.rooms import VMS

VM = replace(VMS[0], vcpus=4, memory_kib=8 << 20)


@pytest.fixture
def page(ctx: Context, qtbot: QtBot) -> VmNow:
    made = VmNow(ctx)
    qtbot.addWidget(made)
    return made


def test_figures_of_now(page: VmNow, ctx: Context) -> None:
    now = time.time()
    load = Load(now - 2, 0.6, 4 << 20, 8 << 20, 76 * 1024**2, 39 * 1024**2, 1200, 42e6 / 8, 112e6 / 8)
    ctx.inventory.apply(LoadsRead("n1", HostLoad(now, replayed=True), {VM.key.uuid: load}))
    page.show_vm(VM, True, now)
    assert page.cpu.texts() == ("60", "2.4")
    assert page.memory.texts() == ("4.0", "8.0")
    assert (page.read.text, page.written.text, page.ops.text) == ("76 MiB/s", "39 MiB/s", "1,200 per second")
    assert (page.received.text, page.sent.text) == ("42 Mbit/s", "112 Mbit/s")
    assert page.head._aside.text().replace("\u00a0", " ") == "replayed load, 2 s old"
    assert page._memory_bar.said.text().replace("\u00a0", " ") == "50 % of what it was given"
    page.grab()


def test_what_is_not_told_is_a_dash_and_said(page: VmNow) -> None:
    page.show_vm(VM, True, time.time())
    assert page.cpu.texts() == ("–", "–")
    assert page.read.text.startswith("–")
    assert page.head._aside.text() == "no figures yet"
    assert "balloon" in page._memory_bar.said.text()


def test_a_vm_that_is_off_uses_nothing_whatever_was_last_told(page: VmNow, ctx: Context) -> None:
    ctx.inventory.apply(LoadsRead("n1", HostLoad(1.0), {VM.key.uuid: Load(1.0, 0.6, 4 << 20, 8 << 20, 1e6)}))
    page.show_vm(replace(VM, state=State.OFF), True, time.time())
    assert page.cpu.texts() == ("–", "–")
    assert page.read.text.startswith("–")
    assert page._memory_bar.said.text().replace("\u00a0", " ").startswith("Off: it takes 4 vCPUs and 8 GiB")
