from __future__ import annotations

import re
import string
import time
from pathlib import Path

from msgspec.structs import replace

from console.fleet.clones import facts
from console.fleet.clones.values import CloneOrder, ClonePlan, DiskDeed, DiskPlan, OneClone
from console.fleet.domains import VmKey
from console.fleet.storing import Say
from console.words import clone_checks as checks

CONSOLE = Path(__file__).parents[3] / "console"


def test_every_code_that_is_planned_has_words() -> None:
    files = [*(CONSOLE / "fleet" / "clones").glob("*.py"), *(CONSOLE / "services").glob("clone*.py")]
    said = {code for file in files for code in re.findall(r'Say\(\s*"([a-z-]+)"', file.read_text())}
    assert said | facts.CODES <= set(checks._CHECKS)
    for code, texts in checks._CHECKS.items():
        fields = {field for text in texts for _text, field, *_more in string.Formatter().parse(text) if field}
        told = checks.check(Say(code, dict.fromkeys(fields, 1)), str)
        assert told.about
        assert told.finding


def test_a_check_in_parts_and_as_a_line() -> None:
    full = Say("no-room", {"pool": "fast", "bytes": 3 << 30, "free": 1 << 30})
    assert checks.check(full, str) == checks.Check(
        "Room", "fast has 1\u00a0GiB free, and they take 3\u00a0GiB.", "Choose another pool, or linked clones."
    )
    assert checks.say(full, str) == (
        "fast has 1\u00a0GiB free, and they take 3\u00a0GiB. Choose another pool, or linked clones."
    )
    assert checks.say(Say("read-only-host", {"host": "n1"}), str.upper) == "N1 is set to only look, never change."


def test_a_date_is_said_as_people_say_it() -> None:
    when = int(time.time() + 3 * 86400)
    said = checks.say(Say("expires", {"when": when}), str)
    assert said.startswith("They go with their disks on ")
    assert str(when) not in said


def test_what_is_in_order_is_said_too() -> None:
    disk = DiskPlan("vda", DiskDeed.COPY, volume="a.qcow2")
    one = OneClone("a", "u", (disk, DiskPlan("sda", DiskDeed.EMPTY)), {"1": "2"})
    order = CloneOrder(VmKey("h", "u"), ("a",))
    whole = ClonePlan(order, "web", 0.0, (one,), needs=1 << 30, free=4 << 30)
    assert [(told.about, told.finding) for told in checks.passed([whole])] == [
        ("Name", "It is free."),
        ("File", "1 new one; no other is written."),
        ("MAC address", "1 new one."),
        ("Room", "It takes 1\u00a0GiB of 4\u00a0GiB that are free."),
    ]
    stopped = replace(whole, says=(Say("name-taken", {"name": "a", "host": "h"}), Say("no-room", {})))
    assert [told.about for told in checks.passed([stopped, whole])] == ["File", "MAC address"]
    assert checks.passed([whole, whole])[0].finding == "All 2 are free."
