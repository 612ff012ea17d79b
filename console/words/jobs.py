"""Jobs in words: what they do, where they stand, how they ended."""

from __future__ import annotations

from collections.abc import Mapping

from console.fleet.acts import Act
from console.jobs.job import JobState, JobView, Value
from console.words import acts, errors, units
from console.words.errors import Explained
from console.words.translation import N_, _, ngettext

_TITLES = {
    "vm.await": N_("Wait for guests"),
    "vm.edit": N_("Change the configuration"),
    "snapshot.take": N_("Take snapshot"),
    "snapshot.revert": N_("Revert to snapshot"),
    "snapshot.delete": N_("Delete snapshot"),
    "snapshot.delete-below": N_("Delete snapshots"),
    "snapshot.rename": N_("Rename snapshot"),
    "snapshot.describe": N_("Describe snapshot"),
    "snapshot.repair": N_("Repair snapshots"),
    "snapshot.undo": N_("Take back"),
    "snapshot.thaw": N_("Let the guest go on"),
    "snapshot.many": N_("Snapshots"),
    "vm.clone": N_("Clone"),
    "vm.flatten": N_("Flatten"),
    "vm.template": N_("Make a template"),
    "vm.untemplate": N_("Make a VM again"),
    "vm.keep": N_("Keep or throw away"),
    "pool.start": N_("Start pool"),
    "pool.stop": N_("Stop pool"),
    "pool.refresh": N_("Refresh pool"),
    "pool.build": N_("Build pool"),
    "pool.define": N_("Define pool"),
    "pool.delete": N_("Remove pool"),
    "pool.autostart-on": N_("Turn autostart of pool on"),
    "pool.autostart-off": N_("Turn autostart of pool off"),
    "volume.create": N_("Create volume"),
    "volume.delete": N_("Delete volume"),
    "volume.resize": N_("Resize volume"),
    "volume.clone": N_("Copy volume"),
    "volume.upload": N_("Upload"),
    "volume.download": N_("Download"),
    "volume.clean": N_("Take back half-made"),
}
_STEPS = {
    "asking": N_("Asking {host}"),
    "waiting-for-guest": N_("Waiting for the guest, {limit} at most"),
    "waiting-for-guests": N_("Waiting until the guests are up, {limit} at most"),
    "left-for-restart": N_("Writing down the rest for its next start"),
    "storing": N_("Storing the configuration"),
    "changing": N_("Changing what runs: {part}"),
    "stopping": N_("Forcing it off"),
    "undefining": N_("Removing it from its host"),
    "removing": N_("Deleting {path}"),
    "checking": N_("Looking who needs it"),
    "defining": N_("Defining it"),
    "building": N_("Building {path}"),
    "starting-pool": N_("Starting it"),
    "creating": N_("Creating the volume"),
    "sending": N_("Sending {name}"),
    "fetching": N_("Fetching {name}"),
    "copying": N_("Copying to {name}"),
    "resizing": N_("Resizing"),
    "snapshot": N_("Taking the snapshot “{name}”, for the clones to be built on"),
    "seeding": N_("Making the seed of {name}"),
    "variables": N_("Copying the UEFI variables for {name}"),
    "going-back": N_("Going back to “{name}” in the copy"),
    "resetting": N_("Resetting the guest of {name}"),
    "starting-clones": N_("Starting them"),
    "taking-back": N_("Taking back what was made"),
    "flattening": N_("Giving {target} a disk of its own"),
    "snapshot.check": N_("Asking how it is now"),
    "snapshot.create": N_("Taking the snapshot"),
    "snapshot.revert": N_("Going back"),
    "snapshot.erase": N_("Erasing it from the image"),
    "snapshot.stop": N_("Forcing the VM off"),
    "snapshot.overlay": N_("Making an empty overlay"),
    "snapshot.switch": N_("Giving the VM its new file"),
    "snapshot.restore": N_("Starting from memory"),
    "snapshot.start": N_("Starting the VM"),
    "snapshot.pause": N_("Pausing the VM"),
    "snapshot.resume": N_("Letting the VM go on"),
    "snapshot.commit": N_("Merging"),
    "snapshot.pull": N_("Taking in what it is built on"),
    "snapshot.redefine": N_("Telling libvirt what became of the snapshots"),
    "snapshot.current": N_("Noting where now goes on from"),
    "snapshot.forget": N_("Taking it off the list"),
    "snapshot.remove": N_("Deleting {file}"),
    "snapshot.thaw": N_("Telling the guest agent"),
    "snapshot.release": N_("Ending what a merge left behind"),
    "snapshot.over": N_("Done with one of them"),
    "snapshot.back": N_("Taking one of them back"),
}
_STATES = {
    JobState.QUEUED: N_("Waiting"),
    JobState.RUNNING: N_("Running"),
    JobState.CANCELLING: N_("Cancelling"),
    JobState.SUCCEEDED: N_("Done"),
    JobState.FAILED: N_("Failed"),
    JobState.CANCELLED: N_("Cancelled"),
}


