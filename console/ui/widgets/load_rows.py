"""Bars of what is used and promised, a row each: name, bar, share, and a sentence."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QLabel, QSizePolicy, QWidget

from console.fleet.storage import StorageSum
from console.fleet.sums import Sum
from console.ui.models.hosts import ratio
from console.ui.theme import theme
from console.ui.widgets.chips import Bar
from console.ui.widgets.labels import label
from console.words import _, ngettext, overview, units

SAID = 216  # px for the sentence, so that rows above each other end alike


class LoadRows(QWidget):
    """CPU and memory of a `Sum`: used now, promised to running VMs, there in all. storage: with a row for that."""

    def __init__(self, parent: QWidget | None = None, *, storage: bool = False) -> None:
        super().__init__(parent)
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(theme.px(12))
        self._grid.setVerticalSpacing(theme.px(8))
        self._grid.setColumnStretch(1, 1)
        self._rows: list[tuple[Bar, QLabel, QLabel]] = []
        for number, name in enumerate((_("CPU"), _("Memory"), *([_("Storage")] if storage else []))):
            bar = Bar(0, 8)
            bar.setMinimumWidth(theme.px(80))
            bar.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
            share = label("", "name")
            share.setMinimumWidth(theme.px(44))
            share.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            said = label("", "secondary")
            said.setFixedWidth(theme.px(SAID))
            self._grid.addWidget(label(name, tone="text2"), number, 0)
            self._grid.addWidget(bar, number, 1)
            self._grid.addWidget(share, number, 2)
            self._grid.addWidget(said, number, 3)
            self._rows.append((bar, share, said))

    def show_sum(self, total: Sum, fresh: bool = True) -> None:
        """Fresh False: the figures are last-known, the bars grey."""
        role = "series1" if fresh else "last-known"
        for row, share, promised, said in (
            (self._rows[0], total.cpu, total.vcpu_ratio, cpu_sentence(total)),
            (self._rows[1], total.memory_share, total.memory_ratio, memory_sentence(total)),
        ):
            bar, figure, sentence = row
            bar.set_value(share, promised if fresh else None, role)
            figure.setText(units.percent(share))
            sentence.setText(said)
            bar.setAccessibleName(f"{units.percent(share)}, {said}")

    def show_storage(self, total: StorageSum, fresh: bool = True) -> None:
        """What of the storage is used, and what its volumes may grow to."""
        bar, figure, sentence = self._rows[2]
        said = overview.storage_sentence(total)
        bar.set_value(total.full, total.ratio if fresh else None, "series1" if fresh else "last-known")
        figure.setText(units.percent(total.full))
        sentence.setText(said)
        bar.setAccessibleName(f"{units.percent(total.full)}, {said}")

    def texts(self) -> tuple[str, ...]:
        """What each row says."""
        return tuple(f"{share.text()} {said.text()}" for _bar, share, said in self._rows)


def cpu_sentence(total: Sum) -> str:
    """What of the CPUs is promised: "46 vCPUs on 32 threads, 1.4×"."""
    if not total.cpus:
        return _("not known yet")
    vcpus = ngettext("{n} vCPU", "{n} vCPUs", total.vcpus_promised).format(n=units.count(total.vcpus_promised))
    threads = ngettext("{n} thread", "{n} threads", total.cpus).format(n=units.count(total.cpus))
    return _("{vcpus} on {threads}, {ratio}").format(vcpus=vcpus, threads=threads, ratio=ratio(total.vcpu_ratio))


def memory_sentence(total: Sum) -> str:
    """What of the memory is promised: "112 GiB of 128 GiB, 0.87×"."""
    if not total.memory:
        return _("not known yet")
    return _("{promised} promised of {all}, {ratio}").format(
        promised=units.memory(total.memory_promised), all=units.memory(total.memory), ratio=ratio(total.memory_ratio)
    )
