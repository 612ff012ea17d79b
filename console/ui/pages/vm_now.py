"""What a VM uses now, in large figures, where its graphs with history will stand."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from console.fleet.domains import Domain, Load
from console.ui.context import Context
from console.ui.theme import theme
from console.ui.widgets.chips import Bar
from console.ui.widgets.figure import Figure
from console.ui.widgets.labels import Heading, label, rule
from console.ui.widgets.trace_plot import TracePlot
from console.words import _, ngettext, units

NAMES = 168  # px of the column with names and figures


class _Swatch(QFrame):
    """A short line in a series' colour, as in a legend."""

    def __init__(self, number: int) -> None:
        super().__init__()
        self._number = number
        self.setFixedSize(theme.px(12), 2)
        theme.changed.connect(self._dress)
        self._dress()

    def _dress(self) -> None:
        self.setStyleSheet(f"background: {theme.series(self._number).name()}; border: none;")


class NowRow(QWidget):
    """One measure: its name and unit, a line for each figure, and room at the right for a picture of it."""

    def __init__(self, name: str, unit: str, lines: tuple[str, ...], picture: QWidget) -> None:
        super().__init__()
        self._lines: dict[str, QLabel] = {}
        self._name = name
        row = QHBoxLayout(self)
        row.setContentsMargins(0, theme.px(8), 0, theme.px(8))
        row.setSpacing(theme.px(12))
        left = QWidget()
        left.setFixedWidth(theme.px(NAMES))
        grid = QGridLayout(left)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(theme.px(8))
        grid.setVerticalSpacing(theme.px(5))
        grid.setColumnStretch(1, 1)
        head = QHBoxLayout()
        head.setSpacing(theme.px(5))
        head.addWidget(label(name, "strong"))
        head.addWidget(label(unit, tone="text3"))
        head.addStretch(1)
        grid.addLayout(head, 0, 0, 1, 3)
        for number, line in enumerate(lines):
            if number == 0:
                grid.addWidget(_Swatch(number), number + 1, 0, Qt.AlignmentFlag.AlignVCenter)
            self._lines[line] = label("", "name")
            self._lines[line].setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            grid.addWidget(label(line, tone="text2"), number + 1, 1)
            grid.addWidget(self._lines[line], number + 1, 2)
        grid.setRowStretch(len(lines) + 1, 1)
        row.addWidget(left)
        row.addWidget(picture, 1)

    def say(self, *values: str) -> None:
        """The figures, in the order of the lines."""
        for (name, shown), value in zip(self._lines.items(), values, strict=True):
            if shown.text() != value:
                shown.setText(value)
                shown.setAccessibleName(f"{self._name}, {name}: {value}")

    def texts(self) -> tuple[str, ...]:
        return tuple(shown.text() for shown in self._lines.values())


class _Bars(QWidget):
    """One wide bar with a sentence under it."""

    def __init__(self, number: int = 0) -> None:
        super().__init__()
        column = QVBoxLayout(self)
        column.setContentsMargins(theme.px(30), theme.px(4), 0, 0)
        column.setSpacing(theme.px(4))
        self.bar = Bar(0, 8)
        self.bar.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.said = label("", "hint", wrap=True)
        column.addWidget(self.bar)
        column.addWidget(self.said)
        column.addStretch(1)


class _Figures(QWidget):
    """Large figures side by side."""

    def __init__(self, *figures: Figure) -> None:
        super().__init__()
        row = QHBoxLayout(self)
        row.setContentsMargins(theme.px(30), 0, 0, 0)
        row.setSpacing(theme.px(16))
        for figure in figures:
            row.addWidget(figure, 1)


class VmNow(QWidget):
    """CPU with its last ten minutes; memory; disk; network."""

    def __init__(self, ctx: Context, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._ctx = ctx
        self.head = Heading(_("Now"))
        self.plot = TracePlot()
        self._memory_bar = _Bars()
        self.cpu = NowRow(_("CPU"), "%", (_("of its vCPUs"), _("in vCPUs")), self.plot)
        self.memory = NowRow(_("Memory"), "GiB", (_("guest uses"), _("allocated")), self._memory_bar)
        self.read, self.written, self.ops = Figure(_("Read")), Figure(_("Written")), Figure(_("Operations"))
        self.received, self.sent = Figure(_("In")), Figure(_("Out"))
        self.disk = NowRow(_("Disk"), "", (), _Figures(self.read, self.written, self.ops))
        self.net = NowRow(_("Network"), "", (), _Figures(self.received, self.sent, Figure("")))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.head)
        for number, row in enumerate((self.cpu, self.memory, self.disk, self.net)):
            if number:
                column.addWidget(rule())
            column.addWidget(row)
        column.addStretch(1)

    def show_vm(self, domain: Domain, fresh: bool, now: float) -> None:
        """now: epoch."""
        load = self._ctx.inventory.load(domain.key) or Load(0.0)
        active = domain.state.active
        self.head.set_text(_("Now") if fresh else _("Last known"), self._said(domain, load, fresh, now))
        cpu = load.cpu if active else None
        self.cpu.say(_bare(cpu), units.figure(cpu * domain.vcpus, 1) if cpu is not None else units.NONE)
        end = now if fresh or not load.stamp else load.stamp
        self.plot.show_trace(self._ctx.inventory.trace(domain.key), end, fresh)
        used = load.memory_used_kib if active else None
        given = load.memory_kib or domain.memory_kib
        self.memory.say(units.gib(used, fixed=True), units.gib(given, fixed=True))
        share = used / given if used is not None and given else None
        self._memory_bar.bar.set_value(share, role="series1" if fresh else "last-known")
        self._memory_bar.said.setText(self._memory_words(domain, share, fresh))
        if not active:
            load = Load(load.stamp)
        self.read.say(units.mib_s(load.disk_read), "MiB/s")
        self.written.say(units.mib_s(load.disk_write), "MiB/s")
        ops = load.disk_ops
        self.ops.say(units.count(round(ops)) if ops is not None else units.NONE, _("per second"))
        self.received.say(units.mbit_s(load.net_in), "Mbit/s")
        self.sent.say(units.mbit_s(load.net_out), "Mbit/s")

    def _said(self, domain: Domain, load: Load, fresh: bool, now: float) -> str:
        host_load = self._ctx.inventory.view(domain.key.host).load
        if not domain.state.active:
            return _("it does not run")
        if not load.stamp:
            return _("no figures yet") if fresh else _("no figures kept")
        age = _("{age} old").format(age=units.age(max(0.0, now - load.stamp)))
        return _("replayed load, {age}").format(age=age) if host_load is not None and host_load.replayed else age

    def _memory_words(self, domain: Domain, share: float | None, fresh: bool) -> str:
        if share is not None:
            return _("{share} of what it was given").format(share=units.percent(share))
        if not domain.state.active:
            vcpus = ngettext("{n} vCPU", "{n} vCPUs", domain.vcpus).format(n=domain.vcpus)
            return _("Off: it takes {vcpus} and {memory} when it starts.").format(
                vcpus=vcpus, memory=units.memory(domain.memory_kib)
            )
        return _("The guest does not tell what it uses; a balloon driver would.") if fresh else ""


def _bare(share: float | None) -> str:
    """A share as a figure whose unit stands in the head."""
    return units.NONE if share is None else units.percent(share).split(units.NBSP)[0]
