"""Files that look like nobody's to one host, and are those of a VM of another: their storage may be the same."""

from __future__ import annotations

from collections.abc import Collection

from console.fleet.clones.family import Kinship
from console.fleet.domains import VmKey
from console.inventory.inventory import Inventory


def far_users(inventory: Inventory, key: VmKey, name: str, paths: Collection[str]) -> dict[str, tuple[str, ...]]:
    """Of these paths those that VMs of other hosts need, as far as is known, each with "host/name" of who does.

    key, name: the VM they were made for. Another host's VM of that UUID or name, with snapshots, may need any of them: which
    files its snapshots keep is not known.
    """
    wanted = frozenset(paths)
    found: dict[str, dict[str, None]] = {}
    for spec in inventory.specs():
        if spec.id == key.host or not wanted:
            continue
        domains = inventory.domains_of(spec.id)
        kinship = Kinship(domains, inventory.view(spec.id).pools)
        for domain in domains:
            same = domain.snapshots and (domain.key.uuid == key.uuid or domain.name == name)
            for path in wanted if same else wanted & kinship.files(domain.key):
                found.setdefault(path, {})[f"{spec.name}/{domain.name}"] = None
    return {path: tuple(users) for path, users in found.items()}
