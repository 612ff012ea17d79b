"""Where pages get their graphs from without loading numpy before somebody looks at them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from console.fleet.domains import Domain
from console.fleet.hosts import HostSpec
from console.services.commands import vm_words
from console.ui.context import Context
from console.ui.later import Later
from console.ui.models.graph_plans import Plan, host_plan, stacked_plan, vm_plan
from console.ui.theme import theme
from console.ui.widgets.scrolled import scrolled
from console.ui.widgets.tabs import Segment, Segmented
from console.words import _

if TYPE_CHECKING:
    from types import ModuleType

    from console.ui.pages.graph_board import GraphBoard


class Graphs(QWidget):
    """A board of graphs, made at the first look.

    Signals:
        compare_wanted(): these figures beside another VM's.
    """

    compare_wanted = Signal()

    def __init__(
        self, ctx: Context, parent: QWidget | None = None, *, compare: bool = False, choice: QWidget | None = None
    ) -> None:
        """compare: with a button for that. choice: what stands beside the spans."""
        super().__init__(parent)

        def make(module: ModuleType) -> GraphBoard:
            board: GraphBoard = module.GraphBoard(ctx.bridge, ctx.services.stats, compare=compare)
            board.compare_wanted.connect(self.compare_wanted)
            board.exporter.words_of = lambda keys: vm_words(ctx.inventory, keys)
            if choice is not None:
                board.head.add_left(choice, 0)
            return board

        self._later: Later[GraphBoard] = Later(ctx.bridge, "console.ui.pages.graph_board", make)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self._later)

    @property
    def board(self) -> GraphBoard | None:
        """None before it was looked at."""
        return self._later.widget

    def show_plan(self, plan: Plan, *, pale: bool = False, none: str = "") -> None:
        """See `GraphBoard.show_plan`."""
        self._later.tell(lambda board: board.show_plan(plan, pale=pale, none=none))


def none_of(domain: Domain, fresh: bool) -> str:
    """Why a VM may have no figures; "" where nothing special is known."""
    if not domain.state.active:
        return _("No figures in this span: it does not run.")
    return "" if fresh else _("No figures in this span: its host does not answer.")


class VmGraphs(QWidget):
    """The tab "Graphs" of a VM: all there is of it.

    Signals:
        compare_wanted(): beside another VM.
    """

    compare_wanted = Signal()

    def __init__(self, ctx: Context, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.graphs = Graphs(ctx, compare=True)
        self.graphs.compare_wanted.connect(self.compare_wanted)
        _fill(self, self.graphs)

    def show_vm(self, domain: Domain, fresh: bool) -> None:
        self.graphs.show_plan(vm_plan(domain, long=True), pale=not fresh, none=none_of(domain, fresh))


class HostGraphs(QWidget):
    """The tab "Graphs" of a host: its own load, or what its VMs take, one on the other."""

    def __init__(self, ctx: Context, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._ctx = ctx
        self._spec: HostSpec | None = None
        self.view = Segmented([Segment("own", _("Host")), Segment("vms", _("By VM"))], _("What is added up"))
        self.view.chosen.connect(lambda _id: self._show())
        self.view.setParent(self)
        self.graphs = Graphs(ctx, choice=self.view)
        _fill(self, self.graphs)

    def show_host(self, spec: HostSpec) -> None:
        self._spec = spec
        self._show()

    def _show(self) -> None:
        spec = self._spec
        if spec is None:
            return
        vms: tuple[Domain, ...] = self._ctx.inventory.domains_of(spec.id)
        make = host_plan if self.view.current() == "own" else stacked_plan
        fresh = self._ctx.inventory.fresh(spec.id)
        self.graphs.show_plan(make(spec.id, spec.name, vms), pale=not fresh)


def _fill(page: QWidget, inner: QWidget) -> None:
    """`inner` with a page's margins, scrolled where there is too little room."""
    around = QWidget()
    column = QVBoxLayout(around)
    column.setContentsMargins(*(theme.px(edge) for edge in (16, 12, 16, 12)))
    column.addWidget(inner)
    outer = QVBoxLayout(page)
    outer.setContentsMargins(0, 0, 0, 0)
    outer.addWidget(scrolled(around))
