from __future__ import annotations

import time

from pytestqt.qtbot import QtBot

from console.fleet.clones.values import Macs, Reset
from console.ui.dialogs.clone_how import HowPage
from console.ui.models.clone_draft import Draft
from tests.ui.rooms import key

DRAFT = Draft((key("web-01"),), "qa")


def page(qtbot: QtBot, draft: Draft = DRAFT) -> HowPage:
    made = HowPage(draft)
    qtbot.addWidget(made)
    made.show()
    return made


def test_what_is_chosen_goes_into_the_draft(qtbot: QtBot) -> None:
    how = page(qtbot)
    assert how.put(DRAFT) == DRAFT
    how.macs._choose(1)
    how.reset._choose(2)
    how.hostname.setChecked(False)
    how.start.setChecked(True)
    how.goes.throw_away.setChecked(True)
    how.build.setText(" 4711 ")
    how.note.setText("crash")
    how.tags.setText("qa, win")
    put = how.put(DRAFT)
    assert (put.macs, put.reset, put.hostname, put.start, put.throw_away) == (Macs.KEPT, Reset.SEED, False, True, True)
    assert (put.build, put.note, put.tags) == ("4711", "crash", ("qa", "win"))


def test_the_host_name_is_asked_for_only_with_a_reset(qtbot: QtBot) -> None:
    how = page(qtbot)
    assert how.hostname.isHidden()
    how.reset._choose(1)
    assert not how.hostname.isHidden()


def test_each_choice_says_what_it_means(qtbot: QtBot) -> None:
    how = page(qtbot)
    before = how.about_macs.text(), how.about_reset.text()
    how.macs._choose(1)
    how.reset._choose(1)
    assert how.about_macs.text() != before[0]
    assert "SSH keys" in how.about_reset.text()


def test_a_draft_is_shown_and_told(qtbot: QtBot) -> None:
    how = page(qtbot)
    told: list[bool] = []
    how.changed.connect(lambda: told.append(True))
    expires = (time.time() // 60 + 90) * 60
    wanted = Draft(DRAFT.sources, "qa", macs=Macs.KEPT, reset=Reset.SYSPREP, start=True, expires=expires)
    how.show_draft(wanted)
    assert told
    assert how.put(DRAFT) == wanted
    how.goes.until.setEditText("never")
    assert how.why_not()
