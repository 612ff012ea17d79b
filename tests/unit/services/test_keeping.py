"""No configuration is lost, whoever changes it. On libvirt's test driver."""

from __future__ import annotations

import time

import libvirt
import pytest

from console.app import App
from console.fleet.domains import VmKey
from console.fleet.updates import ConfigChanged
from console.jobs.job import JobState, who
from console.services.keeping import QUIET, Keeping
from tests.conftest import eventually
from tests.unit.services.conftest import named


def reasons(app: App, key: VmKey) -> list[tuple[str, str]]:
    return [(version.reason, version.by) for version in app.versions.of(key.uuid)]


def elsewhere(app: App, key: VmKey, title: str) -> None:
    link = app.gateway.link(key.host)
    before = str(link.domain(key.uuid).XMLDesc(libvirt.VIR_DOMAIN_XML_INACTIVE))
    link.conn.defineXML(before.replace("<vcpu", f"<title>{title}</title><vcpu"))


def test_somebody_elses_change_is_kept_as_it_happens(app: App) -> None:
    key = named(app, "db").key
    app.services.edit.begin(key)
    elsewhere(app, key, "Theirs")
    assert not eventually(lambda: len(app.versions.of(key.uuid)) < 2)
    assert reasons(app, key) == [("elsewhere", ""), ("seen", "")]
    assert "Theirs" in app.versions.get(app.versions.of(key.uuid)[0].id).xml


def test_our_own_acts_are_kept_with_what_was_before(app: App) -> None:
    key = named(app, "db").key
    assert app.services.describe.tag([key], add=["new"]).wait(10).state is JobState.SUCCEEDED
    assert reasons(app, key) == [("vm.tag", who()), ("seen", "")]
    assert app.services.describe.describe([key], "T", None).wait(10).state is JobState.SUCCEEDED
    assert app.services.describe.rename(key, "other").wait(10).state is JobState.SUCCEEDED
    assert [reason for reason, _by in reasons(app, key)] == ["vm.rename", "vm.describe", "vm.tag", "seen"]
    time.sleep(0.3)  # what the host tells of all that is no news
    assert len(reasons(app, key)) == 4


def test_a_vm_that_is_deleted_leaves_its_last_configuration(app: App) -> None:
    key = named(app, "db").key
    plan = app.services.delete.plan([key])
    assert app.services.delete.run(plan, []).wait(10).state is JobState.SUCCEEDED
    assert reasons(app, key) == [("seen", "")]
    assert "<name>db</name>" in app.versions.get(app.versions.of(key.uuid)[0].id).xml


def test_what_fails_half_way_is_kept_too(app: App) -> None:
    key = named(app, "db").key

    def broken() -> None:
        with app.keeping.around(key, "vm.tag"):
            elsewhere(app, key, "Half")
            raise ValueError

    with pytest.raises(ValueError):
        broken()
    assert reasons(app, key) == [("vm.tag", who()), ("seen", "")]


def test_hosts_and_vms_that_are_gone_stop_nobody(app: App) -> None:
    key = VmKey("alpha", "no-such")
    app.keeping.before(key)
    app.keeping.after(key, "vm.tag")
    app.keeping.noticed(ConfigChanged("no-such-host", "u"))
    assert app.versions.of("no-such") == ()


def test_after_a_while_the_host_is_heard_again(app: App) -> None:
    now = [100.0]
    keeping = Keeping(app.gateway, app.inventory, app.versions, lambda: now[0])
    key = named(app, "db").key
    keeping.mark(key)
    keeping.noticed(ConfigChanged(key.host, key.uuid))
    time.sleep(0.1)
    assert reasons(app, key) == []
    now[0] += QUIET + 1
    keeping.noticed(ConfigChanged(key.host, key.uuid))
    assert not eventually(lambda: not reasons(app, key))
