"""The steps of the tour that copy: snapshots of several VMs and back, the clone wizard, a template, what goes by itself."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QWidget

from console.desktop import Desktop
from console.fleet.clones.acts import CopyAct
from console.fleet.domains import Domain
from console.jobs.job import JobView
from console.ui.dialogs.base import Dialog
from console.ui.dialogs.clone import CloneDialog
from console.ui.dialogs.clone_acts import CloneActDialog
from console.ui.dialogs.many_snapshots import ManySnapshotsDialog, RevertManyDialog, TakeManyDialog
from console.ui.places import Place
from tests.tour.waiting import NotSo, must, settle, until

D = TypeVar("D", bound=Dialog)
Shoot = Callable[[str, QWidget | None, QSize | None], None]
WIZARD = QSize(1200, 720)
NAME = "before the update"


class Copying:
    """In one window, on the demo fleet."""

    def __init__(self, desktop: Desktop, shoot: Shoot, small: QSize) -> None:
        self._ctx, self._window = desktop.context, desktop.window
        self._shoot, self._small = shoot, small

    def _dialog(self, kind: type[D], act: CopyAct, *domains: Domain) -> D:
        self._ctx.acting.do([act], [domain.key for domain in domains])
        found: D = until(
            lambda: next((one for one in self._window.findChildren(kind) if one.isVisible()), None),
            f"{kind.__name__} opens",
        )
        return found

    def _pressed(self, dialog: Dialog) -> JobView:
        """Presses the last button, and waits for the task to end well."""
        before = {view.id for view in self._ctx.jobs.views()}
        must(dialog.main, "a button").click()

        def over() -> JobView | None:
            new = [view for view in self._ctx.jobs.views() if view.id not in before and not view.parent]
            return new[-1] if new and new[-1].state.ended else None

        view = until(over, "the task ends", 60.0)
        if view.state != "succeeded":
            raise NotSo(f"{view.kind}: {view.problem}")
        return view

    def _planned(self, dialog: ManySnapshotsDialog) -> None:
        until(lambda: dialog.plan is not None and not dialog._soon.isActive(), "the plan")

    def snapshots(self, *domains: Domain) -> str:
        """All at one moment, and all back to it."""
        take = self._dialog(TakeManyDialog, CopyAct.SNAPSHOT, *domains)
        take.name.setText(NAME)
        take.replan()
        self._planned(take)
        self._shoot("snapshots-many", take, None)
        self._pressed(take)
        until(lambda: all(self._now(one).snapshots > one.snapshots for one in domains), "each has one more")
        back = self._dialog(RevertManyDialog, CopyAct.REVERT, *map(self._now, domains))
        until(lambda: back.names.count(), "names to choose from")
        back.names.setCurrentIndex(back.names.findData(NAME))
        self._planned(back)
        self._shoot("revert-many", back, None)
        said = must(back.main, "a button").text()
        self._pressed(back)
        return said

    def _now(self, domain: Domain) -> Domain:
        return must(self._ctx.inventory.domain(domain.key), domain.name)

    def clone(self, source: Domain) -> str:
        """Step by step, to three clones that go by themselves; their pages and the table say where they come from."""
        wizard = self._dialog(CloneDialog, CopyAct.CLONE, source)
        wide = wizard.size() if wizard.narrow else WIZARD
        wizard.what.pattern.setText("tour-{n:02}")
        wizard.what.count.setValue(3)
        self._shoot("clone-what", wizard, wide)
        wizard.go_to("where")
        self._shoot("clone-where", wizard, wide)
        wizard.go_to("how")
        wizard.how.build.setText("4711")
        wizard.how.goes.dated.setChecked(True)
        self._shoot("clone-how", wizard, wide)
        wizard.go_to("check")
        until(lambda: wizard.plans is not None, "the plan")
        self._shoot("clone-check", wizard, wide)
        self._shoot("clone-check-small", wizard, self._small)
        said = must(wizard.main, "a button").text()
        line = wizard.command()
        self._pressed(wizard)
        inventory = self._ctx.inventory
        made = until(
            lambda: next((one for one in inventory.domains_of(source.key.host) if one.name == "tour-01"), None),
            "tour-01 is there",
        )
        self._ctx.nav.open(Place.vm(made.key))
        settle(1.0)
        self._shoot("vm-clone", None, None)
        self._ctx.nav.open(Place.search("", f"from:{source.name} build:4711"))
        settle(1.0)
        self._shoot("vms-clones", None, None)
        return f"{said}: {line}"

    def template(self, source: Domain) -> str:
        """It is never started from then on; and back."""
        dialog = self._dialog(CloneActDialog, CopyAct.TEMPLATE, source)
        until(lambda: dialog.plans is not None, "the plan")
        self._shoot("template", dialog, None)
        self._pressed(dialog)
        self._ctx.nav.open(Place.vm(source.key))
        until(lambda: (known := self._now(source).provenance) is not None and known.template, "it is a template")
        settle(0.5)
        self._shoot("vm-template", None, None)
        back = self._dialog(CloneActDialog, CopyAct.UNTEMPLATE, self._now(source))
        until(lambda: back.plans is not None, "the plan")
        self._pressed(back)
        return f"{source.name} was one"
