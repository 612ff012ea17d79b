"""What a query finds among hosts and VMs, in the order in which a person looks for it."""

from __future__ import annotations

from console.fleet.search import Query
from console.inventory.inventory import Inventory
from console.services.search import SearchService
from console.ui.places import Place


def find_places(inventory: Inventory, search: SearchService, query: Query, limit: int) -> tuple[list[Place], int]:
    """Hosts, then VMs: the first `limit` places, and how many there are. Plain words find names first, and of those the ones
    that begin so; then whatever else holds them. Nothing typed finds nothing. Errors: QueryError."""
    if not query:
        return [], 0
    hosts = sorted(search.hosts(query), key=lambda host: spec.name if (spec := inventory.spec(host)) else host)
    words = query.words or ()
    vms = []
    for key in search.find(query):
        domain = inventory.domain(key)
        if domain is not None:
            name = domain.name.casefold()
            rank = 0 if not words else 2 - all(word in name for word in words) - name.startswith(words[0])
            vms.append((rank, name, key))
    vms.sort()
    places = [Place.host(host) for host in hosts] + [Place.vm(key) for _rank, _name, key in vms[:limit]]
    return places[:limit], len(hosts) + len(vms)
