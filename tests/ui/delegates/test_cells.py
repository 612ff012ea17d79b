import pytest
from PySide6.QtGui import QImage, QPainter, QPixmap

from console.ui.delegates.cells import CellPainter
from console.ui.models.cells import Cell, Spark
from console.ui.theme import theme

LEFT, RIGHT, MIDDLE = 10, 150, 14


def painted(cell: Cell, *, to_right: bool = False, right: int = RIGHT) -> QImage:
    ground = QPixmap(200, 28)
    ground.fill(theme.color("base"))
    painter = QPainter(ground)
    CellPainter().paint(painter, LEFT, right, MIDDLE, cell, to_right)
    painter.end()
    return ground.toImage().convertToFormat(QImage.Format.Format_RGB32)


def columns(image: QImage) -> list[int]:
    """Columns with something on them."""
    base = theme.color("base").rgb()
    return [x for x in range(image.width()) if any(image.pixel(x, y) != base for y in range(image.height()))]


def colors(image: QImage) -> set[str]:
    return {image.pixelColor(x, y).name() for x in range(image.width()) for y in range(image.height())}


@pytest.mark.parametrize(
    "cell",
    [
        Cell("name", glyph=("play", "good")),
        Cell("kvm-n13", mark=("struck", "error"), mark_text="14 min"),
        Cell("10.0.0.1", pale=" +1"),
        Cell("build farm", band=2),
        Cell("seventh", band=7),
        Cell(chips=("one", "two", "three", "four", "five", "six")),
    ],
)
def test_stays_within_its_room(cell: Cell) -> None:
    found = columns(painted(cell))
    assert found[0] >= LEFT
    assert found[-1] < RIGHT + 8  # a mark may stand in the padding


@pytest.mark.parametrize(
    "cell",
    [
        Cell("97 %", spark=Spark("a", ((0.0, 0.1), (600.0, 0.9)))),
        Cell("14.8", pale=" of 16", bar=0.9),
        Cell("–", pale=" of 8"),
        Cell("212"),
    ],
)
def test_numbers_end_at_the_right(cell: Cell) -> None:
    found = columns(painted(cell, to_right=True))
    assert RIGHT - 4 <= found[-1] < RIGHT


def test_bar_shows_its_share() -> None:
    blue, track = theme.hex("series1"), theme.hex("track")
    image = painted(Cell("8.0", pale=" of 16", bar=0.5), to_right=True)
    row = [image.pixelColor(x, MIDDLE).name() for x in range(LEFT, LEFT + 44)]
    assert row[10] == blue
    assert row[34] == track


def test_group_has_its_color_and_a_seventh_a_second_line() -> None:
    assert theme.series(2).name() in colors(painted(Cell("g", band=2)))
    assert theme.hex("last-known") in colors(painted(Cell("g", band=-1)))
    first, seventh = columns(painted(Cell("", band=0))), columns(painted(Cell("", band=6)))
    assert len(seventh) == len(first) + 1


def test_long_name_leaves_room_for_the_mark() -> None:
    image = painted(Cell("a-host-with-a-very-long-name", mark=("struck", "error"), mark_text="14 min"))
    red = [
        x for x in range(image.width()) if any(image.pixelColor(x, y).name() == theme.hex("error") for y in range(28))
    ]
    assert red
    assert max(red) < RIGHT + 8


def test_chips_that_do_not_fit_are_counted() -> None:
    narrow = painted(Cell(chips=("production", "database", "berlin")), right=LEFT + 90)
    assert columns(narrow)[-1] <= LEFT + 90


def test_bar_without_room_is_left_out() -> None:
    image = painted(Cell("14.8", bar=1.0), to_right=True, right=LEFT + 30)
    assert theme.hex("series1") not in colors(image)


def test_the_text_of_a_mark_gives_way_where_it_yields() -> None:
    def drawn(name: str, yields: bool) -> QImage:
        return painted(Cell(name, mark=("hourglass", "text3"), mark_text="27 Nov", mark_yields=yields))

    assert drawn("qa-01", True) == drawn("qa-01", False), "there is room for both"
    long = "a-name-of-its-own"
    assert drawn(long, True) == painted(Cell(long, mark=("hourglass", "text3")))
    assert drawn(long, True) != drawn(long, False)
