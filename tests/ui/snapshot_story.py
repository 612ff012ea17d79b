"""The VM the snapshots page was designed with, as facts, and a service that plans over them by the real rules."""

from __future__ import annotations

import time
from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any

from msgspec.structs import replace
from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QRectF
from PySide6.QtGui import QColor, QImage, QPainter

from console.fleet.domains import State, VmKey
from console.fleet.errors import FleetError
from console.fleet.snapshots.deleting import plan_delete
from console.fleet.snapshots.doctor import Finding, findings
from console.fleet.snapshots.many import ManyPlan
from console.fleet.snapshots.plans import Deed, SnapshotPlan, TakeOrder
from console.fleet.snapshots.renaming import plan_describe, plan_rename
from console.fleet.snapshots.retention import retention
from console.fleet.snapshots.reverting import plan_revert
from console.fleet.snapshots.taking import plan_take
from console.fleet.snapshots.values import (
    DiskNow,
    How,
    ImageFile,
    PoolRoom,
    Snapshot,
    SnapshotDisk,
    SnapshotFacts,
)

GIB = 1 << 30
FOLDER = "/srv/qa-fast"

# name, file, parent, how long ago in minutes, GiB of its file, of its memory, description, screen
TOLD = (
    ("clean install", "qcow2", "", 27680, 11.4, 0, "Windows 11 as it comes, no updates.", "desk"),
    ("agent and tools", "clean", "clean install", 26152, 1.2, 2.1, "Guest agent, drivers, test tools.", "desk"),
    ("german locale", "agent", "agent and tools", 24387, 0.6, 0, "For the translation tests.", "desk"),
    ("build 4698", "german", "agent and tools", 13321, 6.6, 0, "Build 4698 installed.", "window"),
    ("4698 crash", "4698", "build 4698", 11674, 0.4, 3.8, "Index out of range, again.", "alert"),
    ("build 4711 installed", "agent2", "agent and tools", 4272, 6.9, 0, "Installed, not started.", "desk"),
    ("upgrade by command line", "4711", "build 4711 installed", 390, 2.9, 0, "Works this way.", "shell"),
    (
        "before upgrade wizard",
        "upgrade",
        "build 4711 installed",
        292,
        2.4,
        3.9,
        "Fresh 4711, licence entered, wizard not opened yet.",
        "window",
    ),
    ("upgrade half done", "wizard", "before upgrade wizard", 186, 3.1, 0, "Second page of the wizard.", "window"),
    ("crash: index out of range", "half", "upgrade half done", 30, 0.9, 3.9, "Third page, then this.", "alert"),
)
BACKING = {
    "clean": "qcow2",
    "agent": "clean",
    "german": "clean",
    "4698": "german",
    "agent2": "clean",
    "4711": "agent2",
    "upgrade": "agent2",
    "wizard": "upgrade",
    "half": "wizard",
    "crash": "half",
}


def path(ending: str) -> str:
    return f"{FOLDER}/qa-4711-a.{ending}"


def facts(key: VmKey, now: float, name: str = "qa-4711-a", state: State = State.RUNNING) -> SnapshotFacts:
    """Ten external snapshots in three lines, a linked clone, an overlay that nobody needs."""
    files: dict[str, ImageFile] = {}
    found = []

    def put(ending: str, size: float, backing: str = "") -> None:
        files[path(ending)] = ImageFile(
            path(ending),
            "qa-fast",
            f"qa-4711-a.{ending}",
            "raw" if ending.endswith("mem") else "qcow2",
            80 * GIB,
            int(size * GIB),
            path(backing) if backing else "",
            "qcow2" if backing else "",
        )

    for number, (title, ending, parent, ago, size, memory, about, _screen) in enumerate(TOLD):
        put(ending, size, BACKING.get(ending, ""))
        mem = f"{ending}.mem" if memory else ""
        if mem:
            put(mem, memory)
        onto = next((high for high, low in BACKING.items() if low == ending), "")
        found.append(
            Snapshot(
                title,
                parent,
                now - ago * 60,
                State.RUNNING if memory or number % 2 else State.OFF,
                How.EXTERNAL if memory else How.NONE,
                path(mem) if mem else "",
                (SnapshotDisk("vda", How.EXTERNAL, path(ending), path(onto) if onto else ""),),
                about,
                title.startswith("crash"),
                "t.okafor",
                "4711, release candidate 2" if ago < 4300 else "4698" if ago < 14000 else "",
            )
        )
    put("crash", 1.8, "half")
    put("old-try", 2.2, "agent2")
    return SnapshotFacts(
        key,
        name,
        state,
        now,
        (DiskNow("vda", path("crash"), format="qcow2", bus="virtio"),),
        tuple(found),
        files,
        {path("agent2"): ("dev-mira-4711",)},
        (PoolRoom("qa-fast", FOLDER, 214 * GIB),),
        memory=4 * GIB,
        has_agent=True,
        freezes=True,
        libvirt=9_000_000,
    )


