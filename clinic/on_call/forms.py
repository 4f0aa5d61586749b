"""The forms of the contacts page. Times and days are read in the active time zone, the clinic's."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any, cast
from zoneinfo import ZoneInfo

from crispy_forms.layout import Div, Field, Layout
from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from aftercare.alerts.models import ContactStep
from aftercare.alerts.models.dispatches import LONGEST_WAIT_MIN
from aftercare.people.actions.rota import LONGEST_SHIFT
from aftercare.people.models import Clinic, StaffMember
from aftercare.people.name_matching import require_one_line
from clinic.form_fields import helper_for
from clinic.held_forms import StaffForm

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

WEEKS = (
    (1, gettext_lazy("Once")),
    (4, gettext_lazy("4 weeks")),
    (12, gettext_lazy("12 weeks")),
    (26, gettext_lazy("26 weeks")),
)
NO_SUCH_TIME = gettext_lazy(
    "Give a date and a time, such as 23/11/2026 14:30. When the clocks change, some do not exist."
)
TWICE_OR_NEVER = gettext_lazy(
    "The clocks change then: this time does not exist, or comes twice. Give one an hour earlier or later."
)


def staff_choices(clinic: Clinic) -> list[tuple[int, str]]:
    """Return the clinic's active staff as choices, by name."""
    members = clinic.staff_members.active().select_related("user")
    return [(m.pk, str(m)) for m in members.order_by("user__first_name", "user__last_name", "pk")]


