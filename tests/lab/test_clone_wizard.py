"""The clone wizard and the dialogs over many VMs on real guests: what is pressed in the window is what happens at the host."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from console.fleet.clones.acts import CopyAct
from console.fleet.domains import Domain, State, VmKey
from console.jobs.job import JobState
from console.settings.paths import Profile
from console.ui import icons
from console.ui.actions import VmActions
from console.ui.bridge import Bridge
from console.ui.context import Context
from console.ui.dialogs.base import Dialog
from console.ui.dialogs.clone import CloneDialog
from console.ui.dialogs.clone_acts import CloneActDialog
from console.ui.dialogs.many_snapshots import DeleteManyDialog, ManySnapshotsDialog, RevertManyDialog, TakeManyDialog
from console.ui.pages.vm_summary import VmSummary
from console.ui.places import Navigation
from console.ui.theme import theme
from tests.lab.harness.guests import Guest
from tests.lab.harness.host import IMAGES, Host
from tests.lab.harness.lab import Lab
from tests.lab.support import Console, spec_of

LONG = 90_000  # ms


class Hand:
    """What a person does in the dialogs."""

    def __init__(self, ctx: Context, window: QWidget, qtbot: QtBot, console: Console) -> None:
        self.ctx, self.window, self.qtbot, self.console = ctx, window, qtbot, console

    def until(self, there: Callable[[], object]) -> None:
        self.qtbot.waitUntil(lambda: bool(there()), timeout=LONG)

    def press(self, dialog: Dialog) -> None:
        """The last button; waits for the task to end well."""
        main = dialog.main
        assert main is not None
        self.until(main.isEnabled)
        before = {view.id for view in self.ctx.jobs.views()}
        main.click()

        def begun() -> list[Any]:
            return [view for view in self.ctx.jobs.views() if view.id not in before and not view.parent]

        self.until(lambda: begun() and all(view.state.ended for view in begun()))
        for view in begun():
            assert view.state is JobState.SUCCEEDED, view.problem

    def planned(self, dialog: ManySnapshotsDialog) -> None:
        self.until(lambda: dialog.plan is not None and not dialog._soon.isActive())
        assert dialog.plan is not None
        assert dialog.plan.refused == (), dialog.plan.refused

    def named(self, host: Host, name: str) -> Domain:
        found: list[Domain] = []

        def there() -> bool:
            found[:] = [one for one in self.ctx.inventory.domains_of(host.name) if one.name == name]
            return bool(found)

        self.until(there)
        return found[0]


@pytest.fixture
def hand(lab: Lab, beta: Host, console: Console, qtbot: QtBot, tmp_path: Path, qapp: Any) -> Iterator[Hand]:
    icons.install()
    theme.apply(qapp, "light")
    console.add(spec_of(lab, beta))
    app, bridge = console.app, Bridge()
    undo = (app.inventory.subscribe(bridge.on_change), app.jobs.subscribe(bridge.on_job))
    ctx = Context(
        app.inventory, app.services, app.jobs, bridge, app.preferences, Navigation(), theme, Profile.at(tmp_path)
    )
    window = QWidget()
    qtbot.addWidget(window)
    window.resize(1440, 900)
    window.show()
    yield Hand(ctx, window, qtbot, console)
    window.close()
    for each in undo:
        each()
    bridge.close()
    beta.whole()
    beta.exec("sh", "-c", SWEEP.format(images=IMAGES), check=False)
    beta.virsh("pool-refresh", "default")


SWEEP = """for vm in $(virsh -q list --all --name | grep '^w-'); do virsh -q "destroy $vm" 2>/dev/null
virsh -q "undefine $vm --managed-save --snapshots-metadata --nvram"; done; rm -f {images}/w-*"""


def cloned(hand: Hand, beta: Host, source: VmKey, names: str, count: int) -> list[Guest]:
    """Linked clones by the wizard, step by step, started."""
    wizard = CloneDialog(hand.ctx, [source], hand.window)
    wizard.show_at()
    wizard.what.pattern.setText(names)
    wizard.what.count.setValue(count)
    wizard.way.kinds.choose("linked")
    main = wizard.main
    assert main is not None
    main.click()
    main.click()
    wizard.how.start.setChecked(True)
    wizard.how.build.setText("4711")
    main.click()
    assert wizard.step == "check"
    hand.until(lambda: wizard.plans is not None)
    assert wizard.plans is not None
    assert wizard.plans[0].refused == (), wizard.plans[0].refused
    (plan,) = wizard.plans
    hand.press(wizard)
    made = []
    for one in plan.clones:
        known = hand.named(beta, one.name)
        assert known.provenance is not None
        assert (known.provenance.build, known.provenance.linked) == ("4711", True)
        made.append(Guest(beta, one.name, uuid=known.key.uuid, mac=next(iter(one.macs.values()), "")))
    return made


@pytest.mark.timeout(500)
def test_clones_go_back_together_and_one_becomes_a_vm_of_its_own(
    hand: Hand, beta: Host, spare: Callable[..., Guest], qtbot: QtBot
) -> None:
    guest = spare("w-base")
    hand.console.sees(guest, State.OFF)
    base = hand.console.key(guest)
    two = cloned(hand, beta, base, "w-{n}", 2)
    keys = tuple(VmKey(beta.name, one.uuid) for one in two)
    for one in two:
        one.ready(180)
        one.file("clean")
    # the page of either says who needs whom
    page = VmSummary(hand.ctx, VmActions(hand.ctx.acting, hand.window))
    qtbot.addWidget(page)
    page.show()

    def says(key: VmKey, text: str) -> None:
        def seen() -> bool:
            domain = hand.ctx.inventory.domain(key)
            assert domain is not None
            page.show_vm(domain, True, page._kin_asked + 10)
            return any(text in row for row in page.family.texts())

        hand.until(seen)

    says(base, "Clones: w-1, w-2")
    says(keys[0], "Built on: w-base")
    assert hand.ctx.acting.verdict([CopyAct.FLATTEN], [list(keys)]).count == 2
    # all at one moment, spoiled, and all back to it
    take = TakeManyDialog(hand.ctx, keys, hand.window)
    take.show_at(560)
    take.name.setText("clean")
    take.replan()
    hand.planned(take)
    assert take.plan is not None
    assert take.plan.together
    hand.press(take)
    for one in two:
        one.file("spoiled")
    hand.until(lambda: all((known := hand.ctx.inventory.domain(key)) and known.snapshots == 1 for key in keys))
    back = RevertManyDialog(hand.ctx, keys, hand.window)
    back.show_at(560)
    hand.until(lambda: back.names.currentData() == "clean")
    hand.planned(back)
    hand.press(back)
    for one in two:
        one.ready(180)
        assert one.file() == "clean"
        assert one.state() == "running"
    # the snapshot goes from all, and one is given disks of its own
    gone = DeleteManyDialog(hand.ctx, keys, hand.window)
    gone.show_at(560)
    hand.until(lambda: gone.names.currentData() == "clean")
    hand.planned(gone)
    hand.press(gone)
    hand.until(lambda: all((known := hand.ctx.inventory.domain(key)) and not known.snapshots for key in keys))
    assert [one.file() for one in two] == ["clean"] * 2
    flat = CloneActDialog(hand.ctx, CopyAct.FLATTEN, keys[:1], hand.window)
    flat.show_at(400)
    hand.press(flat)
    says(base, "Clones: w-2")
    assert two[0].file() == "clean"
    page.hide()
