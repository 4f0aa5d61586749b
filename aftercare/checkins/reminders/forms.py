"""The form with which a patient says when and how reminders come."""

from __future__ import annotations

from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Field, Layout
from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from aftercare.checkins.models import ReminderPlan
from aftercare.people.contact_points.addresses import where
from aftercare.people.models import ContactPoint
from aftercare.people.models.clinics import validate_zone
from aftercare.ui.templatetags.ui import masked_email

PUSH, SMS, EMAIL = "push", "sms", "email"
CLOCK = "%H:%M"


class ReminderForm(forms.Form):
    """Hour, ways, and quiet hours. `points`: the telephones and browsers that count."""

    at_time = forms.TimeField(
        label=gettext_lazy("At what time?"),
        widget=forms.TimeInput(attrs={"type": "time"}, format=CLOCK),
        error_messages={
            "required": gettext_lazy("Give a time, such as 18:00."),
            "invalid": gettext_lazy("Give a time, such as 18:00."),
        },
    )
    way = forms.MultipleChoiceField(
        label=gettext_lazy("How?"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": gettext_lazy("Tick one way, or stop the reminders below.")},
    )
    quiet_from = forms.TimeField(
        label=gettext_lazy("Nothing from"), widget=forms.TimeInput(attrs={"type": "time"}, format=CLOCK)
    )
    quiet_until = forms.TimeField(
        label=gettext_lazy("Nothing until"), widget=forms.TimeInput(attrs={"type": "time"}, format=CLOCK)
    )

    # The zone of the device, where it is another one and the patient ticks to use it.
    zone = forms.CharField(required=False, max_length=64, validators=[validate_zone])

    def __init__(self, posted: Any, *, plan: ReminderPlan, points: list[ContactPoint], zone: str) -> None:
        super().__init__(posted, initial=initial_of(plan, points))
        ways = ways_of(plan, points)
        field = self.fields["way"]
        assert isinstance(field, forms.MultipleChoiceField)
        field.choices = ways
        if len(ways) > 1:
            field.help_text = _(
                "If you tick more than one, the e-mail comes only if the others cannot be sent."
            )
        self.fields["at_time"].help_text = _(
            "By the clock of %(zone)s. Nothing from %(start)s to %(end)s."
        ) % {
            "zone": zone,
            "start": plan.quiet_from.strftime(CLOCK),
            "end": plan.quiet_until.strftime(CLOCK),
        }

    def clean(self) -> None:
        """Refuse an hour that is quiet, or so shortly before that a reminder could not leave any more."""
        data = self.cleaned_data
        start, end, hour = data.get("quiet_from"), data.get("quiet_until"), data.get("at_time")
        if start is None or end is None or hour is None:
            return
        if start == end:
            self.add_error("quiet_from", _("Give two different times."))
        elif is_quiet_soon(hour, start, end):
            said = {"start": start.strftime(CLOCK), "end": end.strftime(CLOCK)}
            self.add_error(
                "at_time",
                _("Nothing is sent from %(start)s to %(end)s. Choose a time at least 30 minutes before.")
                % said,
            )

    def values(self) -> dict[str, Any]:
        """Return the values of a valid form, as the plan keeps them."""
        data = self.cleaned_data
        kept = {f"by_{way}": way in data["way"] for way in (PUSH, SMS, EMAIL)}
        return {**kept, **{name: data[name] for name in ("at_time", "quiet_from", "quiet_until")}}

    def helper_of(self, *names: str) -> FormHelper:
        helper = FormHelper()
        helper.form_tag = False
        helper.disable_csrf = True
        helper.field_class = "opts"
        ticks = {"way": "ticks"}
        helper.layout = Layout(*(Field(name, wrapper_class=ticks.get(name, "")) for name in names))
        return helper

    @property
    def helper(self) -> FormHelper:
        """The fields that everybody sees."""
        return self.helper_of("at_time", "way")

    @property
    def quiet_helper(self) -> FormHelper:
        """The quiet hours, which few change."""
        return self.helper_of("quiet_from", "quiet_until")


def is_quiet_soon(hour: Any, start: Any, end: Any) -> bool:
    """Return True if a time of day is quiet, or less than half an hour before that."""
    begin, stop, at = (one.hour * 60 + one.minute for one in (start, end, hour))
    begin -= 29
    return bool((at - begin) % (24 * 60) < (stop - begin) % (24 * 60))


def ways_of(plan: ReminderPlan, points: list[ContactPoint]) -> list[tuple[str, str]]:
    """Return the ways that this patient has, in words."""
    named = {kind: ", ".join(where(point) for point in points if point.kind == kind) for kind in (PUSH, SMS)}
    found = []
    if named[PUSH]:
        found.append((PUSH, _("A message on %(device)s") % {"device": named[PUSH]}))
    if named[SMS]:
        found.append((SMS, _("SMS to %(number)s") % {"number": named[SMS]}))
    email = masked_email(plan.patient.user.email)
    return [*found, (EMAIL, _("E-mail to %(address)s") % {"address": email})]


def initial_of(plan: ReminderPlan, points: list[ContactPoint]) -> dict[str, Any]:
    """Return the form as the plan has it; a way that the patient does not have is not ticked."""
    own = {point.kind for point in points} | {EMAIL}
    ticked = [way for way in (PUSH, SMS, EMAIL) if getattr(plan, f"by_{way}") and way in own]
    return {
        "at_time": plan.at_time,
        "way": ticked or [EMAIL],
        "quiet_from": plan.quiet_from,
        "quiet_until": plan.quiet_until,
    }
