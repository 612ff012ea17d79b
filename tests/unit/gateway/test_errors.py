"""libvirt's errors as ours. The texts are libvirt's and ssh's own, taken down from 9.0 and OpenSSH 9.2."""

from __future__ import annotations

import libvirt
import pytest

from console.fleet.errors import (
    AuthFailed,
    Busy,
    Conflict,
    Denied,
    Failed,
    FleetError,
    NotFound,
    Problem,
    Reason,
    Unreachable,
    Unsupported,
    UsageError,
)
from console.gateway.errors import KIND, calling, fleet_error, one_line, opening_problem, translated


def error(code: int, text: str, domain: int = 0) -> libvirt.libvirtError:
    made = libvirt.libvirtError(text)
    made.err = (code, domain, text, 2, None, None, None, -1, -1)
    return made


OPENING = [
    (38, "unable to connect to server at '10.0.0.1:16509': Connection refused", Reason.CONN_REFUSED),
    (38, "unable to connect to server at '10.0.0.1:16509': Connection timed out", Reason.SILENT),
    (38, "unable to connect to server at '10.0.0.1:16509': No route to host", Reason.NO_ROUTE),
    (38, "unable to connect to server at '10.0.0.1:16509': Network is unreachable", Reason.NO_ROUTE),
    (38, "Unable to resolve address 'x' service '16509': Name or service not known", Reason.NAME_UNKNOWN),
    (38, "Unable to resolve address 'x' service '1': Temporary failure in name resolution", Reason.NAME_UNKNOWN),
    (38, "Failed to connect socket to '/run/libvirt/libvirt-sock': No such file or directory", Reason.NO_SOCKET),
    (38, "Failed to connect socket to '/run/libvirt/libvirt-sock': Permission denied", Reason.PERMISSION),
    (38, "Failed to connect socket to '/run/libvirt/libvirt-sock': Connection refused", Reason.CONN_REFUSED),
    (45, "authentication unavailable: no polkit agent available to authenticate action", Reason.PERMISSION),
    (45, "authentication failed: access denied by policy", Reason.PERMISSION),
    (45, "authentication failed: authentication failed", Reason.PASSWORD),
    (45, "authentication failed: Failed to start SASL negotiation: -13 (SASL(-13): authentication failure)", Reason.PASSWORD),
    (79, "authentication cancelled: user cancelled authentication process", Reason.PASSWORD),
    (5, "no connection driver available for foo:///system", Reason.NO_DRIVER),
    (8, "invalid argument: remote_open: transport in URL not recognised (should be tls|unix|ssh|ext|tcp)", Reason.BAD_URI),
    (1, "internal error: Unable to parse URI qemu+tcp://[::1/system", Reason.BAD_URI),
    (1, "internal error: unexpected QEMU URI path '/nonsense', try qemu:///system", Reason.BAD_URI),
    (27, "XML error: failed to parse xml document '/nofile.xml'", Reason.BAD_URI),
    (38, "Cannot read CA certificate '/etc/pki/CA/cacert.pem': No such file or directory", Reason.TLS_SETUP),
    (1, "internal error: Unable to import client certificate /pki/clientcert.pem", Reason.TLS_SETUP),
    (38, "The client certificate /pki/clientcert.pem has expired", Reason.TLS_SETUP),
    (9, "operation failed: Certificate alpha owner does not match the hostname beta", Reason.TLS_NAME),
    (1, "authentication failed: Failed to verify peer's certificate", Reason.TLS_UNTRUSTED),
    (38, "Certificate failed validation: The certificate hasn't got a known issuer.", Reason.TLS_UNTRUSTED),
    (38, "Cannot recv data: Host key verification failed.: Connection reset by peer", Reason.HOST_KEY_UNKNOWN),
    (
        38,
        "Cannot recv data: @@@@@@ @ WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED! @ @@@@@@ Host key verification failed.",
        Reason.HOST_KEY_CHANGED,
    ),
    (
        98,
        "!!! SSH HOST KEY VERIFICATION FAILED !!!: Identity of host 'a:22' differs from stored identity. Please verify",
        Reason.HOST_KEY_CHANGED,
    ),
    (98, "SSH host key for 'a' (SHA256:x) was not accepted", Reason.HOST_KEY_UNKNOWN),
    (38, "Cannot recv data: me@a: Permission denied (publickey,password).: Connection reset by peer", Reason.KEY_REJECTED),
    (38, "Cannot recv data: Received disconnect from 10.0.0.1: Too many authentication failures", Reason.KEY_REJECTED),
    (38, "Cannot recv data: ssh: connect to host a port 22: Connection refused: Connection reset by peer", Reason.CONN_REFUSED),
    (38, "Cannot recv data: ssh: connect to host a port 22: Connection timed out", Reason.SILENT),
    (38, "Cannot recv data: ssh: Could not resolve hostname a: Name or service not known", Reason.NAME_UNKNOWN),
    (38, "Cannot recv data: libvirt: error : cannot execute binary ssh: No such file or directory", Reason.NO_TOOL),
    (38, "End of file while reading data: sh: 1: virt-ssh-helper: not found: Input/output error", Reason.NO_TOOL),
    (38, "End of file while reading data: Ncat: unix connect failed: No such file or directory", Reason.NO_SOCKET),
    (38, "End of file while reading data: : Input/output error", Reason.LOST),
    (1, "internal error: something new", Reason.OTHER),
]  # fmt: skip


