"""Phases of a recovery: what often happens in each, and the warning signs."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True, slots=True, kw_only=True)
class RecoveryPhase:
    """A range of hours since the procedure, from `from_h` up to, but not including, `until_h`; None: open end."""

    key: str
    title: Promise
    from_h: float
    until_h: float | None
    text: Promise

    def holds_at(self, hours: float) -> bool:
        return self.from_h <= hours and (self.until_h is None or hours < self.until_h)


# Elapsed days: day 2 begins 24 hours after the procedure.
RECOVERY_PHASES = (
    RecoveryPhase(
        key="first-day",
        title=_("First day"),
        from_h=0,
        until_h=24,
        text=_(
            "The skin often feels hot, tender and tight. It can swell and itch. It can look pink or red on "
            "white skin, and purple, brown or grey on brown and black skin."
        ),
    ),
    RecoveryPhase(
        key="days-2-and-3",
        title=_("Days 2 and 3"),
        from_h=24,
        until_h=72,
        text=_("Heat, redness and swelling often ease bit by bit. The skin can itch and feel dry."),
    ),
    RecoveryPhase(
        key="days-4-to-7",
        title=_("Days 4 to 7"),
        from_h=72,
        until_h=168,
        text=_(
            "The skin often feels dry and tight. It can flake or peel. Bruises fade. Some people get spots."
        ),
    ),
    RecoveryPhase(
        key="weeks-2-to-4",
        title=_("Weeks 2 to 4"),
        from_h=168,
        until_h=672,
        text=_(
            "Dry skin, a bruise or a few spots can still be there. Check in when your page asks you to. "
            "Look for new marks, and feel for firm lumps."
        ),
    ),
    RecoveryPhase(
        key="later",
        title=_("After week 4"),
        from_h=672,
        until_h=None,
        text=_("Marks, lumps and sores can still come. You can check in at any time."),
    ),
)

# The definition of fever, the same wherever a patient reads it.
FEVER = _("38°C (100.4°F) or more, or hot and shivery")
# Signs to call about at once at any hour, as the rules say.
WARNING_SIGNS = (
    _("Redness or pain that comes back, or gets worse, after it had eased"),
    _("Severe pain or severe swelling"),
    _("A hot area, or soreness, redness or darkness that spreads"),
    format_lazy(_("A fever: {fever}"), fever=FEVER),
    _("Pus bumps, or yellow or green fluid"),
    _("A cold sore, or blisters that tingle"),
    _("A raised, itchy rash"),
    _("A burn, a big blister, or a grey, white or black patch"),
)
FIRST_DAY_SIGN = _("Bleeding that goes on after 10 minutes of pressing")
LATE_SIGN = _("Firm lumps, or an open sore")


def phase_at(hours: float) -> RecoveryPhase:
    """Return the phase at `hours` after the procedure."""
    return next(phase for phase in RECOVERY_PHASES if phase.holds_at(max(hours, 0)))


def warning_signs(phase: RecoveryPhase) -> list[str]:
    """Return the warning signs, with those that this phase adds."""
    added: list[Promise] = []
    if phase.from_h < 24:
        added.append(FIRST_DAY_SIGN)
    if phase.from_h >= 168:
        added.append(LATE_SIGN)
    return [str(sign) for sign in (*WARNING_SIGNS, *added)]
