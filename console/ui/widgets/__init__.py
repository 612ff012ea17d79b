"""Parts that pages and dialogs are made of."""

from console.ui.widgets.buttons import Button, IconButton, set_kind
from console.ui.widgets.chips import Bar, Chip, ChipRow
from console.ui.widgets.facts import FactGrid
from console.ui.widgets.fields import KeyHint, SearchField
from console.ui.widgets.labels import ElidedLabel, GlyphLabel, Heading, label, rule
from console.ui.widgets.notes import EmptyState, Note, Toasts
from console.ui.widgets.tabs import Segmented, TabBar

__all__ = [
    "Bar",
    "Button",
    "Chip",
    "ChipRow",
    "ElidedLabel",
    "EmptyState",
    "FactGrid",
    "GlyphLabel",
    "Heading",
    "IconButton",
    "KeyHint",
    "Note",
    "SearchField",
    "Segmented",
    "TabBar",
    "Toasts",
    "label",
    "rule",
    "set_kind",
]
