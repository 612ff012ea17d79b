from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtWidgets import QLabel, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from console.libvirtxml.changes import compare
from console.libvirtxml.merging import merge
from console.services.edit import EditPlan
from console.ui.context import Context
from console.ui.dialogs.xml_merge import XmlMergeDialog
from tests.ui.rooms import gone, key, room

BASE = "<domain>\n  <title>a</title>\n  <vcpu>2</vcpu>\n  <on_crash>destroy</on_crash>\n</domain>\n"


@pytest.fixture
def ctx() -> Iterator[Context]:
    with room() as made:
        yield made


class Said:
    def __init__(self) -> None:
        self.merged: list[str] = []
        self.discarded = 0

    def discard(self) -> None:
        self.discarded += 1


def dialog(ctx: Context, window: QWidget, theirs: str, mine: str) -> tuple[XmlMergeDialog, Said]:
    said = Said()
    plan = EditPlan(key("web-01"), "web-01", BASE, mine, compare(BASE, mine), True, theirs)
    both = merge(BASE, theirs, mine)
    made = XmlMergeDialog(
        ctx, plan, both, (compare(BASE, theirs), plan.changes), said.merged.append, said.discard, window
    )
    made.show_at()
    return made, said


def texts(made: XmlMergeDialog) -> list[str]:
    return [label.text() for label in made.findChildren(QLabel)]


def test_changes_that_fit_together(ctx: Context, window: QWidget, qtbot: QtBot) -> None:
    made, said = dialog(ctx, window, BASE.replace(">a<", ">theirs<"), BASE.replace("destroy", "restart"))
    assert "Title a → theirs" in texts(made)
    assert "After a crash destroy → restart" in texts(made)
    assert made.choices == []
    assert made.main is not None
    assert made.main.text() == "Take both"
    made.main.click()
    assert said.merged == [BASE.replace(">a<", ">theirs<").replace("destroy", "restart")]
    gone(qtbot, made)


def test_where_both_clash_a_person_chooses(ctx: Context, window: QWidget, qtbot: QtBot) -> None:
    made, said = dialog(
        ctx, window, BASE.replace(">a<", ">theirs<"), BASE.replace(">a<", ">mine<").replace("destroy", "restart")
    )
    assert {"<title>theirs</title>", "<title>a</title>", "<title>mine</title>"} <= set(texts(made))
    (choice,) = made.choices
    assert choice.current() == "mine"
    choice._choose(0)
    made._go()
    assert said.merged == [BASE.replace(">a<", ">theirs<").replace("destroy", "restart")]


def test_mine_can_be_given_up_or_gone_on_with(ctx: Context, window: QWidget, qtbot: QtBot) -> None:
    mine = BASE.replace("destroy", "restart")
    made, said = dialog(ctx, window, BASE.replace(">a<", ">theirs<"), mine)
    next(b for b in made.findChildren(QPushButton) if b.text() == "Discard my change").click()
    assert (said.merged, said.discarded) == ([], 1)
    made, said = dialog(ctx, window, BASE.replace(">a<", ">theirs<"), mine)
    next(b for b in made.findChildren(QPushButton) if b.text() == "Go on editing").click()
    assert (said.merged, said.discarded) == ([], 0)


def test_many_lines_are_shortened(ctx: Context, window: QWidget, qtbot: QtBot) -> None:
    many = "".join(f"  <a{n}/>\n" for n in range(40))
    made, _said = dialog(
        ctx, window, BASE.replace("  <vcpu>2</vcpu>\n", many), BASE.replace("<vcpu>2</vcpu>", "<vcpu>4</vcpu>")
    )
    assert any(text.endswith("<a11/>\n…") for text in texts(made))
