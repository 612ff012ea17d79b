import time
from collections.abc import Iterator

import pytest
from msgspec.structs import replace
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from console.fleet.clones.provenance import Provenance
from console.fleet.clones.values import Family, Kin
from console.fleet.domains import Address, AddressSource, Domain, State
from console.ui.actions import VmActions
from console.ui.context import Context
from console.ui.pages.vm_summary import KIN_EVERY, LEFT, LEFT_NARROW, VmSummary
from console.ui.places import Place
from tests.ui.rooms import VMS


@pytest.fixture
def page(ctx: Context, qtbot: QtBot) -> Iterator[VmSummary]:
    owner = QWidget()
    qtbot.addWidget(owner)
    made = VmSummary(ctx, VmActions(ctx.acting, owner))
    qtbot.addWidget(made)
    made.resize(1176, 700)
    yield made
    owner.close()


OFF = replace(VMS[2], group="shop ha", tags=("a", "b"), description="two\nlines")


def test_everything_that_is_known_is_said(page: VmSummary) -> None:
    address = Address("10.0.0.9", source=AddressSource.LEASE)
    vm: Domain = replace(OFF, state=State.OFF, addresses=(address,), vcpus=2, memory_kib=1 << 20)
    page.show_vm(vm, True, time.time())
    assert page.guest.texts()["Address"] == "10.0.0.9 by lease"
    assert page.hardware.texts()["vCPU"] == "2"
    assert page.keeping._group.text() == "shop ha"
    assert page.keeping.tags.accessibleName() == "a, b"
    assert page.keeping.text.text() == "two\nlines"
    assert "not running" in page.picture.text


def test_what_nobody_said_is_named_so(page: VmSummary) -> None:
    page.show_vm(replace(OFF, group="", tags=(), description=""), True, time.time())
    assert page.keeping._group.text() == "in none"
    assert page.keeping.text.text() == "none"
    assert page.keeping._no_tags.isVisibleTo(page)


def test_the_left_column_gives_way_in_a_small_window(page: VmSummary) -> None:
    page.show()
    assert page._left.width() == LEFT
    page.resize(1050, 600)
    assert page._left.width() == LEFT_NARROW


def test_its_load_stands_beside_it(page: VmSummary, qtbot: QtBot) -> None:
    page.show_vm(VMS[0], True, time.time())
    page.show()
    qtbot.waitUntil(lambda: page.graphs.board is not None and bool(page.graphs.board.plot.sheet.graphs), timeout=10_000)
    board = page.graphs.board
    assert board is not None
    assert [graph.id for graph in board.plot.sheet.graphs] == ["cpu", "memory", "disk", "net"]
    assert not board.plot.sheet.pale
    page.show_vm(VMS[0], False, time.time())
    qtbot.waitUntil(lambda: board.plot.sheet.pale, timeout=10_000)


def test_where_it_comes_from_and_who_is_built_on_it(page: VmSummary, ctx: Context, qtbot: QtBot) -> None:
    base, clone = VMS[2], VMS[0]
    family = Family(base.key, base.name, (Kin(clone.key, clone.name, ("/v/x",)),))
    ctx.services.clones.answers["family"] = lambda _key: family  # type: ignore[attr-defined]
    page.show()
    page.show_vm(base, True, 1000.0)
    assert page.family.isHidden(), "nothing is known of it yet"
    qtbot.waitUntil(lambda: page.family.texts() == ["Clones: web-01"])
    assert not page._family_head.isHidden()
    page.family.opened.emit(clone.key)
    assert ctx.nav.place == Place.vm(clone.key)
    source = f"kvm-n1/{base.key.uuid}"
    made = replace(clone, provenance=Provenance(base.name, source, linked=True, build="4711"))
    page.show_vm(made, True, 1001.0)
    assert page.family.texts() == ["Built on: db-01", "Build: 4711"], "its base is found by its UUID"
    page.family.searched.emit("from:db-01")
    assert ctx.nav.place == Place.search("", "from:db-01")


def test_kin_is_asked_for_now_and_then(page: VmSummary, ctx: Context, qtbot: QtBot) -> None:
    calls = ctx.services.clones.calls  # type: ignore[attr-defined]
    page.show()
    for now in (1000.0, 1001.0, 1000.0 + KIN_EVERY):
        page.show_vm(VMS[2], True, now)
    qtbot.waitUntil(lambda: len(calls) == 2)
    page.show_vm(VMS[0], True, 1006.0)
    qtbot.waitUntil(lambda: calls[-1] == ("family", VMS[0].key))
