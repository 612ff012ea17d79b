"""The spans that graphs offer; while nobody chose, the one that suits what is recorded."""

from __future__ import annotations

from console.ui.widgets.tabs import Segment, Segmented
from console.words import N_, _

DAY = 86400.0
RANGES: dict[str, tuple[str, float]] = {
    "10m": (N_("10 min"), 600.0),
    "1h": (N_("1 h"), 3600.0),
    "6h": (N_("6 h"), 6 * 3600.0),
    "24h": (N_("Day"), DAY),
    "7d": (N_("Week"), 7 * DAY),
    "30d": (N_("Month"), 30 * DAY),
    "1y": (N_("Year"), 365 * DAY),
}
SHORT, RANGE = "10m", "1h"
FEW = 900.0  # seconds: up to so much recorded, the short span is shown


class Ranges(Segmented):
    """Attributes:
    free: nobody chose a span yet, nor moved through time.
    """

    def __init__(self) -> None:
        super().__init__([Segment(id, _(title)) for id, (title, _s) in RANGES.items()], _("Span"))
        self.free = True
        self._first: float | None = None  # when what is recorded begins, while the short span is shown for it
        self.set_current(RANGE)
        self.chosen.connect(lambda _id: self.keep())

    @property
    def seconds(self) -> float:
        """The span that is chosen."""
        return RANGES[self.current()][1]

    def keep(self) -> None:
        """From now on nobody's choice is changed."""
        self.free = False

    def suit(self, first: float | None, now: float) -> bool:
        """Takes the short span where what is recorded begins (`first`, epoch) only lately; says whether it did."""
        if not self.free or self.current() != RANGE or first is None or now - first > FEW:
            return False
        self._first = first
        self.set_current(SHORT)
        return True

    def outgrown(self, now: float) -> bool:
        """Goes back to the longer span when there is more by now; says whether it did."""
        return self._first is not None and now - self._first > FEW and self.anew()

    def anew(self) -> bool:
        """Something else is shown: back to the longer span where the short one was taken for what was before."""
        short, self._first = self._first is not None and self.free, None
        if short:
            self.set_current(RANGE)
        return short
