"""The files behind the disks, before and after an act: who is built on whom, what merges, what goes, what is written."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QHelpEvent, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from console.fleet.snapshots.plans import Chain, Fate, FileBox
from console.ui.theme import theme
from console.ui.theme.tokens import RADII
from console.words import _, ngettext, units

BOX, GAP, BETWEEN = 34, 8, 30  # px: height of a box, from one to the next, from before to after
LABEL = 56  # px for "Before"
LEAST, WIDEST = 58, 132  # px: of a box
PAD = 7
TOLD = 20  # files of a chain that are read out, those on top
DISKS = 3  # chains drawn; those after them are counted


class Column(msgspec.Struct):
    """What stands over each other. several: how many files it stands for; those don't change."""

    before: FileBox | None = None
    after: FileBox | None = None
    several: int = 1
    unit: str = ""
    width: int = 0
    left: int = 0

    @property
    def alike(self) -> tuple[Fate, str, bool] | None:
        """What columns that can be drawn as one have in common; None of one that is drawn by itself."""
        box = self.before
        if box is None or box.fate not in (Fate.STAYS, Fate.GOES) or (self.after or box).fate is not box.fate:
            return None
        return box.fate, box.goes_into, self.after is not None


class Picture(msgspec.Struct):
    """One disk's. spans: of each box of the row after, the first and last column it stands under."""

    target: str
    columns: list[Column] = msgspec.field(default_factory=list)
    spans: list[tuple[FileBox, int, int]] = msgspec.field(default_factory=list)


def lay_out(before: Chain | None, after: Chain | None, room: int) -> Picture:
    """Columns of boxes that fit `room` pixels where that can be: files that stay are drawn together before names are cut."""
    picture = Picture((before or after or Chain("", ())).target, _columns(before, after))
    columns, gap = picture.columns, theme.px(GAP)
    for fate in (Fate.STAYS, Fate.GOES):
        while len(columns) * theme.px(LEAST + GAP) > room and _draw_together(columns, fate):
            pass  # it cannot fit whatever the names are
    _measure(columns)
    while _total(columns) > room and _draw_together(columns, Fate.STAYS):
        _measure(columns)
    total, gaps = _total(columns), gap * (len(columns) - 1)
    if total > room and columns:
        share = max(0.2, (room - gaps) / (total - gaps))
        for column in columns:
            column.width = int(column.width * share)
    left = 0
    for column in columns:
        column.left = left
        left += column.width + gap
    picture.spans = _spans(columns)
    return picture


def _columns(before: Chain | None, after: Chain | None) -> list[Column]:
    """Files of both, each once, in the order in which they are built on each other."""
    columns = [Column(box) for box in (before.boxes if before is not None else ())]
    places = {column.before.path: column for column in columns if column.before is not None}
    come: list[tuple[Column | None, Column]] = []  # new ones, and what each stands behind
    last: Column | None = None
    for box in after.boxes if after is not None else ():
        found = places.get(box.path)
        if found is not None:
            found.after = box
        else:
            found = Column(None, box)
            come.append((last, found))
        last = found
    for behind, column in come:
        at = next((number for number, one in enumerate(columns, 1) if one is behind), 0)
        while at < len(columns) and columns[at].after is None:  # what goes stands where it stood
            at += 1
        columns.insert(at, column)
    return columns


def _draw_together(columns: list[Column], fate: Fate) -> bool:
    """The longest run of files alike becomes one; False where there is none."""
    run = _longest_run(columns, fate)
    if run is None:
        return False
    first, last = run
    gone = columns[first : last + 1]
    columns[first : last + 1] = [Column(gone[0].before, gone[0].after, sum(one.several for one in gone))]
    return True


def _spans(columns: list[Column]) -> list[tuple[FileBox, int, int]]:
    found = []
    for number, column in enumerate(columns):
        if column.after is None:
            continue
        first = last = number
        while first > 0 and _merges(columns[first - 1], column):
            first -= 1
        while last + 1 < len(columns) and _merges(columns[last + 1], column):
            last += 1
        found.append((column.after, first, last))
    return found


def _merges(column: Column, into: Column) -> bool:
    box, target = column.before, into.after
    return box is not None and target is not None and column.after is None and box.goes_into == target.path


def _longest_run(columns: list[Column], fate: Fate) -> tuple[int, int] | None:
    """The longest run of at least two alike of this fate, never the first column."""
    best: tuple[int, int] | None = None
    start = 1
    for number in range(2, len(columns) + 1):
        alike = columns[start].alike
        if number < len(columns) and columns[number].alike == alike:
            continue
        length = number - start
        if alike is not None and alike[0] is fate and length >= 2 and (best is None or length > best[1] - best[0] + 1):
            best = (start, number - 1)
        start = number
    return best


