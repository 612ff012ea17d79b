from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from console.ui.theme import theme
from console.ui.widgets.labels import ElidedLabel, GlyphLabel, Heading, label, rule


def test_label_takes_text_as_it_is(qtbot: QtBot) -> None:
    made = label("<b>x</b>", "section", "text2")
    qtbot.addWidget(made)
    assert made.textFormat() == Qt.TextFormat.PlainText
    assert (made.property("role"), made.property("tone")) == ("section", "text2")


def test_roles_have_their_sizes(qtbot: QtBot) -> None:
    for role, size in (("title", 20), ("section", 15), ("secondary", 12), ("axis", 11)):
        made = label("x", role)
        qtbot.addWidget(made)
        made.ensurePolished()
        assert made.fontInfo().pixelSize() == size


def test_elided_label_ends_in_dots_and_tells_all(qtbot: QtBot) -> None:
    made = ElidedLabel("a name that is far too long to be shown")
    qtbot.addWidget(made)
    made.resize(80, 20)
    made.show()
    assert made.text().endswith("…")
    assert made.toolTip() == made.whole_text() == made.accessibleName()
    made.resize(600, 20)
    assert made.text() == made.whole_text()
    assert made.toolTip() == ""
    made.set_text("two\nlines")
    assert made.text() == "two lines"


def test_glyph_label_draws_glyphs_and_icons(qtbot: QtBot) -> None:
    glyph, picture = GlyphLabel("square", "error", 48), GlyphLabel("bell", "error", 48, drawn=False)
    for made in (glyph, picture):
        qtbot.addWidget(made)
        image = made.grab().toImage()
        inks = {image.pixelColor(x, y).name() for x in range(48) for y in range(48)}
        assert theme.hex("error") in inks
    glyph.show_glyph("dot", "good")
    assert glyph.grab().toImage().pixelColor(24, 24).name() == theme.hex("good")


def test_heading_has_text_aside_and_a_line(qtbot: QtBot) -> None:
    made = Heading("Guest", "as of now")
    qtbot.addWidget(made)
    made.add(QLabel("right"))
    made.resize(300, made.sizeHint().height())
    image = made.grab().toImage()
    assert image.pixelColor(150, made.height() - 1).name() == theme.hex("line")
    made.set_text("Host", "")
    assert made.findChildren(QLabel)[0].text() == "Host"


def test_rules_are_hairlines(qtbot: QtBot) -> None:
    flat, upright = rule(), rule(vertical=True)
    for made in (flat, upright):
        qtbot.addWidget(made)
    assert flat.maximumHeight() == 1
    assert upright.maximumWidth() == 1
