"""The lab's certificates: one authority that all trust, a certificate for each host and for the workstation, and wrong ones."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path

from tests.lab.harness.machine import run

SERVER_FILES = ("cacert.pem", "servercert.pem", "serverkey.pem")
CLIENT_FILES = ("cacert.pem", "clientcert.pem", "clientkey.pem")


class Authority:
    """A certificate authority in a folder: cacert.pem and cakey.pem."""

    def __init__(self, folder: Path, name: str) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        if not (folder / "cacert.pem").exists():
            self._key("cakey.pem")
            template = self._template("ca", f"cn = {name}", "ca", "cert_signing_key", "expiration_days = 3650")
            self._certtool("--generate-self-signed", "cacert.pem", "cakey.pem", template)

    def server(self, folder: Path, name: str, addresses: Sequence[str] = ()) -> None:
        """Write cacert.pem, servercert.pem and serverkey.pem for a host of that name and those addresses to FOLDER."""
        lines = [f"cn = {name}", f"dns_name = {name}", *(f"ip_address = {address}" for address in addresses)]
        self._issue(folder, "server", [*lines, "tls_www_server", "signing_key", "encryption_key"])

    def client(self, folder: Path, name: str) -> None:
        """Write cacert.pem, clientcert.pem and clientkey.pem for a person of that name to FOLDER: a `pkipath`."""
        self._issue(folder, "client", [f"cn = {name}", "tls_www_client", "signing_key", "encryption_key"])

    def _issue(self, folder: Path, role: str, lines: Sequence[str]) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._key(f"{role}key.pem")
        template = self._template(role, *lines, "expiration_days = 3650")
        signing = ["--load-ca-certificate", str(self.folder / "cacert.pem")]
        signing += ["--load-ca-privkey", str(self.folder / "cakey.pem")]
        self._certtool("--generate-certificate", f"{role}cert.pem", f"{role}key.pem", template, *signing)
        for file in (f"{role}cert.pem", f"{role}key.pem"):
            (self.folder / file).replace(folder / file)
        shutil.copy(self.folder / "cacert.pem", folder / "cacert.pem")

    def _key(self, name: str) -> None:
        run("certtool", "--generate-privkey", "--key-type=rsa", "--bits=2048", "--outfile", str(self.folder / name))

    def _template(self, role: str, *lines: str) -> Path:
        template = self.folder / f"{role}.template"
        template.write_text("\n".join(lines) + "\n")
        return template

    def _certtool(self, verb: str, certificate: str, key: str, template: Path, *more: str) -> None:
        run(
            *("certtool", verb, "--template", str(template), "--load-privkey", str(self.folder / key)),
            *("--outfile", str(self.folder / certificate), *more),
        )
