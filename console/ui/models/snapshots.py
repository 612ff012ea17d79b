"""The snapshots of one VM as rows, oldest first, and "now" below them. Any number: nothing is made for a row but its face."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from html import escape

import msgspec
from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, Qt
from PySide6.QtGui import QImage

from console.fleet.domains import State
from console.fleet.snapshots.lanes import NOW, Graph, Row, graph
from console.fleet.snapshots.sizes import Size, Sizes, sizes
from console.fleet.snapshots.values import How, Snapshot, SnapshotFacts
from console.words import _, snapshots, states, units

FACE_ROLE = int(Qt.ItemDataRole.UserRole)
NAME_ROLE = FACE_ROLE + 1

Index = QModelIndex | QPersistentModelIndex


class Face(msgspec.Struct, frozen=True):
    """What a row shows. name: NOW for "now". state: of the VM then, or now. memory: it is kept. goes: the plan takes it away."""

    name: str
    title: str
    about: str
    when: str
    size: str
    row: Row
    state: State
    memory: bool = False
    goes: bool = False
    current: bool = False
    description: str = ""

    @property
    def now(self) -> bool:
        return self.name == NOW


class Laid(msgspec.Struct, frozen=True):
    """What is worked out of facts, on a worker: order, lanes, sizes."""

    facts: SnapshotFacts
    graph: Graph
    sizes: Sizes
    by_name: Mapping[str, Snapshot]


def lay(facts: SnapshotFacts) -> Laid:
    return Laid(facts, graph(facts.snapshots), sizes(facts), {one.name: one for one in facts.snapshots})


class SnapshotRows(QAbstractListModel):
    """`show` takes new facts; rows that stay are kept, so that selection and scrolling stay.

    Attributes:
        thumbs: small pictures by snapshot, NOW for the screen of now; `set_thumbs` adds some.
    """

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._laid: Laid | None = None
        self._names: list[str] = []
        self._goes: frozenset[str] = frozenset()
        self._now = 0.0
        self._faces: dict[str, Face] = {}
        self.thumbs: dict[str, QImage] = {}
        self._looked: set[str] = set()  # for these, since the facts came

    # what is known

    def wants_thumb(self, name: str) -> bool:
        """Its picture is to be asked for: there was none, or it is the screen of now. Once for each reading of facts."""
        known = self.thumbs.get(name)
        return name not in self._looked and (name == NOW or known is None or known.isNull())

    @property
    def laid(self) -> Laid | None:
        return self._laid

    @property
    def lanes(self) -> int:
        return max(1, self._laid.graph.lanes) if self._laid is not None else 1

    @property
    def dashed_from(self) -> int:
        """The row from which the line of its lane leads to "now"; -1 = none."""
        return self._laid.graph.current if self._laid is not None else -1

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self._names)

    def name(self, row: int) -> str:
        return self._names[row]

    def index_of(self, name: str) -> QModelIndex:
        """Of a snapshot by its name; invalid where there is none."""
        place = self._laid.graph.places.get(name, -1) if self._laid is not None else -1
        return self.index(place, 0) if 0 <= place < len(self._names) else QModelIndex()

    def data(self, index: Index, role: int = int(Qt.ItemDataRole.DisplayRole)) -> object:
        if not index.isValid() or self._laid is None:
            return None
        name = self._names[index.row()]
        if role == NAME_ROLE:
            return name
        if role == FACE_ROLE:
            return self.face(name)
        if role == Qt.ItemDataRole.DisplayRole:
            return self.face(name).title
        if role == Qt.ItemDataRole.AccessibleTextRole:
            face = self.face(name)
            said = [_("Now") if face.now else "", face.title, face.about, face.when, face.size]
            return ", ".join(part for part in (*said, _("goes") if face.goes else "") if part)
        if role == Qt.ItemDataRole.ToolTipRole:
            about = self.face(name).description
            return f"<p>{escape(about)}</p>" if about else None  # else what looks like HTML would be taken for that
        return None

    def face(self, name: str) -> Face:
        """What the row of this one shows; made when it is first painted."""
        made = self._faces.get(name)
        if made is None:
            made = self._faces[name] = self._now_face() if name == NOW else self._face(name)
        return made

    def _face(self, name: str) -> Face:
        assert self._laid is not None
        one, size = self._laid.by_name[name], self._laid.sizes.each.get(name, Size())
        return Face(
            name,
            name,
            snapshots.kind(one, self._clones(one)),
            snapshots.when(one.created, self._now),
            snapshots.disk_and_memory(size.disk, size.memory),
            self._laid.graph.rows[self._laid.graph.places[name]],
            one.state,
            one.memory is not How.NONE,
            name in self._goes,
            one.current,
            one.description.strip(),
        )

    def _clones(self, one: Snapshot) -> int:
        """VMs built on what this snapshot froze."""
        assert self._laid is not None
        users = self._laid.facts.users
        return len({user for disk in one.disks for user in users.get(disk.frozen, ()) if disk.how is How.EXTERNAL})

    def _now_face(self) -> Face:
        assert self._laid is not None
        facts, current = self._laid.facts, self._laid.facts.current
        since = units.age(max(0.0, self._now - current.created)) if current is not None and current.created else ""
        size = self._laid.sizes.now
        return Face(
            NOW,
            states.state_in_sentence(facts.state),
            snapshots.changed_since(facts, self._now),
            since,
            units.size(size) if size else "",
            self._laid.graph.rows[-1],
            facts.state,
            facts.state.active,
            NOW in self._goes,
        )

    # changes

    def show(self, laid: Laid, now: float) -> None:
        """Other facts; what was shown and is still there keeps its place in selections."""
        self._now = now
        self._looked.clear()
        names = [row.name for row in laid.graph.rows]
        if self._laid is None or self._laid.facts.key != laid.facts.key:
            self._take_out(lambda _name: True)
            self.thumbs = {}
        kept = {name for name in self._names if name in laid.graph.places}
        self._take_out(lambda name: name not in kept)
        order = [name for name in names if name in kept]
        if order != self._names:
            self._reorder(order)
        self._put_in(names, laid)
        self._laid, self._faces = laid, {}
        self._tell()

    def clear(self) -> None:
        self._take_out(lambda _name: True)
        self._laid, self._faces, self.thumbs, self._goes = None, {}, {}, frozenset()

    def set_goes(self, names: Collection[str]) -> None:
        """Marks what a plan takes away."""
        if frozenset(names) != self._goes:
            changed = self._goes ^ frozenset(names)
            self._goes = frozenset(names)
            for name in changed:
                self._faces.pop(name, None)
            self._tell()

    def set_thumbs(self, thumbs: Mapping[str, QImage]) -> None:
        if thumbs:
            self.thumbs.update(thumbs)
            self._looked.update(thumbs)
            self._tell()

    def tick(self, now: float) -> None:
        """Another second: only what is told of "now" and another day change."""
        day = int((now - self._now) // 3600)
        self._now = now
        if day:
            self._faces.clear()
            self._tell()
        elif self._laid is not None:
            before = self._faces.pop(NOW, None)
            if before != self.face(NOW):
                last = self.index(len(self._names) - 1, 0)
                self.dataChanged.emit(last, last)

    def _tell(self) -> None:
        if self._names:
            self.dataChanged.emit(self.index(0, 0), self.index(len(self._names) - 1, 0))

    def _take_out(self, gone: Callable[[str], bool]) -> None:
        row = len(self._names) - 1
        while row >= 0:
            if not gone(self._names[row]):
                row -= 1
                continue
            first = row
            while first > 0 and gone(self._names[first - 1]):
                first -= 1
            self.beginRemoveRows(QModelIndex(), first, row)
            del self._names[first : row + 1]
            self.endRemoveRows()
            row = first - 1

    def _put_in(self, names: list[str], laid: Laid) -> None:
        kept = set(self._names)
        row = 0
        while row < len(names):
            if names[row] in kept:
                row += 1
                continue
            last = row
            while last + 1 < len(names) and names[last + 1] not in kept:
                last += 1
            self.beginInsertRows(QModelIndex(), row, last)
            self._names[row:row] = names[row : last + 1]
            self._laid, self._faces = laid, {}
            self.endInsertRows()
            row = last + 1

    def _reorder(self, order: list[str]) -> None:
        self.layoutAboutToBeChanged.emit()
        before = self.persistentIndexList()
        places = {name: place for place, name in enumerate(order)}
        after = [self.index(places[self._names[index.row()]], 0) for index in before]
        self._names = order
        self.changePersistentIndexList(before, after)
        self.layoutChanged.emit()
