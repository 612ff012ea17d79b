"""What one takes from a plot: a picture, its figures, the command line that tells the same."""

from __future__ import annotations

import shlex
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QBuffer, QIODevice, QObject, QPoint, QRectF, Qt, QTimer
from PySide6.QtGui import QGuiApplication, QImage, QPainter
from PySide6.QtWidgets import QFileDialog, QMenu
from shiboken6 import isValid

from console.files.atomic import write_bytes, write_text
from console.fleet.domains import VmKey
from console.fleet.errors import Failed, FleetError, Reason
from console.ui.bridge import Bridge
from console.ui.icons import icon
from console.ui.models.graph_csv import csv_text
from console.ui.models.graph_plans import Plan
from console.ui.theme import theme
from console.ui.widgets.buttons import Button
from console.ui.widgets.plot import PlotStack
from console.ui.widgets.plot_data import Sheet
from console.words import _, errors
from console.words import graphs as words

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

SAID_MS = 3000
MARGIN = 16


class Exporter(QObject):
    """The button "Export" and what it does. Files are written whole, on a worker.

    Attributes:
        name: what the picture is of, and how files are called. plan: what is shown. words_of: what VMs are called on a
        command line. on_failed: is told why a file could not
        be written.
    """

    def __init__(self, bridge: Bridge, plot: PlotStack, parent: QWidget) -> None:
        super().__init__(parent)
        self._bridge = bridge
        self._plot = plot
        self._parent = parent
        self.name = ""
        self.plan = Plan(())
        self.words_of: Callable[[list[VmKey]], list[str]] = lambda keys: [key.uuid for key in keys]
        self.on_failed: Callable[[str, str], object] = lambda _cause, _why: None
        self.button = Button(_("Export"), parent, icon="export")
        menu = QMenu(self.button)
        self.picture = menu.addAction(icon("export", "text2"), _("Picture (PNG)…"), lambda: self._choose("png"))
        self.figures = menu.addAction(icon("columns", "text2"), _("Figures (CSV)…"), lambda: self._choose("csv"))
        menu.addSeparator()
        self.command = menu.addAction(icon("terminal", "text2"), _("Copy as command"), self._copy)
        menu.aboutToShow.connect(self._judge)
        self.button.setMenu(menu)
        self._said = QTimer(self, interval=SAID_MS, singleShot=True)
        self._said.timeout.connect(lambda: self.button.setText(_("Export")))

    @property
    def sheet(self) -> Sheet:
        return self._plot.sheet

    def _judge(self) -> None:
        """What can be taken now."""
        for action in (self.picture, self.figures):
            action.setEnabled(not self.sheet.empty)
        self.command.setEnabled(bool(self.plan.command))

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self.line())
        self._say(_("Copied"))

    def line(self) -> str:
        """The command that tells these figures."""
        plot = self._plot
        span = ("--since", words.stamp(plot.start), "--until", words.stamp(plot.end))
        keys = [part for part in self.plan.command if isinstance(part, VmKey)]
        names = iter(self.words_of(keys))
        parts = [next(names) if isinstance(part, VmKey) else part for part in self.plan.command]
        return shlex.join(["splendid", *parts, *span])

    def _say(self, text: str) -> None:
        self.button.setText(text)
        self._said.start()

    # files

    def _choose(self, kind: str) -> None:
        dialog = QFileDialog(self._parent, _("Save the picture") if kind == "png" else _("Save the figures"))
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix(kind)
        dialog.setNameFilters([_("Pictures (*.png)") if kind == "png" else _("Tables (*.csv)"), _("All files (*)")])
        dialog.selectFile(f"{self.name.replace('/', '-') or 'splendid'}.{kind}")
        dialog.fileSelected.connect(lambda path: self.save(Path(path), kind))
        dialog.open()

    def save(self, path: Path, kind: str) -> None:
        """Writes a picture ("png") or the figures ("csv") to a file."""
        work: Callable[[], object]
        if kind == "png":
            image = self.drawn()
            work = lambda: write_bytes(path, _png(image))  # noqa: E731
        else:
            sheet, start, end = self.sheet, self._plot.start, self._plot.end
            work = lambda: write_text(path, csv_text(sheet, start, end))  # noqa: E731

        def write() -> None:
            try:
                work()
            except OSError as error:
                raise Failed(Reason.OTHER, path.name, text=error.strerror or str(error)) from error

        self._bridge.run(write, lambda _none: self._written(path), lambda error: self._failed(path, error))

    def _written(self, path: Path) -> None:
        if isValid(self):
            self._say(_("Saved"))
            self.button.setToolTip(str(path))

    def _failed(self, path: Path, error: FleetError) -> None:
        if isValid(self):
            self.on_failed(_("{file} could not be written.").format(file=path.name), errors.why(error.problem))

    def drawn(self) -> QImage:
        """The plots as they are shown, under what they are of and from when to when."""
        plot = self._plot
        shown = plot.grab()
        ratio = shown.devicePixelRatio()
        margin, line = theme.px(MARGIN), theme.metrics("section").height()
        head = margin + line + theme.px(8)
        width, height = plot.width() + 2 * margin, plot.height() + head + margin
        image = QImage(round(width * ratio), round(height * ratio), QImage.Format.Format_RGB32)
        image.setDevicePixelRatio(ratio)
        image.fill(theme.color("base"))
        painter = QPainter(image)
        painter.setFont(theme.font("section"))
        painter.setPen(theme.color("text"))
        box = QRectF(margin, margin, width - 2 * margin, line)
        painter.drawText(box, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, self.name)
        painter.setFont(theme.font("secondary"))
        painter.setPen(theme.color("text2"))
        span = words.span(plot.start, plot.end, plot.sheet.step, plot.end)
        painter.drawText(box, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, span)
        painter.drawPixmap(QPoint(margin, head), shown)
        painter.end()
        return image


def _png(image: QImage) -> bytes:
    """A picture's bytes; may be called in any thread."""
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    if not image.save(buffer, "PNG"):  # type: ignore[call-overload]
        raise OSError(_("The picture could not be made."))
    return bytes(buffer.data().data())
