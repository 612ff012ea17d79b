from __future__ import annotations

import pytest

from console.fleet.errors import NotFound, UsageError
from console.fleet.hosts import HostSpec, Pool, Volume
from console.fleet.storage import VolumeKey, survey
from console.inventory.inventory import Inventory
from console.services.find_storage import find_pool, find_volume, pool_word, storage_line, volume_word


@pytest.fixture
def inventory() -> Inventory:
    found = Inventory()
    found.set_hosts([HostSpec("i1", "alpha", "test:///a"), HostSpec("i2", "beta", "test:///b")])
    return found


KNOWN = survey(
    [
        ("i1", [Pool("vms", volumes=(Volume("a", "/v/a"), Volume("b", "/v/b"))), Pool("iso")]),
        ("i2", [Pool("vms", volumes=(Volume("a", "/v/a"),))]),
    ],
    (),
)


def test_pools_and_volumes_by_what_names_them(inventory: Inventory) -> None:
    assert find_pool(inventory, KNOWN, "iso").host == "i1"
    assert find_pool(inventory, KNOWN, "beta/vms").host == "i2"
    assert find_pool(inventory, KNOWN, "i2/vms").host == "i2"
    for word in ("b", "vms/b", "alpha/vms/b", "i1/vms/b", "/v/b"):
        assert find_volume(inventory, KNOWN, word).key == VolumeKey("i1", "vms", "b")


def test_several_and_none(inventory: Inventory) -> None:
    with pytest.raises(UsageError) as several:
        find_volume(inventory, KNOWN, "vms/a")
    assert several.value.problem.detail == "alpha/vms/a, beta/vms/a"
    with pytest.raises(NotFound) as none:
        find_pool(inventory, KNOWN, "alpha/is")
    assert none.value.problem.detail == "iso"


def test_words_and_lines(inventory: Inventory) -> None:
    assert pool_word(inventory, "i1", "vms") == "alpha/vms"
    assert volume_word(inventory, VolumeKey("gone", "p", "v")) == "gone/p/v"
    said = storage_line("pool stop", "alpha/my pool", options=["--yes"])
    assert said == "splendid storage pool stop 'alpha/my pool' --yes"
    said = storage_line("clone", "-alpha/images/a", "b", options=["--pool", "p"])
    assert said == "splendid storage clone --pool p -- -alpha/images/a b", "a host may be called -alpha"
