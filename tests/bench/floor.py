"""The floor: what the calls themselves cost with no program around them. Prints one JSON object.

python -m tests.bench.floor THREADS < addresses
"""

from __future__ import annotations

import json
import resource
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import libvirt


def cpu() -> float:
    """Seconds of CPU this process has used."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def read(address: str) -> tuple[libvirt.virConnect, int]:
    """Opens a host and reads all that a list of its VMs needs. Returns the connection and how many VMs."""
    connection = libvirt.open(address)
    domains = connection.listAllDomains()
    connection.getAllDomainStats()
    for domain in domains:
        domain.XMLDesc()
    return connection, len(domains)


def events() -> None:
    """libvirt's event loop."""
    while True:
        libvirt.virEventRunDefaultImpl()


def main() -> None:
    addresses = sys.stdin.read().split()
    libvirt.virEventRegisterDefaultImpl()
    threading.Thread(target=events, daemon=True).start()
    with ThreadPoolExecutor(int(sys.argv[1])) as pool:
        start = time.monotonic()
        hosts = list(pool.map(read, addresses))
        opened = time.monotonic() - start
        used, start = cpu(), time.monotonic()
        list(pool.map(lambda host: host[0].getAllDomainStats(), hosts))
        round_s = time.monotonic() - start
    print(
        json.dumps(
            {"open_s": opened, "vms": sum(count for _, count in hosts), "round_s": round_s, "round_cpu_s": cpu() - used}
        )
    )


if __name__ == "__main__":
    main()
