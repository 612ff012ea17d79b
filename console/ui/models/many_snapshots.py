"""What becomes of each of many VMs in one act on snapshots, in bundles. Pure but for the glyphs."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from console.fleet.domains import State, VmKey
from console.fleet.snapshots.many import ManyPlan
from console.fleet.snapshots.plans import SnapshotPlan
from console.fleet.storing import Say
from console.ui.icons import state_glyph
from console.ui.models.sections import Line, Section
from console.words import _, snapshot_many, snapshot_says
from console.words.snapshot_says import Said


def sections(many: ManyPlan, states: Mapping[VmKey, State], name: Callable[[str], str], now: float) -> list[Section]:
    """The plan in bundles: what stands in the way; else what is lost, what is done to each, which files go."""

    def line(id: object, key: VmKey, vm: str, said: str, tone: str = "text2") -> Line:
        return Line(id, vm, name(key.host), said, state_glyph(states.get(key, State.UNKNOWN)), None, tone, said)

    def said(which: Sequence[tuple[SnapshotPlan, Say]], kind: str, title: str, glyph: tuple[str, str]) -> list[Section]:
        """What is the same of all stands once, as a heading; what differs beside each VM."""
        by_code: dict[str, list[tuple[SnapshotPlan, Said]]] = {}
        for plan, say in which:
            by_code.setdefault(say.code, []).append((plan, snapshot_says.say(say, now)))
        made, rest = [], []
        for code, found in by_code.items():
            if len({one for _plan, one in found}) > 1 or len(found) == 1:
                rest += found
                continue
            head, each = found[0][1], (line((kind, code, plan.key), plan.key, plan.vm, "") for plan, _said in found)
            made.append(
                Section(f"{kind}-{code}", head.cause.rstrip(":") or head.sentence, glyph, tuple(each), head.sentence)
            )
        single = tuple(line((kind, n), plan.key, plan.vm, one.line) for n, (plan, one) in enumerate(rest))
        return [Section(kind, title, glyph, single), *made]

    if many.refused:
        return said(many.refused, "stop", _("Stands in the way"), ("octagon-cross", "error"))
    warned = said(many.warnings, "warning", _("To know first"), ("triangle-bang", "warning-glyph"))
    done = tuple(
        line(("do", n), plan.key, plan.vm, snapshot_many.line(plan, states.get(plan.key, State.UNKNOWN)), "text")
        for n, plan in enumerate(many.plans)
    )
    vms = {plan.key: plan.vm for plan in many.plans}
    files = tuple(line(("file", path, key), key, vms[key], path) for key, path in many.files_going)
    return [
        *warned,
        Section("do", _("Will be done"), ("disc-check", "good"), done),
        Section("file", _("Files that are deleted"), ("disc-minus", "error"), files),
    ]
