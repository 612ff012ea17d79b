"""Failures as sentences: what was tried, why it failed, what to do next."""

from __future__ import annotations

import msgspec

from console.fleet.domains import State
from console.fleet.errors import FleetError, Problem, Reason
from console.fleet.hosts import Phase
from console.fleet.uris import Flaw
from console.words import changed, units
from console.words.addresses import flaw
from console.words.states import state_in_sentence
from console.words.translation import N_, _
from console.words.tried import tried_sentence


class Explained(msgspec.Struct, frozen=True):
    """Three sentences, and what libvirt or the system said itself where that adds something ("" if not)."""

    what: str
    why: str
    next: str
    words: str = ""

    @property
    def line(self) -> str:
        """What and why, as one line."""
        return f"{self.what} {self.why}"

    @property
    def full(self) -> str:
        return " ".join(part for part in (self.what, self.why, self.next) if part)


# without a detail, and with {detail}: the value of Problem.detail
_WHY: dict[Reason, tuple[str, str]] = {
    Reason.NONE: (N_("Nothing is wrong."), ""),
    Reason.NAME_UNKNOWN: (N_("Its name is not known here."), N_("The name {detail} is not known here.")),
    Reason.CONN_REFUSED: (
        N_("It is there, but nothing listens on that port."),
        N_("It is there, but nothing listens on {detail}."),
    ),
    Reason.SILENT: (N_("It did not answer in time."), N_("{detail} did not answer in time.")),
    Reason.NO_ROUTE: (N_("There is no route to it."), N_("There is no route to {detail}.")),
    Reason.LOST: (N_("The connection broke."), N_("There is no connection to its host.")),
    Reason.NO_SOCKET: (N_("No libvirt daemon listens there."), N_("No libvirt daemon listens at {detail}.")),
    Reason.HOST_KEY_UNKNOWN: (N_("Its host key is not known yet."), N_("Its host key {detail} is not known yet.")),
    Reason.HOST_KEY_CHANGED: (
        N_("It shows another host key than before. Someone may be in between, or it was installed anew."),
        N_("It shows another host key than before: {detail}. Someone may be in between, or it was installed anew."),
    ),
    Reason.TLS_NAME: (
        N_("Its certificate is for another name than the one it was called by."),
        N_("Its certificate is not for the name it was called by: {detail}."),
    ),
    Reason.TLS_UNTRUSTED: (
        N_("No authority trusted here signed its certificate, or it is out of date."),
        N_("No authority trusted here signed its certificate, or it is out of date: {detail}."),
    ),
    Reason.TLS_SETUP: (
        N_("A certificate or key of this computer is missing or unreadable."),
        N_("A certificate or key of this computer is missing or unreadable: {detail}."),
    ),
    Reason.PASSWORD: (
        N_("It wants a password, and the right one was not given."),
        N_("It wants a password for {detail}, and the right one was not given."),
    ),
    Reason.PASSPHRASE: (
        N_("Its ssh key is locked, and the right passphrase was not given."),
        N_("The ssh key {detail} is locked, and the right passphrase was not given."),
    ),
    Reason.KEY_REJECTED: (
        N_("It accepts none of the ssh keys offered."),
        N_("It accepts none of the ssh keys offered for {detail}."),
    ),
    Reason.PERMISSION: (
        N_("The user signed in may not do this."),
        N_("The user signed in may not do this: {detail}."),
    ),
    Reason.BAD_URI: (N_("Its URI cannot be used."), N_("The URI {detail} cannot be used.")),
    Reason.NO_FILE: (
        N_("The file its URI names is missing."),
        N_("The file {detail}, which its URI names, is missing."),
    ),
    Reason.BAD_FILE: (
        N_("The file its URI names does not describe a test host."),
        N_("The file {detail}, which its URI names, does not describe a test host."),
    ),
    Reason.NO_DRIVER: (
        N_("The libvirt there has no driver for this kind of URI."),
        N_("The libvirt there has no driver for {detail}."),
    ),
    Reason.NO_TOOL: (N_("A program that is needed is missing."), N_("The program {detail} is missing.")),
    Reason.TOO_OLD: (
        N_("The libvirt or driver there cannot do this."),
        N_("The libvirt or driver there cannot do this: {detail}."),
    ),
    Reason.READ_ONLY: (N_("It is set to only look, never change."), N_("{detail} is set to only look, never change.")),
    Reason.GONE: (N_("It is not there, or no longer."), ""),
    Reason.EXISTS: (N_("That name is taken."), N_("{detail} exists already.")),
    Reason.IN_USE: (N_("It is in use."), N_("It is in use by {detail}.")),
    Reason.WRONG_STATE: (N_("Its state does not allow this."), N_("It is {detail}.")),
    Reason.CHANGED: (N_("Somebody else changed it meanwhile."), N_("{detail} changed it meanwhile.")),
    Reason.TIMEOUT: (N_("It was not done in time."), N_("It was not done in {detail}.")),
    Reason.NO_SPACE: (N_("There is not enough space left."), N_("There is not enough space left on {detail}.")),
    Reason.DAMAGED: (
        N_("Its file was damaged, and was started anew."),
        N_("Its file was damaged. It was set aside as {detail} and started anew."),
    ),
    Reason.AGENT: (N_("The guest agent does not answer."), N_("The guest agent does not answer: {detail}.")),
    Reason.OTHER: (N_("The reason is not known."), N_("The reason is not known.")),
}

