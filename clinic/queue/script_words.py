"""The words of the queue's scripts, put into the page as JSON: no script holds a word that is read.

A count is a label that fits any number, since scripts know no plural forms.
"""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import pgettext


def script_words() -> dict[str, str]:
    """Return the words by the names that the scripts use, in the active language."""
    return {
        "emergency": pgettext("count of a level", "emergency %(count)s"),
        "urgent": pgettext("count of a level", "urgent %(count)s"),
        "same_day": pgettext("count of a level", "same day %(count)s"),
        "routine": pgettext("count of a level", "routine %(count)s"),
        "silent": pgettext("count of a level", "not heard from %(count)s"),
        "number": pgettext("rows", "%(count)s new"),
        "since": _("since %(time)s: %(counts)s"),
        "new_rows": pgettext("rows", "New. %(rows)s."),
        "new_reports": _("New report. %(rows)s."),
        "gone": _("No longer in this list"),
        "here_and_below": _("%(here)s here, %(below)s below"),
        "waiting_below": _("Somebody is waiting: see the bottom of this page."),
        "seconds": _("%(seconds)s s left"),
        "over": _("time is over"),
        "sound_off": _("Sound off"),
        "sound_on": _("Sound on"),
        "sound_waits": _("Sound on after a press"),
    }
