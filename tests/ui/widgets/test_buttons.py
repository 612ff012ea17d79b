import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialogButtonBox, QMenu
from pytestqt.qtbot import QtBot

from console.ui.theme import theme
from console.ui.widgets.buttons import KINDS, Button, IconButton, set_kind


@pytest.mark.parametrize("kind", KINDS)
def test_button_is_28_high_and_its_text_fits(kind: str, qtbot: QtBot) -> None:
    button = Button("Add kvm-n11", kind=kind, icon="plus")
    qtbot.addWidget(button)
    button.show()
    assert button.sizeHint().height() == 28
    assert button.width() >= theme.metrics("body").horizontalAdvance("Add kvm-n11") + 16 + 7
    small = Button("Add", kind=kind, small=True)
    qtbot.addWidget(small)
    assert small.sizeHint().height() == 24


def test_unknown_kind_is_refused(qtbot: QtBot) -> None:
    with pytest.raises(ValueError, match="loud"):
        Button("x", kind="loud")
    button = Button("x")
    qtbot.addWidget(button)
    with pytest.raises(ValueError, match="loud"):
        set_kind(button, "loud")


def test_main_button_is_filled(qtbot: QtBot) -> None:
    button = Button("Go", kind="primary")
    qtbot.addWidget(button)
    button.resize(80, 28)
    image = button.grab().toImage()
    assert image.pixelColor(6, 14).name() == theme.hex("primary")


def test_kind_of_a_foreign_button_can_be_set(qtbot: QtBot) -> None:
    box = QDialogButtonBox(QDialogButtonBox.StandardButton.Ok)
    qtbot.addWidget(box)
    ok = box.button(QDialogButtonBox.StandardButton.Ok)
    set_kind(ok, "danger")
    box.show()
    image = ok.grab().toImage()
    assert image.pixelColor(5, 8).name() == theme.hex("danger")


def test_menu_adds_a_chevron(qtbot: QtBot) -> None:
    button = Button("New")
    qtbot.addWidget(button)
    before = button.sizeHint().width()
    button.setMenu(QMenu(button))
    assert button.sizeHint().width() == before + 14 + 5


def test_icon_button_has_a_name(qtbot: QtBot) -> None:
    button = IconButton("refresh", "Refresh")
    qtbot.addWidget(button)
    assert (button.accessibleName(), button.toolTip()) == ("Refresh", "Refresh")
    assert (button.width(), button.height()) == (28, 28)
    with qtbot.waitSignal(button.clicked):
        qtbot.mouseClick(button, Qt.MouseButton.LeftButton)


def test_disabled_button_is_pale(qtbot: QtBot) -> None:
    button = Button("MMMM", kind="plain")
    qtbot.addWidget(button)

    def darkest() -> int:
        image = button.grab().toImage()
        return min(image.pixelColor(x, 14).lightness() for x in range(8, button.width() - 8))

    strong = darkest()
    button.setEnabled(False)
    assert darkest() > strong + 40
