"""The command palette: a field over the window that does or finds anything by name."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import shiboken6
from PySide6.QtCore import (
    QAbstractListModel,
    QEvent,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QRect,
    QRectF,
    QSize,
    Qt,
    Slot,
)
from PySide6.QtGui import QAction, QFont, QKeyEvent, QPainter
from PySide6.QtWidgets import (
    QApplication,
    QLineEdit,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from console.fleet.updates import ChangeSet
from console.ui.icons import paint_glyph, pixmap
from console.ui.models.finding import spans
from console.ui.models.palette import RECENT, Offer, PaletteIndex
from console.ui.places import Place
from console.ui.theme import theme
from console.ui.theme.tokens import RADII
from console.ui.widgets.fields import keys_text
from console.ui.widgets.floating import Floating
from console.ui.widgets.labels import label, rule
from console.words import _

if TYPE_CHECKING:
    from console.ui.context import Context

WIDTH = 640
TOP = 44  # px below the window's upper edge
ROW = 32
ROWS = 11  # visible at once
RECENT_KEY = "palette"  # in the preferences' layout
OFFER_ROLE = Qt.ItemDataRole.UserRole + 1

Index = QModelIndex | QPersistentModelIndex


class OfferModel(QAbstractListModel):
    """At most fifty lines, replaced as a whole with each key."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._offers: list[Offer] = []
        self.query = ""

    def show(self, offers: Sequence[Offer], query: str) -> None:
        self.beginResetModel()
        self._offers, self.query = list(offers), query
        self.endResetModel()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own default
        return 0 if parent.isValid() else len(self._offers)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if not index.isValid():
            return None
        offer = self._offers[index.row()]
        if role == OFFER_ROLE:
            return offer
        if role == Qt.ItemDataRole.DisplayRole:
            return ", ".join(part for part in (offer.title, offer.detail, offer.why_not) if part)
        return offer.why_not or None if role == Qt.ItemDataRole.ToolTipRole else None


