from typing import Any

import pytest

from console.fleet.clones.provenance import Provenance
from console.fleet.domains import Address, AddressSource, Load, State
from console.fleet.hosts import HostSpec, HostStatus, Phase
from console.ui.models.cells import EMPTY, NOTHING, Cell
from console.ui.models.vm_columns import COLUMNS, IDS, Looking, column_number, tooltip
from console.ui.models.vm_rows import VmRow
from tests.ui.models.vm_fleet import NOW, vm

SPEC = HostSpec("n11", "kvm-n11", "test:///x", zone="north", rack="N1")
LIVE = HostStatus(Phase.LIVE, NOW, NOW)
LOST = HostStatus(Phase.UNREACHABLE, NOW, NOW - 845)
STALE = HostStatus(Phase.STALE, NOW, NOW - 48)
GIB = 1 << 20
LOAD = Load(NOW, 0.97, int(14.8 * GIB), 16 * GIB, 200 * 2**20, 12 * 2**20, 5.0, 5.5e6, 5.5e6)
TRACE = ((NOW - 10, 0.2), (NOW, 0.97))


def row(status: HostStatus = LIVE, load: Load | None = LOAD, **more: Any) -> VmRow:
    more.setdefault("memory_kib", 16 * GIB)
    return VmRow(vm("n11", "u-1", "build-runner-07", **more), SPEC, status, load, NOW)


def cell(id: str, one: VmRow) -> Cell:
    at = Looking(NOW, lambda key: TRACE, {"build farm": 2})
    return COLUMNS[column_number(id)].cell(one, at)


def nb(text: str) -> str:
    return text.replace("\u00a0", " ")


def test_every_id_is_once() -> None:
    assert len(set(IDS)) == len(COLUMNS)
    with pytest.raises(ValueError, match="not in tuple"):
        column_number("colour")


def test_name_has_the_state_as_a_glyph() -> None:
    assert cell("name", row()).glyph == ("play", "good")
    assert cell("name", row(LOST)).glyph == ("play-dashed", "last-known")
    assert cell("name", row(LOST)).role == "text3"


def test_a_template_has_a_word_and_a_shape_of_its_own() -> None:
    one = row(state=State.OFF, since=NOW - 9 * 86400, provenance=Provenance(template=True))
    assert cell("name", one).glyph == ("stack", "text2")
    assert cell("state", one).text == cell("template", one).text == "Template"
    assert "never started" in tooltip(one, "name", NOW)


def test_where_a_clone_comes_from() -> None:
    linked = row(provenance=Provenance("win11", snapshot="clean", linked=True, build="4711", note="crash"))
    assert (cell("from", linked).text, cell("from", linked).pale) == ("win11", ", “clean”, linked")
    assert cell("build", linked).text == "4711"
    assert tooltip(linked, "from", NOW) == "Linked to win11 at “clean”\nBuild 4711\ncrash"
    assert cell("from", row(provenance=Provenance("win11"))).pale == ""


def test_what_goes_by_itself_is_marked_with_its_date() -> None:
    dated = row(provenance=Provenance("a", expires=NOW + 6 * 86400))
    assert cell("name", dated).mark == ("hourglass", "text3")
    assert cell("name", dated).mark_text == "21 Jan"
    assert cell("goes", dated).text == "Goes 21 Jan"
    off = row(provenance=Provenance("a", throw_away=True))
    assert (cell("name", off).mark_text, cell("goes", off).text) == ("", "Throw-away")
    assert cell("name", row(provenance=Provenance("a"))).mark is None
    key = COLUMNS[column_number("goes")].key
    assert key(dated) < key(off) < key(row())
    assert dated.ages_at(NOW) == NOW + 60, "the date is said anew as it comes nearer"


def test_state_says_it_in_words() -> None:
    assert nb(cell("state", row(state=State.OFF, since=NOW - 9 * 86400)).text) == "Off for 9 d"
    assert cell("state", row(LOST)).text == "Was running"
    assert cell("state", row(state=State.CRASHED, since=NOW - 60)).role == "error"


def test_host_has_its_age_beside_it() -> None:
    assert cell("host", row()).mark is None
    lost = cell("host", row(LOST))
    assert (lost.mark, nb(lost.mark_text)) == (("struck", "error"), "14 min")
    assert nb(cell("host", row(STALE)).mark_text) == "48 s"


