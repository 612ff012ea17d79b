"""The lab's command line: `python -m tests.lab.harness VERB …`; without a verb it says which there are."""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from collections.abc import Callable

from tests.lab.harness.guests import KINDS, Guest
from tests.lab.harness.host import Host
from tests.lab.harness.lab import NAMES, Lab, sweep
from tests.lab.harness.machine import LabError

FAULTS: dict[str, tuple[str, Callable[[Host], object]]] = {
    "crash": ("kill -9 its libvirtd; its guests live on", Host.crash),
    "daemon": ("start its libvirtd again", Host.daemon),
    "restart": ("stop its libvirtd in good order and start it", Host.restart),
    "freeze": ("stop its libvirtd without ending it: connected, and silent", Host.freeze),
    "thaw": ("let it go on", Host.thaw),
    "cut": ("drop every packet from and to it", Host.cut),
    "heal": ("let them through again", Host.heal),
    "fast": ("full speed again, after `slow`", Host.fast),
    "unfill": ("room on its disk again, after `fill`", Host.unfill),
}


def main() -> int:
    asked = _parser().parse_args()
    try:
        if asked.verb == "up":
            return _up(asked)
        if asked.verb == "list":
            for lab in Lab.running():
                _show(lab)
            sweep()
            return 0
        lab = Lab.find(asked.lab)
        if asked.verb == "down":
            lab.down()
            return 0
        if asked.verb == "desk":
            return subprocess.run(lab.argv(*asked.command), env={**os.environ, **lab.environment()}).returncode
        return _on_host(asked, _host(lab, asked.host), lab)
    except LabError as error:
        print(f"lab: {error}", file=sys.stderr)
        return 1


def _up(asked: argparse.Namespace) -> int:
    lab = Lab.up(asked.host or NAMES[:2], keep=True, disk_mib=asked.disk)
    for host in lab.hosts.values():
        for number in range(1, asked.guests + 1):
            Guest(host, f"{host.name}-{number}", agent=number % 2 == 1).define().start()
    _show(lab)
    first = next(iter(lab.hosts.values()))
    print(f"\non the workstation: python -m tests.lab.harness --lab {lab.key} desk virsh -c {first.uri('tcp')} list")
    return 0


def _on_host(asked: argparse.Namespace, host: Host, lab: Lab) -> int:
    if asked.verb in FAULTS:
        FAULTS[asked.verb][1](host)
    elif asked.verb == "exec":
        return subprocess.run(host.argv(*asked.command)).returncode
    elif asked.verb == "slow":
        host.slow(asked.kbit)
    elif asked.verb == "fill":
        host.fill(asked.spare)
    elif asked.verb == "host-key":
        host.new_host_key() if asked.key == "new" else host.old_host_key()
        host.sshd()
    elif asked.verb == "uuid":
        host.configure(host_uuid=_host(lab, asked.other).uuid if asked.other else "")
        host.restart()
    elif asked.verb == "password":
        host.configure(password=asked.on == "on")
        host.restart()
    elif asked.verb == "work":
        guest = Guest(host, asked.guest, uuid=host.virsh("domuuid", asked.guest))
        guest.mac = host.virsh("domiflist", asked.guest).split()[-1]
        print(guest.do(**{kind: value for kind in KINDS if (value := getattr(asked, kind)) is not None}))
    return 0


def _host(lab: Lab, name: str) -> Host:
    if name not in lab.hosts:
        raise LabError(f"no host {name}; there are {', '.join(lab.hosts)}")
    return lab.hosts[name]


def _show(lab: Lab) -> None:
    print(f"lab {lab.key} in {lab.folder}")
    for host in lab.hosts.values():
        print(f"  {host.name:8} {host.address:12} {host.uri('unix')}")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m tests.lab.harness", description="Real libvirt hosts on this machine."
    )
    parser.add_argument("--lab", default="", metavar="KEY", help="which lab, if several run")
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="VERB")
    up = verbs.add_parser("up", help="start a lab; it runs until `down`")
    up.add_argument("host", nargs="*", help="names of its hosts")
    up.add_argument("--guests", type=int, default=0, metavar="N", help="start N guests on each")
    up.add_argument("--disk", type=int, default=512, metavar="MIB", help="size of each host's pool")
    verbs.add_parser("list", help="the labs that run")
    verbs.add_parser("down", help="end a lab")
    desk = verbs.add_parser("desk", help="run a command on the workstation")
    desk.add_argument("command", nargs=argparse.REMAINDER)

    def on_host(verb: str, text: str) -> argparse.ArgumentParser:
        one = verbs.add_parser(verb, help=text)
        one.add_argument("host")
        return one

    on_host("exec", "run a command on a host").add_argument("command", nargs=argparse.REMAINDER)
    for verb, (text, _) in FAULTS.items():
        on_host(verb, text)
    on_host("slow", "what it sends leaves at so many kbit/s").add_argument("kbit", type=int, nargs="?", default=256)
    on_host("fill", "fill its pool's disk").add_argument("spare", type=int, nargs="?", default=0, help="KiB left")
    on_host("host-key", "another ssh host key, or the first again").add_argument("key", choices=["new", "old"])
    on_host("uuid", "the host UUID of another host, or its own again").add_argument("other", nargs="?")
    on_host("password", "tcp and tls ask for one, or not").add_argument("on", choices=["on", "off"])
    work = on_host("work", "what a guest does")
    work.add_argument("guest")
    for kind in KINDS:
        work.add_argument(f"--{kind}", type=int)
    return parser


if __name__ == "__main__":
    sys.exit(main())
