"""Paints a row of the tree of snapshots: its piece of the graph, its picture, name, kind, time and size."""

from __future__ import annotations

from PySide6.QtCore import QLineF, QModelIndex, QPersistentModelIndex, QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPainterPath, QPen
from PySide6.QtWidgets import QAbstractItemView, QStyle, QStyledItemDelegate, QStyleOptionViewItem

from console.ui import icons
from console.ui.delegates.text import Texts
from console.ui.models.snapshots import FACE_ROLE, Face, SnapshotRows
from console.ui.theme import theme
from console.ui.theme.tokens import RADII
from console.words import _

HEIGHT = 48
FIRST, STEP, NARROW_STEP = 20, 18, 12  # middle of the first lane, and from one to the next
AFTER = 16  # from the last lane to the picture
THUMB = QSize(46, 30)
PAD = 14  # at the right
ORDER = (0, 3, 1, 2, 4, 5)  # series by lane


def lane_color(lane: int) -> QColor:
    """Lanes past the sixth are grey: colours that come twice would lie."""
    return theme.series(ORDER[lane]) if lane < len(ORDER) else theme.color("last-known")


class SnapshotDelegate(QStyledItemDelegate):
    """One for the view; it keeps what it laid out.

    Attributes:
        wanted: names of rows that were painted without a picture of theirs; who reads them empties it.
    """

    def __init__(self, view: QAbstractItemView) -> None:
        super().__init__(view)
        self._view = view
        self._texts = Texts()
        self._scaled: dict[str, tuple[QImage, QImage]] = {}
        self.wanted: set[str] = set()

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        return QSize(theme.px(200), theme.px(HEIGHT))

    def left_of_text(self, lanes: int) -> int:
        """Where names begin."""
        return self._x(lanes - 1, lanes) + theme.px(AFTER) + theme.px(THUMB.width() + 10)

    def _x(self, lane: int, lanes: int) -> int:
        return theme.px(FIRST + lane * (STEP if lanes <= 4 else NARROW_STEP))

    # painting

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        model, face = index.model(), index.data(FACE_ROLE)
        if not isinstance(model, SnapshotRows) or not isinstance(face, Face):
            return
        rect: QRect = option.rect
        chosen = bool(option.state & QStyle.StateFlag.State_Selected)
        painter.save()
        painter.setClipRect(rect)
        ground = "selection" if chosen else "base"
        hovered = bool(option.state & QStyle.StateFlag.State_MouseOver) and not chosen
        painter.fillRect(rect, theme.hover("base") if hovered else theme.color(ground))
        painter.fillRect(rect.x(), rect.bottom(), rect.width(), 1, theme.color("line"))
        if chosen:
            painter.fillRect(rect.x(), rect.y(), theme.px(3), rect.height(), theme.color("accent"))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        under = theme.hover("base") if hovered else theme.color(ground)
        self._paint_lines(painter, rect, face, model, index.row())
        self._paint_node(painter, rect, face, model.lanes, under)
        left = rect.x() + self._x(model.lanes - 1, model.lanes) + theme.px(AFTER)
        self._paint_thumb(
            painter, QRect(left, rect.y() + theme.px(9), theme.px(THUMB.width()), theme.px(30)), face, model
        )
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        self._paint_text(painter, rect, rect.x() + self.left_of_text(model.lanes), face)
        if self._view.hasFocus() and self._view.currentIndex() == index:
            painter.setPen(theme.color("accent"))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(rect.adjusted(0, 0, -1, -1))
        painter.restore()

    def _paint_lines(self, painter: QPainter, rect: QRect, face: Face, model: SnapshotRows, number: int) -> None:
        row, lanes = face.row, model.lanes
        top, middle, bottom = float(rect.top()), rect.top() + rect.height() / 2, float(rect.bottom() + 1)
        graph = model.laid.graph if model.laid is not None else None
        last = graph.rows[-1].lane if graph is not None else 0
        dashed = last if 0 <= model.dashed_from < number else -1
        begins = last if model.dashed_from == number else -1

        def straight(lane: int, above: float, below: float, dash: bool) -> None:
            painter.setPen(_pen(lane, dash))
            x = rect.x() + self._x(lane, lanes) + 0.0
            painter.drawLine(QLineF(x, above, x, below))

        for lane in row.through:
            straight(lane, top, bottom, lane == dashed)
        for lane in row.above:
            straight(lane, top, middle, lane == dashed)
        for lane in row.below:
            straight(lane, middle, bottom, lane in (dashed, begins))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        height = float(rect.height())
        for lane in row.out:
            self._paint_curve(painter, rect, (row.lane, lane), middle, height, lanes)
        for start, lane in row.into:
            self._paint_curve(painter, rect, (start, lane), middle - height, height, lanes)

    def _paint_curve(
        self, painter: QPainter, rect: QRect, way: tuple[int, int], top: float, height: float, lanes: int
    ) -> None:
        """From the middle of one row to that of the next; each row paints its half."""
        begin = QPointF(rect.x() + self._x(way[0], lanes), top)
        end = QPointF(rect.x() + self._x(way[1], lanes), top + height)
        path = QPainterPath(begin)
        path.cubicTo(QPointF(begin.x(), top + height * 0.5), QPointF(end.x(), top + height * 0.4), end)
        painter.setPen(_pen(way[1], False))
        painter.drawPath(path)

    def _paint_node(self, painter: QPainter, rect: QRect, face: Face, lanes: int, under: QColor) -> None:
        at = QPointF(rect.x() + self._x(face.row.lane, lanes), rect.y() + rect.height() / 2)
        color = theme.color("error") if face.goes else theme.color("accent") if face.now else lane_color(face.row.lane)
        ring = face.memory or face.now or face.goes
        reach = theme.scale * (5.8 if ring else 5.0)
        painter.setPen(QPen(color, 2 * theme.scale, Qt.PenStyle.SolidLine, Qt.PenCapStyle.FlatCap))
        if not ring:
            painter.setBrush(color)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.drawEllipse(at, reach, reach)
            return
        painter.setBrush(under)
        if face.goes:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.drawEllipse(at, reach + 1, reach + 1)
            pen = QPen(color, 2 * theme.scale, Qt.PenStyle.CustomDashLine, Qt.PenCapStyle.FlatCap)
            pen.setDashPattern([1.5, 1.0])
            painter.setPen(pen)
        painter.drawEllipse(at, reach, reach)
        if face.now:
            return
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(color)
        side = theme.scale * 4.4
        if face.memory:
            painter.drawRect(QRectF(at.x() - side / 2, at.y() - side / 2, side, side))
        else:
            painter.drawEllipse(at, side / 2, side / 2)

    def _paint_thumb(self, painter: QPainter, box: QRect, face: Face, model: SnapshotRows) -> None:
        image = model.thumbs.get(face.name)
        if model.wants_thumb(face.name):
            self.wanted.add(face.name)
        if image is None or image.isNull():
            radius = theme.px(RADII["chip"])
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.color("neutral-tint"))
            painter.drawRoundedRect(QRectF(box), radius, radius)
            side = theme.px(13)
            shape, _role = icons.state_glyph(face.state)
            spot = QRect(box.center().x() - side // 2, box.center().y() - side // 2, side, side)
            icons.paint_glyph(painter, spot, shape, "last-known")
            return
        ratio = painter.device().devicePixelRatioF()
        kept = self._scaled.get(face.name)
        if kept is None or kept[0] is not image or kept[1].devicePixelRatio() != ratio:
            kept = self._scaled[face.name] = (image, filling(image, box.size(), ratio))
        path = QPainterPath()
        path.addRoundedRect(QRectF(box), 2, 2)
        painter.save()
        painter.setClipPath(path, Qt.ClipOperation.IntersectClip)
        painter.drawImage(box.topLeft(), kept[1])
        painter.restore()

    def _paint_text(self, painter: QPainter, rect: QRect, left: int, face: Face) -> None:
        right = rect.right() - theme.px(PAD)
        upper, lower = rect.y() + theme.px(16), rect.y() + theme.px(33)
        texts, pale = self._texts, theme.color("text2")
        when = texts.draw(painter, right, upper, face.when, "secondary", pale, right - left, right=True)
        size = texts.draw(painter, right, lower, face.size, "secondary", pale, right - left, right=True)
        x, room = left, right - when - theme.px(8)
        if face.now:
            x += self._paint_pill(painter, x, upper, _("Now"), "primary", "on-button", theme.px(9)) + theme.px(6)
        goes = theme.metrics("chip").horizontalAdvance(_("goes")) + theme.px(18) if face.goes else 0
        x += texts.draw(painter, x, upper, face.title, "name", theme.color("text"), room - x - goes)
        if face.goes:
            self._paint_pill(painter, x + theme.px(8), upper, _("goes"), "error-tint", "error", theme.px(8))
        texts.draw(painter, left, lower, face.about, "secondary", pale, right - size - theme.px(8) - left)

    def _paint_pill(self, painter: QPainter, x: int, middle: int, text: str, ground: str, ink: str, radius: int) -> int:
        metrics = theme.metrics("chip")
        width, height = metrics.horizontalAdvance(text) + theme.px(12), theme.px(17)
        box = QRectF(x, middle - height // 2 - 0.5, width, height)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.color(ground))
        painter.drawRoundedRect(box, radius, radius)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        painter.setPen(theme.color(ink))
        painter.setFont(theme.font("chip"))
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, text)
        return width


def _pen(lane: int, dash: bool) -> QPen:
    pen = QPen(lane_color(lane), 2 * theme.scale, Qt.PenStyle.SolidLine, Qt.PenCapStyle.FlatCap)
    if dash:
        pen.setDashPattern([1.5, 1.5])
    return pen


def filling(image: QImage, size: QSize, ratio: float) -> QImage:
    """The middle of a picture, scaled so that it fills `size`."""
    wanted = size * ratio
    grown = image.scaled(
        wanted, Qt.AspectRatioMode.KeepAspectRatioByExpanding, Qt.TransformationMode.SmoothTransformation
    )
    left, top = (grown.width() - wanted.width()) // 2, (grown.height() - wanted.height()) // 2
    cut = grown.copy(left, top, wanted.width(), wanted.height())
    cut.setDevicePixelRatio(ratio)
    return cut
