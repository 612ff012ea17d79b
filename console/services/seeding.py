"""The seed image that tells a guest with cloud-init who it is (NoCloud). Imports pycdlib: imported itself when first used."""

from __future__ import annotations

import io
import json

from pycdlib import PyCdlib

LABEL = "cidata"  # by which cloud-init finds it

RENEW = """\
rm -f /etc/udev/rules.d/70-persistent-net.rules /etc/udev/rules.d/75-persistent-net-generator.rules
if [ -e /etc/machine-id ]; then
  rm -f /var/lib/dbus/machine-id
  : > /etc/machine-id
  systemd-machine-id-setup 2>/dev/null || dbus-uuidgen --ensure=/etc/machine-id 2>/dev/null || true
fi
"""
"""What cloud-init does not renew by itself: done once, early in the clone's first start."""


def user_data(host_name: str) -> str:
    """What the guest is told to do. host_name: "" = it keeps its own."""
    lines = [
        "#cloud-config",
        "ssh_deletekeys: true",
        "bootcmd:",
        f"  - [cloud-init-per, instance, splendid-renew, sh, -c, {json.dumps(RENEW)}]",
    ]
    if host_name:
        lines[1:1] = [f"hostname: {json.dumps(host_name)}", "preserve_hostname: false"]
    else:
        lines[1:1] = ["preserve_hostname: true"]
    return "\n".join(lines) + "\n"


def meta_data(instance: str, host_name: str) -> str:
    lines = [f"instance-id: {json.dumps(instance)}"]
    if host_name:
        lines.append(f"local-hostname: {json.dumps(host_name)}")
    return "\n".join(lines) + "\n"


def image(instance: str, host_name: str) -> bytes:
    """An ISO 9660 image. instance: an id no other guest had: with another than before cloud-init begins anew."""
    disk = PyCdlib()
    disk.new(interchange_level=3, joliet=3, rock_ridge="1.09", vol_ident=LABEL)
    files = {"user-data": user_data(host_name), "meta-data": meta_data(instance, host_name)}
    for name, text in files.items():
        data = text.encode()
        short = name.replace("-", "").upper()
        disk.add_fp(io.BytesIO(data), len(data), f"/{short}.;1", rr_name=name, joliet_path=f"/{name}")
    out = io.BytesIO()
    disk.write_fp(out)
    disk.close()
    return out.getvalue()