_NEXT: dict[Reason, str] = {
    Reason.NONE: "",
    Reason.NAME_UNKNOWN: N_("Check the spelling, the DNS or /etc/hosts; an IP address works too."),
    Reason.CONN_REFUSED: N_("Check the port, and that sshd or libvirt's TLS or TCP socket is started there."),
    Reason.SILENT: N_("Check that the host is up and that no firewall drops the packets, then try again."),
    Reason.NO_ROUTE: N_("Check the network or VPN of this computer, then try again."),
    Reason.LOST: N_("It is tried again by itself; “Try now” does it at once."),
    Reason.NO_SOCKET: N_("Start libvirtd or virtqemud there, or correct the socket in the URI."),
    Reason.HOST_KEY_UNKNOWN: N_(
        "Compare the fingerprint with the host's own, then trust it: on the host's page, or with splendid host trust."
    ),
    Reason.HOST_KEY_CHANGED: N_(
        "Ask whoever runs the host. If the new key is right, remove the old one with ssh-keygen -R and trust the new one."
    ),
    Reason.TLS_NAME: N_("Use the name the certificate is for, or have one issued that names this address."),
    Reason.TLS_UNTRUSTED: N_(
        "Put the authority's certificate in /etc/pki/CA/cacert.pem, or name its folder for this host."
    ),
    Reason.TLS_SETUP: N_("Put the certificates in /etc/pki or ~/.pki/libvirt, or name their folder for this host."),
    Reason.PASSWORD: N_("Connect again and type the password; the keyring can keep it."),
    Reason.PASSPHRASE: N_("Connect again and type the passphrase, or load the key with ssh-add."),
    Reason.KEY_REJECTED: N_(
        "Load the key with ssh-add, name a key file for this host, or install the key there: ssh-copy-id."
    ),
    Reason.PERMISSION: N_("Use a user of the group libvirt, or ask for the right to do this."),
    Reason.BAD_URI: N_("Write it as driver+transport://user@host/path, for example qemu+ssh://root@kvm-01/system."),
    Reason.NO_FILE: N_("Put the file there, or correct the path in the URI."),
    Reason.BAD_FILE: N_("Correct the file: it is XML with <node> around all, as libvirt's test driver reads it."),
    Reason.NO_DRIVER: N_("Install that driver on the host, or correct the URI."),
    Reason.NO_TOOL: N_("Install it, then try again."),
    Reason.TOO_OLD: N_("A newer libvirt or QEMU on the host is needed."),
    Reason.READ_ONLY: N_("Allow changes in the host's settings, if you mean to."),
    Reason.GONE: N_("Refresh, and check whether it was renamed, moved or deleted."),
    Reason.EXISTS: N_("Choose another name."),
    Reason.IN_USE: N_("Wait until it is free, or end what uses it."),
    Reason.WRONG_STATE: N_("Bring it into a fitting state first."),
    Reason.CHANGED: N_("Look at both changes, then merge them or discard yours."),
    Reason.TIMEOUT: N_("Look at the VM's screen; if it hangs, force it."),
    Reason.NO_SPACE: N_("Free some space there, then try again."),
    Reason.DAMAGED: N_("Nothing needs doing; the damaged file can be deleted."),
    Reason.AGENT: N_("Check that qemu-guest-agent runs in the guest."),
    Reason.OTHER: "",
}

