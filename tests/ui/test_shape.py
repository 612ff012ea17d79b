from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtWidgets import QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from console.ui.context import Context
from console.ui.navigator import Navigator
from console.ui.shape import Shape
from console.ui.tasks_pane import TasksPane
from tests.ui.rooms import room


class Window(QWidget):
    """As little of a window as has a shape."""

    def __init__(self, ctx: Context) -> None:
        super().__init__()
        self.navigator, self.tasks = Navigator(ctx), TasksPane(ctx)
        self.shape_ = Shape(ctx, self, self.navigator, QWidget(), self.tasks)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.shape_.horizontal)

    def sized(self, width: int, height: int) -> Window:
        self.resize(width, height)
        self.shape_.fit()
        return self


@pytest.fixture
def ctx() -> Iterator[Context]:
    with room() as context:
        yield context


@pytest.fixture
def window(ctx: Context, qtbot: QtBot) -> Window:
    made = Window(ctx)
    qtbot.addWidget(made)
    made.show()
    return made


def work(ctx: Context) -> None:
    ctx.jobs.submit("vm.start", "web-01", lambda job: None).wait(5)


@pytest.mark.parametrize(("size", "navigator", "folded"), [((1440, 900), 264, False), ((1280, 720), 228, True)])
def test_small_window_leaves_things_out(
    window: Window, ctx: Context, qtbot: QtBot, size: tuple[int, int], navigator: int, folded: bool
) -> None:
    window.sized(*size)
    qtbot.waitUntil(lambda: window.navigator.width() == navigator)
    assert window.tasks.folded  # nothing was done yet
    work(ctx)
    qtbot.waitUntil(lambda: window.tasks.folded == folded)
    assert window.width() == size[0]


def test_what_a_person_chose_stays_whatever_the_size(window: Window, ctx: Context, qtbot: QtBot) -> None:
    window.sized(1440, 900)
    window.tasks.toggle()
    window.shape_.horizontal.setSizes([300, 1140])
    window.shape_.horizontal.splitterMoved.emit(300, 1)
    work(ctx)
    window.sized(1280, 720)
    qtbot.wait(50)
    assert not window.tasks.folded
    assert window.navigator.width() == pytest.approx(300, abs=40)


def test_shape_is_kept_for_the_next_start(window: Window, ctx: Context, qtbot: QtBot) -> None:
    window.sized(780, 700)  # the screen of tests is small
    window.navigator.set_mode("tag")
    window.tasks.toggle()
    window.shape_.horizontal.setSizes([300, 480])
    window.shape_.horizontal.splitterMoved.emit(300, 1)
    window.shape_.keep()
    assert ctx.preferences.value.layout["hosts"] == "2"
    again = Window(ctx)
    qtbot.addWidget(again)
    again.shape_.restore()
    again.show()
    again.shape_.fit()
    assert (again.width(), again.height()) == (780, 700)
    assert again.navigator.tree.mode == "tag"
    assert again.tasks.folded == window.tasks.folded
    qtbot.waitUntil(lambda: again.navigator.width() == 300)
