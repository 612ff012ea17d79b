"""A file of this computer to a pool, a volume to a file: what it takes is said before, progress is in Tasks."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QCheckBox, QFileDialog, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from console.fleet.errors import Reason, UsageError
from console.fleet.storage import PoolUse, VolumeUse
from console.fleet.storing import Plan
from console.ui.dialogs.planned import PlannedDialog
from console.ui.theme import theme
from console.ui.widgets.buttons import Button
from console.ui.widgets.host_form import field
from console.ui.widgets.labels import label
from console.words import _

if TYPE_CHECKING:
    from console.ui.context import Context


def file_field(name: str, edit: QLineEdit, choose: Callable[[], None]) -> QVBoxLayout:
    """A path to type or to choose."""
    holder = QWidget()
    row = QHBoxLayout(holder)
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(theme.px(8))
    row.addWidget(edit, 1)
    button = Button(_("Choose…"))
    button.clicked.connect(lambda: choose())
    row.addWidget(button)
    column = field(name, holder)
    edit.setAccessibleName(name)
    return column


def typed_path(edit: QLineEdit) -> Path:
    """The whole path. UsageError where nothing is typed."""
    text = edit.text().strip()
    if not text:
        raise UsageError(Reason.GONE, text, detail="file")
    return Path(text).expanduser().absolute()


class UploadDialog(PlannedDialog):
    """A file becomes a volume."""

    def __init__(self, ctx: Context, use: PoolUse, file: str = "", parent: QWidget | None = None) -> None:
        super().__init__(ctx, _("Upload to {pool}").format(pool=use.pool.name), _("Upload"), parent, width=600)
        self._use = use
        self.file = QLineEdit(file)
        self.name = QLineEdit(Path(file).name)
        self.form.addLayout(file_field(_("File of this computer"), self.file, self._choose))
        self.form.addLayout(field(_("Name of the volume"), self.name))
        hint = _(
            "The dialog can be closed: it goes on in Tasks. Whatever cuts it off, nothing half-made stays on the host."
        )
        self.form.addWidget(label(hint, "secondary", wrap=True))
        self.file.textChanged.connect(self._on_file)
        self.name.textChanged.connect(lambda _text: self.replan())
        if file:
            self.replan(soon=False)

    def _choose(self) -> None:
        path, _kind = QFileDialog.getOpenFileName(self, _("Upload"), str(Path(self.file.text() or Path.home()).parent))
        if path:
            self.file.setText(path)

    def _on_file(self, text: str) -> None:
        self.name.setText(Path(text.strip()).name)
        self.replan()

    def _wanted(self) -> tuple[Path, str, str, str]:
        return typed_path(self.file), self._use.host, self._use.pool.name, self.name.text().strip()

    def request(self) -> Callable[[], Plan]:
        wanted, service = self._wanted(), self._ctx.services.transfer
        return lambda: service.plan_upload(*wanted)

    def run(self) -> object:
        return self._ctx.services.transfer.run_upload(*self._wanted())

    def command(self) -> str:
        return self._ctx.services.transfer.upload_line(*self._wanted())


class DownloadDialog(PlannedDialog):
    """A volume becomes a file."""

    def __init__(self, ctx: Context, use: VolumeUse, folder: Path, parent: QWidget | None = None) -> None:
        super().__init__(ctx, _("Download {name}").format(name=use.key.name), _("Download"), parent, width=600)
        self._use = use
        self.file = QLineEdit(str(folder / use.key.name))
        self.overwrite = QCheckBox(_("Replace a file that is there, once the new one is whole"))
        self.form.addLayout(file_field(_("Into this file"), self.file, self._choose))
        self.form.addWidget(self.overwrite)
        self.file.textChanged.connect(lambda _text: self.replan())
        self.overwrite.toggled.connect(lambda _on: self.replan())
        self.replan(soon=False)

    def _choose(self) -> None:
        path, _kind = QFileDialog.getSaveFileName(
            self, _("Download"), self.file.text(), options=QFileDialog.Option.DontConfirmOverwrite
        )
        if path:
            self.file.setText(path)

    def request(self) -> Callable[[], Plan]:
        key, file, overwrite = self._use.key, typed_path(self.file), self.overwrite.isChecked()
        service = self._ctx.services.transfer
        return lambda: service.plan_download(key, file, overwrite=overwrite)

    def run(self) -> object:
        return self._ctx.services.transfer.run_download(
            self._use.key, typed_path(self.file), overwrite=self.overwrite.isChecked()
        )

    def command(self) -> str:
        return self._ctx.services.transfer.download_line(
            self._use.key, typed_path(self.file), self.overwrite.isChecked()
        )
