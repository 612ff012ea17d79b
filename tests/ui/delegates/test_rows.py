from dataclasses import dataclass

from PySide6.QtGui import QColor, QImage
from pytestqt.qtbot import QtBot

from console.ui.delegates.rows import FIRST_PAD
from console.ui.models.rows import Column, RowTable
from console.ui.theme import theme
from console.ui.widgets.row_view import RowView


@dataclass(frozen=True)
class Row:
    name: str
    used: float
    pale: bool = False


COLUMNS: tuple[Column[Row], ...] = (
    Column(
        "name", "Name", lambda r, n: r.name, lambda r: r.name, width=120, name=True, glyph=lambda r: ("play", "error")
    ),
    Column("used", "Used", lambda r, n: "x", lambda r: r.used, "GiB", True, 120, lambda r: r.used, lambda r: 1.0),
)


def painted(qtbot: QtBot, *rows: Row) -> tuple[RowView[Row], QImage]:
    table: RowTable[Row] = RowTable(COLUMNS, lambda row: row.name, pale=lambda row: row.pale)
    table.set_rows(rows)
    view: RowView[Row] = RowView(table, "Rows")
    table.setParent(view)
    qtbot.addWidget(view)
    view.resize(300, 120)
    view.show()
    return view, view.viewport().grab().toImage()


def count(image: QImage, color: QColor) -> int:
    wanted = color.rgb()
    return sum(image.pixel(x, y) == wanted for x in range(image.width()) for y in range(image.height()))


def test_a_bar_shows_used_over_promised_and_glyphs_their_colour(qtbot: QtBot) -> None:
    _view, image = painted(qtbot, Row("a", 0.5))
    assert count(image, theme.color("series1")) > 50
    assert count(image, theme.color("promised")) > 50
    assert count(image, theme.color("error")) > 10


def test_a_last_known_row_is_grey(qtbot: QtBot) -> None:
    _view, image = painted(qtbot, Row("a", 0.5, pale=True))
    assert count(image, theme.color("series1")) == 0
    assert count(image, theme.color("promised")) == 0
    assert count(image, theme.color("last-known")) > 50


def test_a_selected_row_is_tinted(qtbot: QtBot) -> None:
    view, _image = painted(qtbot, Row("a", 0.5), Row("b", 0.2))
    view.selectRow(0)
    image = view.viewport().grab().toImage()
    assert count(image, theme.color("selection")) > 1000
    assert view.rowHeight(0) == theme.px(28)


def test_rows_and_head_begin_where_those_of_the_vm_table_do(qtbot: QtBot) -> None:
    view, image = painted(qtbot, Row("a", 0.5))
    head = view.horizontalHeader().grab().toImage()
    ground, sunken = theme.color("base").rgb(), theme.color("sunken").rgb()
    middle = theme.px(14)
    assert all(image.pixel(x, middle) == ground for x in range(FIRST_PAD - 1))
    assert any(image.pixel(x, middle) != ground for x in range(FIRST_PAD, FIRST_PAD + 16))
    tall = range(4, head.height() - 4)
    assert all(head.pixel(x, y) == sunken for x in range(FIRST_PAD - 1) for y in tall)
    assert any(head.pixel(x, y) != sunken for x in range(FIRST_PAD, FIRST_PAD + 8) for y in tall)