def title(view: JobView) -> str:
    """What it does, without on what: "Shut down"."""
    return kind(view.kind)


def kind(code: str) -> str:
    """A kind of job: "Shut down" for "vm.shutdown"."""
    if code in _TITLES:
        return _(_TITLES[code])
    act = code.removeprefix("vm.")
    return acts.label(Act(act)) if code == f"vm.{act}" and act in set(Act) else code


def target(view: JobView) -> str:
    """On what: a VM's name, or "4 VMs"."""
    if view.children:
        return ngettext("{count} VM", "{count} VMs", total(view)).format(count=total(view))
    if view.kind == "vm.await" and not view.target:
        return _("all others")
    return view.target


def total(view: JobView) -> int:
    """How many VMs a group is about."""
    return int(view.values.get("total", len(view.children)))


def state(value: JobState) -> str:
    return _(_STATES[value])


def step(view: JobView) -> str:
    """Where it stands now: "Waiting for the guest, 3 min at most", "3 of 12 done, 1 failed"; once it ended, how."""
    if view.state.ended:
        return ended(view)
    if view.state is JobState.QUEUED:
        return _("Waiting for its turn")
    said = _standing(view) if view.children else step_words(view.step, view.values)
    if view.state is JobState.CANCELLING:
        return ", ".join(part for part in (_("Cancelling"), said) if part)
    return said


def step_words(code: str, values: Mapping[str, Value]) -> str:
    """A step by its code, as in a log: "Deleting /srv/a.qcow2"."""
    if code not in _STEPS:
        return code
    limit = units.duration(float(values.get("seconds", 0)))
    return _(_STEPS[code]).format_map({**values, "limit": limit})


def _standing(view: JobView) -> str:
    done, failed = int(view.values.get("succeeded", 0)), int(view.values.get("failed", 0))
    said = [_("{done} of {total} done").format(done=done, total=total(view))]
    if failed:
        said.append(_failed(failed))
    return ", ".join(said)


def _failed(count: int) -> str:
    return ngettext("{count} failed", "{count} failed", count).format(count=count)


def ended(view: JobView) -> str:
    """How it ended, one sentence: "Done in 11 s", "Cancelled at 41 %", or why it failed. "" while it has not."""
    if view.interrupted:
        return _("Splendid ended while this was under way; look at what it left")
    if not view.state.ended:
        return ""
    if view.state is JobState.FAILED:
        return _group_failed(view) if view.children else _why(view)
    if view.state is JobState.CANCELLED:
        if view.children:
            done = int(view.values.get("succeeded", 0))
            return _("Cancelled, {done} of {total} were done").format(done=done, total=total(view))
        if not view.started:
            return _("Cancelled before it began")
        return (
            _("Cancelled at {percent}").format(percent=units.percent(view.fraction))
            if view.fraction
            else _("Cancelled")
        )
    if view.step == "left-for-restart":
        return _("Done; the rest holds from its next start on")
    took = view.ended - view.started if view.started else 0.0
    return _("Done in {time}").format(time=units.duration(took)) if took >= 0.95 else _("Done")


def _group_failed(view: JobView) -> str:
    failed = int(view.values.get("failed", 0))
    head = _("{failed} of {total} failed").format(failed=failed, total=total(view))
    first = f"{view.what}: {_why(view)}" if view.what else _why(view)
    return f"{head}. {first}" if view.problem else head


def _why(view: JobView) -> str:
    return errors.why(view.problem) if view.problem else _("Failed")


def explained(view: JobView) -> Explained | None:
    """For a failed job: what was tried, why it failed, what to do next. None for any other."""
    if view.state is not JobState.FAILED or view.problem is None:
        return None
    return errors.sentence(view.problem, view.what or view.target, view.kind)


def left(view: JobView) -> str:
    """Time left: "2 min 41 s"; "" where it is not known."""
    return units.duration(view.eta) if view.eta is not None and not view.state.ended else ""
