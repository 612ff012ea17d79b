"""Icons from our own drawings, in the colours of the theme and sharp at every scale. Also the glyphs that tell a state."""

from __future__ import annotations

from enum import StrEnum
from functools import lru_cache

from PySide6.QtCore import QByteArray, QDir, QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QIcon, QIconEngine, QPainter, QPainterPath, QPen, QPixmap, QPolygonF
from PySide6.QtSvg import QSvgRenderer

from console.fleet.domains import Domain, State
from console.fleet.hosts import HostStatus, Phase
from console.settings.resources import folder
from console.ui.theme import theme

GRID = 16.0  # side of the square icons and glyphs are drawn in


def install() -> None:
    """Lets the style sheet find its pictures as icons:…; call once before the theme is applied."""
    QDir.setSearchPaths("icons", [str(folder("resources") / "icons")])


@lru_cache(maxsize=256)
def _source(name: str) -> bytes:
    return (folder("resources") / "icons" / f"{name}.svg").read_bytes()


@lru_cache(maxsize=1024)
def _drawn(name: str, color: str, side: int) -> QPixmap:
    pixmap = QPixmap(side, side)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    QSvgRenderer(QByteArray(_source(name).replace(b"currentColor", color.encode()))).render(painter)
    painter.end()
    return pixmap


def pixmap(name: str, role: str = "text2", size: int = 16, ratio: float = 1.0) -> QPixmap:
    """An icon as a square pixmap. size: logical pixels; ratio: device pixels in one."""
    drawn = QPixmap(_drawn(name, theme.hex(role), round(size * ratio)))
    drawn.setDevicePixelRatio(ratio)
    return drawn


class _Engine(QIconEngine):
    """Draws when asked, so a change of theme or screen needs no new icon."""

    def __init__(self, name: str, role: str, size: int) -> None:
        super().__init__()
        self._name, self._role, self._size = name, role, size

    def paint(self, painter: QPainter, rect: QRect, mode: QIcon.Mode, state: QIcon.State) -> None:
        side = min(rect.width(), rect.height())
        ratio = painter.device().devicePixelRatioF()
        left = rect.x() + (rect.width() - side) // 2
        top = rect.y() + (rect.height() - side) // 2
        painter.drawPixmap(left, top, pixmap(self._name, self._shown(mode), side, ratio))

    def pixmap(self, size: QSize, mode: QIcon.Mode, state: QIcon.State) -> QPixmap:
        return self.scaledPixmap(size, mode, state, 1.0)

    def scaledPixmap(self, size: QSize, mode: QIcon.Mode, state: QIcon.State, scale: float) -> QPixmap:
        return pixmap(self._name, self._shown(mode), min(size.width(), size.height()), scale)

    def actualSize(self, size: QSize, mode: QIcon.Mode, state: QIcon.State) -> QSize:
        side = min(size.width(), size.height(), theme.px(self._size))
        return QSize(side, side)

    def clone(self) -> QIconEngine:
        return _Engine(self._name, self._role, self._size)

    def _shown(self, mode: QIcon.Mode) -> str:
        return "last-known" if mode == QIcon.Mode.Disabled else self._role


def icon(name: str, role: str = "text2", size: int = 16) -> QIcon:
    """An icon in the colour of a theme role. Disabled, it is grey. Raises FileNotFoundError for a name never drawn."""
    _source(name)
    return QIcon(_Engine(name, role, size))


# glyphs: filled shapes that tell a state without colour


class Age(StrEnum):
    """How old what is shown of a VM is."""

    LIVE = "live"
    STALE = "stale"
    LOST = "lost"


def age_of(status: HostStatus) -> Age:
    """The age of everything known of a host in this status."""
    if status.phase is Phase.LIVE:
        return Age.LIVE
    return Age.STALE if status.phase is Phase.STALE else Age.LOST


def state_glyph(state: State, age: Age = Age.LIVE) -> tuple[str, str]:
    """(shape, colour role) that stand for a VM's state."""
    shape, role = _STATES[state]
    if age is Age.LOST:
        return ("play-dashed" if state.active else shape), "last-known"
    return shape, "last-known" if age is Age.STALE else role


def vm_glyph(domain: Domain, age: Age = Age.LIVE) -> tuple[str, str]:
    """The same for a VM; a template that is off has a shape of its own."""
    if domain.provenance is not None and domain.provenance.template and not domain.state.active:
        return "stack", "text2" if age is Age.LIVE else "last-known"
    return state_glyph(domain.state, age)


def goes_glyph(domain: Domain) -> tuple[str, str] | None:
    """Beside a VM that goes by itself; None for one that stays."""
    return ("hourglass", "text3") if domain.provenance is not None and domain.provenance.goes else None


_STATES = {
    State.RUNNING: ("play", "good"),
    State.PAUSED: ("pause", "warning-glyph"),
    State.SHUTTING_DOWN: ("play-hollow", "good"),
    State.OFF: ("square", "text3"),
    State.SAVED: ("tray", "text3"),
    State.CRASHED: ("diamond-bang", "error"),
    State.SUSPENDED: ("pause", "last-known"),
    State.MIGRATING: ("disc-arrow", "accent"),
    State.UNKNOWN: ("square-dashed", "last-known"),
}


