from __future__ import annotations

from PySide6.QtCore import QItemSelectionModel, QStringListModel
from pytestqt.qtbot import QtBot

from console.ui.models.lines import Face
from console.ui.theme import theme
from console.ui.theme.tokens import HEIGHTS
from console.ui.widgets.face_list import FaceList


def test_lines_are_those_of_the_tree_and_the_chosen_one_has_its_tint(qtbot: QtBot) -> None:
    model = QStringListModel(["a", "b"])
    asked: list[int] = []

    def face(row: int) -> Face:
        asked.append(row)
        return Face(f"line {row}")

    shown = FaceList(model, face, "Lines", 12)
    qtbot.addWidget(shown)
    shown.resize(200, 100)
    shown.show()
    assert shown.accessibleName() == "Lines"
    assert shown.sizeHintForRow(0) == theme.px(HEIGHTS["tree"])
    shown.selectionModel().select(model.index(1), QItemSelectionModel.SelectionFlag.ClearAndSelect)
    image = shown.grab().toImage()
    assert set(asked) == {0, 1}
    rows = [shown.visualRect(model.index(row)).center().y() for row in (0, 1)]
    right = shown.viewport().width() - 4
    grounds = [image.pixelColor(right, y).name() for y in rows]
    assert grounds == [theme.hex("window"), theme.hex("selection")]
