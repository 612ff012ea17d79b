from typing import Any

import pytest
from msgspec.structs import replace
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QWidget
from pytestqt.qtbot import QtBot

from console.fleet.errors import Conflict, Reason
from console.fleet.hosts import HostSpec
from console.services.hosts import Imports
from console.settings.importing import Found
from console.ui.context import Context
from console.ui.dialogs.host import HostDialog, ImportDialog, RemoveHostDialog
from tests.ui.rooms import SPECS, Noting, gone, room

FOUND = Imports(
    (Found("kvm-n1", SPECS[0].uri), Found("kvm-s12", "qemu+ssh://root@kvm-s12/system")),
    (Found("lab1", "qemu+ssh://lab1/system", "root@10.0.0.8"),),
    None,
    frozenset(spec.uri for spec in SPECS),
)


def services(**answers: Any) -> Any:
    return Noting(check=lambda spec, asking=True: iter(()), in_file=True, found_imports=FOUND, **answers)


@pytest.fixture
def ctx(qtbot: QtBot) -> Any:
    with room(hosts=services()) as made:
        yield made


def texts(dialog: Any) -> Any:
    return [label.text() for label in dialog.findChildren(QLabel)]


def test_a_host_is_added_with_all_that_was_said_of_it(qtbot: QtBot, window: QWidget, ctx: Context) -> None:
    dialog = HostDialog(ctx, None, window)
    dialog.show_at(640)
    assert not dialog.main.isEnabled()
    dialog.form.address.setText("root@kvm-s12")
    dialog.form.address.textEdited.emit("root@kvm-s12")
    assert dialog.main.text() == "Add kvm-s12"
    dialog.tags.setText("ssd, big")
    dialog.reach.setText("10.0.0.12")
    dialog.keyfile.setText("/k/id")
    dialog.pkipath.setText("/pki")
    dialog.autoconnect.setChecked(False)
    dialog.form.read_only.setChecked(True)
    dialog.form.zone.setEditText("south")
    dialog.form.rack.setEditText("S1")
    dialog.name.setText("twelve")
    assert dialog.main.text() == "Add twelve"
    dialog.main.click()
    gone(qtbot, dialog)
    [(_name, spec)] = [call for call in ctx.services.hosts.calls if call[0] == "add"]
    assert replace(spec, id="") == HostSpec(
        "",
        "twelve",
        "qemu+ssh://root@kvm-s12/system",
        zone="south",
        rack="S1",
        tags=("ssd", "big"),
        reach="10.0.0.12",
        read_only=True,
        autoconnect=False,
        keyfile="/k/id",
        pkipath="/pki",
    )


def test_no_check_of_certificates_is_warned_about(window: QWidget, ctx: Context) -> None:
    dialog = HostDialog(ctx, SPECS[1], window)
    dialog.show_at(640)
    assert not dialog._risk.isVisible()
    dialog.verify.setChecked(False)
    assert dialog._risk.isVisible()
    assert dialog.form.spec.verify is False


def test_editing_changes_what_was_changed_and_keeps_the_rest(qtbot: QtBot, window: QWidget) -> None:
    spec = replace(SPECS[0], reach="10.1.1.1", keyfile="/k")
    with room(hosts=services()) as ctx:
        dialog = HostDialog(ctx, spec, window)
        dialog.show_at(640)
        assert not dialog.main.isEnabled()
        dialog.form.rack.setEditText("N9")
        assert dialog.main.isEnabled()
        dialog.main.click()
        gone(qtbot, dialog)
        [(_name, host, new)] = [call for call in ctx.services.hosts.calls if call[0] == "edit"]
        assert (host, new) == ("n1", replace(spec, rack="N9"))


@pytest.mark.parametrize("name", ["", "  ", "kvm-n2"])
def test_a_missing_or_taken_name_is_said(window: QWidget, ctx: Context, name: Any) -> None:
    dialog = HostDialog(ctx, SPECS[0], window)
    dialog.name.setText(name)
    assert not dialog.main.isEnabled()
    assert dialog._why.text()


def test_a_refusal_is_said_and_can_be_mended(qtbot: QtBot, window: QWidget) -> None:
    def add(spec: Any) -> None:
        raise Conflict(Reason.EXISTS, spec.name)

    with room(hosts=services(add=add)) as ctx:
        dialog = HostDialog(ctx, None, window)
        dialog.show_at(640)
        dialog.form.address.setText("kvm-s12")
        dialog.form.address.textEdited.emit("kvm-s12")
        qtbot.keyClick(dialog.form.address, Qt.Key.Key_Return)
        qtbot.waitUntil(lambda: dialog._note is not None)
        assert "kvm-s12 was not added" in dialog._note.accessibleName()
        assert dialog.main.isEnabled()
        assert len([call for call in ctx.services.hosts.calls if call[0] == "add"]) == 1


def test_removing_says_what_is_forgotten_and_that_the_host_goes_on(qtbot: QtBot, window: QWidget, ctx: Context) -> None:
    dialog = RemoveHostDialog(ctx, SPECS[0], window)
    said = "\n".join(texts(dialog))
    assert "Nothing happens to the host" in said
    assert SPECS[0].uri in said
    assert "with 3 VMs" in said
    assert "keyring" in said
    dialog.show_at()
    dialog.main.click()
    gone(qtbot, dialog)
    assert ("remove", "n1") in ctx.services.hosts.calls


def imports(qtbot: QtBot, window: QWidget, ctx: Context, only: Any = "") -> Any:
    dialog = ImportDialog(ctx, only, window)
    dialog.show_at(460)
    qtbot.waitUntil(lambda: not dialog._asking.isVisible())
    return dialog


def test_what_the_fleet_has_is_greyed(qtbot: QtBot, window: QWidget, ctx: Context) -> None:
    dialog = imports(qtbot, window, ctx)
    assert [box.text() for box, _spec in dialog._boxes] == ["kvm-s12", "lab1"]
    assert "in the fleet already" in texts(dialog)
    assert not dialog.main.isEnabled()


def test_ticked_ones_are_added_with_their_zone(qtbot: QtBot, window: QWidget, ctx: Context) -> None:
    dialog = imports(qtbot, window, ctx)
    dialog._tick_all(True)
    dialog.zone.setText("lab")
    assert dialog.main.text() == "Import 2 hosts"
    dialog.main.click()
    gone(qtbot, dialog)
    [(_name, specs)] = [call for call in ctx.services.hosts.calls if call[0] == "add_all"]
    assert [(spec.name, spec.uri, spec.zone) for spec in specs] == [
        ("kvm-s12", "qemu+ssh://root@kvm-s12/system", "lab"),
        ("lab1", "qemu+ssh://lab1/system", "lab"),
    ]


def test_one_source_alone_comes_ticked(qtbot: QtBot, window: QWidget, ctx: Context) -> None:
    dialog = imports(qtbot, window, ctx, "ssh")
    assert [(box.text(), box.isChecked()) for box, _spec in dialog._boxes] == [("lab1", True)]
    dialog._tick_all(False)
    assert not dialog.main.isEnabled()