def phase_glyph(phase: Phase) -> tuple[str, str] | None:
    """(shape, colour role) beside a host that is not live; None for one that is."""
    return {
        Phase.OFF: ("disc-minus", "text3"),
        Phase.CONNECTING: ("ring-dots", "accent"),
        Phase.LIVE: None,
        Phase.STALE: ("clock", "warning"),
        Phase.UNREACHABLE: ("struck", "error"),
        Phase.REFUSED: ("octagon-cross", "error"),
    }[phase]


SHAPES = frozenset(
    [
        "play",
        "play-hollow",
        "play-dashed",
        "pause",
        "square",
        "square-dashed",
        "tray",
        "diamond-bang",
        "struck",
        "clock",
        "ring-dots",
        "triangle-bang",
        "octagon-cross",
        "dot",
        "ring",
        "disc-minus",
        "disc-check",
        "disc-arrow",
        "disc-info",
        "stack",
        "hourglass",
    ]
)


def _pen(color: QColor, width: float = 1.35, style: Qt.PenStyle = Qt.PenStyle.SolidLine) -> QPen:
    return QPen(color, width, style, Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin)


def _triangle() -> QPolygonF:
    return QPolygonF([QPointF(3.4, 2.6), QPointF(13.4, 8), QPointF(3.4, 13.4)])


def _octagon() -> QPolygonF:
    return QPolygonF([QPointF(*at) for at in _OCTAGON])


_OCTAGON = ((5.2, 1.4), (10.8, 1.4), (14.6, 5.2), (14.6, 10.8), (10.8, 14.6), (5.2, 14.6), (1.4, 10.8), (1.4, 5.2))


def _paint_shape(p: QPainter, shape: str, color: QColor, inner: QColor) -> None:
    """Draws one glyph on the 16 grid. inner: colour of the sign on a filled ground."""
    p.setPen(Qt.PenStyle.NoPen)
    p.setBrush(color)
    sign = _pen(inner, 1.7)
    line = _pen(color)
    match shape:
        case "play":
            p.setPen(_pen(color, 0.8))
            p.drawPolygon(_triangle())
        case "play-hollow":
            p.setPen(_pen(color, 1.5))
            p.setBrush(Qt.BrushStyle.NoBrush)
            p.drawPolygon(_triangle())
        case "play-dashed":
            dashes = QPen(color, 1.5, Qt.PenStyle.CustomDashLine, Qt.PenCapStyle.FlatCap)
            dashes.setDashPattern([1.25, 1.35])
            p.setPen(dashes)
            p.setBrush(Qt.BrushStyle.NoBrush)
            p.drawPolygon(_triangle())
        case "pause":
            p.drawRoundedRect(QRectF(3.6, 3, 3.2, 10), 0.6, 0.6)
            p.drawRoundedRect(QRectF(9.2, 3, 3.2, 10), 0.6, 0.6)
        case "square" | "square-dashed":
            pen = _pen(color, 1.5)
            if shape == "square-dashed":
                pen = QPen(color, 1.5, Qt.PenStyle.CustomDashLine, Qt.PenCapStyle.FlatCap)
                pen.setDashPattern([1.4, 1.4])
            p.setPen(pen)
            p.setBrush(Qt.BrushStyle.NoBrush)
            p.drawRoundedRect(QRectF(3.2, 3.2, 9.6, 9.6), 1.4, 1.4)
        case "tray":
            p.setPen(_pen(color, 1.5))
            p.setBrush(Qt.BrushStyle.NoBrush)
            p.drawPolyline([QPointF(2.6, 8.6), QPointF(2.6, 13.2), QPointF(13.4, 13.2), QPointF(13.4, 8.6)])
            p.drawLine(QPointF(8, 2.4), QPointF(8, 9.4))
            p.drawPolyline([QPointF(5.2, 6.8), QPointF(8, 9.6), QPointF(10.8, 6.8)])
        case "stack":
            p.setPen(_pen(color, 1.5))
            p.setBrush(Qt.BrushStyle.NoBrush)
            p.drawRoundedRect(QRectF(2.4, 5.6, 8, 8), 1.4, 1.4)
            p.drawPolyline([QPointF(5.6, 2.6), QPointF(13.4, 2.6), QPointF(13.4, 10.4)])
        case "hourglass":
            p.setPen(_pen(color, 1.5))
            p.setBrush(Qt.BrushStyle.NoBrush)
            p.drawPolygon(QPolygonF([QPointF(4, 2.6), QPointF(12, 2.6), QPointF(4, 13.4), QPointF(12, 13.4)]))
        case "diamond-bang":
            p.setPen(_pen(color, 0.8))
            p.drawPolygon(QPolygonF([QPointF(8, 1.2), QPointF(14.8, 8), QPointF(8, 14.8), QPointF(1.2, 8)]))
            _bang(p, sign, 4.8, 8.4, 11)
        case "struck":
            p.setPen(_pen(color, 1.6))
            p.setBrush(Qt.BrushStyle.NoBrush)
            p.drawEllipse(QPointF(8, 8), 5.8, 5.8)
            p.drawLine(QPointF(4.1, 4.1), QPointF(11.9, 11.9))
        case "clock":
            p.setPen(_pen(color, 1.5))
            p.setBrush(Qt.BrushStyle.NoBrush)
            p.drawEllipse(QPointF(8, 8), 5.8, 5.8)
            p.drawPolyline([QPointF(8, 4.7), QPointF(8, 8.2), QPointF(10.6, 9.6)])
        case "ring-dots":
            for x in (3.4, 8.0, 12.6):
                p.drawEllipse(QPointF(x, 8), 1.3, 1.3)
        case "triangle-bang":
            p.setPen(_pen(color, 1.2))
            p.drawPolygon(QPolygonF([QPointF(8, 2), QPointF(14.6, 13.6), QPointF(1.4, 13.6)]))
            _bang(p, sign, 6.2, 9, 11.6)
        case "octagon-cross":
            p.drawPolygon(_octagon())
            p.setPen(sign)
            p.drawLine(QPointF(5.7, 5.7), QPointF(10.3, 10.3))
            p.drawLine(QPointF(10.3, 5.7), QPointF(5.7, 10.3))
        case "dot":
            p.drawEllipse(QPointF(8, 8), 3.2, 3.2)
        case "disc-minus":
            p.setPen(line)
            p.setBrush(Qt.BrushStyle.NoBrush)
            p.drawEllipse(QPointF(8, 8), 6, 6)
            p.drawLine(QPointF(5.3, 8), QPointF(10.7, 8))
        case "ring":
            p.setPen(_pen(color, 1.5))
            p.setBrush(Qt.BrushStyle.NoBrush)
            p.drawEllipse(QPointF(8, 8), 5.8, 5.8)
        case _:
            _paint_disc(p, shape, sign)


