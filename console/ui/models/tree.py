"""The navigator's tree: fleet, zones, racks, hosts and VMs; or VMs by group, tag or state."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterable, Sequence
from itertools import count
from typing import Any

from msgspec.structs import replace
from PySide6.QtCore import QAbstractItemModel, QModelIndex, QObject, QPersistentModelIndex, Qt, Signal, Slot

from console.fleet.domains import Domain, State, VmKey
from console.fleet.hosts import Phase
from console.fleet.updates import ChangeSet
from console.inventory.inventory import Inventory
from console.ui.icons import Age, age_of, goes_glyph, phase_glyph, state_glyph, vm_glyph
from console.ui.models.backlog import Backlog
from console.ui.models.branches import MODES, Branch, branch_label, branch_order, homes, place_branches
from console.ui.models.lines import Face, Node, add_up
from console.ui.places import Place
from console.words import _, ngettext, origins, states, units

Index = QModelIndex | QPersistentModelIndex
_ROOT = QModelIndex()
_LAST = "\U0010ffff"  # sorts after every name
SINGLY = 20  # hosts told one by one; of more, all that is seen is painted anew
LINES = 500  # VMs listed in one branch; more are for the table


_ICONS = {"fleet": "fleet", "zone": "zone", "rack": "rack", "host": "server", "group": "rack", "tag": "tag"}


class Tree(QAbstractItemModel):
    """One column. VM lines are made when their branch is first opened. Qt's thread only.

    Signals:
        grown(): branches or VMs came, went or moved; nothing waits any more.
        recounted(): figures or ages are different, perhaps in many lines.
    """

    grown = Signal()
    recounted = Signal()

    def __init__(
        self, inventory: Inventory, parent: QObject | None = None, clock: Callable[[], float] = time.time
    ) -> None:
        super().__init__(parent)
        self._inventory = inventory
        self._clock = clock
        self._mode = "place"
        self._numbers = count(1)
        self._nodes: dict[int, Node] = {}
        self._leaves: dict[Place, Node] = {}
        self._lines: dict[tuple[Place, VmKey], Node] = {}
        self._where: dict[VmKey, tuple[Place, ...]] = {}
        self._recount: set[Place] = set()
        self._fleet = self._new(Place.fleet(), _("Fleet"), None)
        self._backlog = Backlog(self._take, self._flush, self._drained, self)
        self._sync_branches()
        self._backlog.add(domain.key for domain in inventory.domains())

    # reading

    @property
    def mode(self) -> str:
        return self._mode

    @property
    def fleet_index(self) -> QModelIndex:
        return self.createIndex(0, 0, self._fleet.number)

    def node(self, index: Index) -> Node:
        return self._nodes[index.internalId()]

    def index_of(self, place: Place) -> QModelIndex:
        """Where a place stands; a VM's branch is filled for it. Invalid if it is not in the tree."""
        spot = place.spot
        if spot == Place.fleet():
            return self.fleet_index
        if spot.kind == "vm":
            for leaf in self._where.get(spot.key, ()):
                node = self._leaves.get(leaf)
                if node is not None:
                    self._load(node)
                    line = self._lines.get((leaf, spot.key))
                    return self._index(line) if line is not None else QModelIndex()
            return QModelIndex()
        return next((self._index(node) for node in self._nodes.values() if node.place == spot), QModelIndex())

    def face(self, node: Node) -> Face:
        """What the line of `node` shows now."""
        match node.kind:
            case "vm":
                return self._vm_face(node.place.key, node.label)
            case "host":
                return self._host_face(node.place.id, node.label, node.total)
            case "more":
                return Face(node.label, pale=True)
            case "state":
                return Face(node.label, glyph=state_glyph(State(node.place.id)), figure=units.count(node.total))
            case _:
                return Face(node.label, _ICONS[node.kind], figure=units.count(node.total))

    def face_at(self, place: Place) -> Face:
        """The same for a host or VM that was found; a VM then names its host."""
        spec = self._inventory.spec(place.id)
        host = spec.name if spec else ""
        if place.kind == "host":
            return self._host_face(place.id, host, len(self._inventory.domains_of(place.id)))
        domain = self._inventory.domain(place.key)
        return replace(self._vm_face(place.key, domain.name if domain else ""), figure=host)

    def _vm_face(self, key: VmKey, label: str) -> Face:
        domain = self._inventory.domain(key)
        age = age_of(self._inventory.status(key.host))
        if domain is None:
            return Face(label, glyph=state_glyph(State.UNKNOWN, age), pale=age is Age.LOST)
        goes = origins.goes_at(domain.provenance, self._clock()) if domain.provenance else ""
        return Face(
            label, glyph=vm_glyph(domain, age), mark=goes_glyph(domain), age=goes, pale=age is Age.LOST, yields=True
        )

    def _host_face(self, host: str, label: str, total: int) -> Face:
        status = self._inventory.status(host)
        mark = phase_glyph(status.phase)
        said = states.phase_age(status, self._clock())
        return Face(label, "server", None, "" if mark else units.count(total), mark, said, age_of(status) is Age.LOST)

    def now(self) -> float:
        """Epoch, of the same clock as all ages here."""
        return self._clock()

    def rowCount(self, parent: Index = _ROOT) -> int:
        return len(self.node(parent).children) if parent.isValid() else 1

    def columnCount(self, parent: Index = _ROOT) -> int:
        return 1

    def hasChildren(self, parent: Index = _ROOT) -> bool:
        if not parent.isValid():
            return True
        node = self.node(parent)
        return bool(node.children or node.members)

    def canFetchMore(self, parent: Index) -> bool:
        return parent.isValid() and self.node(parent).holds_vms and not self.node(parent).loaded

    def fetchMore(self, parent: Index) -> None:
        if parent.isValid():
            self._load(self.node(parent))

    def index(self, row: int, column: int, parent: Index = _ROOT) -> QModelIndex:
        if column or row < 0:
            return QModelIndex()
        if not parent.isValid():
            return self.fleet_index if row == 0 else QModelIndex()
        children = self.node(parent).children
        return self.createIndex(row, 0, children[row].number) if row < len(children) else QModelIndex()

    def parent(self, index: Index | None = None) -> Any:
        if index is None:
            return QObject.parent(self)
        if not index.isValid():
            return QModelIndex()
        above = self.node(index).parent
        return self._index(above) if above is not None else QModelIndex()

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        node = self.node(index)
        if role == Qt.ItemDataRole.DisplayRole:
            return node.label
        if role == Qt.ItemDataRole.AccessibleTextRole:
            face = self.face(node)
            return " ".join(part for part in (face.label, face.figure, face.age) if part)
        if role == Qt.ItemDataRole.ToolTipRole:
            return self._tooltip(node)
        return None

    def _tooltip(self, node: Node) -> str:
        now = self._clock()
        if node.kind == "host":
            spec = self._inventory.spec(node.place.id)
            return f"{node.label}: {states.phase_words(spec, self._inventory.status(spec.id), now)}" if spec else ""
        if node.kind == "vm":
            domain = self._inventory.domain(node.place.key)
            status = self._inventory.status(node.place.id)
            if domain is None:
                return ""
            said = [f"{node.label}: {states.state_for(domain, status, now)}"]
            return "\n".join(said + (origins.about(domain.provenance, now) if domain.provenance else []))
        return node.label

    # changing

    def set_mode(self, mode: str) -> None:
        """Arranges the VMs by place, group, tag or state."""
        if mode not in MODES:
            raise ValueError(f"no such mode: {mode}")
        if mode == self._mode:
            return
        self._mode = mode
        self._where.clear()
        self._sync(self._fleet, ())
        self._sync_branches()
        self._backlog.add(domain.key for domain in self._inventory.domains())

    @Slot(object)
    def apply(self, change: ChangeSet) -> None:
        """Takes in what the bridge told."""
        if change.fleet and self._mode == "place":
            self._sync_branches()
        self._backlog.add(change.added | change.changed | change.removed)
        if change.hosts:
            self._refresh_hosts(change.hosts)
        if self._recount and not len(self._backlog):  # a host moved, and nothing waits that would end with a count
            self._drained()

    def tick(self) -> None:
        """Ages grow; call now and then while the tree is seen."""
        if self._mode == "place":
            old = [s.id for s in self._inventory.specs() if self._inventory.status(s.id).phase is not Phase.LIVE]
            self._refresh_hosts(old)

    def _refresh_hosts(self, hosts: Collection[str]) -> None:
        if len(hosts) > SINGLY:
            self.recounted.emit()
            return
        for host in hosts:
            node = self._leaves.get(Place.host(host))
            if node is not None:
                self._changed(node)

    def _take(self, keys: Iterable[VmKey]) -> None:
        """Puts VMs where they belong now."""
        for key in keys:
            domain = self._inventory.domain(key)
            old = self._where.get(key, ())
            new = homes(domain, self._mode) if domain is not None else ()
            if new:
                self._where[key] = new
            else:
                self._where.pop(key, None)
            for home in old:
                if home not in new:
                    self._leave(key, home)
            for home in new:
                self._join(domain, home)

    def _leave(self, key: VmKey, home: Place) -> None:
        self._recount.add(home)
        node = self._leaves.get(home)
        if node is not None:
            node.members.discard(key)

    def _join(self, domain: Domain | None, home: Place) -> None:
        node = self._leaves.get(home)
        if node is None and self._mode != "place":
            self._sync_branches(home)
            node = self._leaves[home]
        if node is None or domain is None:  # its host has just gone
            return
        line = self._lines.get((home, domain.key))
        if line is not None and line.label == domain.name:
            self._changed(line)
        else:
            node.members.add(domain.key)
            self._recount.add(home)

    def _flush(self) -> None:
        """Ends a slice. Figures wait until all is taken in: they are painted together."""

    def _drained(self) -> None:
        """Counts anew along the branches that were touched; empty groups, tags and states go."""
        touched, self._recount = self._recount, set()
        for leaf in [self._leaves[home] for home in touched if home in self._leaves]:
            leaf.total = len(leaf.members)
            if leaf.loaded:
                self._sync_lines(leaf)
            if not leaf.total and self._mode != "place":
                self._remove(self._fleet, leaf.row())
        if touched:
            add_up(self._fleet)
            self._fleet.total = len(self._where)  # a VM with two tags is still one
            self.recounted.emit()
        self.grown.emit()

    # branches

    def _sync_branches(self, *more: Place) -> None:
        """Makes the lines above the VMs those of the fleet file, or those of the groups, tags or states there are."""
        if self._mode == "place":
            wanted = place_branches(self._inventory.specs())
        else:
            there = {node.place for node in self._fleet.children} | set(more)
            wanted = tuple(Branch(place, branch_label(place)) for place in sorted(there, key=branch_order))
        self._sync(self._fleet, wanted)

    def _sync(self, node: Node, wanted: Sequence[Branch]) -> None:
        """Makes the children of a branch these, keeping those that are there."""
        keep = {branch.place for branch in wanted}
        for row in range(len(node.children) - 1, -1, -1):
            if node.children[row].place not in keep:
                self._remove(node, row)
        if wanted and not node.children:
            self.beginInsertRows(self._index(node), 0, len(wanted) - 1)
            node.children = [self._grown(branch, node) for branch in wanted]
            self.endInsertRows()
            return
        there = {child.place for child in node.children}
        for row, branch in enumerate(wanted):
            if branch.place not in there:
                self._insert(node, row, branch.place, branch.label, "")
            elif node.children[row].place != branch.place:
                at = next(n for n, child in enumerate(node.children) if child.place == branch.place)
                index = self._index(node)
                self.beginMoveRows(index, at, at, index, row)
                node.children.insert(row, node.children.pop(at))
                self.endMoveRows()
            child = node.children[row]
            if child.label != branch.label:
                child.label = branch.label
                self._changed(child)
            if not child.holds_vms:
                self._sync(child, branch.below)

    def _new(self, place: Place, label: str, parent: Node | None, sort: str = "") -> Node:
        node = Node(next(self._numbers), place, label, parent, sort=sort)
        self._nodes[node.number] = node
        if node.kind == "vm" and parent is not None:
            self._lines[parent.place, place.key] = node
        elif node.holds_vms:
            self._leaves[place] = node
            if place.kind == "host":  # a host that moved to another rack keeps its VMs
                node.members = {d.key for d in self._inventory.domains_of(place.id) if d.key in self._where}
                self._recount.add(place)
        return node

    def _grown(self, branch: Branch, parent: Node) -> Node:
        """A new line with all wanted ones below it."""
        node = self._new(branch.place, branch.label, parent)
        node.children = [self._grown(below, node) for below in branch.below]
        return node

    def _insert(self, parent: Node, row: int, place: Place, label: str, sort: str) -> None:
        self.beginInsertRows(self._index(parent), row, row)
        parent.children.insert(row, self._new(place, label, parent, sort))
        self.endInsertRows()

    def _remove(self, parent: Node, row: int) -> None:
        self.beginRemoveRows(self._index(parent), row, row)
        self._forget(parent.children.pop(row))
        self.endRemoveRows()

    def _forget(self, node: Node) -> None:
        del self._nodes[node.number]
        if node.kind == "vm" and node.parent is not None:
            self._lines.pop((node.parent.place, node.place.key), None)
        if self._leaves.get(node.place) is node:
            del self._leaves[node.place]
        for child in node.children:
            self._forget(child)

    def _load(self, node: Node) -> None:
        """Makes the lines of a branch's VMs."""
        if not node.loaded:
            node.loaded = True
            self._sync_lines(node)

    def _sync_lines(self, node: Node) -> None:
        """Makes the lines of a branch those of its first LINES VMs by name, and one that counts the others."""
        domains = (self._inventory.domain(key) for key in node.members)
        wanted = sorted((d.name.casefold(), d.key, d.name) for d in domains if d is not None)
        over, wanted = len(wanted) - LINES, wanted[:LINES]
        names = {Place.vm(key): name for _sort, key, name in wanted}
        for row in range(len(node.children) - 1, -1, -1):
            line = node.children[row]
            if names.get(line.place) != line.label:
                self._remove(node, row)
        if not node.children and wanted:
            self.beginInsertRows(self._index(node), 0, len(wanted) - 1)
            node.children = [self._new(Place.vm(key), name, node, sort) for sort, key, name in wanted]
            self.endInsertRows()
        for row, (sort, key, name) in enumerate(wanted):
            if node.children[row].place != Place.vm(key) if row < len(node.children) else True:
                self._insert(node, row, Place.vm(key), name, sort)
        if over > 0:
            text = ngettext("{count} more…", "{count} more…", over).format(count=units.count(over))
            self._insert(node, len(node.children), replace(node.place, kind="more"), text, _LAST)

    def _index(self, node: Node) -> QModelIndex:
        return self.createIndex(node.row(), 0, node.number)

    def _changed(self, node: Node) -> None:
        index = self._index(node)
        self.dataChanged.emit(index, index)
