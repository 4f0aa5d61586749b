"""Template tags of the shared look: {% load ui %}."""

from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any, Final

from django import template
from django.conf import settings
from django.contrib import messages
from django.forms import BaseForm, BoundField
from django.template import Context
from django.utils.html import format_html, json_script
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext_lazy

from aftercare.template_loading.constant_nodes import constant
from aftercare.ui import times
from aftercare.ui.counting import script_words, sentences
from aftercare.ui.icons import ICONS, css_class
from aftercare.ui.telephones import Telephone, as_telephone, dialled

register = template.Library()

# Staff read levels, patients read what to do.
LEVEL_WORDS: Final = {
    "staff": {
        "emergency": pgettext_lazy("level", "Emergency"),
        "urgent": pgettext_lazy("level", "Urgent"),
        "same_day": pgettext_lazy("level", "Same day"),
        "routine": pgettext_lazy("level", "Routine"),
        "expected": pgettext_lazy("level", "Expected"),
    },
    "patient": {
        "emergency": gettext_lazy("Call emergency"),
        "urgent": gettext_lazy("Call now"),
        "same_day": gettext_lazy("Speak today"),
        "routine": gettext_lazy("On our list"),
        "expected": gettext_lazy("No warning sign in your answers"),
    },
}

_SMALL_NUMBERS: Final = (
    pgettext_lazy("how many answers", "No"),
    pgettext_lazy("how many answers", "One"),
    pgettext_lazy("how many answers", "Two"),
    pgettext_lazy("how many answers", "Three"),
    pgettext_lazy("how many answers", "Four"),
    pgettext_lazy("how many answers", "Five"),
    pgettext_lazy("how many answers", "Six"),
    pgettext_lazy("how many answers", "Seven"),
    pgettext_lazy("how many answers", "Eight"),
    pgettext_lazy("how many answers", "Nine"),
)


@register.simple_tag
@constant
@lru_cache(maxsize=512)
def icon(name: str, css: str = "") -> SafeString:
    """Return an icon, hidden from screen readers: a word is always beside it."""
    classes = ["i", css_class(name)]
    if ICONS[name].turns:
        classes.append("flip")
    if css:
        classes.append(css)
    return format_html('<i class="{}" aria-hidden="true"></i>', " ".join(classes))


@register.simple_tag
def is_demonstration() -> bool:
    """Return True in a demonstration; from settings, because error pages have no context."""
    return bool(settings.DEMO)


@register.simple_tag(takes_context=True)
def error_prefix(context: Context) -> str:
    """Return "Error: " for the title of a page with an invalid form or an error message; else "".

    Looks for any form in the context, and for messages of level error.
    """
    # By type(): isinstance() would evaluate lazy objects.
    shown: list[Any] = list(context.flatten().values())
    forms = [value for value in shown if issubclass(type(value), BaseForm)]
    said = context.get("messages") or ()
    # Messages are displayed further down: reading them here must not consume them.
    waiting = getattr(said, "_loaded_messages", []) + getattr(said, "_queued_messages", []) if said else []
    is_wrong = any(form.is_bound and form.errors for form in forms) or any(
        message.level >= messages.ERROR for message in waiting
    )
    return _("Error: ") if is_wrong else ""


@register.filter
def level_class(level: str) -> str:
    """Return the CSS class of a level: "same_day" is lv-same-day."""
    if level not in LEVEL_WORDS["staff"]:
        raise ValueError(f"There is no level {level!r}.")
    return f"lv-{level.replace('_', '-')}"


@register.simple_tag
@constant
def level_badge(level: str, audience: str = "staff") -> SafeString:
    """Return icon and word of a level for `audience`, "staff" or "patient"."""
    return format_html(
        '<span class="lv {}">{}{}</span>', level_class(level), icon(level), LEVEL_WORDS[audience][level]
    )


@register.filter
def tel(number: Telephone | str) -> str:
    """Return the address of a telephone link: E.164, or the digits of a short number such as 999."""
    return f"tel:{dialled(number)}"


@register.filter
def telephone(number: Telephone | str, clinic: Any = None) -> str:
    """Format a telephone number for the country of `clinic`, or of the active time zone."""
    return str(as_telephone(number, getattr(clinic, "telephone_region", None)))


@register.filter
def masked_email(address: str) -> str:
    """Mask an e-mail address: "am•••@example.net"."""
    name, _, domain = (address or "").partition("@")
    return f"{name[:2]}•••@{domain}"


