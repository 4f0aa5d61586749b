"""The form of a clinic's details: name, telephones, hours and colour."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, cast

from crispy_forms.layout import Div, Fieldset, Layout
from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from aftercare.checkins.schedule import PLANNED_DAYS
from aftercare.people.clinics.zones import zone_choices
from aftercare.people.hours import DAYS
from aftercare.people.models import Clinic
from aftercare.people.models.clinics import validate_check_in_days
from aftercare.people.telephones import TelephoneFormField
from aftercare.ui.telephones import region_of
from clinic.form_fields import helper_for
from clinic.held_forms import Holdable
from clinic.patients.filters import PatientFilters

DAY_NAMES = dict(
    zip(
        DAYS,
        (
            gettext_lazy("Monday"),
            gettext_lazy("Tuesday"),
            gettext_lazy("Wednesday"),
            gettext_lazy("Thursday"),
            gettext_lazy("Friday"),
            gettext_lazy("Saturday"),
            gettext_lazy("Sunday"),
        ),
        strict=True,
    )
)
TELEPHONES = ("telephone", "out_of_hours_telephone")
DETAILS = (
    *("name", "telephone", "out_of_hours_telephone", "emergency_number", "cannot_phone"),
    *("time_zone", "technical_contact", "adult_age", "accent"),
    *("data_controller", "data_contact", "data_kept", "photos_kept_months"),
)
HOURS = re.compile(r"([01]?\d|2[0-4])[:.]([0-5]\d)\s*(?:-|–|to)\s*([01]?\d|2[0-4])[:.]([0-5]\d)")
ADULT = (12, gettext_lazy("Give an age of 12 or more."))
LATEST_ADULT = (25, gettext_lazy("Give an age of 25 or less."))
FEWEST_MONTHS = (1, gettext_lazy("Give a month or more, or leave it empty."))
MOST_MONTHS = (1200, gettext_lazy("Give 1200 months or fewer."))
HOURS_HELP = gettext_lazy("Give hours such as 09:00-18:00, or 09:00-12:30, 14:00-18:00.")


def hours_from(text: str) -> list[list[str]]:
    """Parse the opening hours of one day as [opens, closes] pairs; empty means closed. Raises ValidationError."""
    stretches, last = [], "00:00"
    for part in filter(None, (part.strip() for part in text.split(","))):
        found = HOURS.fullmatch(part)
        if found is None:
            raise ValidationError(HOURS_HELP)
        opens, closes = f"{found[1]:0>2}:{found[2]}", f"{found[3]:0>2}:{found[4]}"
        if not (last <= opens < closes <= "24:00"):
            raise ValidationError(_("Give the hours in order. Each stretch ends after it begins."))
        stretches.append([opens, closes])
        last = closes
    return stretches


@dataclass(frozen=True, slots=True, kw_only=True)
class UnreadableNumbers:
    """Telephone numbers that could not be parsed: the clinic's, and the number of patients with such a number."""

    own: list[str]
    patients: int


def numbers_of(clinic: Clinic) -> list[tuple[str, Any]]:
    return [(_("Telephone"), clinic.telephone), (_("Out-of-hours telephone"), clinic.out_of_hours_telephone)]


def unreadable_telephones(clinic: Clinic) -> UnreadableNumbers | None:
    """Return the numbers that a manager has to check, or None."""
    own = [f"{label}: {number}" for label, number in numbers_of(clinic) if not number.is_valid()]
    try:
        clinic.clean_emergency_number()
    except ValidationError:
        own.append(
            _("Emergency number: %(emergency_number)s") % {"emergency_number": clinic.emergency_number}
        )
    patients = PatientFilters(who="number").narrow(clinic.patients.all(), clinic, timezone.now()).count()
    return UnreadableNumbers(own=own, patients=patients) if own or patients else None


DAYS_IN_WORDS = re.compile(r"(\d{1,3})(?:\s*[-–]\s*(\d{1,3}))?")


def days_from(text: str) -> list[int] | None:
    """Parse days such as "0-7, 10, 14" in any order; None if empty. Raises ValidationError."""
    found: set[int] = set()
    for part in filter(None, (part.strip() for part in text.split(","))):
        days = DAYS_IN_WORDS.fullmatch(part)
        if days is None:
            raise ValidationError(_("Give days such as 0-7, 10, 14."))
        found.update(range(int(days[1]), int(days[2] or days[1]) + 1))
    return sorted(found) or None


def days_words(days: Sequence[int]) -> str:
    """Return days as they are typed: "0-7, 10, 14"."""
    runs: list[list[int]] = []
    for day in days:
        if runs and day == runs[-1][-1] + 1:
            runs[-1].append(day)
        else:
            runs.append([day])
    return ", ".join(f"{run[0]}-{run[-1]}" if len(run) > 1 else str(run[0]) for run in runs)


