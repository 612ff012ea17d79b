import time
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QScrollArea
from pytestqt.qtbot import QtBot

from console.fleet.hosts import HostSpec
from console.services.hosts import Imports
from console.settings.importing import Found
from console.ui.pages.first_run import FirstRunPage, _found
from console.ui.places import Place
from tests.ui.pages.conftest import Desk


@pytest.fixture
def empty(build: Callable[[str], Desk]) -> Desk:
    return build("")


@pytest.fixture
def page(empty: Desk, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> FirstRunPage:
    nothing = Imports((), (), None, frozenset())
    monkeypatch.setattr(empty.ctx.services.hosts, "found_imports", lambda: nothing)
    made = FirstRunPage(empty.ctx)
    qtbot.addWidget(made)
    made.resize(1176, 800)
    made.show_place(Place.fleet())
    made.show()
    empty.until(lambda: made.virt_manager.text == "None found")
    return made


def test_typing_an_address_checks_and_adds_a_real_host(page: FirstRunPage, empty: Desk, qtbot: QtBot) -> None:
    assert page.form.address.hasFocus() or page.focusWidget() is page.form.address
    qtbot.keyClicks(page.form.address, "test:///default")
    empty.until(lambda: any("1 VM" in text for text in page.form.checks.texts))
    assert any(text.startswith("libvirt ") for text in page.form.checks.texts)
    qtbot.keyClick(page.form.address, Qt.Key.Key_Return)
    empty.until(lambda: empty.ctx.inventory.specs())
    spec = empty.ctx.inventory.specs()[0]
    assert (spec.name, spec.uri) == ("default", "test:///default")
    empty.until(lambda: empty.ctx.nav.place.spot == Place.host(spec.id))
    empty.until(lambda: empty.ctx.inventory.fresh(spec.id))
    assert 'uri = "test:///default"' in empty.app.fleet.path.read_text()


def test_ways_without_anything_are_greyed_with_their_reason(page: FirstRunPage) -> None:
    assert not page.virt_manager.button.isEnabled()
    assert page.ssh.button.toolTip() == "None found"
    assert page.local.text == "No libvirt answers here"
    assert page.demo.text == "6 demo hosts, 41 VMs, replayed load"
    assert page.demo.button.isEnabled()
    assert page.file.button.accessibleName() == "A fleet file from a colleague: Open…"


def test_what_was_found_can_be_chosen(
    page: FirstRunPage, empty: Desk, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = (Found("a", "qemu+ssh://a/system"), Found("b", "qemu+ssh://b/system"))
    local = HostSpec("local", "desk", "test:///default")
    imports = Imports(names, names[:1], local, frozenset({"qemu+ssh://a/system"}))
    monkeypatch.setattr(empty.ctx.services.hosts, "found_imports", lambda: imports)
    page.refresh()
    empty.until(lambda: page.virt_manager.text == "2 found, 1 not added yet")
    assert page.ssh.text == "1 found, 0 not added yet"
    assert not page.ssh.button.isEnabled()
    assert page.local.text.endswith("answers, 1 VM")
    with qtbot.waitSignal(page.import_wanted) as wanted:
        page.virt_manager.button.click()
    assert wanted.args == ["virt-manager"]
    page.local.button.click()
    empty.until(lambda: [spec.name for spec in empty.ctx.inventory.specs()] == ["desk"])


def test_a_colleagues_file_adds_its_hosts_and_a_broken_one_says_so(
    page: FirstRunPage, empty: Desk, tmp_path: Path
) -> None:
    page.open_file(tmp_path / "missing.toml")
    empty.until(lambda: page._note.isVisible())
    assert "missing.toml" in page._note.accessibleName()
    good = tmp_path / "good.toml"
    good.write_text('[[host]]\nname = "x"\nuri = "test:///default"\n[[host]]\nname = "y"\nuri = "test:///other"\n')
    page.open_file(good)
    empty.until(lambda: len(empty.ctx.inventory.specs()) == 2)
    empty.until(lambda: empty.ctx.nav.place == Place.fleet("hosts"))
    assert not page._note.isVisible()
    page.open_file(good)
    empty.until(lambda: page._note.isVisible())
    assert "not in the fleet yet" in page._note.accessibleName()


def test_the_demo_opens_beside_an_empty_file(page: FirstRunPage, empty: Desk) -> None:
    page.demo.button.click()
    empty.until(lambda: len(empty.ctx.inventory.specs()) == 6)
    empty.until(lambda: empty.ctx.nav.place == Place.fleet("overview"))
    assert empty.app.fleet.specs == ()
    begun = time.monotonic()
    empty.app.close()
    assert time.monotonic() - begun < 2


def test_a_keyring_that_does_not_answer_is_said(
    page: FirstRunPage, empty: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    empty.until(lambda: "desktop’s keyring" in page._keyring.text())
    monkeypatch.setattr(empty.app.desk.secrets, "check", lambda: "locked")
    page.refresh()
    empty.until(lambda: "No keyring answers" in page._keyring.text() and not page._reading)


def test_counts_of_what_is_found() -> None:
    one = Found("a", "u")
    assert _found((), frozenset()) == ("None found", False)
    assert _found((one,), frozenset()) == ("1 found", True)
    assert _found((one, Found("b", "v")), frozenset({"u", "v"})) == ("2 found, 0 not added yet", False)


def test_the_other_ways_stand_below_on_a_narrow_page(page: FirstRunPage, qtbot: QtBot) -> None:
    area = page.findChild(QScrollArea)
    assert area is not None

    def place() -> QPoint:
        return page.demo.mapTo(page, QPoint(0, 0)) - page.form.mapTo(page, QPoint(0, 0))

    assert place().x() > 300
    page.resize(760, 600)
    qtbot.waitUntil(lambda: abs(place().x()) < 20 and place().y() > page.form.height())
    assert area.widget().width() <= area.viewport().width()
    page.resize(1176, 800)
    qtbot.waitUntil(lambda: place().x() > 300)
