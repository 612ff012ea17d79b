from __future__ import annotations

from pathlib import Path

import pytest

from console.fleet.errors import Conflict, Denied, NotFound
from console.fleet.hosts import HostSpec, Network, Phase
from console.gateway import networks
from tests.contract.console_like import RUNNING, Console, console, node, wait_for


def network(at: Console) -> Network:
    return wait_for(lambda: at.inventory.view("h").networks)[0]


def test_a_network_is_stopped_and_started(tmp_path: Path) -> None:
    with console(HostSpec("h", "h", f"test://{node(tmp_path, RUNNING)}")) as at:
        assert at.settled() is Phase.LIVE
        link = at.gateway.link("h")
        assert network(at).active
        networks.stop_network(link, "default")
        wait_for(lambda: not network(at).active)
        networks.start_network(link, "default")
        wait_for(lambda: network(at).active)
        with pytest.raises(Conflict):
            networks.start_network(link, "default")
        with pytest.raises(NotFound):
            networks.stop_network(link, "none")
        networks.set_autostart(link, "default", True)
        assert link.conn.networkLookupByName("default").autostart() == 1


def test_nothing_is_changed_on_a_read_only_connection(tmp_path: Path) -> None:
    with console(HostSpec("h", "h", f"test://{node(tmp_path, RUNNING)}", read_only=True)) as at:
        assert at.settled() is Phase.LIVE
        with pytest.raises(Denied):
            networks.stop_network(at.gateway.link("h"), "default")
