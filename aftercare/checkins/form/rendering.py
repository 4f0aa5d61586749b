"""The check-in form as HTML, by crispy-forms. The blank form is rendered once and cached."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from crispy_forms.helper import FormHelper
from crispy_forms.layout import HTML, Field, Layout, LayoutObject
from django.template import Context
from django.utils.html import format_html, strip_spaces_between_tags
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from aftercare.checkins.form.asked import Asked
from aftercare.checkins.form.fields import Ticks
from aftercare.checkins.form.form import TICK_FIELDS, CheckInForm
from aftercare.checkins.wording import Choices
from aftercare.ui.templatetags.ui import icon

PACK = "bootstrap5"
NOT_ASKED_LATE = {"painkiller", "itch_bothers", "came_back", "unwell", "want_contact"}


@dataclass(frozen=True, slots=True)
class FormParts:
    """Rendered parts in the order of the page: emergency, area, all other questions."""

    emergency: str
    area: str
    questions: str


def parts_of(form: CheckInForm, emergency_number: str) -> FormParts:
    """Render a form with answers or errors."""
    leave_out_unasked(form)
    form["emergency"].help_text = _("Any of these? Call %(number)s. Do not wait for us.") % {
        "number": emergency_number
    }
    return FormParts(
        emergency=drawn(form, Field("emergency", wrapper_class="ticks first")),
        area=drawn(form, Field("procedure", wrapper_class="ticks")) if form.areas else "",
        questions=drawn(form, *questions(form)),
    )


def leave_out_unasked(form: CheckInForm) -> None:
    """Leave out the ticks that cannot be there yet or any more, unless they are ticked."""
    for name in TICK_FIELDS:
        field = form.fields[name]
        assert isinstance(field, Ticks)
        field.leave_out(form.asked.left_out - set(form[name].value() or ()))


def blank_parts(*, emergency_number: str, asked: Asked, areas: Choices, zone: ZoneInfo) -> FormParts:
    """Return the blank form from the cache, with the areas of this patient."""
    blank = drawn_blank(emergency_number, asked, zone, get_language() or "")
    if not areas:
        return blank
    form = CheckInForm(zone=zone, now=datetime.now(UTC), areas=areas)
    area = drawn(form, Field("procedure", wrapper_class="ticks"))
    return FormParts(emergency=blank.emergency, area=area, questions=blank.questions)


@lru_cache(maxsize=256)
def drawn_blank(emergency_number: str, asked: Asked, zone: ZoneInfo, _language: str) -> FormParts:
    return parts_of(CheckInForm(zone=zone, now=datetime.now(UTC), asked=asked), emergency_number)


def questions(form: CheckInForm) -> list[LayoutObject]:
    """Return the layout of all questions but the first; follow-up questions come after their scale."""
    earlier = form["observed_at"].value() or "observed_at" in form.errors
    layout = [
        Field("redness", wrapper_class="scale pips"),
        Field("pain", wrapper_class="scale pips"),
        Field("painkiller", wrapper_class="ticks follow"),
        Field("swelling", wrapper_class="scale pips"),
        Field("itch", wrapper_class="scale pips"),
        Field("itch_bothers", wrapper_class="scale two follow"),
        Field("came_back", wrapper_class="scale two odd"),
        Field("signs", wrapper_class="ticks"),
        Field("unwell", wrapper_class="ticks"),
        Field("want_contact", wrapper_class="scale two"),
        Field("note"),
        HTML(
            format_html(
                "<details{}><summary><b>{}</b>{}</summary>",
                mark_safe(" open" if earlier else ""),  # noqa: S308 (one of two constants)
                _("This was earlier, not now"),
                icon("forward", "end"),
            )
        ),
        Field("observed_at"),
        HTML("</details>"),
    ]
    return [part for part in layout if not (isinstance(part, Field) and is_left_out(form, part.fields[0]))]


def is_left_out(form: CheckInForm, name: str) -> bool:
    """Return True for a question that the form does not ask, unless it has an answer or an error."""
    is_asked = not (form.asked.is_late and name in NOT_ASKED_LATE)
    if name == "came_back":
        is_asked = is_asked and form.asked.came_back
    return not (is_asked or form[name].value() or name in form.errors)


def drawn(form: CheckInForm, *fields: LayoutObject) -> SafeString:
    helper = FormHelper()
    helper.field_class = "opts"
    helper.layout = Layout(*fields)
    context = Context({**helper.get_attributes(PACK), "template_pack": PACK, "form": form})
    html = helper.render_layout(form, context, template_pack=PACK)
    return mark_safe(strip_spaces_between_tags(html))  # noqa: S308 (crispy's own templates escape)
