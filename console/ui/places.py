"""Where one can be in the window, and the way back."""

from __future__ import annotations

import msgspec
from msgspec.structs import replace
from PySide6.QtCore import QObject, Signal

from console.fleet.domains import State, VmKey

HISTORY = 100  # places remembered


class Place(msgspec.Struct, frozen=True):
    """One place, and the tab shown there.

    kind: fleet, zone, rack, host, vm, group, tag, state, search, tasks. id: name of the zone, group or tag, id of the host,
    value of the state; of a VM its host's id, of a rack its zone's name, of a kept search its name. inner: UUID of the VM,
    name of the rack, query of a search that is not kept. tab: "" = the one shown there last.
    """

    kind: str = "fleet"
    id: str = ""
    tab: str = ""
    inner: str = ""

    @classmethod
    def fleet(cls, tab: str = "") -> Place:
        return cls("fleet", tab=tab)

    @classmethod
    def zone(cls, name: str, tab: str = "") -> Place:
        return cls("zone", name, tab)

    @classmethod
    def rack(cls, zone: str, rack: str, tab: str = "") -> Place:
        return cls("rack", zone, tab, rack)

    @classmethod
    def host(cls, host: str, tab: str = "") -> Place:
        return cls("host", host, tab)

    @classmethod
    def vm(cls, key: VmKey, tab: str = "") -> Place:
        return cls("vm", key.host, tab, key.uuid)

    @classmethod
    def state(cls, state: State, tab: str = "") -> Place:
        return cls("state", state.value, tab)

    @classmethod
    def search(cls, name: str, query: str = "") -> Place:
        """A kept search by its name; with "" for it, any query."""
        return cls("search", name, "", query)

    @property
    def key(self) -> VmKey:
        """Of a VM's place."""
        return VmKey(self.id, self.inner)

    @property
    def spot(self) -> Place:
        """The same place whatever tab is shown."""
        return replace(self, tab="")

    def at(self, tab: str) -> Place:
        return replace(self, tab=tab)


class Navigation(QObject):
    """Where the window is, with back and forward as in a browser.

    Signals:
        opened(Place): the window is there now.
    """

    opened = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._trail: list[Place] = [Place()]
        self._now = 0
        self._tabs: dict[str, str] = {}

    @property
    def place(self) -> Place:
        return self._trail[self._now]

    @property
    def can_go_back(self) -> bool:
        return self._now > 0

    @property
    def can_go_forward(self) -> bool:
        return self._now < len(self._trail) - 1

    def open(self, place: Place) -> None:
        """Goes there. A place without a tab gets the one last shown at its kind; a place that is open already stays."""
        place = self._with_tab(place)
        if place == self.place:
            return
        del self._trail[self._now + 1 :]
        self._trail.append(place)
        del self._trail[:-HISTORY]
        self._now = len(self._trail) - 1
        self._tell()

    def amend(self, place: Place) -> None:
        """Replaces where we are without a step in the trail (a page fell back to another tab)."""
        if place != self.place:
            self._trail[self._now] = place
            self._tell()

    def back(self) -> None:
        if self.can_go_back:
            self._now -= 1
            self._tell()

    def forward(self) -> None:
        if self.can_go_forward:
            self._now += 1
            self._tell()

    def forget(self, place: Place) -> None:
        """Drops a place that is no more from the trail, whatever its tab; leaves it for the fleet if we are there."""
        spot = place.spot
        gone = self.place.spot == spot
        kept = [other for index, other in enumerate(self._trail) if other.spot != spot or index == self._now]
        self._now = kept.index(self.place) if not gone else next(i for i, p in enumerate(kept) if p.spot == spot)
        self._trail = kept
        if gone:
            self._trail[self._now] = self._with_tab(Place.fleet())
            self._tell()

    def _with_tab(self, place: Place) -> Place:
        if place.tab:
            return place
        if place.spot == self.place.spot:
            return self.place
        return place.at(self._tabs.get(_family(place.kind), ""))

    def _tell(self) -> None:
        if self.place.tab:
            self._tabs[_family(self.place.kind)] = self.place.tab
        self.opened.emit(self.place)


def _family(kind: str) -> str:
    """Places that share their tabs."""
    return kind if kind in ("host", "vm", "tasks") else "fleet"
