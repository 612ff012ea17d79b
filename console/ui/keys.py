"""Which keys there are, to be read: gathered from the actions that have them, and what lists answer to by themselves."""

from __future__ import annotations

from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QWidget

from console.ui.actions import ENTRIES, words_of
from console.ui.host_actions import KEYS as HOST_KEYS
from console.ui.host_actions import HostAct
from console.words import N_, _

Part = tuple[str, list[tuple[str, str]]]  # where one is; keys as QKeySequence reads them, and what they do

_IN_LISTS = (
    ("Return", N_("Open")),
    ("Menu", N_("All that can be done")),
    ("Esc", N_("Choose none")),
    ("Ctrl+A", N_("Choose all")),
    ("/", N_("Find in the table")),
)
_TO_HOSTS = {HostAct.REMOVE: N_("Take out of the fleet…")}
_IN_TASKS = (
    ("Return", N_("Open the log")),
    ("Del", N_("Cancel the task")),
    ("Right", N_("Open a group")),
    ("Left", N_("Close a group")),
)
_IN_GRAPHS = (
    ("Right", N_("Move the crosshair")),
    ("+", N_("Zoom in")),
    ("-", N_("Zoom out")),
    ("PgUp", N_("Earlier")),
    ("PgDown", N_("Later")),
    ("0", N_("Back to the chosen span, up to now")),
)


def gathered(window: QWidget) -> list[Part]:
    """All parts, translated. Those that work anywhere are those of the window's own actions, in their order."""
    anywhere = [
        (key.toString(QKeySequence.SequenceFormat.PortableText), action.whatsThis() or action.toolTip())
        for action in window.actions()
        for key in action.shortcuts()[:1]
    ]
    vms = [(entry.keys, words_of(entry.acts[0]).label(entry.acts[0])) for entry in ENTRIES if entry.keys]
    hosts = [(keys, _(_TO_HOSTS[act])) for act, keys in HOST_KEYS.items()]
    return [
        (_("Anywhere"), anywhere),
        (_("Chosen VMs"), [*((keys, _(text)) for keys, text in _IN_LISTS), *vms]),
        (_("Chosen hosts"), hosts),
        (_("Tasks"), [(keys, _(text)) for keys, text in _IN_TASKS]),
        (_("Graphs"), [(keys, _(text)) for keys, text in _IN_GRAPHS]),
    ]