@register.inclusion_tag("ui/phone_button.html", takes_context=True)
def phone_button(
    context: template.Context, who: str, number: Telephone | str, primary: bool = False, css: str = ""
) -> dict[str, Any]:
    """Return a button that calls `number`, with `who` above the number."""
    return {"who": who, "number": number, "primary": primary, "css": css, "clinic": context.get("clinic")}


@register.inclusion_tag("ui/clock_and_age.html")
def clock_and_age(instant: datetime, now: datetime) -> dict[str, Any]:
    """Return clock and age, for staff; an open page counts the age on by itself."""
    return {
        "instant": instant,
        "clock": times.staff_clock(instant, now),
        "now": now,
    }


@register.filter
def counted(sentence: sentences.Counted | None, now: datetime) -> str:
    """Return a sentence with a span of time, which the page counts on by itself; an empty string for None."""
    return sentence.drawn(now) if sentence else ""


@register.filter
def counted_age(instant: datetime, now: datetime) -> SafeString:
    """Return the age of an instant, which the page counts on by itself: "23 min", "11 h 42 min"."""
    return sentences.Counted(instant=instant, after=sentences.SPAN).drawn(now)


@register.filter
def counted_ago(instant: datetime, now: datetime) -> SafeString:
    """Return the age in a sentence, which the page counts on by itself: "23 min ago"."""
    return sentences.ago(instant).drawn(now)


@register.filter
def machine_readable(instant: datetime) -> str:
    """Return an instant as scripts read it."""
    return sentences.machine_readable(instant)


@register.simple_tag
def counting_words() -> SafeString:
    """Return the words of the script that counts, as JSON."""
    return json_script(script_words.counting_words(), "counting-words")


@register.filter
def age(instant: datetime, now: datetime) -> str:
    """Return the age of an instant: "23 min", "11 h 42 min", "2 days 19 h"."""
    return times.spoken_age(now - instant)


@register.filter
def ago(instant: datetime, now: datetime) -> str:
    """Return the age in a sentence, for staff: "23 min ago", "just now"."""
    return sentences.ago(instant).words(now)


@register.filter
def hours_since(instant: datetime, now: datetime) -> int:
    """Return elapsed hours from an instant to `now`, for display."""
    return times.hours_between(instant, now)


@register.filter
def weekday_clock(instant: datetime, now: datetime | None = None) -> str:
    """Return "Sunday 22 November, 22:40", or "Today, 20:48" if `now` is given; for patients."""
    return times.patient_clock(instant, now)


@register.filter
def at_clock(instant: datetime, now: datetime) -> str:
    """Return "at 14:12" or "on Tuesday 24 November, 12:08", after a verb; for patients."""
    return times.at_clock(instant, now)


@register.filter
def of_clock(instant: datetime, now: datetime) -> str:
    """Return "08:10" or "Monday, 08:10", for patients."""
    return times.of_clock(instant, now)


@register.filter
def day_and_clock(instant: datetime, now: datetime) -> str:
    """Return "today at 08:10" or "on Monday at 08:10", for patients."""
    return times.day_and_clock(instant, now)


@register.filter
def staff_clock(instant: datetime, now: datetime) -> str:
    """Return "14:05", "Sun 22:40" or "3 Nov 22:40", for staff."""
    return times.staff_clock(instant, now)


@dataclass(frozen=True, kw_only=True)
class FormFault:
    """An error of a form, and the id of its control ("" for the whole form)."""

    sentence: str
    control: str


@register.inclusion_tag("ui/error_summary.html")
def error_summary(form: BaseForm, audience: str = "patient") -> dict[str, Any]:
    """Return the errors of a form, each with a link to its control."""
    faults = [FormFault(sentence=str(error), control="") for error in form.non_field_errors()]
    for field in form:
        faults += [
            FormFault(sentence=_named(field, error), control=_control(field)) for error in field.errors
        ]
    return {"faults": faults, "heading": _heading(len(faults)), "audience": audience}


def _heading(faults: int) -> str:
    number = _SMALL_NUMBERS[faults] if faults < len(_SMALL_NUMBERS) else faults
    said = ngettext("%(number)s answer needs another look", "%(number)s answers need another look", faults)
    return said % {"number": number}


def _named(field: BoundField, error: object) -> str:
    """Return the error with the label of its field in front; a label that is a question keeps its mark."""
    label = str(field.label)
    if label.endswith("?"):
        return f"{label} {error}"
    return _("%(field)s: %(fault)s") % {"field": label, "fault": error}


def _control(field: BoundField) -> str:
    """Return the id of the control, or of the first one in a group."""
    if field.id_for_label:
        return str(field.id_for_label)
    return str(next((option.id_for_label for option in field.subwidgets), f"div_{field.auto_id}"))
