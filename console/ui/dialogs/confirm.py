"""Before power is cut or saved memory thrown away: which VMs, and what each may lose."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QGridLayout, QWidget

from console.fleet.acts import Act
from console.fleet.domains import VmKey
from console.services.commands import vm_line
from console.ui.dialogs.base import Dialog, scrolled
from console.ui.icons import vm_glyph
from console.ui.theme import theme
from console.ui.widgets.labels import GlyphLabel, label
from console.words import N_, _, acts, ngettext
from console.words.states import state_words

if TYPE_CHECKING:
    from console.ui.context import Context

_LOSES = {
    Act.FORCE_OFF: N_(
        "The power is cut. What the guest has not written to its disks is lost; files it writes may be damaged."
    ),
    Act.RESET: N_(
        "The guest starts anew at once. What it has not written to its disks is lost; files it writes may be damaged."
    ),
    Act.DISCARD_SAVE: N_(
        "The saved memory is deleted, and with it everything that was open. The next start is a cold one."
    ),
}


def button_words(act: Act, names: Sequence[str]) -> str:
    """Act and what on: "Force off: web-01", "Force off: 4 VMs"."""
    on = names[0] if len(names) == 1 else ngettext("{count} VM", "{count} VMs", len(names)).format(count=len(names))
    return _("{act}: {target}").format(act=acts.label(act), target=on)


class ConfirmDialog(Dialog):
    """Lists the VMs by name with host, state and since when; the button names the act and how many."""

    def __init__(
        self,
        ctx: Context,
        act: Act,
        keys: Sequence[VmKey],
        now: float,
        parent: QWidget | None = None,
    ) -> None:
        domains = [domain for key in keys if (domain := ctx.inventory.domain(key))]
        names = [domain.name for domain in domains]
        super().__init__(button_words(act, names), parent, width=560)
        self._ctx, self._act, self._keys = ctx, act, tuple(domain.key for domain in domains)
        self.body.addWidget(label(_(_LOSES[act]), wrap=True))
        inner = QWidget()
        inner.setProperty("ground", "base")
        grid = QGridLayout(inner)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(theme.px(10))
        grid.setVerticalSpacing(theme.px(6))
        grid.setColumnStretch(3, 1)
        for row, domain in enumerate(domains):
            spec = ctx.inventory.spec(domain.key.host)
            grid.addWidget(GlyphLabel(*vm_glyph(domain)), row, 0)
            grid.addWidget(label(domain.name, "name"), row, 1)
            grid.addWidget(label(spec.name if spec else domain.key.host, tone="text2"), row, 2)
            status = ctx.inventory.status(domain.key.host)
            grid.addWidget(label(state_words(domain, status, now), tone="text2"), row, 3)
        grid.setRowStretch(len(domains), 1)
        self.body.addWidget(scrolled(inner), 1)
        if act is not Act.DISCARD_SAVE:
            self.body.addWidget(
                label(_("Shut down asks the guest instead, and loses nothing."), "secondary", wrap=True)
            )
        self.add_command(lambda: vm_line(ctx.inventory, act.value, self._keys))
        self.add_close()
        self.add_main(button_words(act, names), self._go, "danger")
        ctx.bridge.changed.connect(self._on_change)

    def _on_change(self, _change: object) -> None:
        """Says so when there is nothing left to do it to."""
        verdict = self._ctx.acting.verdict([self._act], self._ctx.acting.kinds(self._keys))
        self.hold("" if verdict.able else verdict.reason)

    def _go(self) -> None:
        verdict = self._ctx.acting.verdict([self._act], self._ctx.acting.kinds(self._keys))
        for _act, keys in verdict.able:
            self._ctx.services.power.act(self._act, keys)
        self.accept()