_AFTER = {  # the state an act leads to
    "vm.start": State.RUNNING,
    "vm.resume": State.RUNNING,
    "vm.pause": State.PAUSED,
    "vm.shutdown": State.OFF,
    "vm.force-off": State.OFF,
    "vm.save": State.SAVED,
}
_FIRST = {  # what to do before, by act and whether the VM is up
    **{(f"vm.{act}", False): N_("Start it first.") for act in ("pause", "reboot", "reset", "save", "shutdown")},
    ("vm.rename", True): N_("Shut it down first."),
}
_NOT_SO = {  # WRONG_STATE with something else than a state
    "transient": N_("It is transient: it has no configuration on disk."),
    "template": N_("It is a template, to clone from: it is never started."),
    "mac-runs": N_("A VM with the same MAC address runs on its network."),
    "clone-used": N_("Somebody has used it since it was made, so it stays."),
    "external": N_("It keeps its disks in files of their own, and libvirt there is not to touch them."),
    "no-helper": N_("It is a VM of its own: nothing of it was left behind."),
    "autostart-on": N_("Autostart is on already."),
    "autostart-off": N_("Autostart is off already."),
    "scale-vcpu-ceiling": N_("It was started with room for fewer vCPUs: more need a restart."),
    "scale-memory-ceiling": N_("It was started with room for less memory: more needs a restart."),
    "scale-no-balloon": N_("It has no memory balloon: other memory needs a restart."),
    "scale-ceiling": N_("Another ceiling needs a restart."),
    "scale-off": N_("It doesn't run, so there is nothing to change now."),
    "scale-transient": N_("It is transient: it has no next start."),
    "scale-topology": N_("Its CPU topology fixes how many vCPUs there are; change that in its XML."),
}
_SILENT = {  # AGENT with more than that it does not answer
    "frozen": N_("Its file systems are frozen already: by another program, or by one that died."),
    "thaw": N_("Its guest agent could not be told to let its file systems go on, and may freeze them when it wakes."),
}
_CANNOT_BE = {  # OTHER with the kind of value that was typed
    "name": N_("A VM's name is one line without a slash, and not empty."),
    "vm-name": N_("A VM's name is one line without a slash, and not empty."),
    "clone-count": N_("One clone at least, and 500 at most in one act."),
    "tag": N_("A tag is one word without spaces or commas."),
    "size": N_("A size is a number with a unit, as 20G or 512M."),
    "backing": N_("Only qcow2 can be built on another volume."),
    "volume-name": N_("A volume's name is one line without a slash, and not empty."),
    "pool-name": N_("A pool's name is one line without a slash, and not empty."),
    "pool-kind": N_("A pool is of kind dir, fs, netfs or logical."),
    "pool-path": N_("A pool needs the whole path of its folder, from / on."),
    "pool-source": N_("A pool of this kind needs its source: a device, or a server and its exported folder."),
    "file": N_("It is no file with content of its own."),
    "folder": N_("There is no such folder on this computer. Make it, or choose another."),
    "nothing-to-do": N_("There is nothing to do to any of them."),
    "not-again": N_("A task of this kind cannot be repeated from here."),
    "sizing": N_("No size was given."),
    "vcpus": N_("A VM has one vCPU at least."),
    "max-vcpus": N_("A VM has one vCPU at least."),
    "memory": N_("That is too little memory for any guest."),
    "max-memory": N_("That is too little memory for any guest."),
    "over-max-vcpus": N_("More vCPUs than the ceiling given with them."),
    "over-max-memory": N_("More memory than the ceiling given with it."),
    "no-pool": N_("No active pool of its host has that folder: libvirt can neither make nor delete files there."),
    "overlay-pool": N_("Its pool holds no files: no image there can be built on another."),
    "loop": N_("Its backing files name one another in a circle."),
}
_SAYS_MORE = {  # where the words of libvirt tell what our sentence cannot
    Reason.BAD_FILE,
    Reason.BAD_URI,
    Reason.CONN_REFUSED,
    Reason.EXISTS,
    Reason.GONE,
    Reason.IN_USE,
    Reason.NO_DRIVER,
    Reason.NO_SPACE,
    Reason.NO_TOOL,
    Reason.PERMISSION,
    Reason.TLS_SETUP,
    Reason.TLS_UNTRUSTED,
    Reason.TOO_OLD,
    Reason.WRONG_STATE,
}
_FINDING = {
    "vm.find": N_("See splendid vm list --cached; a VM of a host that was never reached is not known."),
    "host.find": N_("See splendid host list."),
    "zone.find": N_("See splendid host list."),
    "snapshot.find": N_("See splendid snapshot list."),
    "pool.find": N_("See splendid storage pools."),
    "volume.find": N_("See splendid storage volumes."),
}