@pytest.mark.parametrize(("code", "text", "reason"), OPENING, ids=[f"{case[2]}-{n}" for n, case in enumerate(OPENING)])
def test_why_a_host_could_not_be_opened(code: int, text: str, reason: Reason) -> None:
    problem = opening_problem(error(code, text))
    assert problem.reason is reason
    assert problem.code == code
    assert problem.text == text


CALLS = [
    (42, "Domain not found: no domain with matching uuid 'x'", 10, NotFound, Reason.GONE),
    (50, "Storage volume not found: no storage vol with matching path '/x'", 18, NotFound, Reason.GONE),
    (55, "Requested operation is not valid: domain is not running", 10, Conflict, Reason.WRONG_STATE),
    (55, "Requested operation is not valid: domain with name 'a' already exists", 10, Conflict, Reason.EXISTS),
    (9, "operation failed: domain 'a' already exists with uuid x", 20, Conflict, Reason.EXISTS),
    (9, "operation failed: domain is already running", 20, Conflict, Reason.WRONG_STATE),
    (1, "internal error: domain 'a' not paused", 12, Conflict, Reason.WRONG_STATE),
    (29, "operation forbidden for read only access", 7, Denied, Reason.READ_ONLY),
    (29, "operation forbidden: read only access prevents virDomainDestroy", 7, Denied, Reason.READ_ONLY),
    (88, "access denied: 'QEMU' denied access", 7, Denied, Reason.PERMISSION),
    (3, "this function is not supported by the connection driver: virDomainFoo", 20, Unsupported, Reason.TOO_OLD),
    (39, "unknown procedure: 999", 7, Unsupported, Reason.TOO_OLD),
    (67, "unsupported configuration: nope", 10, Unsupported, Reason.OTHER),
    (68, "Timed out during operation: cannot acquire state change lock (held by x)", 10, Busy, Reason.TIMEOUT),
    (86, "Guest agent is not responding: QEMU guest agent is not connected", 10, Busy, Reason.AGENT),
    (111, "guest agent command timed out", 10, Busy, Reason.AGENT),
    (38, "cannot write '/x': No space left on device", 0, Failed, Reason.NO_SPACE),
    (1, 'internal error: Failed to get "write" lock', 10, Busy, Reason.IN_USE),
    (83, "block copy still active: disk 'vda' already in active block job", 10, Busy, Reason.IN_USE),
    (1, "internal error: client socket is closed", 7, Unreachable, Reason.LOST),
    (38, "End of file while reading data: Input/output error", 7, Unreachable, Reason.LOST),
    (38, "Cannot recv data: Connection timed out", 7, Unreachable, Reason.SILENT),
    (1, "internal error: process exited: qemu: Connection reset", 10, Failed, Reason.OTHER),
    (6, "invalid connection pointer in virX", 0, Unreachable, Reason.LOST),
    (1, "internal error: qemu says no", 10, Failed, Reason.OTHER),
]


@pytest.mark.parametrize(("code", "text", "domain", "kind", "reason"), CALLS, ids=[case[1][:40] for case in CALLS])
def test_why_a_call_failed(code: int, text: str, domain: int, kind: type[FleetError], reason: Reason) -> None:
    ours = translated(error(code, text, domain), "web1")
    assert type(ours) is kind
    assert ours.problem.reason is reason
    assert ours.what == "web1"


def test_what_is_raised_inside_comes_out_as_ours() -> None:
    with pytest.raises(NotFound), calling("web1"):
        raise error(42, "Domain not found")
    with pytest.raises(ValueError), calling("web1"):
        raise ValueError


def test_each_reason_of_an_opening_has_a_kind() -> None:
    assert {reason for _, _, reason in OPENING} - KIND.keys() <= {Reason.OTHER}
    assert isinstance(fleet_error(Problem(Reason.OTHER)), Failed)
    assert isinstance(fleet_error(Problem(Reason.HOST_KEY_CHANGED)), AuthFailed)
    assert isinstance(fleet_error(Problem(Reason.BAD_URI)), UsageError)


def test_text_is_one_short_line() -> None:
    assert one_line("a\n  b\t c") == "a b c"
    assert len(one_line("x" * 1000)) == 400
    assert opening_problem(error(1, "two\nlines")).text == "two lines"
