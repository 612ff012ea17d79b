from __future__ import annotations

from typing import Any

from pytestqt.qtbot import QtBot

from console.fleet.storing import NewPool, Plan, Say
from console.ui.dialogs.pools import NewPoolDialog
from tests.ui.rooms import Noting, gone, room

FINE = Plan("pool.define", "n1", "a", (Say("pool-start", {"name": "a"}),))


def test_a_kind_shows_the_fields_it_needs(window: Any, qtbot: QtBot) -> None:
    service = Noting(plan_define=FINE, define_line="line")
    with room(pools=service) as ctx:
        dialog = NewPoolDialog(ctx, "n1", window)
        dialog.show_at(500)
        assert dialog.windowTitle() == "New pool on kvm-n1"
        seen = lambda: [row.isVisible() for row in dialog._rows.values()]  # noqa: E731 - server, source, path
        assert seen() == [False, False, True]
        dialog.name.setText("vg0")
        dialog.kind.setCurrentIndex(3)
        assert seen() == [False, True, False]
        assert dialog.wanted() == NewPool("vg0", "logical", "/dev/vg0")
        dialog.kind.setCurrentIndex(2)
        assert seen() == [True, True, True]
        qtbot.waitUntil(lambda: len(dialog.lines.texts) == 1)
        assert dialog.main is not None
        assert not dialog.main.isEnabled()
        dialog.server.setText("nas")
        dialog.source.setText("/vms")
        qtbot.waitUntil(dialog.main.isEnabled)
        assert dialog.command() == "line"
        dialog.main.click()
        gone(qtbot, dialog)
    wanted = NewPool("vg0", "netfs", "/var/lib/libvirt/images", "/vms", "nas")
    assert service.calls[-1] == ("run_define", "n1", wanted, ("build", False), ("start", True), ("autostart", True))
