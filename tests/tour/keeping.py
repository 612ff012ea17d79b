"""The steps of the tour about one VM's snapshots: the tree, what an act would do, taking one, going back, deleting."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QWidget

from console.desktop import Desktop
from console.fleet.domains import Domain
from console.fleet.snapshots.lanes import NOW
from console.fleet.snapshots.plans import Deed
from console.ui.dialogs.base import Dialog
from console.ui.pages.vm import VmPage
from console.ui.pages.vm_snapshots import VmSnapshots
from console.ui.places import Place
from tests.tour.waiting import NotSo, must, settle, until

Shoot = Callable[[str, QWidget | None, QSize | None], None]
FROM, KEPT = "build 4711 installed", "with the fix"


class Keeping:
    """In one window, on the demo fleet."""

    def __init__(self, desktop: Desktop, shoot: Shoot, small: QSize) -> None:
        self._ctx, self._window = desktop.context, desktop.window
        self._shoot, self._small = shoot, small

    def page(self, domain: Domain) -> VmSnapshots:
        """The tab, with what the host told."""
        self._ctx.nav.open(Place.vm(domain.key, "snapshots"))
        page = self._window.stack.currentWidget()
        if not isinstance(page, VmPage):
            raise NotSo(f"a {type(page).__name__} is shown")
        tab: VmSnapshots = until(lambda: page.snapshots.widget, "the tab is loaded")
        until(lambda: tab.laid is not None and tab.laid.facts.key == domain.key, "its snapshots are read")
        return tab

    def _planned(self, tab: VmSnapshots, name: str, deed: Deed) -> None:
        tab.tree.list.go_to(name)
        tab.choose(name, deed)

        def there() -> bool:
            plan = tab.panel.plan
            return plan is not None and (plan.snapshot, plan.deed) == (name, deed) and tab.panel.go.isEnabled()

        until(there, f"the plan to {deed} {name}")

    def _done(self, tab: VmSnapshots) -> None:
        tab.panel.go.click()
        job = must(tab.planner.job, "a task")

        def over() -> bool:
            view = self._ctx.jobs.view(job)
            return view is not None and view.state.ended

        until(over, "the task ends", 60.0)
        view = must(self._ctx.jobs.view(job), "the task")
        if view.state != "succeeded":
            raise NotSo(f"{view.kind}: {view.problem}")
        until(lambda: tab.planner.job is None and not tab._soon.isActive(), "the host is asked anew")
        settle(0.3)

    def tree(self, domain: Domain) -> str:
        tab = self.page(domain)
        self._planned(tab, "before upgrade wizard", Deed.DELETE)
        settle(0.6)
        self._shoot("snapshots", None, None)
        self._shoot("snapshots-small", None, self._small)
        self._planned(tab, FROM, Deed.REVERT)
        tab.panel.branch.keep.click()
        until(lambda: tab.panel.plan is not None and bool(tab.panel.plan.branch), "now is kept first")
        self._shoot("snapshots-revert", None, None)
        tab.panel.branch.keep.click()
        tab.choose(NOW)
        return f"{tab.tree.rows.rowCount() - 1} snapshots in {tab.tree.rows.lanes} lanes"

    def dialogs(self, domain: Domain) -> str:
        tab = self.page(domain)
        tab.choose("4698 crash")
        for name in ("compare", "retention", "doctor", "rename", "describe"):
            dialog: Dialog = must(getattr(tab._acts, name)(), name)
            settle(0.6)
            self._shoot(f"snapshot-{name}", dialog, None)
            dialog.reject()
            settle(0.1)
        return "compared, by rule, mended, renamed, described"

    def take_and_go_back(self, domain: Domain) -> str:
        """One is taken, another gone back to, the first deleted."""
        tab = self.page(domain)
        dialog = must(tab._acts.take(), "the dialog")
        until(lambda: dialog.plan is not None, "the plan")
        dialog.name.setText(KEPT)
        dialog.about.setPlainText("Works")
        until(lambda: dialog.plan is not None and dialog.plan.snapshot == KEPT, "the plan of that name")
        self._shoot("snapshot-take", dialog, None)
        must(dialog.main, "a button").click()
        until(lambda: tab.tree.rows.index_of(KEPT).isValid(), "it stands in the tree", 30.0)
        self._planned(tab, FROM, Deed.REVERT)
        self._done(tab)
        until(
            lambda: tab.laid is not None and must(tab.laid.facts.current, "one").name == FROM, "now goes on from there"
        )
        self._planned(tab, KEPT, Deed.DELETE)
        self._done(tab)
        until(lambda: not tab.tree.rows.index_of(KEPT).isValid(), "it is gone")
        return f"{KEPT} taken, back to {FROM}, {KEPT} deleted"
