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

from aftercare.checkins.form.form import CheckInForm
from aftercare.checkins.wording import Choices
from aftercare.ui.templatetags.ui import icon

PACK = "bootstrap5"


@dataclass(frozen=True, slots=True)
class FormParts:
    """Rendered parts in the order of the page: emergency, area, all other questions."""

    emergency: str
    area: str
    questions: str


def parts_of(form: CheckInForm, emergency_number: str) -> FormParts:
    """Render a form with answers or errors."""
    form["emergency"].help_text = _("Any of these? Call %(number)s. Do not wait for us.") % {
        "number": emergency_number
    }
    return FormParts(
        emergency=drawn(form, Field("emergency", wrapper_class="ticks first")),
        area=drawn(form, Field("procedure", wrapper_class="ticks")) if form.areas else "",
        questions=drawn(form, *questions(form)),
    )


def blank_parts(*, emergency_number: str, asks_came_back: bool, areas: Choices, zone: ZoneInfo) -> FormParts:
    """Return the blank form from the cache, with the areas of this patient."""
    blank = drawn_blank(emergency_number, asks_came_back, zone, get_language() or "")
    if not areas:
        return blank
    form = CheckInForm(zone=zone, now=datetime.now(UTC), areas=areas)
    area = drawn(form, Field("procedure", wrapper_class="ticks"))
    return FormParts(emergency=blank.emergency, area=area, questions=blank.questions)


@lru_cache(maxsize=256)
def drawn_blank(emergency_number: str, asks_came_back: bool, zone: ZoneInfo, _language: str) -> FormParts:
    form = CheckInForm(zone=zone, now=datetime.now(UTC), asks_came_back=asks_came_back)
    return parts_of(form, emergency_number)


def questions(form: CheckInForm) -> list[LayoutObject]:
    """Return the layout of all questions but the first; follow-up questions come after their scale."""
    came_back = form.asks_came_back or form["came_back"].value() or "came_back" in form.errors
    earlier = form["observed_at"].value() or "observed_at" in form.errors
    return [
        Field("redness", wrapper_class="scale pips"),
        Field("pain", wrapper_class="scale pips"),
        Field("painkiller", wrapper_class="ticks follow"),
        Field("swelling", wrapper_class="scale pips"),
        Field("itch", wrapper_class="scale pips"),
        Field("itch_bothers", wrapper_class="scale two follow"),
        *([Field("came_back", wrapper_class="scale two odd")] if came_back else []),
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


def drawn(form: CheckInForm, *fields: LayoutObject) -> SafeString:
    helper = FormHelper()
    helper.field_class = "opts"
    helper.layout = Layout(*fields)
    context = Context({**helper.get_attributes(PACK), "template_pack": PACK, "form": form})
    html = helper.render_layout(form, context, template_pack=PACK)
    return mark_safe(strip_spaces_between_tags(html))  # noqa: S308 (crispy's own templates escape)
