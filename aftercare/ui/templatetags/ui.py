"""Template tags of the shared look: {% load ui %}."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django import template
from django.conf import settings
from django.contrib import messages
from django.forms import BaseForm, BoundField
from django.template import Context
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext_lazy

from aftercare.ui import times
from aftercare.ui.icons import ICONS
from aftercare.ui.telephones import Telephone, as_telephone, dialled

register = template.Library()

# Staff read levels, patients read what to do.
_LEVEL_WORDS: Final = {
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
def icon(name: str, css: str = "") -> SafeString:
    """An inline drawing, hidden from screen readers: a word always stands beside it."""
    drawing = ICONS[name]
    classes = ["i"]
    if not drawing.solid:
        classes.append("line-icon")
    if drawing.turns:
        classes.append("flip")
    if css:
        classes.append(css)
    return format_html(
        '<svg class="{}" viewBox="0 0 24 24" fill="currentColor" aria-hidden="true">'
        '<path fill-rule="evenodd" d="{}"/></svg>',
        " ".join(classes),
        drawing.path,
    )


@register.simple_tag
def is_demonstration() -> bool:
    """Whether every page has to say so. From the settings: error pages are drawn without a context."""
    return bool(settings.DEMO)


@register.simple_tag(takes_context=True)
def error_prefix(context: Context) -> str:
    """ "Error: " in front of the title of a page that says what is wrong; "" in front of any other.

    Looks for a form with errors, whatever its name, and for a message of an error.
    """
    # By type(): isinstance() would look up what is lazy.
    shown: list[Any] = list(context.flatten().values())
    forms = [value for value in shown if issubclass(type(value), BaseForm)]
    said = context.get("messages") or ()
    # The page says them later, further down: reading them here must not count as said.
    waiting = getattr(said, "_loaded_messages", []) + getattr(said, "_queued_messages", []) if said else []
    is_wrong = any(form.is_bound and form.errors for form in forms) or any(
        message.level >= messages.ERROR for message in waiting
    )
    return _("Error: ") if is_wrong else ""


@register.filter
def level_class(level: str) -> str:
    """The class that carries a level's colours: "same_day" is lv-same-day."""
    if level not in _LEVEL_WORDS["staff"]:
        raise ValueError(f"There is no level {level!r}.")
    return f"lv-{level.replace('_', '-')}"


@register.simple_tag
def level_badge(level: str, audience: str = "staff") -> SafeString:
    """Icon and word of a level, in the words of `audience`: "staff" or "patient"."""
    return format_html(
        '<span class="lv {}">{}{}</span>', level_class(level), icon(level), _LEVEL_WORDS[audience][level]
    )


@register.filter
def tel(number: Telephone | str) -> str:
    """The address of a telephone link: E.164, or the digits of a short number such as 999."""
    return f"tel:{dialled(number)}"


@register.filter
def telephone(number: Telephone | str, clinic: Any = None) -> str:
    """A telephone number as people write it where `clinic` is, or where the page is read."""
    return str(as_telephone(number, getattr(clinic, "telephone_region", None)))


@register.filter
def masked_email(address: str) -> str:
    """An address that its owner knows again and nobody else learns: "am•••@example.net"."""
    name, _, domain = (address or "").partition("@")
    return f"{name[:2]}•••@{domain}"


@register.inclusion_tag("ui/phone_button.html", takes_context=True)
def phone_button(
    context: template.Context, who: str, number: Telephone | str, primary: bool = False, css: str = ""
) -> dict[str, Any]:
    """A button that calls `number`, with `who` answers it above the number."""
    return {"who": who, "number": number, "primary": primary, "css": css, "clinic": context.get("clinic")}


@register.inclusion_tag("ui/clock_and_age.html")
def clock_and_age(instant: datetime, now: datetime) -> dict[str, Any]:
    """For staff: the clock, and below it how long ago that was."""
    return {
        "instant": instant,
        "clock": times.staff_clock(instant, now),
        "age": times.age_sentence(instant, now),
    }


@register.filter
def age(instant: datetime, now: datetime) -> str:
    """How long ago an instant was: "23 min", "11 h 42 min", "2 days 19 h"."""
    return times.spoken_age(now - instant)


@register.filter
def ago(instant: datetime, now: datetime) -> str:
    """For staff, in running text: "23 min ago", "just now"."""
    return times.age_sentence(instant, now)


@register.filter
def hours_since(instant: datetime, now: datetime) -> int:
    """Elapsed hours from an instant to `now`, for reading."""
    return times.hours_between(instant, now)


@register.filter
def weekday_clock(instant: datetime, now: datetime | None = None) -> str:
    """For patients: "Sunday 22 November, 22:40", or "Today, 20:48" where `now` is given."""
    return times.patient_clock(instant, now)


@register.filter
def at_clock(instant: datetime, now: datetime) -> str:
    """For patients, after a verb: "at 14:12", or "on Tuesday 24 November, 12:08"."""
    return times.at_clock(instant, now)


@register.filter
def of_clock(instant: datetime, now: datetime) -> str:
    """For patients, what something is of: "08:10", "Monday, 08:10"."""
    return times.of_clock(instant, now)


@register.filter
def day_and_clock(instant: datetime, now: datetime) -> str:
    """For patients: "today at 08:10", "on Monday at 08:10"."""
    return times.day_and_clock(instant, now)


@register.filter
def staff_clock(instant: datetime, now: datetime) -> str:
    """For staff, in running text: "14:05", "Sun 22:40", "3 Nov 22:40"."""
    return times.staff_clock(instant, now)


@dataclass(frozen=True, kw_only=True)
class FormFault:
    """One thing that is wrong with a form, and the control to mend it in ("" for the form as a whole)."""

    sentence: str
    control: str


@register.inclusion_tag("ui/error_summary.html")
def error_summary(form: BaseForm, audience: str = "patient") -> dict[str, Any]:
    """What is wrong with a form, above it, each with a link to its control."""
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
    """The error with the label of its field in front; a label that is a question ends itself."""
    label = str(field.label)
    if label.endswith("?"):
        return f"{label} {error}"
    return _("%(field)s: %(fault)s") % {"field": label, "fault": error}


def _control(field: BoundField) -> str:
    """The id of the control; of the first one where a group of ticks has no id of its own."""
    if field.id_for_label:
        return str(field.id_for_label)
    return str(next((option.id_for_label for option in field.subwidgets), f"div_{field.auto_id}"))
