import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtWidgets import QLabel, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from console.ui.theme import theme
from console.ui.widgets import notes
from console.ui.widgets.notes import EmptyState, Note, Toasts


@pytest.mark.parametrize("tone", ["info", "good", "warning", "error"])
def test_note_is_tinted_by_its_tone(tone: str, qtbot: QtBot) -> None:
    note = Note(tone, "Rule broken:", "two in one rack")
    qtbot.addWidget(note)
    note.resize(400, 40)
    tint = {"info": "neutral-tint"}.get(tone, f"{tone}-tint")
    assert note.grab().toImage().pixelColor(200, 2).name() == theme.hex(tint)
    assert note.accessibleName() == "Rule broken: two in one rack"


def test_note_shows_names_as_they_are(qtbot: QtBot) -> None:
    note = Note("error", "<b>host</b> & more", "a < b")
    qtbot.addWidget(note)
    shown = note.findChild(QLabel)
    assert "&lt;b>host" in shown.text()
    note.say("Other", tone="good")
    assert shown.text() == "<b>Other</b>"


def test_note_has_buttons(qtbot: QtBot) -> None:
    done: list[int] = []
    note = Note("info", "x")
    qtbot.addWidget(note)
    button = note.add_button("Show", lambda: done.append(1))
    button.click()
    assert done == [1]


def test_empty_page_says_what_to_do_first(qtbot: QtBot) -> None:
    done: list[int] = []
    page = EmptyState("server", "No hosts", "Add one.")
    qtbot.addWidget(page)
    page.resize(600, 400)
    page.show()
    page.add_button("Add host…", lambda: done.append(1), kind="primary").click()
    assert done == [1]
    page.say("No VM matches “x”")
    texts = [shown.text() for shown in page.findChildren(QLabel) if shown.isVisible()]
    assert texts == ["No VM matches “x”"]


def test_long_words_of_an_empty_page_are_not_cut(qtbot: QtBot) -> None:
    said = "It is not there, or no longer. Refresh, and check whether it was renamed, moved or deleted. " * 2
    page = EmptyState("server", "No XML", said)
    qtbot.addWidget(page)
    page.resize(1000, 500)
    page.show()
    (text,) = [shown for shown in page.findChildren(QLabel) if shown.text() == said]
    assert text.height() >= text.heightForWidth(text.width())


@pytest.fixture
def over(qtbot: QtBot) -> QWidget:
    made = QWidget()
    qtbot.addWidget(made)
    made.resize(800, 500)
    made.show()
    return made


def test_toast_goes_by_itself_but_an_error_stays(over: QWidget, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(notes, "TOAST_MS", 30)
    toasts = Toasts(over)
    toasts.show("good", "done")
    error = toasts.show("error", "failed")
    qtbot.waitUntil(lambda: toasts._shown == [error])
    qtbot.wait(60)
    assert toasts._shown == [error]
    assert error.accessibleName() == "failed"
    error.closed.emit()
    assert toasts._shown == []


def test_three_toasts_at_most_stacked_at_the_bottom_right(over: QWidget) -> None:
    toasts = Toasts(over)
    shown = [toasts.show("error", str(n)) for n in range(5)]
    assert toasts._shown == shown[2:]
    assert all(toast.geometry().right() == 800 - 16 - 1 for toast in shown[2:])
    bottoms = [toast.geometry().bottom() for toast in shown[2:]]
    assert bottoms == sorted(bottoms)
    assert bottoms[-1] == 500 - 40 - 1
    over.resize(600, 400)
    assert shown[4].geometry().right() == 600 - 16 - 1


def test_toasts_stand_on_what_is_below_them(over: QWidget) -> None:
    floor = QWidget(over)
    floor.setGeometry(0, 400, 800, 100)
    floor.show()
    toast = Toasts(over, floor).show("error", "failed")
    assert toast.geometry().bottom() == 400 - 12 - 1
    floor.setGeometry(0, 300, 800, 200)
    assert toast.geometry().bottom() == 300 - 12 - 1
    floor.hide()
    assert toast.geometry().bottom() == 500 - 40 - 1


def test_nothing_is_watched_while_no_toast_is_shown(over: QWidget, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[QEvent.Type] = []
    monkeypatch.setattr(Toasts, "eventFilter", lambda _self, _watched, event: bool(seen.append(event.type())))
    toasts = Toasts(over)
    over.resize(700, 400)
    assert seen == []
    toast = toasts.show("error", "failed")
    over.resize(600, 400)
    assert QEvent.Type.Resize in seen
    toasts.drop(toast)
    seen.clear()
    over.resize(700, 400)
    assert seen == []


def test_act_of_a_toast_is_done_and_closes_it(over: QWidget, qtbot: QtBot) -> None:
    done: list[int] = []
    toasts = Toasts(over)
    toast = toasts.show("info", "shop-db runs", "Open", lambda: done.append(1))
    button = next(b for b in toast.findChildren(QPushButton) if b.text() == "Open")
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    assert done == [1]
    assert toasts._shown == []


def test_long_toast_keeps_its_place_and_grows_upwards(over: QWidget) -> None:
    toasts = Toasts(over)
    toast = toasts.show("error", "a sentence that takes more than one line " * 4, "Show", lambda: None)
    assert toast.width() == 320
    assert toast.geometry().right() == 800 - 16 - 1
    assert toast.geometry().bottom() == 500 - 40 - 1
    assert toast.height() > 60
