import pytest
from PySide6.QtGui import QPixmap

from console.ui.delegates.sparks import BROKEN, SPAN, Sparks, broken_share, points
from console.ui.models.cells import Spark
from console.ui.theme import theme

FLAT = tuple((1000.0 + 10 * n, 1.0) for n in range(61))


def at(pixmap: QPixmap, x: int, y: int) -> int:
    """Alpha of a pixel."""
    return pixmap.toImage().pixelColor(x, y).alpha()


def test_points_go_from_edge_to_edge_newest_at_the_right() -> None:
    line = points(FLAT, 52, 18)
    assert line[0].x() == pytest.approx(0)
    assert line[-1].x() == pytest.approx(52)
    assert line[0].y() == line[-1].y() == 1.5  # 100 % at the top


def test_few_points_stand_at_the_right() -> None:
    line = points(((0.0, 0.0), (60.0, 0.0)), 52, 18)
    assert line[0].x() == pytest.approx(52 * 0.9)
    assert line[0].y() == pytest.approx(17)  # 0 % at the bottom


def test_older_points_and_impossible_values_are_left_out() -> None:
    line = points(((0.0, 0.5), (SPAN + 1, 7.0), (SPAN + 2, -1.0)), 52, 18)
    assert len(line) == 2
    assert all(1.5 <= point.y() <= 17 for point in line)
    assert points((), 52, 18) == []


@pytest.mark.parametrize(("gone", "share"), [(0, 0), (1, BROKEN[0]), (120, 0.2), (9999, BROKEN[1])])
def test_more_is_dotted_the_longer_nothing_is_known(gone: float, share: float) -> None:
    assert broken_share(gone) == pytest.approx(share)


def test_line_is_drawn_and_filled() -> None:
    drawn = Sparks().pixmap(Spark("a", tuple((10.0 * n, 0.5) for n in range(61))), 1.0)
    assert (drawn.width(), drawn.height()) == (52, 18)
    assert at(drawn, 26, 2) == 0  # above the line
    assert 0 < at(drawn, 26, 15) < 100  # the pale fill


def test_last_known_breaks_off_and_is_dotted() -> None:
    drawn = Sparks().pixmap(Spark("a", FLAT, gone=9999, color="last-known"), 1.0)
    assert at(drawn, 10, 1) > 0
    assert at(drawn, 10, 12) == 0  # no fill
    assert at(drawn, 45, 1) == 0  # the line has ended
    assert any(at(drawn, x, 16) for x in range(34, 52))


def test_drawn_once_for_each_new_point() -> None:
    sparks = Sparks()
    first = sparks.pixmap(Spark("a", FLAT), 1.0)
    assert sparks.pixmap(Spark("a", FLAT), 1.0) is first
    assert sparks.pixmap(Spark("a", (*FLAT, (1610.0, 0.2))), 1.0) is not first
    assert sparks.pixmap(Spark("a", FLAT), 2.0).width() == 104


def test_nothing_known_draws_nothing_and_one_point_a_dash() -> None:
    empty = Sparks().pixmap(Spark("a", ()), 1.0)
    assert not any(at(empty, x, y) for x in range(52) for y in range(18))
    one = Sparks().pixmap(Spark("b", ((5.0, 1.0),)), 1.0)
    assert any(at(one, x, 1) for x in range(45, 52))


def test_theme_is_part_of_the_seal() -> None:
    sparks = Sparks()
    first = sparks.pixmap(Spark("a", FLAT), 1.0)
    theme.generation += 1
    assert sparks.pixmap(Spark("a", FLAT), 1.0) is not first
