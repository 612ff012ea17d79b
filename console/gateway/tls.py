"""Why a TLS host's certificate was not accepted: libvirt 9.0 tells its log, not its caller."""

from __future__ import annotations

import os
import socket
import ssl
from pathlib import Path

from console.fleet.errors import Reason
from console.fleet.hosts import HostSpec
from console.gateway.uri import PORTS, Target

LIMIT = 5.0  # seconds
OTHER_NAME = frozenset({62, 64})  # X509_V_ERR_HOSTNAME_MISMATCH, X509_V_ERR_IP_ADDRESS_MISMATCH


def doubt(target: Target, spec: HostSpec) -> Reason:
    """TLS_NAME when the certificate is trusted but for another name, else TLS_UNTRUSTED. Blocks, raises nothing."""
    try:
        context = ssl.create_default_context(cafile=_authority(spec, target))
        context.verify_flags &= ~getattr(ssl, "VERIFY_X509_STRICT", 0)  # GnuTLS is not as strict
        address = (target.host, target.port or PORTS["tls"])
        with (
            socket.create_connection(address, LIMIT) as connection,
            context.wrap_socket(connection, server_hostname=target.host),
        ):
            return Reason.TLS_UNTRUSTED
    except ssl.SSLCertVerificationError as error:
        return Reason.TLS_NAME if error.verify_code in OTHER_NAME else Reason.TLS_UNTRUSTED
    except (OSError, ValueError):
        return Reason.TLS_UNTRUSTED


def _authority(spec: HostSpec, target: Target) -> str:
    """The file of the authority that libvirt would trust."""
    named = dict(target.params).get("pkipath", "") or spec.pkipath
    if named:
        return str(Path(named) / "cacert.pem")
    mine = Path("~/.pki/libvirt/cacert.pem").expanduser()
    return str(mine) if os.geteuid() != 0 and mine.exists() else "/etc/pki/CA/cacert.pem"
