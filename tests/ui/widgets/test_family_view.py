from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from console.fleet.clones.provenance import Provenance
from console.fleet.clones.values import Family, Kin
from console.fleet.domains import Disk
from console.ui.actions import VmActions
from console.ui.widgets.action_button import ActionButton
from console.ui.widgets.family_view import MOST, FamilyView, Kindred
from console.ui.widgets.link import Link
from console.words import origins
from tests.ui.rooms import key, room, vm

NOW = 1_800_000_000.0
WEB, BASE = key("web-01"), key("db-01")
ME = vm("web-01")


@pytest.fixture
def view(qtbot: QtBot) -> Any:
    with room() as ctx:
        holder = QWidget()
        qtbot.addWidget(holder)
        made = FamilyView(VmActions(ctx.acting, holder), holder)
        holder.resize(300, 400)
        holder.show()
        yield made


def links(view: FamilyView) -> dict[str, Link]:
    return {link.text(): link for link in view.findChildren(Link) if not link.isHidden()}


def test_nothing_to_say(view: FamilyView) -> None:
    view.show_kindred(ME, Kindred(Provenance(), None, None), NOW)
    assert view.empty
    assert view.texts() == []


def test_a_linked_clone_leads_to_its_base(view: FamilyView) -> None:
    opened: list[object] = []
    view.opened.connect(opened.append)
    from_ = Provenance("db-01", snapshot="clean", by="me", linked=True, build="4711", note="crash at start")
    view.show_kindred(ME, Kindred(from_, BASE, Family(BASE, "db-01", (Kin(WEB, "web-01", ("/v/x",)),))), NOW)
    assert view.texts() == ["Built on: db-01 at “clean”, by me", "Build: 4711", "Note: crash at start"]
    links(view)["db-01"].click()
    assert opened == [BASE]
    assert [button.text() for button in view.findChildren(ActionButton)] == ["Flatten…"]


def test_a_source_that_is_gone_is_only_named(view: FamilyView) -> None:
    view.show_kindred(ME, Kindred(Provenance("win11"), None, None), NOW)
    assert view.texts() == ["From: win11"]
    assert links(view) == {}


def test_a_base_names_its_clones(view: FamilyView) -> None:
    kin = tuple(Kin(key(f"qa-{n}"), f"qa-{n}", ("/v/x",)) for n in range(MOST + 4))
    searched: list[str] = []
    view.searched.connect(searched.append)
    view.show_kindred(ME, Kindred(Provenance(template=True), None, Family(WEB, "web-01", kin), "from:web-01"), NOW)
    assert view.texts()[0].startswith("Template: A base to clone from")
    assert view.texts()[1].startswith("Clones: qa-0, qa-1")
    there = links(view)
    assert len(there) == MOST + 1
    there["4 more"].click()
    assert searched == ["from:web-01"]


def test_what_goes_says_when(view: FamilyView) -> None:
    view.show_kindred(ME, Kindred(Provenance("a", throw_away=True), None, None), NOW)
    assert view.texts() == ["From: a", "Goes: when it is shut down"]
    view.show_kindred(ME, Kindred(Provenance("a", expires=NOW - 600), None, None), NOW)
    assert view.texts()[1] == "Goes: 10\u00a0min ago, as soon as its host is asked"


def test_rows_are_built_anew_only_when_they_change(view: FamilyView) -> None:
    value = Kindred(Provenance("db-01"), BASE, None)
    view.show_kindred(ME, value, NOW)
    before = links(view)["db-01"]
    view.show_kindred(ME, Kindred(Provenance("db-01"), BASE, None), NOW + 5)
    assert links(view)["db-01"] is before
    view.show_kindred(ME, Kindred(Provenance("db-01", build="2"), BASE, None), NOW)
    assert links(view)["db-01"] is not before


def test_a_base_that_is_needed_as_it_is_says_so(view: FamilyView) -> None:
    family = Family(WEB, "web-01", (Kin(BASE, "db-01", ("/v/web.qcow2",)),))
    frozen = vm("web-01", disks=(Disk("vda", "/v/web.qcow2"),))
    view.show_kindred(frozen, Kindred(Provenance(), None, family), NOW)
    assert view.texts() == [f"Clones: db-01 {origins.kept_for_clones()}"]
    free = vm("web-01", disks=(Disk("vda", "/v/web.overlay"),))
    view.show_kindred(free, Kindred(Provenance(), None, family), NOW)
    assert view.texts() == ["Clones: db-01"], "they are built on what a snapshot keeps"