def _total(columns: list[Column]) -> int:
    return sum(column.width for column in columns) + theme.px(GAP) * max(0, len(columns) - 1)


def _unit(columns: list[Column]) -> str:
    """Of the first figure: those like it leave it out."""
    for column in columns:
        box = column.before or column.after
        if box is not None and box.size:
            return units.size(box.size).rpartition(units.NBSP)[2]
    return ""


def _measure(columns: list[Column]) -> None:
    name, small = theme.metrics("head"), theme.metrics("axis")
    unit = _unit(columns)
    for number, column in enumerate(columns):
        column.unit = unit if number else ""
        wide = theme.px(LEAST)
        for box in (column.before, column.after):
            if box is not None:
                upper, lower = said(box, column.several, column.unit)
                wide = max(wide, name.horizontalAdvance(upper), small.horizontalAdvance(lower))
        column.width = min(max(wide + theme.px(2 * PAD), theme.px(LEAST)), theme.px(WIDEST))


def said(box: FileBox, several: int = 1, unit: str = "") -> tuple[str, str]:
    """The two lines of a box: ".wizard", "3.1 GiB, goes". unit: what a figure that does not change is in if it has none."""
    if several > 1:
        counted = ngettext("{n} file", "{n} files", several).format(n=units.count(several))
        return "…", ", ".join((counted, _("goes"))) if box.fate is Fate.GOES else counted
    size = units.size(box.size) if box.size else ""
    if unit and box.fate in (Fate.STAYS, Fate.WRITTEN):
        size = size.removesuffix(units.NBSP + unit)
    word = {
        Fate.GOES: _("goes"),
        Fate.WRITTEN: _("written"),
        Fate.NEW: _("new"),
    }.get(box.fate, "")
    return box.label or box.path.rpartition("/")[2], ", ".join(part for part in (size, word) if part)


_TONES = {  # ground, line
    Fate.STAYS: ("neutral-tint", "border"),
    Fate.NEW: ("base", "accent"),
    Fate.GOES: ("error-tint", "error"),
    Fate.GROWS: ("", "series1"),
    Fate.WRITTEN: ("good-tint", "good"),
}


