"""The look of the process: one light or dark set of colours, one scale, handed to Qt and to all painters."""

from __future__ import annotations

from PySide6.QtCore import QObject, Qt, Signal, Slot
from PySide6.QtGui import QColor, QFont, QFontMetrics, QGuiApplication, QPalette
from PySide6.QtWidgets import QApplication, QStyleFactory, QToolTip

from console.ui.theme import fonts, qss
from console.ui.theme.contrast import contrast, mixed
from console.ui.theme.tokens import COLORS, SERIES, SERIES_FILL

MODES = ("system", "light", "dark")
READABLE = 4.5  # least contrast of text


class Theme(QObject):
    """Colours, fonts and sizes by role. Qt's thread only.

    Signals:
        changed(): colours or sizes are different now; who keeps pixmaps throws them away.

    Attributes:
        generation: grows with every change; a key for caches of painted things.
    """

    changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.dark = False
        self.scale = 1.0
        self.generation = 0
        self._mode = "system"
        self._accent: QColor | None = None
        self._app: QApplication | None = None
        self._colors: dict[str, QColor] = {}
        self._fonts: dict[str, QFont] = {}
        self._metrics: dict[str, QFontMetrics] = {}
        self._fill_colors()

    def apply(
        self, app: QApplication, mode: str = "system", accent: QColor | None = None, font_scale: float = 1.0
    ) -> None:
        """Dresses the application. mode: system, light or dark. accent: the desktop's, taken where it stays readable."""
        if mode not in MODES:
            raise ValueError(f"no such mode: {mode}")
        if self._app is None:
            self._app = app
            app.setStyle(QStyleFactory.create("Fusion"))
            QGuiApplication.styleHints().colorSchemeChanged.connect(self._follow)
        self._mode = mode
        self._accent = accent
        self.scale = fonts.desktop_scale() * font_scale
        self._dress()

    @Slot(Qt.ColorScheme)
    def _follow(self, _scheme: Qt.ColorScheme) -> None:
        if self._mode == "system":
            self._dress()

    def _dress(self) -> None:
        app = self._app
        if app is None:
            return
        scheme = QGuiApplication.styleHints().colorScheme()
        self.dark = self._mode == "dark" or (self._mode == "system" and scheme == Qt.ColorScheme.Dark)
        self.generation += 1
        self._fonts.clear()
        self._metrics.clear()
        self._fill_colors()
        app.setFont(self.font("body"))
        app.setPalette(self.palette())
        QToolTip.setFont(self.font("secondary"))
        app.setStyleSheet(qss.sheet(self))
        self.changed.emit()

    def _fill_colors(self) -> None:
        self._colors = {role: QColor(pair[self.dark]) for role, pair in COLORS.items()}
        if self._accent is None:
            return
        base, accent, white = self._colors["base"], self._accent, self._colors["on-button"]
        tint = mixed(accent, base, 0.16 if self.dark else 0.13)
        if min(contrast(accent, base), contrast(accent, tint)) < READABLE:
            return
        self._colors["accent"] = accent
        self._colors["selection"] = tint
        self._colors["selection-line"] = mixed(accent, base, 0.4)
        if contrast(white, accent) >= READABLE:
            self._colors["primary"] = accent

    def color(self, role: str) -> QColor:
        """The colour of a role of `tokens.COLORS` in the present mode."""
        return self._colors[role]

    def hex(self, role: str) -> str:
        """The same as #rrggbb."""
        return self._colors[role].name()

    def series(self, number: int) -> QColor:
        """The colour of the n-th series or group, from 0; it repeats after the sixth."""
        return self._colors[f"series{number % SERIES + 1}"]

    def fill(self, color: QColor) -> QColor:
        """The pale fill that goes with a series' line, solid over the base."""
        return mixed(color, self._colors["base"], SERIES_FILL[self.dark])

    def hover(self, under: str = "window") -> QColor:
        """A ground under the pointer."""
        return mixed(self._colors["text"], self._colors[under], 0.06)

    def font(self, role: str) -> QFont:
        """The font of a role of `tokens.FONTS`, scaled."""
        font = self._fonts.get(role)
        if font is None:
            font = self._fonts[role] = fonts.make(role, self.scale)
        return font

    def metrics(self, role: str) -> QFontMetrics:
        metrics = self._metrics.get(role)
        if metrics is None:
            metrics = self._metrics[role] = QFontMetrics(self.font(role))
        return metrics

    def px(self, pixels: float) -> int:
        """A length of the design in this desktop's pixels."""
        return round(pixels * self.scale)

    def palette(self) -> QPalette:
        """For the parts Qt draws by itself."""
        palette = QPalette()
        role = QPalette.ColorRole
        color = self._colors
        for which, name in (
            (role.Window, "window"),
            (role.WindowText, "text"),
            (role.Base, "base"),
            (role.AlternateBase, "base"),
            (role.Text, "text"),
            (role.PlaceholderText, "text3"),
            (role.Button, "base"),
            (role.ButtonText, "text"),
            (role.BrightText, "error"),
            (role.Link, "accent"),
            (role.LinkVisited, "accent"),
            (role.Highlight, "selection"),
            (role.HighlightedText, "text"),
            (role.ToolTipBase, "text"),
            (role.ToolTipText, "base"),
            (role.Light, "base"),
            (role.Midlight, "line"),
            (role.Mid, "border"),
            (role.Dark, "control"),
            (role.Shadow, "border"),
            (role.Accent, "accent"),
        ):
            palette.setColor(which, color[name])
        disabled = QPalette.ColorGroup.Disabled
        for which in (role.WindowText, role.Text, role.ButtonText):
            palette.setColor(disabled, which, color["control"])
        return palette


theme = Theme()
"""The process has one look, as it has one QApplication and one palette."""