class OfferDelegate(QStyledItemDelegate):
    """Icon, title with the found letters bold, and pale at the right what it is or why it can't be done."""

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(theme.px(200), theme.px(ROW))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        offer: Offer = index.data(OFFER_ROLE)
        rect: QRect = option.rect
        state: QStyle.StateFlag = option.state
        painter.save()
        if state & QStyle.StateFlag.State_Selected:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.color("selection"))
            painter.drawRoundedRect(QRectF(rect), theme.px(RADII["control"]), theme.px(RADII["control"]))
        box = rect.adjusted(theme.px(10), 0, -theme.px(10), 0)
        side = theme.px(16)
        spot = QRect(box.x(), box.y() + (box.height() - side) // 2, side, side)
        if offer.glyph is not None:
            paint_glyph(painter, spot.adjusted(1, 1, -1, -1), *offer.glyph)
        elif offer.icon:
            role = "last-known" if offer.why_not else "text2"
            painter.drawPixmap(spot, pixmap(offer.icon, role, side, painter.device().devicePixelRatioF()))
        box.adjust(side + theme.px(10), 0, 0, 0)
        align = Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine
        aside = offer.why_not or offer.detail
        metrics = theme.metrics("secondary")
        room = min(metrics.horizontalAdvance(aside) + 2, int(box.width() * (0.62 if offer.why_not else 0.45)))
        painter.setFont(theme.font("secondary"))
        painter.setPen(theme.color("text3"))
        right = QRect(box.right() - room, box.y(), room + 1, box.height())
        shown = metrics.elidedText(aside, Qt.TextElideMode.ElideRight, room)
        painter.drawText(right, Qt.AlignmentFlag.AlignRight | align, shown)
        box.setRight(right.left() - theme.px(12))
        model = index.model()
        query = model.query if isinstance(model, OfferModel) else ""
        self._paint_title(painter, box, offer, query)
        painter.restore()

    def _paint_title(self, painter: QPainter, box: QRect, offer: Offer, query: str) -> None:
        title = offer.title.replace("\n", " ")
        normal, bold = theme.font("body"), QFont(theme.font("strong"))
        painter.setPen(theme.color("text3" if offer.why_not else "text"))
        painter.setClipRect(box)
        x, at = box.x(), 0
        for start, end in [*spans(title, query), (len(title), len(title))]:
            for text, font in ((title[at : max(start, at)], normal), (title[max(start, at) : end], bold)):
                if text:
                    painter.setFont(font)
                    painter.drawText(
                        QRect(x, box.y(), box.right() - x, box.height()), Qt.AlignmentFlag.AlignVCenter, text
                    )
                    x += painter.fontMetrics().horizontalAdvance(text)
            at = max(at, end)


class Palette(Floating):
    """Lies over the window while it is open; Esc, a click elsewhere or running something closes it.

    actions: what can be done here now, asked each time it opens (of the selection first, then of the window).
    pages: (title, place) of what can be gone to.
    """

    def __init__(
        self,
        ctx: Context,
        window: QWidget,
        actions: Callable[[], Sequence[QAction]],
        pages: Sequence[tuple[str, Place]] = (),
    ) -> None:
        super().__init__(window, "card")
        self._ctx = ctx
        self._over = window
        self._actions = actions
        self._pages = tuple(pages)
        self._before: QWidget | None = None
        self._stale = True
        self._index = PaletteIndex(ctx.inventory, ctx.acting, ctx.nav.open, ctx.services.search)
        self.field = QLineEdit()
        self.field.setProperty("look", "bare")
        self.field.setPlaceholderText(_("Run an action, go to a VM, host or page"))
        self.field.setAccessibleName(_("Command palette"))
        self.field.textChanged.connect(self._find)
        self.field.installEventFilter(self)
        self.model = OfferModel(self)
        self.list = QListView()
        self.list.setModel(self.model)
        self.list.setItemDelegate(OfferDelegate(self.list))
        self.list.setAccessibleName(_("Found"))
        self.list.setUniformItemSizes(True)
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.clicked.connect(self._run)
        self._none = label("", tone="text2", wrap=True)
        column = QVBoxLayout(self)
        column.setContentsMargins(theme.px(8), theme.px(8), theme.px(8), theme.px(8))
        column.setSpacing(theme.px(6))
        self.field.setContentsMargins(theme.px(10), theme.px(2), theme.px(10), theme.px(2))
        column.addWidget(self.field)
        column.addWidget(rule())
        column.addWidget(self.list)
        column.addWidget(self._none)
        ctx.bridge.changed.connect(self._on_change)
        self.hide()

    # opening and closing

    def open(self) -> None:
        """Shows it with the keyboard in its field; what is found follows what was typed."""
        self._before = QApplication.focusWidget()
        self._ctx.bridge.run(self._ctx.services.search.warm)
        self._index.refresh(self._near())
        self._stale = False
        self.field.clear()
        self._find("")
        self.show()
        self.raise_()
        self.field.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def toggle(self) -> None:
        if self.isVisible():
            self.dismiss()
        else:
            self.open()

    def dismiss(self) -> None:
        """Closes it and gives the keyboard back."""
        before, self._before = self._before, None
        self.hide()
        if before is not None and shiboken6.isValid(before) and before.isVisible():
            before.setFocus(Qt.FocusReason.PopupFocusReason)

    @Slot(object)
    def _on_change(self, change: ChangeSet) -> None:
        if self.isVisible() and (change.added or change.removed or change.fleet):
            self._stale = True

    def _near(self) -> list[Offer]:
        """Actions and pages as offers."""
        offers = []
        for action in self._actions():
            text = action.whatsThis() or action.text().replace("&", "")
            keys = keys_text(action.shortcut()) if not action.shortcut().isEmpty() else ""
            reason = "" if action.isEnabled() else action.toolTip() or _("Not now.")
            offers.append(
                Offer(f"do {action.objectName() or text}", text, action.trigger, keys, reason, icon="terminal")
            )
        for title, place in self._pages:
            offers.append(Offer(f"page {title}", title, self._go_to(place), _("Page"), icon="forward"))
        return offers

    def _go_to(self, place: Place) -> Callable[[], None]:
        return lambda: self._ctx.nav.open(place)

    # finding and running

    def _recent(self) -> list[str]:
        return [id_ for id_ in self._ctx.preferences.value.layout.get(RECENT_KEY, "").split("\n") if id_]

    @Slot(str)
    def _find(self, query: str) -> None:
        if self._stale and self.isVisible():
            self._index.refresh(self._near())
            self._stale = False
        offers = self._index.find(query, self._recent())
        self.model.show(offers, query)
        self.list.setVisible(bool(offers))
        self._none.setVisible(not offers)
        self._none.setText(_("Nothing is called “{query}”.").format(query=query.strip()))
        if offers:
            self.list.setCurrentIndex(self.model.index(0))
        self._place()

    def _run(self, index: QModelIndex) -> None:
        offer = index.data(OFFER_ROLE)
        if not isinstance(offer, Offer) or offer.why_not:
            return
        recent = [offer.id, *(id_ for id_ in self._recent() if id_ != offer.id)][:RECENT]
        layout = self._ctx.preferences.value.layout
        self._ctx.preferences.set(layout={**layout, RECENT_KEY: "\n".join(recent)})
        self.dismiss()
        offer.run()

    def _move(self, by: int) -> None:
        last = self.model.rowCount() - 1
        row = min(max(self.list.currentIndex().row() + by, 0), last)
        self.list.setCurrentIndex(self.model.index(row))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if (
            event.type() == QEvent.Type.FocusOut
            and self.isVisible()
            and not self.isAncestorOf(QApplication.focusWidget() or self)
        ):
            self.hide()
            return False
        if not isinstance(event, QKeyEvent) or event.type() != QEvent.Type.KeyPress:
            return False
        steps = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1, Qt.Key.Key_PageDown: ROWS, Qt.Key.Key_PageUp: -ROWS}
        if event.key() in steps:
            self._move(steps[Qt.Key(event.key())])
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._run(self.list.currentIndex())
        elif event.key() == Qt.Key.Key_Escape:
            self.dismiss()
        else:
            return False
        return True

    # looks

    def _place(self) -> None:
        rows = min(self.model.rowCount(), ROWS)
        self.list.setFixedHeight(rows * theme.px(ROW))
        width = min(theme.px(WIDTH), self._over.width() - theme.px(32))
        self.setFixedWidth(width)
        layout = self.layout()
        if layout is not None:
            layout.activate()
        self.resize(width, self.sizeHint().height())
        self.move((self._over.width() - width) // 2, theme.px(TOP))
