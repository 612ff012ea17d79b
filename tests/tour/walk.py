"""The steps of the tour, in order. Each says what it saw, or raises NotSo."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any, TypeVar

from PySide6.QtCore import QSize, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget

from console.desktop import Desktop
from console.fleet.acts import Act
from console.fleet.credentials import Question, Wanted
from console.fleet.domains import Domain, State
from console.fleet.errors import Reason
from console.fleet.hosts import HostSpec, Phase
from console.jobs.job import JobView
from console.services.credentials import Pending
from console.ui.dialogs.alert import AlertDialog
from console.ui.dialogs.base import Dialog
from console.ui.dialogs.bulk import BulkDialog
from console.ui.dialogs.bulk_result import BulkResultDialog
from console.ui.dialogs.compare import CompareDialog
from console.ui.dialogs.confirm import ConfirmDialog
from console.ui.dialogs.delete import DeleteDialog
from console.ui.dialogs.describe import TagDialog
from console.ui.dialogs.keep import KeepDialog
from console.ui.dialogs.planned import DeleteVolumesDialog
from console.ui.dialogs.scale import ScaleDialog
from console.ui.host_actions import HostAct
from console.ui.pages.alerts import AlertsPage
from console.ui.pages.first_run import FirstRunPage
from console.ui.pages.fleet_storage import FleetStoragePage
from console.ui.pages.graph_board import GraphBoard
from console.ui.pages.graphs import Graphs
from console.ui.pages.host import HostPage
from console.ui.pages.top import TopPage
from console.ui.pages.vms import VmsPage
from console.ui.places import Place
from console.ui.storage_acts import VolumeAct
from console.words import jobs as job_words
from tests.tour.camera import Camera
from tests.tour.copying import Copying
from tests.tour.editing import edit_xml
from tests.tour.keeping import Keeping
from tests.tour.waiting import NotSo, must, settle, until

SMALL = QSize(1280, 720)
LOCKED = Question("kvm-n11", "kvm-n11", Wanted.PASSPHRASE, detail="/home/anna/.ssh/id_ed25519")
NOBODY = HostSpec("kvm-gone", "kvm-gone", "qemu+tcp://127.0.0.1:1/system", zone="lab", rack="L1")
KEPT = "qa-4711-a"  # the VM with the most snapshots
D = TypeVar("D", bound=Dialog)
Step = tuple[str, Callable[[], str]]


class Walk:
    """One walk through one window."""

    def __init__(self, desktop: Desktop, camera: Camera) -> None:
        self._desktop = desktop
        self._window = desktop.window
        self._ctx = desktop.context
        self._inventory = desktop.app.inventory
        self._camera = camera
        self._keeping = Keeping(desktop, lambda name, widget, size: self._shoot(name, widget, size), SMALL)
        self._copying = Copying(desktop, lambda name, widget, size: self._shoot(name, widget, size), SMALL)

    def steps(self) -> tuple[Step, ...]:
        return (
            ("An empty fleet asks for the first host", self.first_run),
            ("The demo fleet opens beside one's own hosts", self.open_demo),
            ("The fleet at a glance", self.overview),
            ("All VMs in one table", self.all_vms),
            ("Letters filter it", self.filter),
            ("A query does too, is completed, corrected and kept", self.query),
            ("An alert on a search", self.alerts),
            ("Four VMs are chosen, and acts offered for them", self.choose_four),
            ("The hosts", self.hosts),
            ("Who takes most", self.top),
            ("One host", self.one_host),
            ("Its load, and that of its VMs on each other", self.host_graphs),
            ("Its storage", self.storage),
            ("The storage of the whole fleet, who uses it and what nobody does", self.fleet_storage),
            ("A disk in use is not deleted: the plan says who needs it", self.delete_volume),
            ("Its networks", self.networks),
            ("One VM", self.one_vm),
            ("Its snapshots, and what an act on one would do", lambda: self._keeping.tree(self._named(KEPT))),
            ("Snapshots compared, kept by rule, mended", lambda: self._keeping.dialogs(self._named(KEPT))),
            ("One is taken, another gone back to", lambda: self._keeping.take_and_go_back(self._named(KEPT))),
            ("All its load over time", self.vm_graphs),
            ("Two VMs in the same plots", self.compare),
            ("Its hardware", self.hardware),
            ("Its XML, parts folded", self.xml),
            ("Its XML edited: what is wrong, what changes and when, earlier versions", self.edit_xml),
            ("A VM is paused, and goes on", self.pause_and_resume),
            ("A VM is started", self.start),
            ("Two VMs are shut down as one task", self.shut_down_two),
            ("Many are paused and go on: what will happen first, then a result each", self.many),
            ("Set vCPU and memory: now, and what needs a restart", self.scale),
            ("A VM is tagged", self.tag),
            ("Several VMs at one moment, and back to it", self.snapshots_of_many),
            ("The clone wizard, to three clones", self.clone),
            ("A template, and a VM again", self.template),
            ("A deletion names every file first, then is made", self.delete),
            ("The log of a task", self.log),
            ("The history of tasks", self.history),
            ("The palette finds and runs", self.palette),
            ("A host that does not answer costs only itself", self.unreachable),
            ("Forced acts say what is lost", self.force_off),
            ("Preferences", self.preferences),
            ("The other dialogs", self.dialogs),
        )

    def few_steps(self) -> tuple[Step, ...]:
        """For a doubled screen."""
        return (
            ("The demo fleet opens beside one's own hosts", self.open_demo),
            ("The fleet at a glance", self.overview),
            ("All VMs in one table", self.all_vms),
            ("One VM", self.one_vm),
            ("Its snapshots, and what an act on one would do", lambda: self._keeping.tree(self._named(KEPT))),
        )

    # helpers

    def _shoot(self, name: str, widget: QWidget | None = None, size: QSize | None = None) -> None:
        self._camera.shoot(widget or self._window, name, size)

    def _open(self, place: Place) -> QWidget:
        self._ctx.nav.open(place)
        settle()
        return self._window.stack.currentWidget()

    def _vms(self) -> VmsPage:
        page = self._open(Place.fleet("vms"))
        if not isinstance(page, VmsPage):
            raise NotSo(f"the VMs' tab shows a {type(page).__name__}")
        return page

    def _domain(self, wanted: Callable[[Domain], bool], what: str) -> Domain:
        return must(next(filter(wanted, self._inventory.domains()), None), f"no VM {what}")

    def _named(self, name: str) -> Domain:
        return self._domain(lambda domain: domain.name == name, f"called {name}")

    def _dialog(self, kind: type[D]) -> D:
        def there() -> D | None:
            return next((found for found in self._window.findChildren(kind) if found.isVisible()), None)

        found = until(there, f"{kind.__name__} opens")
        settle()
        return found

    def _close(self, dialog: Dialog) -> None:
        dialog.reject()
        settle(0.1)

    def _do(self, act: Act, *domains: Domain) -> JobView:
        """Does an act as the menus do, and waits for its task to end well."""
        before = {view.id for view in self._ctx.jobs.views()}
        self._ctx.acting.do([act], [domain.key for domain in domains])
        return self._ended(before, act.value)

    def _ended(self, before: set[int], what: str) -> JobView:
        def over() -> JobView | None:
            new = [view for view in self._ctx.jobs.views() if view.id not in before and not view.parent]
            return new[-1] if new and new[-1].state.ended else None

        view = until(over, f"the task “{what}” ends", 30.0)
        if view.state != "succeeded":
            raise NotSo(f"{what}: {job_words.ended(view)}")
        return view

    def _state(self, domain: Domain, *states: State) -> None:
        def now() -> bool:
            found = self._inventory.domain(domain.key)
            return found is not None and found.state in states

        until(now, f"{domain.name} is {' or '.join(states)}")

    # the walk

    def first_run(self) -> str:
        page = self._window.stack.currentWidget()
        if not isinstance(page, FirstRunPage):
            raise NotSo(f"the window opens on a {type(page).__name__}")
        settle(0.8)
        self._shoot("first-run")
        page.form.address.setText("admin@kvm-n11.example.net")
        page.form.address.textEdited.emit(page.form.address.text())
        until(lambda: page.form.spec is not None, "the address is understood")
        found = must(page.form.spec, "a host").uri
        page.form.address.clear()
        page.form.address.textEdited.emit("")
        return f"typing an address gives {found}"

    def open_demo(self) -> str:
        self._desktop.bridge.run(self._ctx.services.hosts.open_demo)
        specs = until(self._inventory.specs, "hosts are there")
        live = lambda: all(self._inventory.status(s.id).phase is Phase.LIVE for s in self._inventory.specs())  # noqa: E731
        until(live, "all hosts of the demo are live")
        until(lambda: any(self._inventory.load(d.key) for d in self._inventory.domains()), "the load is replayed")
        settle(3.0)
        return f"{len(specs)} hosts live, {len(self._inventory.domains())} VMs"

    def overview(self) -> str:
        self._open(Place.fleet("overview"))
        settle(1.2)
        self._shoot("overview")
        self._shoot("overview-small", size=SMALL)
        return "totals and what wants attention"

    def all_vms(self) -> str:
        page = self._vms()
        until(lambda: page.model.rowCount() == len(self._inventory.domains()), "every VM has its row")
        self._shoot("vms")
        self._shoot("vms-small", size=SMALL)
        return f"{page.model.rowCount()} rows"

    def filter(self) -> str:
        page = self._vms()
        every = page.model.rowCount()
        page.search.setFocus()
        QTest.keyClicks(page.search, "build")
        until(lambda: 0 < page.model.rowCount() < every, "fewer rows")
        left = page.model.rowCount()
        self._shoot("vms-filtered")
        page.search.clear()
        until(lambda: page.model.rowCount() == every, "all rows again")
        return f"“build” leaves {left} of {every}"

    def query(self) -> str:
        page = self._vms()
        every = page.model.rowCount()
        page.search.setFocus()
        QTest.keyClicks(page.search, "state:run (tag:")
        until(page.search.suggestions, "tags are offered")
        self._shoot("query-completed")
        page.search.setText("stat:running tag:prod")
        page.table.setFocus()
        until(page.row.wrong_text, "the wrong place is said")
        self._shoot("query-wrong")
        page.search.clear()
        until(lambda: page.model.rowCount() == every, "all rows again")
        page.search.setText("state:running (tag:prod or snapshots>0) !tag:lab")
        until(lambda: 0 < page.model.rowCount() < every, "fewer rows")
        left = page.model.rowCount()
        page.row.keep_button.click()
        dialog = self._dialog(KeepDialog)
        dialog.field.setText("Busy, not lab")
        self._shoot("query-save", dialog)
        must(dialog.main, "a button").click()
        until(lambda: self._window.navigator.saved.isVisible(), "the search stands in the navigator")
        page.search.clear()
        self._open(Place.search("Busy, not lab"))
        until(lambda: page.model.rowCount() == left, "the kept search finds the same")
        settle(1.0)
        self._shoot("query-kept")
        self._open(Place.fleet("vms"))
        until(lambda: page.model.rowCount() == every, "all rows again")
        return f"{left} of {every}, kept as “Busy, not lab”"

    def alerts(self) -> str:
        page = self._open(Place.fleet("alerts"))
        assert isinstance(page, AlertsPage)
        self._shoot("alerts-none")
        page.edit(None)
        dialog = self._dialog(AlertDialog)
        dialog.query.setText("state:off")
        dialog.name.setText("Off")
        until(dialog.found.text, "it says how many it holds for")
        self._shoot("alert-new", dialog)
        said = dialog.found.text()
        must(dialog.main, "a button").click()
        until(lambda: page.rules.rowCount() == 1, "the rule is listed")
        self._shoot("alerts")
        self._ctx.services.alerts.remove("Off")
        return said

    def choose_four(self) -> str:
        page = self._vms()
        running = [d.key for d in self._inventory.domains() if d.state is State.RUNNING][:4]
        page.select(running)
        settle()
        chosen = len(page.selected())
        if chosen != 4:
            raise NotSo(f"{chosen} rows are chosen, not 4")
        self._shoot("vms-chosen")
        able = page.actions_.action("pause").isEnabled()
        page.table.clearSelection()
        must(able, "running VMs can be paused")
        return "4 chosen; Pause can be pressed, Run says why not"

    def hosts(self) -> str:
        self._open(Place.fleet("hosts"))
        self._shoot("hosts")
        return f"{len(self._inventory.specs())} rows"

    def _first_host(self) -> HostSpec:
        return self._inventory.specs()[0]

    def one_host(self) -> str:
        spec = self._first_host()
        self._open(Place.host(spec.id, "summary"))
        settle(1.0)
        self._shoot("host")
        return f"{spec.name}, libvirt {must(self._inventory.view(spec.id).facts, 'facts').libvirt_version}"

    def storage(self) -> str:
        spec = self._first_host()
        self._open(Place.host(spec.id, "storage"))
        page = self._window.page()
        assert isinstance(page, HostPage)
        until(lambda: page.storage.panel.volumes.rowCount() > 0, "the volumes of the first pool")
        self._shoot("host-storage")
        return ", ".join(pool.name for pool in self._inventory.view(spec.id).pools)

    def fleet_storage(self) -> str:
        self._open(Place.fleet("storage"))
        page = self._window.page()
        assert isinstance(page, FleetStoragePage)
        until(lambda: page.panel.pools.rowCount() > 0, "the pools of all hosts")
        self._shoot("storage")
        return page.panel._pool_count.text()

    def delete_volume(self) -> str:
        page = self._window.page()
        assert isinstance(page, FleetStoragePage)
        panel = page.panel
        used = next(n for n in range(panel.volumes.rowCount()) if not panel.volumes.row(n).orphan)
        panel.volume_view.select(used)
        dialog = panel.acts.do_volume(VolumeAct.DELETE)
        assert isinstance(dialog, DeleteVolumesDialog)
        until(lambda: dialog.planned is not None, "the plan")
        self._shoot("storage-delete", dialog)
        said = dialog.lines.texts[0]
        assert "stays" in said, said
        assert dialog.main is not None
        assert not dialog.main.isEnabled()
        dialog.reject()
        return said

    def networks(self) -> str:
        spec = self._first_host()
        self._open(Place.host(spec.id, "networks"))
        self._shoot("host-networks")
        return ", ".join(network.name for network in self._inventory.view(spec.id).networks)

    def _shown_vm(self) -> Domain:
        running = [d for d in self._inventory.domains() if d.state is State.RUNNING]
        return max(running, key=lambda domain: (len(domain.disks), domain.snapshots))

    def one_vm(self) -> str:
        domain = self._shown_vm()
        self._open(Place.vm(domain.key, "summary"))
        settle(1.2)
        self._shoot("vm")
        self._shoot("vm-small", size=SMALL)
        return f"{domain.name}, {domain.vcpus} vCPU, {len(domain.disks)} disks"

    def _board(self, graphs: Graphs) -> GraphBoard:
        """The graphs, once they show something."""
        board = until(lambda: graphs.board, "the graphs are loaded")
        board.ranges.set_current("10m")
        board.go_live()
        until(lambda: board.plot.sheet.graphs and not board.plot.sheet.empty, "there are figures")
        settle(1.0)
        return board

    def vm_graphs(self) -> str:
        page = self._open(Place.vm(self._shown_vm().key, "graphs"))
        board = self._board(must(page, "a page").graphs.graphs)
        board.plot.look_at(board.plot.end - 20)
        self._shoot("vm-graphs")
        self._shoot("vm-graphs-small", size=SMALL)
        return f"{len(board.plot.sheet.graphs)} graphs, {board.said.whole_text()}"

    def compare(self) -> str:
        two = [d.key for d in self._inventory.domains() if d.state is State.RUNNING][:2]
        self._ctx.acting.comparing.emit(tuple(two))
        dialog = self._dialog(CompareDialog)
        board = self._board(dialog.graphs)
        self._shoot("dialog-compare", dialog)
        names = [curve.name for curve in board.plot.sheet.graphs[0].curves]
        self._close(dialog)
        return " and ".join(names)

    def host_graphs(self) -> str:
        page = self._open(Place.host(self._first_host().id, "graphs"))
        graphs = must(page, "a page").graphs
        board = self._board(graphs.graphs)
        self._shoot("host-graphs")
        graphs.view.set_current("vms")
        graphs.view.chosen.emit("vms")
        until(lambda: board.plot.sheet.graphs and board.plot.sheet.graphs[0].stacked, "the VMs are stacked")
        settle(0.5)
        self._shoot("host-graphs-by-vm")
        return f"{len(board.plot.sheet.graphs[0].curves)} VMs on each other"

    def top(self) -> str:
        page = self._open(Place.fleet("top"))
        if not isinstance(page, TopPage):
            raise NotSo(f"the tab shows a {type(page).__name__}")
        page.span.set_current("10min")
        page.refresh()
        table = until(lambda: page.table if page.table and page.table.rowCount() else None, "there are figures")
        settle()
        self._shoot("top")
        self._shoot("top-small", size=SMALL)
        return f"{table.row(0).label} takes {table.row(0).said}"

    def hardware(self) -> str:
        self._open(Place.vm(self._shown_vm().key, "hardware"))
        self._shoot("vm-hardware")
        return "disks, cards, firmware"

    def xml(self) -> str:
        self._open(Place.vm(self._shown_vm().key, "xml"))
        settle(1.0)
        self._shoot("vm-xml")
        text = self._ctx.services.look.xml(self._shown_vm().key)
        must("<domain" in text, "the XML is a domain")
        return f"{len(text.splitlines())} lines"

    def edit_xml(self) -> str:
        return edit_xml(self._desktop, self._shown_vm(), self._shoot, SMALL)

    # acting

    def pause_and_resume(self) -> str:
        self._vms()
        domain = self._domain(lambda d: d.state is State.RUNNING, "runs")
        self._do(Act.PAUSE, domain)
        self._state(domain, State.PAUSED)
        self._do(Act.RESUME, domain)
        self._state(domain, State.RUNNING)
        return f"{domain.name} paused and running again, as its host told"

    def start(self) -> str:
        domain = self._domain(lambda d: d.state is State.OFF, "is off")
        self._do(Act.START, domain)
        self._state(domain, State.RUNNING)
        return f"{domain.name} runs"

    def shut_down_two(self) -> str:
        two = [d for d in self._inventory.domains() if d.state is State.RUNNING][:2]
        group = self._do(Act.SHUTDOWN, *two)
        for domain in two:
            self._state(domain, State.OFF)
        tasks = self._window.tasks
        if tasks.folded:
            tasks.toggle()
        settle()
        tasks.view.setExpanded(tasks.model.index_of(group.id), True)
        self._vms()
        self._shoot("tasks")
        tasks.toggle()
        settle()
        self._shoot("tasks-folded")
        tasks.toggle()
        self._do(Act.START, *two)
        return f"{two[0].name} and {two[1].name}: a group with {len(group.children)} results"

    def many(self) -> str:
        running = [d for d in self._inventory.domains() if d.state is State.RUNNING]
        rest = [d for d in self._inventory.domains() if d.state is not State.RUNNING]
        self._ctx.acting.do([Act.PAUSE], [d.key for d in (*running, *rest)])
        dialog = self._dialog(BulkDialog)
        plan = until(lambda: dialog.plan, "the plan is there")
        settle()
        self._shoot("dialog-many", dialog)
        dialog.by._choose(1)
        self._shoot("dialog-many-hosts", dialog)
        said = must(dialog.main, "a button").text()
        dialog.main.click()
        result = self._dialog(BulkResultDialog)
        until(lambda: all(member.state.ended for member in result.members()) and result.members(), "all ended", 30.0)
        settle(0.5)
        self._shoot("dialog-many-results", result)
        done = sum(member.state == "succeeded" for member in result.members())
        self._close(result)
        if done != len(running) or len(plan.going) != len(running):
            raise NotSo(f"{done} of {len(running)} were paused")
        handle = self._ctx.services.power.act(Act.RESUME, [d.key for d in running])
        until(lambda: handle.view.state.ended, "they run again", 30.0)
        return f"“{said}”: {done} done, {len(plan.items) - len(plan.going)} left alone"

    def scale(self) -> str:
        domain = self._domain(lambda d: d.state is State.RUNNING, "runs")
        self._ctx.acting.do([Act.SCALE], [domain.key])
        dialog = self._dialog(ScaleDialog)
        until(lambda: dialog._facts, "the host says what it has")
        dialog.vcpus.setValue(domain.max_vcpus * 2)
        settle(0.2)
        self._shoot("dialog-scale", dialog)
        said = dialog.said.text()
        self._close(dialog)
        if "restart" not in said:
            raise NotSo(f"it says “{said}”")
        return said

    def snapshots_of_many(self) -> str:
        return self._copying.snapshots(self._named("qa-4711-a"), self._named("qa-4711-b"))

    def clone(self) -> str:
        return self._copying.clone(self._named("debian12-base"))

    def template(self) -> str:
        return self._copying.template(self._named("crm-old"))

    def tag(self) -> str:
        domain = self._domain(lambda d: d.state is State.RUNNING, "runs")
        before = {view.id for view in self._ctx.jobs.views()}
        self._ctx.acting.do([Act.TAG], [domain.key])
        dialog = self._dialog(TagDialog)
        QTest.keyClicks(dialog.field, "seen-on-tour")
        self._shoot("dialog-tag", dialog)
        dialog.main.click()
        self._ended(before, "tag")
        until(lambda: "seen-on-tour" in self._inventory.domain(domain.key).tags, "the tag comes back")
        return f"{domain.name} has the tag, read back from its host"

    def delete(self) -> str:
        domain = self._domain(lambda d: d.state is State.OFF and bool(d.disks), "is off and has disks")
        before = {view.id for view in self._ctx.jobs.views()}
        self._ctx.acting.do([Act.DELETE], [domain.key])
        dialog = self._dialog(DeleteDialog)
        until(lambda: dialog._plan is not None, "the plan is there")
        settle()
        self._shoot("dialog-delete", dialog)
        button = must(dialog.main, "a button")
        said = button.text()
        must(button.isEnabled(), f"“{said}” can be pressed")
        button.click()
        self._ended(before, "delete")
        until(lambda: self._inventory.domain(domain.key) is None, "the VM is gone")
        return f"“{said}”, and its row is gone"

    def log(self) -> str:
        view = self._ctx.jobs.views()[0]
        dialog = must(self._window.dialogs.log(view), "a dialog")
        self._shoot("dialog-log", dialog)
        self._close(dialog)
        return job_words.ended(view)

    def history(self) -> str:
        page: Any = self._open(Place("tasks"))
        settle(0.8)
        must(hasattr(page, "model") and hasattr(page, "filters"), f"the tasks' place shows a {type(page).__name__}")
        self._shoot("history")
        return f"{page.model.rowCount()} tasks"

    def palette(self) -> str:
        palette = self._window.palette_
        palette.open()
        name = self._shown_vm().name
        QTest.keyClicks(palette.field, f"pause {name[:6]}")
        settle()
        self._shoot("palette")
        palette.field.setText(name)
        settle(0.1)
        QTest.keyClick(palette.field, Qt.Key.Key_Return)
        settle()
        place = self._ctx.nav.place
        if place.kind != "vm" or self._inventory.domain(place.key).name != name:
            raise NotSo(f"Enter went to {place}")
        return f"Enter on “{name}” opens it"

    # what goes wrong

    def unreachable(self) -> str:
        self._desktop.bridge.run(lambda: self._ctx.services.hosts.add(NOBODY))
        until(lambda: any(s.name == NOBODY.name for s in self._inventory.specs()), "the host is in the fleet")
        host = next(s for s in self._inventory.specs() if s.name == NOBODY.name)
        until(lambda: self._inventory.status(host.id).phase is Phase.UNREACHABLE, "it is unreachable", 30.0)
        problem = must(self._inventory.status(host.id).problem, "a reason")
        others = [s for s in self._inventory.specs() if s.id != host.id]
        must(all(self._inventory.status(s.id).phase is Phase.LIVE for s in others), "the other hosts stay live")
        self._open(Place.host(host.id, "summary"))
        self._shoot("host-unreachable")
        if problem.reason is not Reason.CONN_REFUSED:
            raise NotSo(f"the reason is {problem.reason}")
        edit = must(self._window.dialogs.host_act(HostAct.EDIT, host.id), "a dialog")
        settle(1.5)
        self._shoot("dialog-host", edit)
        self._close(edit)
        remove = must(self._window.dialogs.host_act(HostAct.REMOVE, host.id), "a dialog")
        self._shoot("dialog-remove", remove)
        must(remove.main, "a button").click()
        until(lambda: all(s.name != NOBODY.name for s in self._inventory.specs()), "the host is out of the fleet")
        until(lambda: not any(d.isVisible() for d in self._window.findChildren(Dialog)), "the dialog closes")
        return f"refused, said so, tried again; {len(others)} others live; removed"

    def force_off(self) -> str:
        two = [d for d in self._inventory.domains() if d.state is State.RUNNING][:2]
        self._ctx.acting.do([Act.FORCE_OFF], [d.key for d in two])
        dialog = self._dialog(ConfirmDialog)
        self._shoot("dialog-force-off", dialog)
        said = must(dialog.main, "a button").text()
        self._close(dialog)
        must(all(self._inventory.domain(d.key).state is State.RUNNING for d in two), "closing it did nothing")
        return f"“{said}”; closed, and nothing happened"

    def preferences(self) -> str:
        dialog = self._window.dialogs.preferences()
        settle(0.6)
        self._shoot("preferences", dialog)
        self._close(dialog)
        return "each takes effect at once"

    def dialogs(self) -> str:
        desk, domain = self._window.dialogs, self._shown_vm()
        off = self._domain(lambda d: d.state is State.OFF, "is off")
        opened = {
            "dialog-rename": lambda: desk.act(Act.RENAME, (off.key,)),
            "dialog-describe": lambda: desk.act(Act.DESCRIBE, (domain.key,)),
            "dialog-add": desk.add_host,
            "dialog-import": desk.import_hosts,
            "dialog-passphrase": lambda: desk.question(Pending(LOCKED)),
            "about": desk.about,
            "keys": desk.keys,
        }
        for name, call in opened.items():
            dialog = call()
            settle(0.5)
            self._shoot(name, dialog)
            self._close(dialog)
        over = threading.Event()
        handle = self._ctx.jobs.submit("vm.delete", domain.name, lambda job: over.wait(30), vms=(domain.key,))
        until(lambda: self._ctx.jobs.running() == 1, "a task runs")
        leave = desk.leave(lambda: None, lambda: None, lambda: None)
        self._shoot("dialog-leave", leave)
        self._close(leave)
        over.set()
        handle.wait(5)
        return f"{len(opened) + 1} more"
