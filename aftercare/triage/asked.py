"""Ticks that are asked only while they can be there, by hours since the procedure and its kind."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from aftercare.triage.answers import EmergencySign, Sign
from aftercare.triage.courses import RADIOFREQUENCY
from aftercare.triage.limits import LIMITS, Limits
from aftercare.triage.series import Tick


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """When a tick is asked: names of the limits in hours, from (inclusive) and until, and the kind; None: any."""

    starts: str | None = None
    ends: str | None = None
    kind: str | None = None

    def holds(self, elapsed_h: float, kind: str, limits: Limits) -> bool:
        return (
            (self.starts is None or elapsed_h >= getattr(limits, self.starts))
            and (self.ends is None or elapsed_h < getattr(limits, self.ends))
            and (self.kind is None or kind == self.kind)
        )


WINDOWS: Mapping[Tick, Window] = {
    EmergencySign.NUMBING: Window(ends="numbing_until_h"),
    Sign.NUMB_WEAK: Window(starts="numb_weak_from_h", kind=RADIOFREQUENCY),
    Sign.SCALY: Window(starts="scaly_from_h"),
    Sign.NEW_BUMPS: Window(starts="new_bumps_from_h"),
    Sign.SCAR: Window(starts="scar_from_h"),
}


def not_asked(procedures: Collection[tuple[float, str]], limits: Limits = LIMITS) -> frozenset[Tick]:
    """Return the ticks that cannot be there after any of these procedures: hours since each, and its kind.

    Without a procedure, the signs that fire nothing are left out, and every emergency sign is asked.
    """
    if not procedures:
        return frozenset(tick for tick in WINDOWS if not isinstance(tick, EmergencySign))
    return frozenset(
        tick
        for tick, window in WINDOWS.items()
        if not any(window.holds(elapsed_h, kind, limits) for elapsed_h, kind in procedures)
    )
