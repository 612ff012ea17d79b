"""One snapshot closely: its picture, what it is called and why it was taken, when, how, and what it takes."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QImage, QPainter, QPainterPath, QPaintEvent
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from console.fleet.domains import State
from console.fleet.snapshots.lanes import NOW
from console.fleet.snapshots.sizes import Size, chain_depth
from console.ui import icons
from console.ui.delegates.snapshots import filling
from console.ui.models.snapshots import Laid
from console.ui.theme import theme
from console.ui.theme.tokens import RADII
from console.ui.widgets.buttons import Button
from console.ui.widgets.labels import ElidedLabel
from console.words import _, snapshots, states, units

THUMB = QSize(184, 108)
LABEL = 48  # px for the name of a fact
LETTERS = 17  # of a name among others
NAMED = 3  # snapshots after it that are named, at most
ROOM = 33  # letters for them
Fact = tuple[str, str]


class ThumbView(QWidget):
    """The screen as it was, or what the VM did where there is no picture."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._image = QImage()
        self._state = State.UNKNOWN
        self.setFixedSize(theme.px(THUMB.width()), theme.px(THUMB.height()))

    def show_image(self, image: QImage | None, state: State) -> None:
        self._image, self._state = image if image is not None else QImage(), state
        said = _("Picture of the screen then") if not self._image.isNull() else _("No picture of the screen was kept")
        self.setAccessibleName(said)
        self.setToolTip(said)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        path = QPainterPath()
        path.addRoundedRect(QRectF(self.rect()), theme.px(RADII["control"]), theme.px(RADII["control"]))
        if self._image.isNull():
            painter.fillPath(path, theme.color("neutral-tint"))
            side = theme.px(24)
            shape, _role = icons.state_glyph(self._state)
            drawn = icons.glyph(shape, "last-known", side, self.devicePixelRatioF())
            painter.drawPixmap((self.width() - side) // 2, (self.height() - side) // 2, drawn)
            return
        painter.setClipPath(path)
        painter.drawImage(self.rect().topLeft(), filling(self._image, self.size(), self.devicePixelRatioF()))


class SnapshotDetail(QWidget):
    """Attributes:
    compare, clone, more: the buttons at the right; more has the page's menu.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._low = False
        self.thumb = ThumbView()
        self.name = ElidedLabel("", "section")
        self.name.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        self.beside = ElidedLabel("", tone="text2")
        self.beside.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.compare = Button(_("Compare…"), icon="columns", small=True)
        self.clone = Button(_("Clone from here…"), icon="copy", small=True)
        self.more = Button("", icon="more", name=_("More acts"), small=True)
        self.about = ElidedLabel("", tone="text2")
        head = QHBoxLayout()
        head.setSpacing(theme.px(8))
        head.addWidget(self.name)
        head.addWidget(self.beside, 1)
        for button in (self.compare, self.clone, self.more):
            head.addWidget(button)
        self._facts = QWidget()
        grid = QGridLayout(self._facts)
        grid.setContentsMargins(0, theme.px(2), 0, 0)
        grid.setHorizontalSpacing(theme.px(12))
        grid.setVerticalSpacing(theme.px(4))
        grid.setColumnMinimumWidth(0, theme.px(LABEL))
        grid.setColumnMinimumWidth(2, theme.px(LABEL))
        grid.setColumnStretch(1, 10)
        grid.setColumnStretch(3, 13)
        self._cells: list[tuple[ElidedLabel, ElidedLabel]] = []
        for number in range(6):
            title, value = ElidedLabel("", "secondary", "text2"), ElidedLabel("")
            value.setFont(theme.font("secondary"))
            value.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
            grid.addWidget(title, number % 3, number // 3 * 2)
            grid.addWidget(value, number % 3, number // 3 * 2 + 1)
            self._cells.append((title, value))
        words = QVBoxLayout()
        words.setSpacing(theme.px(6))
        words.addLayout(head)
        words.addWidget(self.about)
        words.addWidget(self._facts)
        words.addStretch(1)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.px(16))
        row.addWidget(self.thumb, 0, Qt.AlignmentFlag.AlignTop)
        row.addLayout(words, 1)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)

    def set_low(self, low: bool) -> None:
        """One line where the window is low."""
        if low != self._low:
            self._low = low
            self.thumb.setVisible(not low)
            self._facts.setVisible(not low)
            self.about.setVisible(not low)
            self.beside.set_text(self.about.whole_text() if low else "")

    def show_snapshot(self, laid: Laid, name: str, image: QImage | None, now: float) -> None:
        """name: NOW for the state of now."""
        facts = now_facts(laid, now) if name == NOW else facts_of(laid, name, now)
        state = laid.facts.state if name == NOW else laid.by_name[name].state
        said = snapshots.changed_since(laid.facts, now) if name == NOW else laid.by_name[name].description.strip()
        self.thumb.show_image(image, state)
        self.name.set_text(_("Now") if name == NOW else name)
        self.about.set_text(said)
        self.beside.set_text(said if self._low else "")
        for number, (title, value) in enumerate(self._cells):
            first, second = facts[number] if number < len(facts) else ("", "")
            if title.whole_text() != first:
                title.set_text(first)
            if value.whole_text() != second:
                value.set_text(second)
        self.setAccessibleName(", ".join([self.name.whole_text(), said, *(f"{a}: {b}" for a, b in facts if a)]))

    def facts(self) -> dict[str, str]:
        return {title.whole_text(): value.whole_text() for title, value in self._cells if title.whole_text()}


def facts_of(laid: Laid, name: str, now: float) -> list[Fact]:
    """The six facts of a snapshot, column by column."""
    one, size = laid.by_name[name], laid.sizes.each.get(name, Size())
    taken = snapshots.when(one.created, now)
    if one.by:
        taken = _("{when} by {who}").format(when=taken, who=one.by)
    disk = units.size(size.disk) if size.disk is not None else _("inside the image")
    if size.since:
        disk = _("{size} since {name}").format(size=disk, name=size.since)
    return [
        (_("Taken"), taken),
        (_("Kind"), snapshots.kind(one)),
        (_("Build"), one.build or units.NONE),
        (_("Disk"), disk),
        (_("Memory"), snapshots.memory_of(one, size.memory)),
        (_("Then"), _after(laid, name)),
    ]


def now_facts(laid: Laid, now: float) -> list[Fact]:
    facts = laid.facts
    current = facts.current
    deep = max((chain_depth(facts, disk.path) for disk in facts.disks if disk.path), default=0)
    return [
        (_("State"), states.state_in_sentence(facts.state)),
        (_("From"), current.name if current is not None else units.NONE),
        (_("Chain"), snapshots.chain(deep)),
        (_("Disk"), units.size(laid.sizes.now) if laid.sizes.now else units.NONE),
        (_("Memory"), units.size(facts.memory) if facts.memory and facts.state.active else units.NONE),
    ]


def _after(laid: Laid, name: str) -> str:
    """What goes on from it, nearest first, as many as there is room for; "now" where that does."""
    below = [one.name for one in laid.facts.below(name)]
    current = laid.facts.current
    goes_on = current is not None and (current.name == name or current.name in below)
    for most in range(NAMED, -1, -1):
        named = [_brief(one) for one in below[:most]]
        if len(below) > most:
            named.append(snapshots.more(len(below) - most))
        said = ", ".join([*named, *([_("now")] if goes_on else [])])
        if len(said) <= ROOM or not most:
            break
    return said or _("nothing")


def _brief(name: str) -> str:
    """As much of a name as tells it from others: what stands before its first colon, and not too much of that."""
    name = name.partition(":")[0] or name
    return name if len(name) <= LETTERS else f"{name[: LETTERS - 1].rstrip()}…"