class DetailsForm(Holdable, forms.ModelForm):  # type: ignore[type-arg]
    """The clinic's details, with one line of hours per weekday; empty means closed."""

    class Meta:
        model = Clinic
        fields = DETAILS
        labels = {
            "name": gettext_lazy("Name"),
            "telephone": gettext_lazy("Telephone"),
            "emergency_number": gettext_lazy("Emergency number"),
            "out_of_hours_telephone": gettext_lazy("Out-of-hours telephone"),
            "accent": gettext_lazy("Colour"),
            "cannot_phone": gettext_lazy("For people who cannot phone"),
            "adult_age": gettext_lazy("Adult from the age of"),
            "technical_contact": gettext_lazy("Technical contact"),
            "data_controller": gettext_lazy("Who is responsible for the data"),
            "data_contact": gettext_lazy("Contact for questions about data"),
            "data_kept": gettext_lazy("How long the data is kept"),
            "photos_kept_months": gettext_lazy("Months after which pictures are deleted"),
        }
        help_texts = {
            "emergency_number": gettext_lazy("Such as 999, 112 or 911."),
            "cannot_phone": (
                gettext_lazy(
                    "Optional. Patients read it under the emergency number everywhere. Such as: Text 999 "
                    "after you have signed up at emergencysms.net, or use Relay UK."
                )
            ),
            "adult_age": gettext_lazy(
                "Before a younger patient’s treatment is stored, staff are asked about it."
            ),
            "technical_contact": gettext_lazy("This address gets a mail where messages do not leave."),
            "accent": gettext_lazy("Such as #1b5a5c. It must be dark enough to read on white."),
            "data_controller": gettext_lazy(
                "The name in law and the address. Empty: the clinic’s name. A change asks patients again."
            ),
            "data_contact": gettext_lazy("An e-mail address or a telephone. Empty: the clinic’s telephone."),
            "data_kept": gettext_lazy(
                "Such as: Eight years after the last treatment. A change asks patients again."
            ),
            "photos_kept_months": gettext_lazy(
                "Older ones are deleted for good, from a week after the change on; while an alert is open they stay. "
                "Empty: as long as the record. A change asks patients again."
            ),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        zone = self.data.get("time_zone") or self.instance.time_zone
        for name in TELEPHONES:
            cast(TelephoneFormField, self.fields[name]).region = region_of(zone)
        self.fields["time_zone"] = forms.ChoiceField(
            label=_("Time zone"),
            choices=zone_choices(self.instance.time_zone),
            error_messages={"invalid_choice": _("Choose a time zone from the list.")},
        )
        for day, day_name in DAY_NAMES.items():
            stretches = self.instance.opening_hours.get(day, [])
            self.fields[day] = forms.CharField(
                label=day_name,
                required=False,
                max_length=100,
                initial=", ".join("-".join(stretch) for stretch in stretches),
            )
        self.fields["check_in_days"] = forms.CharField(
            label=_("Days of check-ins after a treatment"),
            required=False,
            max_length=200,
            initial=days_words(self.instance.check_in_days or PLANNED_DAYS),
            help_text=_("Patients are reminded on these days. Such as 0-7, 10, 14. Empty: as we recommend."),
        )
        age = cast(forms.IntegerField, self.fields["adult_age"])
        age.validators.extend([MinValueValidator(*ADULT), MaxValueValidator(*LATEST_ADULT)])
        months = cast(forms.IntegerField, self.fields["photos_kept_months"])
        months.validators.extend([MinValueValidator(*FEWEST_MONTHS), MaxValueValidator(*MOST_MONTHS)])
        self.fields["mon"].help_text = _("Such as 09:00-12:30, 14:00-18:00. An empty day is closed.")
        self.helper = helper_for(details_layout())

    def clean_accent(self) -> str:
        return str(self.cleaned_data["accent"]).lower()

    def clean_check_in_days(self) -> list[int] | None:
        """Return the clinic's own days; None for those that are usual."""
        days = days_from(self.cleaned_data["check_in_days"])
        if days is None or days == list(PLANNED_DAYS):
            return None
        validate_check_in_days(days)
        return days

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        week = {}
        for day in DAYS:
            try:
                week[day] = hours_from(cleaned.get(day, ""))
            except ValidationError as error:
                self.add_error(day, error)
        if not self.errors and not any(week.values()):
            self.add_error("mon", _("Give at least one day on which the clinic is open."))
        self.week = week
        return cleaned

    @property
    def details(self) -> dict[str, Any]:
        """The `details` argument of `change_details`."""
        own = {name: self.cleaned_data[name] for name in (*DETAILS, "check_in_days")}
        return {**own, "opening_hours": self.week}


PAIRS = (("mon", "tue"), ("wed", "thu"), ("fri", "sat"), ("sun",))


def details_layout() -> Layout:
    """Return the groups of fields, each a card."""
    return Layout(
        Fieldset(
            _("Clinic"),
            Div("name", "accent", css_class="pair"),
            "adult_age",
            "check_in_days",
            css_class="card",
        ),
        Fieldset(
            _("Telephones"),
            Div("telephone", "out_of_hours_telephone", css_class="pair"),
            Div("emergency_number", "cannot_phone", css_class="pair"),
            "technical_contact",
            css_class="card",
        ),
        Fieldset(
            _("Opening hours"),
            "time_zone",
            *(Div(*pair, css_class="pair") for pair in PAIRS),
            css_class="card",
        ),
        Fieldset(
            _("Data and privacy"),
            *("data_controller", "data_contact", "data_kept", "photos_kept_months"),
            css_class="card",
        ),
    )
