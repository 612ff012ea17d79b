"""What a plan for clones needs to know, asked of the hosts now."""

from __future__ import annotations

import random
import time
import uuid
from collections.abc import Iterator

import msgspec
from msgspec.structs import replace

from console.fleet.clones.facts import CloneFacts, Place
from console.fleet.clones.family import Kinship
from console.fleet.clones.planning import Draw, plan_clones
from console.fleet.clones.provenance import Provenance
from console.fleet.clones.values import CloneOrder, ClonePlan
from console.fleet.errors import Conflict, NotFound, Reason
from console.fleet.hosts import HostSpec
from console.gateway import cloning, defining, snapshots, volumes
from console.gateway.gateway import Gateway
from console.gateway.snapshot_facts import read_facts
from console.inventory.inventory import Inventory
from console.libvirtxml import cloning as xml
from console.libvirtxml.domain import read_domain
from console.services import reset

PREFIX = "52:54:00"  # of MACs that QEMU's cards have
_WINDOWS = ("microsoft", "windows")


class Looked(msgspec.Struct, frozen=True):
    """What was found, the XML that is cloned (without passwords), and the plan that comes of it."""

    facts: CloneFacts
    xml: str
    origin: Provenance
    plan: ClonePlan


class Looker:
    """Asks hosts and plans; blocks. Errors: UsageError (no name, one twice), NotFound, FleetError."""

    def __init__(self, gateway: Gateway, inventory: Inventory) -> None:
        self._gateway = gateway
        self._inventory = inventory

    def look(self, order: CloneOrder, before: ClonePlan | None = None) -> Looked:
        """before: a plan that was shown; its UUIDs and MACs are kept."""
        facts, text, origin = self.facts(order)
        new_uuid, new_mac = draws(before) if before is not None else (self.new_uuid, self.new_macs())
        plan = plan_clones(order, facts, time.time(), new_uuid, new_mac)
        ours = replace(xml.ours_in(text), provenance=None)
        shown = tuple(replace(one, xml=xml.cloned(text, one, ours, facts.locked)) for one in plan.clones)
        return Looked(facts, text, origin, replace(plan, clones=shown))

    def facts(self, order: CloneOrder) -> tuple[CloneFacts, str, Provenance]:
        """All that a plan needs; the XML of what is cloned; where the source itself comes from."""
        source = order.source
        link = self._gateway.link(source.host)
        known = self._inventory.view(source.host).pools
        vm = read_facts(link, source, known)
        stored = defining.stored(link, source.uuid)
        text = self.text(order, stored, secrets=False)
        host = order.host or source.host
        there = link if host == source.host else self._gateway.link(host)
        pools = volumes.pools(there, self._inventory.view(host).pools)
        place = Place(
            host,
            cloning.names(there),
            pools,
            cloning.networks(there),
            near=host == source.host,
            read_only=there.read_only,
            nvrams=frozenset(one.nvram for one in self._inventory.domains_of(host) if one.nvram),
        )
        origin = xml.ours_in(stored).provenance or Provenance()
        domain = read_domain(text, source.host)
        now = self._inventory.domain(source)
        kinship = Kinship(self._inventory.domains_of(source.host), known)
        facts = CloneFacts(
            vm,
            domain,
            place,
            xml.notes(text),
            frozenset(origin.locked),
            origin.template,
            now is not None and now.autostart,
            reset.in_the_way(self._gateway, self._spec(host), order.reset),
            any(word in domain.os.casefold() for word in _WINDOWS),
            tuple(kin.name for kin in kinship.needing(source)),
        )
        return facts, text, origin

    def text(self, order: CloneOrder, stored: str, *, secrets: bool) -> str:
        """The XML that is cloned: what is stored, or what the snapshot kept."""
        if not order.snapshot:
            return stored
        link = self._gateway.link(order.source.host)
        if not snapshots.exists(link, order.source.uuid, order.snapshot):
            return stored  # the plan says that it is not there
        return xml.domain_in(snapshots.xml(link, order.source.uuid, order.snapshot, secrets=secrets)) or stored

    def new_uuid(self) -> str:
        return str(uuid.uuid4())

    def new_macs(self) -> Draw:
        """Draws MACs that no VM of the fleet is known to have."""
        taken = {nic.mac for domain in self._inventory.domains() for nic in domain.nics}
        luck = random.SystemRandom()

        def draw() -> str:
            while True:
                rest = luck.randrange(1 << 24)
                mac = f"{PREFIX}:{rest >> 16:02x}:{rest >> 8 & 255:02x}:{rest & 255:02x}"
                if mac not in taken:
                    taken.add(mac)
                    return mac

        return draw

    def _spec(self, host: str) -> HostSpec:
        spec = self._inventory.spec(host)
        if spec is None:
            raise NotFound(Reason.GONE, host)
        return spec


def draws(plan: ClonePlan) -> tuple[Draw, Draw]:
    """The UUIDs and the new MACs of a plan, once more in their order."""
    uuids = iter([one.uuid for one in plan.clones])
    macs = iter([mac for one in plan.clones for mac in one.macs.values()])

    def one_of(rest: Iterator[str], why: str) -> str:
        found = next(rest, None)
        if found is None:  # the VM got another card meanwhile
            raise Conflict(Reason.CHANGED, plan.source, detail=why)
        return found

    return (lambda: one_of(uuids, "uuid")), (lambda: one_of(macs, "mac"))
