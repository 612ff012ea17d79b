from console.ui.models.cells import EMPTY, NOTHING, Cell, Spark


def test_nothing_known_is_a_pale_dash() -> None:
    assert (NOTHING.text, NOTHING.role) == ("–", "text3")
    assert EMPTY.text == ""


def test_cell_starts_with_text_alone() -> None:
    cell = Cell("x")
    assert cell.glyph is cell.mark is cell.bar is cell.spark is cell.band is None
    assert cell.chips == ()


def test_spark_is_as_of_now_unless_said() -> None:
    assert Spark("key", ((1.0, 0.5),)).gone == 0
