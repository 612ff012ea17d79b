from __future__ import annotations

import io
import subprocess
from pathlib import Path

import pytest
from pycdlib import PyCdlib

from console.fleet.clones.disks import SEED
from console.fleet.storing import image_format
from console.services import seeding


def read(data: bytes, name: str) -> str:
    disk, out = PyCdlib(), io.BytesIO()
    disk.open_fp(io.BytesIO(data))
    disk.get_file_from_iso_fp(out, joliet_path=f"/{name}")
    disk.close()
    return out.getvalue().decode()


def test_cloud_init_finds_both_files_in_it() -> None:
    data = seeding.image("1-2-3", "qa-01")
    assert image_format(data) == "iso"
    assert data[0x8028 : 0x8028 + 6] == b"cidata"
    assert len(data) <= SEED
    assert read(data, "meta-data") == 'instance-id: "1-2-3"\nlocal-hostname: "qa-01"\n'
    assert read(data, "user-data").startswith("#cloud-config\n")


@pytest.mark.parametrize(("name", "keeps"), [("qa-01", "false"), ("", "true")])
def test_the_host_name_is_the_vms_or_stays(name: str, keeps: str) -> None:
    text = seeding.user_data(name)
    assert f"preserve_hostname: {keeps}\n" in text
    assert ("\nhostname:" in text) is bool(name)
    assert ("local-hostname" in seeding.meta_data("i", name)) is bool(name)


def test_what_is_renewed_is_a_script_that_runs(tmp_path: Path) -> None:
    (tmp_path / "rules").write_text("x")
    script = seeding.RENEW.replace("/etc/", f"{tmp_path}/").replace("/var/", f"{tmp_path}/")
    (tmp_path / "machine-id").write_text("old\n")
    script = script.replace("systemd-machine-id-setup", f"echo new >{tmp_path}/machine-id; true")
    subprocess.run(["sh", "-euc", script], check=True)
    assert (tmp_path / "machine-id").read_text() == "new\n"