def screen(kind: str, width: int = 368, height: int = 216) -> QImage:
    """A picture as a guest's screen may look: desk, window, alert or shell."""
    image = QImage(width, height, QImage.Format.Format_RGB32)
    image.fill(QColor("#0f1115" if kind == "shell" else "#35506b"))
    painter = QPainter(image)
    w, h = float(width), float(height)

    def box(x: float, y: float, wide: float, high: float, color: str) -> None:
        painter.fillRect(QRectF(x * w, y * h, wide * w, high * h), QColor(color))

    if kind == "shell":
        for line in range(6):
            box(0.05, 0.1 + line * 0.13, (0.4, 0.7, 0.3, 0.6, 0.35, 0.5)[line], 0.04, "#9aa3ad")
    else:
        box(0, 0.93, 1, 0.07, "#1d2530")
    if kind == "desk":
        box(0.04, 0.1, 0.05, 0.1, "#c7d1dc")
        box(0.04, 0.26, 0.05, 0.1, "#c7d1dc")
    if kind == "window":
        box(0.18, 0.12, 0.66, 0.68, "#f2f5f9")
        box(0.18, 0.12, 0.66, 0.12, "#c6cfd9")
        box(0.18, 0.24, 0.17, 0.56, "#2a6fc9")
        for line, wide in enumerate((0.36, 0.3, 0.25)):
            box(0.4, 0.33 + line * 0.1, wide, 0.045, "#4d5560" if not line else "#a9b2bd")
        box(0.63, 0.68, 0.15, 0.08, "#2a6fc9")
    if kind == "alert":
        box(0.18, 0.12, 0.66, 0.68, "#dfe4ea")
        box(0.28, 0.3, 0.46, 0.36, "#ffffff")
        box(0.33, 0.4, 0.08, 0.12, "#be2b2b")
        box(0.45, 0.42, 0.22, 0.05, "#4d5560")
    painter.end()
    return image


def png(image: QImage) -> bytes:
    data = QByteArray()
    buffer = QBuffer(data)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    image.save(buffer, "PNG")  # type: ignore[call-overload]
    return bytes(data.data())


class Story:
    """What the page asks of the service, over facts that a test may change."""

    def __init__(self, known: SnapshotFacts) -> None:
        self.known = known
        self.ran: list[Any] = []
        self.asked: list[str] = []
        self.trouble: FleetError | None = None
        self.screens = {title: png(screen(kind)) for title, *_more, kind in TOLD}

    def facts(self, key: VmKey) -> SnapshotFacts:
        self.asked.append("facts")
        if self.trouble is not None:
            raise self.trouble
        return replace(self.known, key=key, asked=time.time() - 3)

    def findings(self, key: VmKey, facts: SnapshotFacts | None = None) -> tuple[Finding, ...]:
        return findings(facts or self.facts(key))

    def thumbnail(self, key: VmKey, snapshot: Snapshot) -> bytes | None:
        return self.screens.get(snapshot.name)

    def xml(self, key: VmKey, name: str) -> str:
        memory = 4 if name != "clean install" else 2
        return (
            f"<domainsnapshot><name>{name}</name><domain type='kvm'>\n  <name>qa-4711-a</name>\n"
            f"  <memory unit='GiB'>{memory}</memory>\n</domain></domainsnapshot>"
        )

    def plan_take(self, key: VmKey, order: TakeOrder, facts: SnapshotFacts | None = None) -> SnapshotPlan:
        return plan_take(facts or self.facts(key), order)

    def plan_revert(
        self,
        key: VmKey,
        name: str,
        *,
        branch: str = "",
        start: bool | None = None,
        facts: SnapshotFacts | None = None,
    ) -> SnapshotPlan:
        self.asked.append(f"revert {name} {branch} {start}")
        return plan_revert(facts or self.facts(key), name, branch, start)

    def plan_delete(
        self, key: VmKey, name: str, *, below: bool = False, facts: SnapshotFacts | None = None
    ) -> SnapshotPlan:
        self.asked.append(f"delete {name} {below}")
        return plan_delete(facts or self.facts(key), name, below)

    def plan_rename(self, key: VmKey, name: str, new: str, *, facts: SnapshotFacts | None = None) -> SnapshotPlan:
        return plan_rename(facts or self.facts(key), name, new)

    def plan_describe(self, key: VmKey, name: str, text: str, *, facts: SnapshotFacts | None = None) -> SnapshotPlan:
        return plan_describe(facts or self.facts(key), name, text)

    def plan_retention(self, keys: Sequence[VmKey], keep: int = 0, days: float = 0.0) -> ManyPlan:
        known = self.facts(keys[0])
        names = retention(known, keep, days, time.time())
        plans = tuple(plan_delete(known, name) for name in names)
        return ManyPlan(Deed.DELETE, "", plans, time.time(), keep=keep, days=days)

    def command(self, plan: SnapshotPlan) -> str:
        return f"splendid snapshot {plan.deed} {plan.vm} {plan.snapshot}"

    def command_many(self, many: ManyPlan) -> str:
        return f"splendid snapshot retention --keep {many.keep}"

    def run(self, plan: SnapshotPlan) -> Any:
        self.ran.append(plan)
        return SimpleNamespace(id=len(self.ran) + 1000)

    def run_many(self, many: ManyPlan) -> Any:
        self.ran.append(many)
        return SimpleNamespace(id=len(self.ran) + 1000)
