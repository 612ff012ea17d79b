"""Pools on the test driver: defined, started, stopped, removed; never under a VM."""

from __future__ import annotations

import pytest

from console.app import App
from console.fleet.errors import NotFound, Reason, UsageError
from console.fleet.storing import NewPool, PoolAct
from console.jobs.job import JobState
from tests.unit.services.test_delete import make_volumes

HOW = {"build": False, "start": True, "autostart": True}


def pool_names(app: App, host: str) -> set[str]:
    return {pool.name() for pool in app.gateway.link(host).conn.listAllStoragePools(0)}


def test_a_pool_comes_and_goes(app: App) -> None:
    pools, new = app.services.pools, NewPool("iso", path="/iso")
    assert [say.code for say in pools.plan_define("alpha", new, **HOW).says] == [
        "define",
        "pool-start",
        "pool-autostart-on",
    ]
    view = pools.run_define("alpha", new, **HOW).wait(10)
    assert view.state is JobState.SUCCEEDED, view.problem
    assert view.command == "splendid storage pool define alpha/iso --kind dir --path /iso"
    use = app.services.storage.survey().pool("alpha", "iso")
    assert use is not None
    assert (use.pool.active, use.pool.autostart) == (True, True)
    for act in (PoolAct.REFRESH, PoolAct.AUTOSTART_OFF, PoolAct.STOP, PoolAct.START, PoolAct.DELETE):
        assert not pools.plan_pool(act, "alpha", "iso").refused
        assert pools.run_pool(act, "alpha", "iso").wait(10).state is JobState.SUCCEEDED, act
    assert pool_names(app, "alpha") == {"default"}
    assert app.services.storage.survey().pool("alpha", "iso") is None


def test_a_pool_that_a_vm_uses_is_neither_stopped_nor_removed(app: App) -> None:
    make_volumes(app, "alpha", "web.qcow2", "db.qcow2")
    for act in (PoolAct.STOP, PoolAct.DELETE):
        plan = app.services.pools.plan_pool(act, "alpha", "default")
        assert {say.values["user"] for say in plan.refused} == {"web", "db"}
        view = app.services.pools.run_pool(act, "alpha", "default").wait(10)
        assert view.problem is not None
        assert (view.state, view.problem.reason) == (JobState.FAILED, Reason.IN_USE)
    assert pool_names(app, "alpha") == {"default"}


def test_names_and_folders_that_are_taken(app: App) -> None:
    pools = app.services.pools
    plan = pools.plan_define("alpha", NewPool("default", path="/pool-alpha"), **HOW)
    assert [say.code for say in plan.refused] == ["name-taken", "path-taken"]
    with pytest.raises(UsageError):
        pools.plan_define("alpha", NewPool("x", "fs", "/x"), **HOW)
    with pytest.raises(NotFound):
        pools.plan_pool(PoolAct.STOP, "alpha", "none")


def test_lines_that_do_the_same(app: App) -> None:
    pools = app.services.pools
    assert pools.pool_line(PoolAct.AUTOSTART_OFF, "alpha", "p") == "splendid storage pool autostart alpha/p --off"
    assert pools.pool_line(PoolAct.DELETE, "alpha", "p") == "splendid storage pool delete alpha/p --yes"
    line = pools.define_line("alpha", NewPool("p", "netfs", "/m", "/e", "nas"), True, False, False)
    assert line == (
        "splendid storage pool define alpha/p --kind netfs --path /m --source /e --server nas --build --no-start --no-autostart"
    )