def sentence(problem: Problem, what: str, tried: str = "") -> Explained:
    """A problem with `what` (a name), explained. tried: a job's kind ("vm.start"), another key of TRIED, or a sentence."""
    if tried in _FINDING and problem.reason in (Reason.GONE, Reason.EXISTS):
        return _not_found(problem, what, tried)
    if problem.reason is Reason.WRONG_STATE and problem.detail in set(State):
        return _in_wrong_state(problem, what, tried)
    if problem.reason is Reason.OTHER and problem.detail == "tag":
        cannot = _("“{tag}” cannot be a tag.").format(tag=what) if what else _("An empty text cannot be a tag.")
        return Explained(cannot, why(problem), "")
    what = what or problem.detail
    said = one_line(problem.text) if problem.reason in _SAYS_MORE and problem.text not in set(Flaw) else ""
    return Explained(tried_sentence(tried, what), why(problem), next_step(problem), said)


def _in_wrong_state(problem: Problem, what: str, tried: str) -> Explained:
    state = State(problem.detail)
    if state is _AFTER.get(tried):
        why_not = _("It is {detail} already.").format(detail=state_in_sentence(state))
        return Explained(tried_sentence(tried, what), why_not, "")
    remedy = N_("Wait until it has moved.") if state is State.MIGRATING else _FIRST.get((tried, state.active), "")
    if state is State.PAUSED and tried in ("vm.start", "vm.shutdown", "vm.reboot"):
        remedy = N_("Resume it first.")
    elif state is State.SAVED and tried != "vm.restore":
        remedy = N_("Restore it, or discard its saved state first.")
    return Explained(tried_sentence(tried, what), why(problem), _(remedy))


def _not_found(problem: Problem, what: str, tried: str) -> Explained:
    """A word that names nothing, or several VMs; Problem.detail has the names that come near, or all of them."""
    if problem.reason is Reason.EXISTS and tried in ("pool.find", "volume.find"):
        several = _("{what} names several pools.") if tried == "pool.find" else _("{what} names several volumes.")
        meant = _("They are {names}.").format(names=problem.detail)
        return Explained(several.format(what=what), meant, _("Write which one you mean, as it stands there."))
    if problem.reason is Reason.EXISTS:
        return Explained(
            _("{what} names several VMs.").format(what=what),
            _("They are {names}.").format(names=problem.detail),
            _("Write which one you mean as host/name."),
        )
    has = _("It has {names}.") if tried == "snapshot.find" else _("Similar: {names}.")
    near = has.format(names=problem.detail) if problem.detail else ""
    return Explained(tried_sentence(tried, what), near, _(_FINDING[tried]))


def explain(error: FleetError, tried: str = "") -> Explained:
    return sentence(error.problem, error.what, tried)


def why(problem: Problem) -> str:
    """Only the reason, one sentence: for a tooltip, a task's row, a host's note."""
    reason, detail = problem.reason, problem.detail
    if _of_a_file(problem):
        return _("{path} cannot be written.").format(path=detail)
    if reason is Reason.OTHER:
        if detail in _CANNOT_BE:
            return _(_CANNOT_BE[detail])
        return _full_stop(one_line(problem.text)) if problem.text else _(_WHY[reason][0])
    if detail in _NOT_SO and reason is Reason.WRONG_STATE:
        return _(_NOT_SO[detail])
    if detail in _SILENT and reason is Reason.AGENT:
        return _(_SILENT[detail])
    if reason in (Reason.CHANGED, Reason.WRONG_STATE) and (said := changed.why(detail)):
        return said
    if reason is Reason.WRONG_STATE and detail in set(State):
        detail = state_in_sentence(State(detail))
    elif reason is Reason.TIMEOUT and detail.isdecimal():
        detail = units.duration(int(detail))
    elif reason in (Reason.WRONG_STATE, Reason.TIMEOUT) or (reason is Reason.LOST and detail not in set(Phase)):
        detail = ""
    if reason is Reason.BAD_URI and problem.text in set(Flaw):
        return flaw(Flaw(problem.text))
    without, with_detail = _WHY[reason]
    return _(with_detail).format(detail=detail) if detail and with_detail else _(without)


def next_step(problem: Problem) -> str:
    """Only what to do about it; "" where nothing general can be said."""
    if problem.reason is Reason.WRONG_STATE and problem.detail in _NOT_SO:
        return ""
    if _of_a_file(problem):
        return _("Allow writing there, or use another file or profile.")
    if problem.detail.startswith("snapshot-"):
        return _("Look at the plan as it is now.") if problem.reason is Reason.CHANGED else ""
    return _(_NEXT[problem.reason]) if problem.reason is not Reason.OTHER else ""


def _of_a_file(problem: Problem) -> bool:
    """What may only be read is a file of ours, no host."""
    return problem.reason is Reason.READ_ONLY and problem.detail.startswith("/")


def one_line(text: str) -> str:
    return " ".join(text.split())


def _full_stop(text: str) -> str:
    text = text[:1].upper() + text[1:]
    return text if text.endswith((".", "!", "?", "…")) else f"{text}."
