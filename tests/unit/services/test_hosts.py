"""The fleet file, the inventory and the gateway hold the same hosts at any time."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from msgspec.structs import replace

from console.app import App, Options
from console.fleet.credentials import Ask, Question, Wanted
from console.fleet.errors import Conflict, NotFound, Problem, Reason
from console.fleet.hosts import HostSpec, Phase
from console.gateway.probe import CheckLine, Step
from console.services import hosts as hosts_module
from console.settings.paths import Profile
from tests.unit.services.conftest import OFF, RUNNING, write_fleet


def test_a_check_that_asks_nobody_says_what_would_be_asked(app: App, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Question] = []
    app.desk.handler = lambda pending: (asked.append(pending.question), pending.answer("s3cret"))[1]
    spec = HostSpec("", "gamma", "qemu+ssh://root@gamma/system")

    def checked(spec: HostSpec, ask: Ask) -> Iterator[CheckLine]:
        """As the gateway does: a sign-in that wants a password, and fails without."""
        yield CheckLine(Step.NAME, True, {"host": "gamma"})
        good = ask(Question("", "gamma", Wanted.PASSWORD, address="gamma")) == "s3cret"
        yield CheckLine(Step.SIGN_IN, good, {"host": "gamma"}, None if good else Problem(Reason.PASSWORD))

    monkeypatch.setattr(hosts_module, "check", checked)
    hosts = app.services.hosts
    *_before, last = hosts.check(spec, asking=False)
    assert (last.ok, last.values["asks"], last.problem) == (None, "password", None)
    assert asked == []
    assert [line.ok for line in hosts.check(spec)] == [True, True]
    assert len(asked) == 1
    assert [line.ok for line in hosts.check(spec, asking=False)] == [True, True], "it is known now"


def test_a_host_is_added_edited_and_removed(app: App, tmp_path: Path) -> None:
    hosts = app.services.hosts
    (tmp_path / "more").mkdir()
    write_fleet(tmp_path / "more", {"gamma": {"x": RUNNING}})
    added = hosts.add(HostSpec("", "gamma", f"test://{tmp_path}/more/gamma.xml", zone="north"))
    assert app.gateway.wait_settled(added.id, 10).phase is Phase.LIVE
    assert [domain.name for domain in app.inventory.domains_of(added.id)] == ["x"]
    hosts.edit(added.id, replace(added, rack="N1"))
    spec = app.inventory.spec(added.id)
    assert spec is not None
    assert (spec.zone, spec.rack) == ("north", "N1")
    assert app.inventory.domains_of(added.id)
    hosts.remove(added.id)
    assert app.inventory.spec(added.id) is None
    assert app.inventory.domains_of(added.id) == ()
    assert "gamma" not in app.fleet.path.read_text("utf-8")


def test_a_taken_name_and_an_unknown_host_are_refused(app: App) -> None:
    with pytest.raises(Conflict):
        app.services.hosts.add(HostSpec("", "alpha", "test:///default"))
    with pytest.raises(NotFound):
        app.services.hosts.remove("nobody")


def test_disconnect_and_connect(app: App) -> None:
    app.services.hosts.disconnect("alpha")
    assert app.gateway.wait_settled("alpha", 5).phase is Phase.OFF
    assert app.inventory.domains_of("alpha"), "what was last seen stays in sight"
    app.services.hosts.connect("alpha")
    assert app.gateway.wait_settled("alpha", 5).phase is Phase.LIVE


def test_several_are_added_but_none_twice(app: App) -> None:
    old = app.inventory.specs()[0]
    added = app.services.hosts.add_all([replace(old, id="", name="again"), HostSpec("", "new", "test:///default")])
    assert [spec.name for spec in added] == ["new"]


def test_the_demo_stands_beside_the_file(open_app: Callable[[dict[str, dict[str, int]]], App]) -> None:
    app = open_app({"alpha": {"web": OFF}})
    hosts = app.services.hosts
    hosts.open_demo()
    demo = [spec for spec in hosts.specs() if spec.demo]
    assert len(demo) == 6
    assert len({spec.zone for spec in demo}) == 3
    for spec in demo:
        assert app.gateway.wait_settled(spec.id, 10).phase is Phase.LIVE
    assert len(app.inventory.domains()) > 35
    assert not hosts.in_file(demo[0].id)
    with pytest.raises(NotFound):
        hosts.remove(demo[0].id)
    hosts.close_demo()
    assert [spec.id for spec in hosts.specs()] == ["alpha"]
    assert len(app.inventory.domains()) == 1


def test_only_the_hosts_a_command_needs_are_opened(tmp_path: Path) -> None:
    fleet = write_fleet(tmp_path, {"alpha": {"web": OFF}, "beta": {"mail": OFF}})
    app = App(Options(Profile.at(tmp_path / "profile"), fleet))
    try:
        app.start(connect=False, watch=False)
        app.services.hosts.open_only({"beta"})
        assert app.gateway.wait_settled("beta", 10).phase is Phase.LIVE
        assert app.inventory.status("alpha").phase is Phase.OFF
    finally:
        app.close()


def test_what_was_last_seen_is_there_at_the_next_start(tmp_path: Path) -> None:
    fleet = write_fleet(tmp_path, {"alpha": {"web": RUNNING}})
    first = App(Options(Profile.at(tmp_path / "profile"), fleet))
    first.start(watch=False)
    assert first.gateway.wait_settled("alpha", 10).phase is Phase.LIVE
    first.close()
    second = App(Options(Profile.at(tmp_path / "profile"), fleet))
    try:
        second.start(connect=False, watch=False)
        assert [domain.name for domain in second.inventory.domains()] == ["web"]
        assert second.inventory.view("alpha").cached
        assert second.inventory.view("alpha").status.seen > 0
    finally:
        second.close()


def test_a_host_key_is_stored_where_this_host_is_looked_up(app: App, tmp_path: Path) -> None:
    known = tmp_path / "known"
    spec = HostSpec("k", "k", f"qemu+libssh://kvm-01/system?known_hosts={known}")
    app.services.hosts.trust_host_key(spec, "kvm-01 ssh-ed25519 AAAA")
    assert known.read_text() == "kvm-01 ssh-ed25519 AAAA\n"
