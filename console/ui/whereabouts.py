"""Where the window is, step by step, and which hosts want attention elsewhere."""

from __future__ import annotations

from functools import partial

from console.fleet.hosts import Phase
from console.ui.context import Context
from console.ui.icons import phase_glyph
from console.ui.models.branches import branch_label
from console.ui.places import Place
from console.ui.top_bar import Alarm, Crumb
from console.words import N_, _, states

CRUMBS = {
    "overview": N_("Overview"),
    "vms": N_("Virtual machines"),
    "hosts": N_("Hosts"),
    "top": N_("Who takes most"),
    "storage": N_("Storage"),
    "alerts": N_("Alerts"),
}


def crumbs(ctx: Context, place: Place, page: str) -> list[Crumb]:
    """The steps down to a place, each a way back. page: the name of the page shown there."""
    steps: list[tuple[str, Place]] = [(_("Fleet"), Place.fleet())]
    zone = rack = ""
    match place.kind:
        case "zone":
            zone = place.id
        case "rack":
            zone, rack = place.id, place.inner
        case "host" | "vm":
            spec = ctx.inventory.spec(place.id)
            zone, rack = (spec.zone, spec.rack) if spec else ("", "")
    if zone:
        steps.append((zone, Place.zone(zone)))
    if rack:
        steps.append((rack, Place.rack(zone, rack)))
    if place.kind in ("host", "vm"):
        spec = ctx.inventory.spec(place.id)
        steps.append((spec.name if spec else place.id, Place.host(place.id)))
    if place.kind == "vm":
        domain = ctx.inventory.domain(place.key)
        steps.append((domain.name if domain else place.inner, place))
    if place.kind in ("group", "tag", "state"):
        steps.append((branch_label(place), place))
    if place.kind == "search":
        steps.append((place.id or place.inner, place))
    if place.kind == "tasks":
        steps.append((_("Tasks"), place))
    if page in CRUMBS and place.kind == "fleet":
        steps.append((_(CRUMBS[page]), place))
    back = [Crumb(text, partial(ctx.nav.open, to)) for text, to in steps[:-1]]
    return [*back, Crumb(steps[-1][0])]


def alarms(ctx: Context, now: float) -> list[Alarm]:
    """Hosts that don't answer or refuse us; a click goes there."""
    found = []
    for spec in ctx.inventory.specs():
        status = ctx.inventory.status(spec.id)
        glyph = phase_glyph(status.phase)
        if glyph and status.phase in (Phase.UNREACHABLE, Phase.REFUSED):
            text = states.host_words(spec, status, now)
            found.append(Alarm(text, glyph, partial(ctx.nav.open, Place.host(spec.id))))
    return found
