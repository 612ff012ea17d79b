"""The one table of colours, sizes and heights that palette, style sheet and painters read.

Colours are (light, dark). Sizes are pixels at a desktop font of 13 px; `theme.px` scales them.
"""

from __future__ import annotations

COLORS: dict[str, tuple[str, str]] = {
    # grounds
    "window": ("#F2F3F5", "#16181C"),
    "base": ("#FFFFFF", "#1C1F24"),
    "sunken": ("#F7F8F9", "#191C20"),
    # lines
    "line": ("#E4E6EA", "#272B31"),
    "border": ("#D3D7DD", "#343A42"),
    "control": ("#8A929D", "#6C7480"),
    # text
    "text": ("#1A1D21", "#E3E6EA"),
    "text2": ("#4D5560", "#AEB6C0"),
    "text3": ("#5F6772", "#959EAA"),
    # what is chosen, focused or under way
    "accent": ("#3450C4", "#94A7FF"),
    "primary": ("#3450C4", "#4A62D4"),
    "danger": ("#BE2B2B", "#C23B3B"),
    "on-button": ("#FFFFFF", "#FFFFFF"),
    "selection": ("#E3E8FB", "#262E4F"),
    "selection-line": ("#AEBBF0", "#3F4B82"),
    # what it means
    "good": ("#17734A", "#57C491"),
    "good-tint": ("#E2F2E9", "#18342A"),
    "warning": ("#8A5A00", "#E0A840"),
    "warning-tint": ("#FBEFD5", "#3A2E14"),
    "warning-glyph": ("#BC7500", "#E0A840"),
    "error": ("#BE2B2B", "#F58585"),
    "error-tint": ("#FBE5E3", "#432322"),
    "neutral-tint": ("#EBEDF0", "#2A2E35"),
    "last-known": ("#8A929D", "#6F7884"),
    # bars
    "track": ("#E1E4E9", "#30353D"),
    "promised": ("#9FB9E2", "#3D5D8C"),
    # series and groups, told apart in all three kinds of colour blindness
    "series1": ("#2A6FC9", "#6FA8F5"),
    "series2": ("#D07A00", "#E8962E"),
    "series3": ("#0B5E52", "#35A08A"),
    "series4": ("#C4529A", "#F6B3DD"),
    "series5": ("#4FA08B", "#B7E07A"),
    "series6": ("#5B2C77", "#8F66E6"),
}

SERIES = 6  # colours before they repeat

SERIES_FILL = (0.15, 0.22)  # opacity of a fill under a line or behind a chip, light and dark

FONTS: dict[str, tuple[int, int]] = {  # size, weight
    "title": (20, 600),
    "section": (15, 600),
    "body": (13, 400),
    "name": (13, 500),
    "strong": (13, 600),
    "secondary": (12, 400),
    "head": (12, 500),
    "axis": (11, 400),
    "chip": (11, 400),
    "mono": (12, 400),
}

GAPS = (4, 8, 12, 16, 20)
MARGIN = 16  # of a page

HEIGHTS: dict[str, int] = {
    "row": 28,
    "row-compact": 24,
    "head": 28,
    "tree": 26,
    "task": 26,
    "top": 40,
    "tabs": 36,
    "search": 44,
    "actions": 38,
    "tasks-folded": 30,
    "status": 24,
    "control": 28,
    "control-small": 24,
}

NAVIGATOR = 264
NAVIGATOR_NARROW = 228  # below NARROW
NARROW = 1360  # window width under which things are left out
LOW = 760  # window height under which panes fold

RADII = {"control": 4, "card": 6, "chip": 3}

FADE_MS = 120  # hover and fold; nothing else moves
