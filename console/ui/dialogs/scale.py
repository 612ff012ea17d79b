"""vCPUs and memory of VMs: what is wanted, when it is to hold, and what that means."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QCheckBox, QDoubleSpinBox, QGridLayout, QSpinBox, QWidget

from console.fleet.acts import Act
from console.fleet.bulk import Deed
from console.fleet.domains import VmKey
from console.fleet.errors import FleetError, Problem, UsageError
from console.fleet.scaling import SizeFacts, Sizing, When, checked_sizing, plan_scaling
from console.ui.dialogs.base import Dialog
from console.ui.theme import theme
from console.ui.widgets.labels import label
from console.ui.widgets.tabs import Segment, Segmented
from console.words import _, bulk, errors, ngettext

if TYPE_CHECKING:
    from console.ui.context import Context

GIB = 1 << 20  # KiB
LEAST = 540  # px wide: the three times beside each other
MOST_VCPUS, MOST_GIB = 1024, 65536.0


class ScaleDialog(Dialog):
    """For one VM it says what will happen as one types; for several, what happens to each is shown before anything does."""

    def __init__(self, ctx: Context, keys: Sequence[VmKey], parent: QWidget | None = None) -> None:
        domains = [domain for key in keys if (domain := ctx.inventory.domain(key))]
        names = domains[0].name if len(domains) == 1 else bulk.vms(len(domains))
        super().__init__(_("vCPU and memory of {target}").format(target=names), parent, width=560)
        self._ctx, self._keys = ctx, tuple(domain.key for domain in domains)
        self._facts: SizeFacts | None = None
        first = domains[0] if domains else None
        self.vcpus = _count(first.vcpus if first else 1)
        self.memory = _size(first.memory_kib if first else GIB)
        self.max_vcpus = _count(first.max_vcpus if first else 1)
        self.max_memory = _size(first.max_memory_kib if first else GIB)
        self.setMinimumWidth(theme.px(LEAST))
        self._grid = QGridLayout()
        self._grid.setHorizontalSpacing(theme.px(12))
        self._grid.setVerticalSpacing(theme.px(8))
        self._grid.setColumnStretch(2, 1)
        self.ticks: dict[str, QCheckBox] = {}
        several = len(self._keys) > 1
        for name, text, box, on in (
            ("vcpus", _("vCPU"), self.vcpus, not several or len({d.vcpus for d in domains}) == 1),
            ("memory_kib", _("Memory"), self.memory, not several or len({d.memory_kib for d in domains}) == 1),
            ("max_vcpus", _("vCPU ceiling"), self.max_vcpus, False),
            ("max_memory_kib", _("Memory ceiling"), self.max_memory, False),
        ):
            self._row(name, text, box, on)
        self.body.addLayout(self._grid)
        self.when = Segmented(
            [
                Segment(When.BOTH, _("Now and from the next start on")),
                Segment(When.LIVE, _("Only now")),
                Segment(When.NEXT, _("Only from the next start on")),
            ],
            _("When it holds"),
        )
        self.when.chosen.connect(lambda _id: self._judge())
        self.body.addWidget(self.when)
        self.said = label("", tone="text2", wrap=True)
        self.body.addWidget(self.said)
        self.body.addStretch(1)
        self.add_command(lambda: ctx.services.bulk.scale_line(self._keys, self.sizing()))
        self.add_close()
        self.add_main(_("Set") if not several else _("See what will happen…"), self._go)
        if several:
            self.said.setText(
                _("A ceiling is what a VM is started with room for. Sizes that are not ticked stay as they are.")
            )
            self._judge()
        else:
            self.hold(_("Asking the host…"))
            self.read(ctx.bridge, lambda: ctx.services.bulk.sizes(self._keys), self._take, self._refused)

    def _row(self, name: str, text: str, box: QSpinBox | QDoubleSpinBox, on: bool) -> None:
        row = self._grid.rowCount()
        tick = QCheckBox(text)
        tick.setChecked(on)
        box.setEnabled(on)
        box.setAccessibleName(text)
        tick.toggled.connect(box.setEnabled)
        tick.toggled.connect(lambda _on: self._judge())
        box.valueChanged.connect(lambda _value: self._judge())
        self.ticks[name] = tick
        self._grid.addWidget(tick, row, 0)
        self._grid.addWidget(box, row, 1)
        hints = {
            "max_vcpus": _("from the next start on; raised by itself"),
            "max_memory_kib": _("where it is too low"),
        }
        if name in hints:
            self._grid.addWidget(label(hints[name], "secondary", tone="text3"), row, 2)

    def sizing(self) -> Sizing:
        """What is ticked, as it stands. Errors: UsageError."""

        def of(name: str, value: int) -> int | None:
            return value if self.ticks[name].isChecked() else None

        return checked_sizing(
            Sizing(
                of("vcpus", self.vcpus.value()),
                of("memory_kib", round(self.memory.value() * GIB)),
                of("max_vcpus", self.max_vcpus.value()),
                of("max_memory_kib", round(self.max_memory.value() * GIB)),
                When(self.when.current()),
            )
        )

    def _take(self, facts: dict[VmKey, SizeFacts | Problem]) -> None:
        found = next(iter(facts.values()), None)
        if isinstance(found, SizeFacts):
            self._facts = found
        elif found is not None:
            self._refused(FleetError(found))
            return
        self._judge()

    def _refused(self, error: FleetError) -> None:
        self.failed(error, "vm.scale")
        self.hold(_("The host did not say what the VM has."))

    def _judge(self) -> None:
        try:
            sizing = self.sizing()
        except UsageError as error:
            self.hold(errors.why(error.problem))
            return
        if len(self._keys) > 1:
            self.hold("")
            return
        if self._facts is None:
            return
        scaling = plan_scaling(sizing, self._facts)
        if scaling.refused is not None:
            self.said.setText("")
            self.hold(errors.why(bulk.lack(scaling.refused)))
        elif scaling.nothing:
            self.said.setText(_("It has these sizes already."))
            self.idle()
        else:
            waits = len(scaling.waits)
            more = ngettext("One part needs a restart.", "{count} parts need a restart.", waits).format(count=waits)
            self.said.setText(f"{bulk.scaling(scaling)}. {more if waits else ''}".rstrip())
            self.hold("")

    def _go(self) -> None:
        deed = Deed((Act.SCALE,), sizing=self.sizing())
        if len(self._keys) > 1:
            self._ctx.acting.planned.emit(deed, self._keys)
            self.accept()
            return
        services, keys = self._ctx.services.bulk, self._keys
        assert self.main is not None
        self.main.setEnabled(False)

        def begun(_handle: object) -> None:
            self.accept()

        def refused(error: FleetError) -> None:
            self.failed(error, "vm.scale")
            self.hold("")

        self.read(self._ctx.bridge, lambda: services.run(services.plan(deed, keys)), begun, refused)


def _count(value: int) -> QSpinBox:
    box = QSpinBox()
    box.setRange(1, MOST_VCPUS)
    box.setValue(value)
    box.setMinimumWidth(theme.px(110))
    box.lineEdit().setTextMargins(theme.px(6), 0, 0, 0)
    return box


def _size(kib: int) -> QDoubleSpinBox:
    box = QDoubleSpinBox()
    box.setDecimals(2)
    box.setRange(0.03, MOST_GIB)
    box.setSingleStep(0.5)
    box.setSuffix(" GiB")
    box.setValue(kib / GIB)
    box.setMinimumWidth(theme.px(110))
    box.lineEdit().setTextMargins(theme.px(6), 0, 0, 0)
    return box