class ChainPicture(QWidget):
    """Draws `lay_out` for each disk, as many as there is sense in; paths are told in tooltips."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._chains: list[tuple[Chain | None, Chain | None]] = []
        self._pictures: list[Picture] = []
        self._more = 0
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)

    def show_chains(self, before: Sequence[Chain], after: Sequence[Chain]) -> None:
        targets = list(dict.fromkeys(chain.target for chain in (*before, *after)))
        old, new = {chain.target: chain for chain in before}, {chain.target: chain for chain in after}
        self._chains = [(old.get(target), new.get(target)) for target in targets[:DISKS]]
        self._more = len(targets) - len(self._chains)
        self.setAccessibleName(_("Files before and after"))
        self.setAccessibleDescription(
            "; ".join(self._told(name, chains) for name, chains in ((_("Before"), before), (_("After"), after)))
        )
        self._lay()
        self.updateGeometry()
        self.setVisible(bool(targets))

    def _told(self, name: str, chains: Sequence[Chain]) -> str:
        parts = [
            f"{chain.target} " + ", ".join(" ".join(said(box)) for box in chain.boxes[-TOLD:])
            for chain in chains
            if chain.boxes
        ]
        return f"{name}: {'; '.join(parts)}"

    def pictures(self) -> list[Picture]:
        return self._pictures

    def _lay(self) -> None:
        room = max(theme.px(200), self.width() - theme.px(LABEL))
        self._pictures = [lay_out(old, new, room) for old, new in self._chains]
        self.update()

    def _one(self) -> int:
        return theme.px(2 * BOX + BETWEEN)

    def sizeHint(self) -> QSize:
        head = theme.px(18) if len(self._chains) > 1 else 0
        height = len(self._chains) * (self._one() + head) + max(0, len(self._chains) - 1) * theme.px(12)
        return QSize(theme.px(500), height + (theme.px(18) if self._more else 0))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._lay()

    # painting

    def _tops(self) -> list[int]:
        head = theme.px(18) if len(self._chains) > 1 else 0
        return [number * (self._one() + head + theme.px(12)) + head for number in range(len(self._chains))]

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for picture, top in zip(self._pictures, self._tops(), strict=True):
            if len(self._pictures) > 1:
                self._text(
                    painter, QRectF(0, top - theme.px(18), self.width(), theme.px(16)), picture.target, "head", "text"
                )
            self._paint_picture(painter, picture, top)
        if self._more:
            text = ngettext("and {n} more disk", "and {n} more disks", self._more).format(n=self._more)
            self._text(
                painter, QRectF(0, self.height() - theme.px(16), self.width(), theme.px(16)), text, "axis", "text3"
            )

    def _paint_picture(self, painter: QPainter, picture: Picture, top: int) -> None:
        low, height = top + theme.px(BOX + BETWEEN), theme.px(BOX)
        self._text(painter, QRectF(0, top, theme.px(LABEL), height), _("Before"), "secondary", "text2")
        self._text(painter, QRectF(0, low, theme.px(LABEL), height), _("After"), "secondary", "text2")
        right_before = right_after = None
        for column in picture.columns:
            if column.before is None:
                continue
            rect = self._rect(column.left, column.width, top)
            self._link(painter, right_before, rect)
            self._box(painter, rect, column.before, column.several, column.unit)
            right_before = rect.right()
        for box, first, last in picture.spans:
            begin, end = picture.columns[first], picture.columns[last]
            rect = self._rect(begin.left, end.left + end.width - begin.left, low)
            self._link(painter, right_after, rect)
            self._box(painter, rect, box, begin.several if first == last else 1, begin.unit)
            right_after = rect.right()
            if first != last:
                for column in picture.columns[first : last + 1]:
                    if column.before is not None:
                        role = "error" if column.before.fate is Fate.GOES else "series1"
                        self._arrow(painter, theme.px(LABEL) + column.left + column.width / 2, top + height, low, role)

    def _rect(self, left: int, width: int, top: int) -> QRectF:
        return QRectF(theme.px(LABEL) + left + 0.5, top + 0.5, width - 1, theme.px(BOX) - 1)

    def _link(self, painter: QPainter, right: float | None, rect: QRectF) -> None:
        if right is not None:
            painter.setPen(QPen(theme.color("control"), 1.2 * theme.scale))
            painter.drawLine(QPointF(right, rect.center().y()), QPointF(rect.left(), rect.center().y()))

    def _box(self, painter: QPainter, rect: QRectF, box: FileBox, several: int, unit: str) -> None:
        ground, line = _TONES[box.fate]
        fill = theme.color(ground) if ground else theme.fill(theme.color(line))
        strong = box.fate is not Fate.STAYS
        pen = QPen(theme.color(line), (1.3 if strong else 1.0) * theme.scale)
        if box.fate in (Fate.GOES, Fate.NEW):
            pen.setStyle(Qt.PenStyle.CustomDashLine)
            pen.setDashPattern([3.0, 2.0])
        painter.setPen(pen)
        painter.setBrush(fill)
        radius = theme.px(RADII["chip"])
        painter.drawRoundedRect(rect, radius, radius)
        upper, lower = said(box, several, unit)
        tone = "error" if box.fate is Fate.GOES else "text2"
        inner = rect.adjusted(theme.px(PAD), theme.px(2), -theme.px(3), -theme.px(2))
        half = inner.height() / 2
        self._text(painter, QRectF(inner.x(), inner.y(), inner.width(), half), upper, "head", "text")
        self._text(painter, QRectF(inner.x(), inner.y() + half - 1, inner.width(), half), lower, "axis", tone)

    def _arrow(self, painter: QPainter, x: float, top: float, bottom: float, role: str) -> None:
        color = QColor(theme.color(role))
        painter.setPen(QPen(color, 1.4 * theme.scale, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
        tip, reach = bottom - theme.px(3), theme.px(4)
        painter.drawLine(QPointF(x, top + theme.px(3)), QPointF(x, tip))
        painter.drawLine(QPointF(x - reach, tip - reach), QPointF(x, tip))
        painter.drawLine(QPointF(x + reach, tip - reach), QPointF(x, tip))

    def _text(self, painter: QPainter, box: QRectF, text: str, font: str, role: str) -> None:
        painter.setFont(theme.font(font))
        painter.setPen(theme.color(role))
        line = theme.metrics(font).elidedText(text, Qt.TextElideMode.ElideRight, int(box.width()))
        painter.drawText(box, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, line)

    # tooltips

    def box_at(self, x: float, y: float) -> FileBox | None:
        """The file under a point."""
        for picture, top in zip(self._pictures, self._tops(), strict=True):
            for column in picture.columns:
                if column.before is not None and self._rect(column.left, column.width, top).contains(x, y):
                    return column.before if column.several == 1 else None
            for box, first, last in picture.spans:
                begin, end = picture.columns[first], picture.columns[last]
                low = top + theme.px(BOX + BETWEEN)
                if self._rect(begin.left, end.left + end.width - begin.left, low).contains(x, y):
                    return box if begin.several == 1 else None
        return None

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            box = self.box_at(event.pos().x(), event.pos().y())
            QToolTip.showText(event.globalPos(), box.path if box is not None else "", self)
            return True
        return super().event(event)
