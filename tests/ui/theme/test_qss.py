import re

from PySide6.QtCore import QFile
from PySide6.QtWidgets import QApplication

from console.ui.theme import qss, theme
from console.ui.theme.tokens import COLORS


def test_nothing_is_left_to_fill_in() -> None:
    assert "$" not in qss.sheet(theme)


def test_every_color_comes_from_the_table(qapp: QApplication) -> None:
    theme.apply(qapp, "dark")
    known = {dark.lower() for _, dark in COLORS.values()} | {
        theme.hover("base").name(),
        theme.hover("window").name(),
    }
    found = {color.lower() for color in re.findall(r"#[0-9A-Fa-f]{6}", qss.sheet(theme))}
    derived = found - known
    assert len(derived) <= 3, derived  # hovered main and delete button, text of a tooltip


def test_pictures_it_names_exist(qapp: QApplication) -> None:
    for mode in ("light", "dark"):
        theme.apply(qapp, mode)
        names = re.findall(r"url\((.*?)\)", qss.sheet(theme))
        assert names
        for name in names:
            assert QFile.exists(name), name