def _bang(p: QPainter, pen: QPen, top: float, bottom: float, dot: float) -> None:
    p.setPen(pen)
    p.drawLine(QPointF(8, top), QPointF(8, bottom))
    p.drawPoint(QPointF(8, dot))


def _paint_disc(p: QPainter, shape: str, sign: QPen) -> None:
    p.drawEllipse(QPointF(8, 8), 6.8, 6.8)
    p.setPen(sign)
    p.setBrush(Qt.BrushStyle.NoBrush)
    path = QPainterPath()
    match shape:
        case "disc-check":
            path.moveTo(4.9, 8.3)
            path.lineTo(7.1, 10.5)
            path.lineTo(11.2, 5.9)
        case "disc-arrow":
            path.moveTo(4.7, 8)
            path.lineTo(11.1, 8)
            path.moveTo(8.4, 5.2)
            path.lineTo(11.2, 8)
            path.lineTo(8.4, 10.8)
        case _:  # disc-info
            path.moveTo(8, 7.6)
            path.lineTo(8, 11.2)
            p.drawPoint(QPointF(8, 4.9))
    p.drawPath(path)


@lru_cache(maxsize=512)
def _glyph(shape: str, color: str, inner: str, side: int) -> QPixmap:
    if shape not in SHAPES:  # before a painter is at work: it would be left open
        raise ValueError(f"no such glyph: {shape}")
    drawn = QPixmap(side, side)
    drawn.fill(Qt.GlobalColor.transparent)
    painter = QPainter(drawn)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.scale(side / GRID, side / GRID)
    _paint_shape(painter, shape, QColor(color), QColor(inner))
    painter.end()
    return drawn


def glyph(shape: str, role: str, size: int = 14, ratio: float = 1.0) -> QPixmap:
    """A glyph as a square pixmap; cached. size: logical pixels."""
    drawn = QPixmap(_glyph(shape, theme.hex(role), theme.hex("base"), round(size * ratio)))
    drawn.setDevicePixelRatio(ratio)
    return drawn


def glyph_icon(shape: str, role: str, size: int = 16) -> QIcon:
    """A glyph for a menu, as it looks in the present theme."""
    made = QIcon()
    for ratio in (1.0, 2.0):
        made.addPixmap(glyph(shape, role, theme.px(size), ratio))
    return made


def paint_glyph(painter: QPainter, rect: QRect, shape: str, role: str) -> None:
    """Draws a glyph in the middle of `rect`, as large as fits."""
    side = min(rect.width(), rect.height())
    left = rect.x() + (rect.width() - side) // 2
    top = rect.y() + (rect.height() - side) // 2
    painter.drawPixmap(left, top, glyph(shape, role, side, painter.device().devicePixelRatioF()))


def paint_state(painter: QPainter, rect: QRect, state: State, age: Age = Age.LIVE) -> None:
    """Draws the glyph of a VM's state in the middle of `rect`."""
    shape, role = state_glyph(state, age)
    paint_glyph(painter, rect, shape, role)
