"""Time zones to choose from."""

from __future__ import annotations

from zoneinfo import available_timezones

from django.utils.translation import gettext as _


def zone_choices(clinic_zone: str, own: str = "") -> list[tuple[str, str]]:
    """Return the time zones as choices: the clinic's first, then the others by name, `own` always included."""
    others = {zone for zone in available_timezones() if "/" in zone and not zone.startswith("Etc/")}
    rest = sorted((others | ({own} - {""})) - {clinic_zone})
    return [(clinic_zone, _("%(zone)s (clinic)") % {"zone": clinic_zone}), *((zone, zone) for zone in rest)]
