"""A libvirtd of the benchmark's own: in namespaces of its own, on a socket of its own; it ends with this process.

It runs at a lower priority than what is measured, the floor and the peer alike: elsewhere hosts have CPUs of their own, and
here they would take those of the window.
"""

from __future__ import annotations

import contextlib
import os
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

SETTINGS = """unix_sock_dir = "{folder}"
auth_unix_rw = "none"
auth_unix_ro = "none"
max_clients = 8000
max_queued_clients = 8000
max_anonymous_clients = 0
max_workers = 20
log_outputs = "3:file:{folder}/libvirtd.log"
"""

IN_NAMESPACES = """
for folder in /run/libvirt /var/lib/libvirt /var/cache/libvirt /var/log/libvirt /etc/libvirt; do
  mkdir -p $folder && mount -t tmpfs tmpfs $folder
done
ulimit -n 65536
exec nice -n 10 setpriv --pdeathsig KILL libvirtd --config "$0/libvirtd.conf" --pid-file "$0/libvirtd.pid"
"""


@contextlib.contextmanager
def private_libvirtd(folder: Path) -> Iterator[Path]:
    """Runs a libvirtd that nothing on this machine knows of; gives its socket. Needs root. `folder` has a short path."""
    if os.geteuid() != 0:
        raise SystemExit("the benchmark starts a libvirtd of its own in namespaces: run it as root")
    (folder / "libvirtd.conf").write_text(SETTINGS.format(folder=folder))
    socket = folder / "libvirt-sock"
    command = ["unshare", "--mount", "--net", "--propagation", "private", "setpriv", "--pdeathsig", "KILL"]
    with (folder / "out").open("wb") as out:
        daemon = subprocess.Popen(
            [*command, "bash", "-c", IN_NAMESPACES, folder], stdout=out, stderr=out, stdin=subprocess.DEVNULL
        )
    try:
        end = time.monotonic() + 20
        while not socket.exists():
            if daemon.poll() is not None or time.monotonic() > end:
                raise SystemExit(f"libvirtd did not start: {(folder / 'out').read_text()}")
            time.sleep(0.05)
        yield socket
    finally:
        daemon.kill()
        daemon.wait()