def test_cpu_is_a_line_and_a_figure() -> None:
    hot = cell("cpu", row())
    assert (nb(hot.text), hot.font) == ("97 %", "name")
    assert hot.spark is not None
    assert (hot.spark.trace, hot.spark.gone, hot.spark.color) == (TRACE, 0.0, "series1")
    stale = cell("cpu", row(STALE, Load(NOW - 500, 0.5)))
    assert stale.spark is not None
    assert (stale.spark.gone, stale.spark.color) == (48.0, "last-known")
    assert cell("cpu", row(load=None)) == NOTHING
    assert cell("cpu", row(state=State.OFF)) == NOTHING


def test_memory_is_a_bar_and_two_figures() -> None:
    used = cell("memory", row())
    assert (used.text, used.pale, round(used.bar or 0, 3)) == ("14.8", " of 16", 0.925)
    assert cell("memory", row(LOST)).bar_role == "last-known"
    unknown = cell("memory", row(load=Load(NOW, 0.5, None, 16 * GIB)))
    assert (unknown.text, unknown.pale, unknown.bar) == ("–", " of 16", None)
    off = cell("memory", row(state=State.OFF))
    assert (off.text, off.pale, off.bar) == ("–", " of 16", None)


def test_rates_are_sums_of_both_ways() -> None:
    assert cell("disk", row()).text == "212"
    assert cell("net", row()).text == "88"
    assert cell("disk", row(state=State.OFF)) == NOTHING


def test_ip_counts_the_others() -> None:
    two = row(addresses=(Address("10.0.0.1"), Address("10.0.0.2")))
    assert (cell("ip", two).text, cell("ip", two).pale) == ("10.0.0.1", " +1")
    assert cell("ip", row()) == NOTHING


def test_no_snapshots_are_pale() -> None:
    assert cell("snaps", row()).role == "text3"
    assert cell("snaps", row(snapshots=3)).role == "text"


def test_group_has_its_color() -> None:
    assert cell("group", row(group="build farm")).band == 2
    assert cell("group", row(LOST, group="build farm")).band == -1
    assert cell("group", row()) == EMPTY


def test_tags_are_chips() -> None:
    assert cell("tags", row(tags=("a", "b"))).chips == ("a", "b")
    assert cell("tags", row()) == EMPTY


def test_optional_columns_show_something() -> None:
    one = row(
        started=NOW - 90_000,
        description="two\nlines",
        os="Debian 12",
        owner="me",
        autostart=True,
        vcpus=4,
    )
    shown = {c.id: nb(cell(c.id, one).text) for c in COLUMNS if not c.shown}
    assert shown == {
        "vcpus": "4",
        "autostart": "on",
        "uptime": "1 d 1 h",
        "description": "two",
        "zone": "north",
        "rack": "N1",
        "os": "Debian 12",
        "owner": "me",
        "from": "",
        "build": "",
        "template": "",
        "goes": "",
        "uuid": "u-1",
    }


@pytest.mark.parametrize("id", IDS)
def test_every_column_sorts_whatever_is_missing(id: str) -> None:
    key = COLUMNS[column_number(id)].key
    rows = [row(), row(load=None), row(LOST), row(state=State.OFF, ip="10.9.0.1"), row(ip="2001:db8::1")]
    assert len(sorted(rows, key=key)) == 5


def test_addresses_sort_as_numbers() -> None:
    key = COLUMNS[column_number("ip")].key
    ips = ["10.0.0.10", "10.0.0.9", "", "2001:db8::1", "9.255.0.1"]
    ordered = sorted((row(ip=ip) if ip else row() for ip in ips), key=key)
    assert [one.ip for one in ordered] == ["9.255.0.1", "10.0.0.9", "10.0.0.10", "2001:db8::1", ""]


def test_tooltips_tell_more() -> None:
    one = row(title="Runner", addresses=(Address("10.0.0.1", source=AddressSource.ARP),), tags=("a", "b"))
    assert "Runner" in tooltip(one, "name", NOW)
    assert tooltip(one, "ip", NOW) == "10.0.0.1 by ARP"
    assert tooltip(one, "tags", NOW) == "a, b"
    assert "kvm-n11" in tooltip(row(LOST), "host", NOW)
    assert tooltip(one, "cpu", NOW) == ""
