from __future__ import annotations

from typing import Any

import pytest
from pytestqt.qtbot import QtBot

from console.fleet.hosts import Pool
from console.fleet.updates import PoolsRead
from console.ui.context import Context
from console.ui.dialogs.clone_where import WherePage, free_after
from console.ui.models.clone_draft import Draft
from tests.ui.rooms import key, room

GIB = 1 << 30
FAST = Pool("fast", active=True, path="/srv/fast", capacity=100 * GIB, available=40 * GIB)
HERE = (FAST, Pool("lv", kind="logical", active=True), Pool("old"))
THERE = (Pool("fast", active=True, available=10 * GIB), Pool("bulk", active=True))
ONE, BOTH = Draft((key("web-01"),), "qa"), Draft((key("web-01"), key("ldap-01", "n2")), "{source}-x")


@pytest.fixture
def ctx(qtbot: QtBot) -> Any:
    with room() as made:
        made.inventory.apply(PoolsRead("n1", HERE))
        made.inventory.apply(PoolsRead("n2", THERE))
        yield made


def page(qtbot: QtBot, ctx: Context, draft: Draft) -> WherePage:
    made = WherePage(ctx, draft)
    qtbot.addWidget(made)
    return made


def choices(where: WherePage) -> dict[str, str]:
    return {choice.id: choice.why_not for choice in where.pool.choices()}


def test_pools_that_cannot_hold_images_say_why(qtbot: QtBot, ctx: Context) -> None:
    where = page(qtbot, ctx, ONE)
    assert choices(where) == {"-": "", "fast": "", "lv": "It holds no image files (logical).", "old": "It is inactive."}
    assert [where.host.itemText(n) for n in range(where.host.count())] == ["kvm-n1, where it is", "kvm-n2"]


def test_host_and_pool_go_into_the_draft(qtbot: QtBot, ctx: Context) -> None:
    where = page(qtbot, ctx, ONE)
    assert (where.put(ONE).host, where.put(ONE).pool, where.pool_now()) == ("", "", None)
    where.pool.choose("fast")
    assert where.pool_now() == FAST
    where.host.setCurrentIndex(1)
    assert sorted(choices(where)) == ["-", "bulk", "fast"]
    put = where.put(ONE)
    assert (put.host, put.pool, where.host_name()) == ("n2", "fast", "kvm-n2")


def test_of_several_hosts_only_what_all_have(qtbot: QtBot, ctx: Context) -> None:
    where = page(qtbot, ctx, BOTH)
    assert where.host.itemText(0) == "Each where its source is"
    assert list(choices(where)) == ["-", "fast"]
    assert where.pool.choices()[1].aside == "10\u00a0GiB free", "the least of them"


def test_the_pattern_of_files_is_tried_out(qtbot: QtBot, ctx: Context) -> None:
    where = page(qtbot, ctx, ONE)
    where.say_example(ONE, "qa")
    assert (where.example.text(), where.why_not()) == ("The disk vda of qa will be qa-vda.qcow2.", "")
    where.files.setText("same.qcow2")
    where.say_example(where.put(ONE), "qa")
    assert where.why_not() == where.example.text()
    assert "{target}" in where.why_not()


def test_how_full_a_pool_gets() -> None:
    assert free_after(FAST, 10 * GIB) == "60 → 70\u00a0%"
    assert free_after(FAST, GIB // 10) == "60\u00a0%"
