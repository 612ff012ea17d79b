from __future__ import annotations

from PySide6.QtGui import QColor
from pytestqt.qtbot import QtBot

from console.ui.theme import theme
from console.ui.widgets.plan_steps import LINE, ROW, PlanSteps, StepRow

ROWS = [
    StepRow("Check chain, write journal", "7 files", "–", "nothing has changed"),
    StepRow(
        "Merge down, VM running",
        ".wizard into .4711",
        "2.4 → 4.9 GiB",
        "VM whole",
        lost="No way back to 09:40 from here on",
    ),
    StepRow("Remove the file", "qa.wizard", "−3.1 GiB", "file stays", "/srv/qa.wizard", frees=True),
]


def test_it_is_as_high_as_its_rows_and_the_line_without_return(qtbot: QtBot) -> None:
    steps = PlanSteps()
    qtbot.addWidget(steps)
    steps.show_rows(ROWS)
    assert steps.sizeHint().height() == theme.px(24) + 3 * theme.px(ROW) + theme.px(LINE)
    steps.show_rows([])
    assert steps.isHidden()
    assert steps.sizeHint().height() == 0


def test_the_line_is_red_and_paths_are_told(qtbot: QtBot) -> None:
    steps = PlanSteps()
    qtbot.addWidget(steps)
    steps.show_rows(ROWS)
    steps.resize(700, steps.sizeHint().height())
    steps.show()
    image = steps.grab().toImage()
    ratio = image.devicePixelRatio()
    middle = theme.px(24) + theme.px(ROW) + theme.px(LINE) // 2
    red = theme.color("error").name()
    across = {QColor(image.pixelColor(round(x * ratio), round(middle * ratio))).name() for x in range(400, 690)}
    assert red in across
    assert steps.row_at(theme.px(24) + 3 * theme.px(ROW) + theme.px(LINE) - 4) is ROWS[2]
    assert steps.row_at(2) is None
    assert "No way back" in steps.accessibleDescription()
    assert "/srv/qa.wizard" in steps.accessibleDescription()


def test_thousands_of_steps_are_painted_where_they_are_seen(qtbot: QtBot) -> None:
    steps = PlanSteps()
    qtbot.addWidget(steps)
    steps.show_rows([StepRow(f"step {n}") for n in range(5000)])
    steps.resize(700, 300)
    steps.show()
    steps.grab()
    assert len(steps._texts._kept) < 100
