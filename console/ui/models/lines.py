"""One line of the navigator's tree, and what it shows."""

from __future__ import annotations

from bisect import bisect_left

import msgspec

from console.fleet.domains import VmKey
from console.ui.places import Place


def by_sort(node: Node) -> str:
    """What VMs stand by in their branch."""
    return node.sort


class Node(msgspec.Struct, eq=False):
    """One line of the tree. members: VMs right below, whether their lines are there (loaded) or not; total: with all
    below. key: what tells it from its siblings' kind."""

    number: int
    place: Place
    label: str
    parent: Node | None = None
    children: list[Node] = msgspec.field(default_factory=list)
    members: set[VmKey] = msgspec.field(default_factory=set)
    total: int = 0
    loaded: bool = False
    sort: str = ""

    @property
    def kind(self) -> str:
        return self.place.kind

    @property
    def depth(self) -> int:
        """How many lines stand above it."""
        return self.parent.depth + 1 if self.parent is not None else 0

    @property
    def holds_vms(self) -> bool:
        return self.kind in ("host", "group", "tag", "state")

    def row(self) -> int:
        """Where it stands below its parent; VMs stand by name, so theirs is found fast."""
        if self.parent is None:
            return 0
        siblings = self.parent.children
        start = bisect_left(siblings, self.sort, key=by_sort) if self.parent.holds_vms else 0
        return siblings.index(self, start)


class Face(msgspec.Struct, frozen=True):
    """What a line shows: icon or glyph, label, a figure at the right or a mark with an age; pale when last known.

    yields: the age is left out where the label needs its room.
    """

    label: str
    icon: str = ""
    glyph: tuple[str, str] | None = None
    figure: str = ""
    mark: tuple[str, str] | None = None
    age: str = ""
    pale: bool = False
    yields: bool = False


def add_up(node: Node) -> int:
    """Counts the VMs below a line and below all lines under it."""
    if not node.holds_vms:
        node.total = sum(add_up(child) for child in node.children)
    return node.total