class ClinicForm(StaffForm):
    """A form about staff of one clinic; nobody else can be chosen."""

    def __init__(self, *args: Any, clinic: Clinic, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.clinic = clinic
        for name in ("members", "member"):
            if name in self.fields:
                cast(forms.ChoiceField, self.fields[name]).choices = staff_choices(clinic)

    def chosen(self, name: str) -> list[StaffMember]:
        """Return the staff members chosen in a field."""
        keys = self.cleaned_data[name]
        keys = keys if isinstance(keys, list) else [keys]
        return list(self.clinic.staff_members.active().filter(pk__in=keys).select_related("user", "clinic"))


class StepForm(ClinicForm):
    members = forms.MultipleChoiceField(
        label=gettext_lazy("Who is told"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"invalid_choice": gettext_lazy("Choose people who work here now.")},
    )
    on_duty = forms.BooleanField(label=gettext_lazy("Whoever is on duty by the rota"), required=False)
    wait_min = forms.IntegerField(
        label=gettext_lazy("Minutes until the next step"),
        min_value=1,
        max_value=LONGEST_WAIT_MIN,
        initial=LONGEST_WAIT_MIN,
        help_text=gettext_lazy(
            "An emergency goes on after 10 minutes at the latest, an urgent alert after 30."
        ),
        error_messages={
            "required": gettext_lazy("Give the minutes."),
            "invalid": gettext_lazy("Give a whole number of minutes."),
            "min_value": gettext_lazy("Give at least 1 minute."),
            "max_value": gettext_lazy("Give at most 30 minutes."),
        },
    )

    def __init__(self, *args: Any, step: ContactStep | None = None, **kwargs: Any) -> None:
        if step is not None:
            kwargs["initial"] = {
                "members": [member.pk for member in step.members.all()],
                "on_duty": step.on_duty,
                "wait_min": step.wait_min,
            }
        super().__init__(*args, **kwargs)
        self.helper = helper_for(
            Layout(
                Field("members", wrapper_class="ticks"), Field("on_duty", wrapper_class="ticks"), "wait_min"
            )
        )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if not cleaned.get("members") and not cleaned.get("on_duty") and not self.errors:
            raise ValidationError(_("Choose at least one person, or whoever is on duty."))
        return cleaned


class ClockField(forms.DateTimeField):
    """A date and a time by the clinic's clock."""

    def to_python(self, value: Any) -> datetime | None:
        """Refuse, in plain words, a time that does not exist or comes twice when the clocks change."""
        try:
            return super().to_python(value)
        except ValidationError as error:
            if error.code == "ambiguous_timezone":
                raise ValidationError(str(TWICE_OR_NEVER)) from error
            raise


def time_field(label: _StrPromise) -> forms.DateTimeField:
    return ClockField(
        label=label,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        error_messages={"required": gettext_lazy("Give the date and the time."), "invalid": NO_SUCH_TIME},
    )


def day_field(label: _StrPromise, **options: Any) -> forms.DateField:
    return forms.DateField(
        label=label,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={
            "required": gettext_lazy("Give the date."),
            "invalid": gettext_lazy("Give a date, such as 25/12/2026."),
        },
        **options,
    )


class ShiftForm(ClinicForm):
    member = forms.ChoiceField(
        label=gettext_lazy("Who"),
        error_messages={"invalid_choice": gettext_lazy("Choose somebody who works here now.")},
    )
    starts_at = time_field(gettext_lazy("From"))
    ends_at = time_field(gettext_lazy("Until"))
    weeks = forms.TypedChoiceField(
        label=gettext_lazy("Repeat every week"), choices=WEEKS, coerce=int, initial=1
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = helper_for(
            Layout(Div("member", "weeks", css_class="pair"), Div("starts_at", "ends_at", css_class="pair"))
        )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        starts, ends = cleaned.get("starts_at"), cleaned.get("ends_at")
        if starts and ends and not starts < ends <= starts + LONGEST_SHIFT:
            self.add_error("ends_at", _("A shift ends after it begins, within a week."))
        return cleaned

    @property
    def span(self) -> dict[str, Any]:
        """The start, the end, and the number of weekly repetitions."""
        return {name: self.cleaned_data[name] for name in ("starts_at", "ends_at", "weeks")}


class AbsenceForm(StaffForm):
    away_from = day_field(
        gettext_lazy("Away from"), required=False, help_text=gettext_lazy("Leave empty: there again.")
    )
    away_until = day_field(
        gettext_lazy("Last day away"),
        required=False,
        help_text=gettext_lazy("Leave empty: until further notice."),
    )

    def __init__(self, *args: Any, member: StaffMember, zone: ZoneInfo, **kwargs: Any) -> None:
        initial: dict[str, Any] = {}
        if member.away_from is not None:
            initial["away_from"] = member.away_from.astimezone(zone).date()
        if member.away_until is not None:
            initial["away_until"] = (member.away_until.astimezone(zone) - timedelta(seconds=1)).date()
        super().__init__(*args, **{"initial": initial, **kwargs})
        self.zone = zone
        self.helper = helper_for(Layout(Div("away_from", "away_until", css_class="pair")))

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        first, last = cleaned.get("away_from"), cleaned.get("away_until")
        if last and not first:
            self.add_error("away_from", _("Give the first day too."))
        elif first and last and last < first:
            self.add_error("away_until", _("The last day comes after the first."))
        return cleaned

    @property
    def span(self) -> tuple[datetime | None, datetime | None]:
        """The absence as a half-open interval: midnight of the first day to midnight after the last."""
        first, last = self.cleaned_data["away_from"], self.cleaned_data["away_until"]
        return self.midnight(first), self.midnight(last + timedelta(days=1)) if last else None

    def midnight(self, day: date | None) -> datetime | None:
        return datetime.combine(day, time(0), self.zone) if day else None


class ClosedDayForm(StaffForm):
    day = day_field(gettext_lazy("Day"))
    name = forms.CharField(
        validators=[require_one_line],
        label=gettext_lazy("What it is"),
        max_length=40,
        required=False,
        help_text=gettext_lazy("Optional."),
    )

    def __init__(self, *args: Any, now: datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.now = now
        self.helper = helper_for(Layout(Div("day", "name", css_class="pair")))

    def clean_day(self) -> date:
        day: date = self.cleaned_data["day"]
        if day < timezone.localdate(self.now):
            raise ValidationError(_("This day is over. Give a day still to come."))
        return day
