from __future__ import annotations

import click
import pytest

from console.app import App
from console.app import Options as AppOptions
from console.cli import where
from console.cli.base import Options, Program
from console.cli.session import Session
from console.settings.paths import Profile
from tests.unit.cli.conftest import Console, services


@pytest.fixture
def session(console: Console) -> Session:
    return Session(Program(services, lambda _options: 0), Options(console.folder))


def test_the_vms_that_are_meant(session: Session) -> None:
    try:
        keys = where.keys_where(session, "zone:south name:web")
        found = [session.services.inventory.domain(key) for key in keys]
        assert [(domain.key.host, domain.name) for domain in found if domain] == [("kvm-b", "web-02")]
        assert not session.live("kvm-a")  # cannot have it, so it was left alone
    finally:
        session.close()


def test_a_wrong_query_is_a_wrong_parameter(session: Session) -> None:
    try:
        with pytest.raises(click.BadParameter) as caught:
            where.keys_where(session, "cpu>>9")
        assert "^" in caught.value.message
        with pytest.raises(click.BadParameter, match="No search is kept"):
            where.keys_where(session, "@x")
    finally:
        session.close()


def test_a_query_with_what_moves_the_cursor_has_no_marks(session: Session) -> None:
    try:
        with pytest.raises(click.BadParameter) as caught:
            where.parsed(session, "\x1b[2J stat:off")
        assert "^" not in caught.value.message
    finally:
        session.close()


def test_kept_searches_are_those_of_the_profile(console: Console) -> None:
    app = App(AppOptions(Profile.at(console.folder)))
    app.services.search.save("North", "zone:north")
    app.close()
    session = Session(Program(services, lambda _options: 0), Options(console.folder))
    try:
        assert where.parsed(session, "@north").text == "zone:north"
    finally:
        session.close()
