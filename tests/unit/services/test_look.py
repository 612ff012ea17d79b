from __future__ import annotations

import pytest

from console.app import App
from console.fleet.errors import Unreachable
from tests.unit.services.conftest import named


def test_the_xml_is_the_hosts_own(app: App) -> None:
    assert "<name>web</name>" in app.services.look.xml(named(app, "web").key)


def test_the_screen_is_a_picture(app: App) -> None:
    screen = app.services.look.screen(named(app, "web").key)
    assert screen.data[:4] == b"\x89PNG"
    assert screen.mime == "image/png"


def test_a_host_that_is_off_says_so(app: App) -> None:
    app.services.hosts.disconnect("beta")
    with pytest.raises(Unreachable):
        app.services.look.xml(named(app, "mail").key)
