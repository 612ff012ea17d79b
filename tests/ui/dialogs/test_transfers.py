from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from pytestqt.qtbot import QtBot

from console.fleet.errors import UsageError
from console.fleet.storing import Plan, Say
from console.ui.dialogs.transfers import DownloadDialog, UploadDialog, typed_path
from tests.ui.dialogs.test_volumes import BASE, POOL
from tests.ui.rooms import Noting, gone, room

FINE = Plan("volume.upload", "n1", "a", (Say("pool-start", {"name": "a"}),))


def test_a_file_is_uploaded_under_its_name_or_another(window: Any, qtbot: QtBot, tmp_path: Path) -> None:
    service = Noting(plan_upload=FINE, upload_line="line")
    with room(transfer=service) as ctx:
        dialog = UploadDialog(ctx, POOL, "", window)
        dialog.show_at(300)
        dialog.file.setText(str(tmp_path / "a.iso"))
        assert dialog.name.text() == "a.iso"
        dialog.name.setText("b.iso")
        assert dialog.main is not None
        qtbot.waitUntil(dialog.main.isEnabled)
        assert dialog.command() == "line"
        dialog.main.click()
        gone(qtbot, dialog)
    assert service.calls[-1] == ("run_upload", tmp_path / "a.iso", "n1", "vms", "b.iso")


def test_a_volume_is_downloaded(window: Any, qtbot: QtBot, tmp_path: Path) -> None:
    service = Noting(plan_download=FINE, download_line="line")
    with room(transfer=service) as ctx:
        dialog = DownloadDialog(ctx, BASE, tmp_path, window)
        dialog.show_at(300)
        dialog.overwrite.setChecked(True)
        assert dialog.main is not None
        qtbot.waitUntil(dialog.main.isEnabled)
        assert dialog.command() == "line"
        dialog.main.click()
        gone(qtbot, dialog)
    assert service.calls[-1] == ("run_download", BASE.key, tmp_path / "base.qcow2", ("overwrite", True))


def test_no_path_is_no_file(window: Any, qtbot: QtBot) -> None:
    with room() as ctx:
        dialog = UploadDialog(ctx, POOL, "", window)
        with pytest.raises(UsageError):
            typed_path(dialog.file)
        dialog.file.setText("~/x")
        assert typed_path(dialog.file) == Path.home() / "x"
        dialog.reject()
