from __future__ import annotations

import threading
import time
from pathlib import Path

import pytest

from console.fleet.errors import FleetError, NotFound
from console.fleet.hosts import HostSpec, Phase
from console.fleet.updates import StatusChanged
from tests.contract.console_like import OFF, RUNNING, Console, console, node, uuid_of, wait_for


def test_a_fleet_of_many_hosts(tmp_path: Path) -> None:
    specs = [HostSpec(f"h{n}", f"h{n}", f"test://{node(tmp_path, RUNNING, OFF, name=f'{n}.xml')}") for n in range(40)]
    with console(*specs) as at:
        assert {at.settled(spec.id) for spec in specs} == {Phase.LIVE}
        assert len(at.inventory.domains()) == 80


def test_hosts_that_are_not_in_the_fleet(tmp_path: Path) -> None:
    with console(HostSpec("h", "h", f"test://{node(tmp_path, RUNNING)}")) as at:
        for call in (
            at.gateway.connect,
            at.gateway.link,
            at.gateway.refresh,
            at.gateway.run_in_lane,
            at.gateway.status,
        ):
            with pytest.raises(NotFound):
                call("other")


def test_commands_of_one_host_wait_for_each_other_and_for_no_other_host(tmp_path: Path) -> None:
    uri = f"test://{node(tmp_path, RUNNING)}"
    with console(HostSpec("a", "a", uri), HostSpec("b", "b", uri)) as at:
        free, order = threading.Event(), []
        a, b = at.gateway.run_in_lane("a"), at.gateway.run_in_lane("b")
        a(lambda: free.wait(5) and order.append("a1"))
        a(lambda: order.append("a2"))
        b(lambda: order.append("b1"))
        wait_for(lambda: order == ["b1"])
        free.set()
        wait_for(lambda: order == ["b1", "a1", "a2"])


def test_waiting_for_a_host_ends_when_the_gateway_closes(tmp_path: Path) -> None:
    with console(HostSpec("h", "h", f"test://{node(tmp_path, RUNNING)}", autoconnect=False)) as at:
        assert at.gateway.wait_settled("h", 5).phase is Phase.OFF


def test_after_closing_nothing_is_told(tmp_path: Path) -> None:
    with console(HostSpec("h", "h", f"test://{node(tmp_path, RUNNING)}"), interval=0.05) as at:
        at.settled()
        at.gateway.close()
        told = len(at.told)
        time.sleep(0.3)
        assert len([update for update in at.told[told:] if not isinstance(update, StatusChanged)]) == 0
        at.gateway.close()  # a second time is nothing
        with pytest.raises(FleetError):
            at.gateway.link("h")
        at.gateway.set_hosts([HostSpec("x", "x", "test:///default")])


def names(at: Console) -> set[str]:
    return {domain.name for domain in at.inventory.domains()}


def test_vms_with_any_name(tmp_path: Path) -> None:
    path = node(tmp_path, RUNNING)
    wanted = {"🦊 fox", "שרת ראשי", "a‮cod.exe", "x" * 200}
    text = path.read_text()
    start, end = text.index("<domain"), text.index("</domain>") + len("</domain>")
    one = text[start:end]
    many = "".join(
        one.replace(">vm0<", f">{name}<")
        .replace(uuid_of(0), uuid_of(n))
        .replace(":00'/><source net", f":{n:02x}'/><source net")
        for n, name in enumerate(sorted(wanted))
    )
    path.write_text(text[:start] + many + text[end:])
    with console(HostSpec("h", "h", f"test://{path}")) as at:
        assert at.settled() is Phase.LIVE
        assert names(at) == wanted
