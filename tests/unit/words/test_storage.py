from __future__ import annotations

import re
import string
from pathlib import Path

from console.fleet.domains import VmKey
from console.fleet.hosts import Pool, Volume
from console.fleet.storage import PoolUse, UseKind, User, VolumeKey, VolumeUse
from console.fleet.storing import Plan, PoolAct, Say, Weight
from console.words import storage

ROOT = Path(__file__).parents[3]


def test_every_code_that_a_plan_says_has_words() -> None:
    source = "".join(
        (ROOT / "console" / path).read_text()
        for path in ("fleet/storing.py", "services/storage.py", "services/pools.py", "services/transfer.py")
    )
    said = (
        set(re.findall(r'Say\(\s*"([a-z-]+)"', source))
        | {f"far-{kind}" for kind in UseKind}
        | {str(k) for k in UseKind}
    )
    said |= {f"pool-{act}" for act in PoolAct}
    assert said <= set(storage._SAYS)
    for code, text in storage._SAYS.items():
        fields = {field for _text, field, *_more in string.Formatter().parse(text) if field}
        storage.say(Say(code, dict.fromkeys(fields, 1)), str)


def test_a_plan_that_is_refused_says_only_why() -> None:
    plan = Plan(
        "volume.delete",
        "h",
        "a",
        (
            Say("goes", {"name": "a", "path": "/v/a", "bytes": 3 << 30}),
            Say("far-disk", {"name": "a", "user": "web", "host": "h2"}, Weight.STOP),
        ),
    )
    assert storage.lines(plan, lambda host: host.upper()) == [
        "a stays: web on H2 uses the same file as a disk.",
    ]
    goes = Plan("volume.delete", "h", "a", (plan.says[0], Say("far-doubt", plan.says[1].values, Weight.WARNING)))
    assert storage.lines(goes, str) == [
        "web on h2 names the same path as a: if the hosts share it, web would lose it too.",
        "a is deleted: /v/a, 3\u00a0GiB on disk. There is no way back.",
    ]


def test_who_uses_it() -> None:
    use = VolumeUse(
        VolumeKey("h", "p", "a"),
        Volume("a", "/v/a"),
        (User(UseKind.DISK, "web", "h", VmKey("h", "u")), User(UseKind.BASE, "db", "h2", VmKey("h2", "u"), sure=False)),
    )
    assert storage.users(use, str) == "web, h2/db (built on it), perhaps"
    assert storage.users(VolumeUse(use.key, use.volume), str) == "nobody"
    assert storage.users(VolumeUse(use.key, use.volume, (User(UseKind.ARRIVES, "a", "h"),)), str) == "being uploaded"


def test_figures() -> None:
    assert storage.promised(PoolUse("h", Pool("p"))) == "–"
    assert storage.ratio(1.234) == "1.23×"
    assert storage.orphans(0, 0) == ""
    assert storage.orphans(2, 1 << 30) == "2 volumes nobody uses, 1\u00a0GiB"
    assert {storage.pool_act(act) for act in PoolAct}
