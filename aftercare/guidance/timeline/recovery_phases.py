"""The stretches of hours that a recovery is told in: what often happens in each, and what to watch for."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """Hours since the procedure, from `from_h` up to but without `until_h`; None: without an end."""

    key: str
    title: str
    from_h: float
    until_h: float | None
    text: str

    def holds_at(self, hours: float) -> bool:
        return self.from_h <= hours and (self.until_h is None or hours < self.until_h)


# Days are counted as elapsed: day 2 begins 24 hours after the procedure, whatever the calendar says.
STRETCHES = (
    Stretch(
        key="first-day",
        title="First day",
        from_h=0,
        until_h=24,
        text="The skin often feels hot, tender and tight. It can swell and itch. It can look pink or red on "
        "white skin, and purple, brown or grey on brown and black skin.",
    ),
    Stretch(
        key="days-2-and-3",
        title="Days 2 and 3",
        from_h=24,
        until_h=72,
        text="Heat, redness and swelling often ease bit by bit. The skin can itch and feel dry.",
    ),
    Stretch(
        key="days-4-to-7",
        title="Days 4 to 7",
        from_h=72,
        until_h=168,
        text="The skin often feels dry and tight. It can flake or peel. Bruises fade. Some people get spots.",
    ),
    Stretch(
        key="weeks-2-to-4",
        title="Weeks 2 to 4",
        from_h=168,
        until_h=672,
        text="Dry skin, a bruise or a few spots can still be there. Check in once a week. Look for new marks, "
        "and feel for firm lumps.",
    ),
    Stretch(
        key="later",
        title="After week 4",
        from_h=672,
        until_h=None,
        text="Marks and lumps can still come. You can check in at any time.",
    ),
)

# What counts as a fever, in the same words wherever a patient reads of it.
FEVER = "38°C (100.4°F) or more, or hot and shivery"
# What to call about at once, whatever the hour; the rules behind each say so too.
WATCH_FOR = (
    "Redness or pain that comes back, or gets worse, after it had eased",
    "Severe pain or severe swelling",
    "A hot area, or soreness, redness or darkness that spreads",
    f"A fever: {FEVER}",
    "Pus bumps, or yellow or green fluid",
    "A cold sore, or blisters that tingle",
    "A raised, itchy rash",
    "A burn, a big blister, or a grey, white or black patch",
)
WATCH_FOR_AT_FIRST = "Bleeding that goes on after 10 minutes of pressing"
WATCH_FOR_LATE = "Firm lumps"


def stretch_at(hours: float) -> Stretch:
    """The stretch that `hours` after the procedure fall in."""
    return next(stretch for stretch in STRETCHES if stretch.holds_at(max(hours, 0)))


def watch_for(stretch: Stretch) -> list[str]:
    """The signs to call about at once, with those that this stretch adds."""
    added = []
    if stretch.from_h < 24:
        added.append(WATCH_FOR_AT_FIRST)
    if stretch.from_h >= 168:
        added.append(WATCH_FOR_LATE)
    return [*WATCH_FOR, *added]
