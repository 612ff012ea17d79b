"""The first process of a lab host or of the workstation: it lays the mounts, says so, and stays.

Started by the guardian as `holder.py HOME NAME host|workstation MIB` within new namespaces, by path: it uses nothing but
the standard library. For a host it is process 1 of a PID namespace: when it dies, so does all that runs on the host.
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

HOST_FOLDERS = {
    "etc": "/etc/libvirt",
    "lib": "/var/lib/libvirt",
    "log": "/var/log/libvirt",
    "cache": "/var/cache/libvirt",
    "ssh": "/etc/ssh",
    "sasl": "/etc/sasl2",
    "run": "/run",
    "hosts": "/etc/hosts",
    "passwd": "/etc/passwd",
    "shadow": "/etc/shadow",
}
WORKSTATION_FOLDERS = {"run": "/run/libvirt", "hosts": "/etc/hosts", "passwd": "/etc/passwd"}


def main() -> None:
    home, name, kind, mib = Path(sys.argv[1]), sys.argv[2], sys.argv[3], sys.argv[4]
    # sysfs shows the network namespace in which it was mounted; libvirt sets up its bridges through it.
    _call("umount", "--lazy", "/sys")
    _call("mount", "-t", "sysfs", "sysfs", "/sys")
    for source, target in (HOST_FOLDERS if kind == "host" else WORKSTATION_FOLDERS).items():
        if Path(target).exists():
            _call("mount", "--bind", str(home / source), target)
    if kind == "host":
        socket.sethostname(name)
        images = Path("/var/lib/libvirt/images")
        images.mkdir(exist_ok=True)
        _call("mount", "-t", "tmpfs", "-o", f"size={mib}m,mode=711", "images", str(images))
        Path("/proc/sys/net/ipv4/ip_forward").write_text("1")
    print("ready", flush=True)
    signal.signal(signal.SIGTERM, lambda *_: os._exit(0))
    while True:  # what loses its parent on this host becomes ours to bury
        try:
            os.wait()
        except ChildProcessError:
            time.sleep(0.2)


def _call(*argv: str) -> None:
    subprocess.run(argv, check=True, stdin=subprocess.DEVNULL)


if __name__ == "__main__":
    main()
