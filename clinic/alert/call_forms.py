"""The forms of the call panel: the result of a call and the next step, and correcting a recorded call."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, cast

from crispy_forms.layout import Div, Field, Layout
from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from aftercare.alerts.models import Alert, ContactAttempt
from aftercare.people.models import Patient
from aftercare.people.telephones import TelephoneFormField
from clinic.alert.actions import Call
from clinic.form_fields import NOTE_LENGTH, helper_for
from clinic.held_forms import StaffForm

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

Result, Kind = ContactAttempt.Result, ContactAttempt.Kind
NO_CALL = "none"
OPEN, ONE, ALL = "open", "one", "all"
TRY_IN_MINUTES = (10, 30, 60, 120, 240, 480, 720)
TOO_LONG = gettext_lazy("Write at most %(limit_value)d characters.")


def first_name(patient: Patient) -> str:
    """Return the patient's first name, or the full name if there is none."""
    return patient.user.first_name or str(patient.user)


def result_choices(patient: Patient) -> list[tuple[str, str]]:
    """Return the possible results of a call, with the patient's name; "reached" first."""
    name = first_name(patient)
    return [
        (Result.REACHED.value, _("Reached %(name)s") % {"name": name}),
        (Result.NO_ANSWER.value, _("No answer")),
        (Result.LEFT_MESSAGE.value, _("Left a message")),
        (Result.WRONG_NUMBER.value, _("Wrong number")),
        (Kind.PATIENT_CALLED.value, _("%(name)s called us") % {"name": name}),
    ]


def result_and_kind(chosen: str) -> tuple[str, str]:
    """Return the `result` and `kind` for `record_contact_attempt`. A patient who called counts as reached."""
    if chosen == Kind.PATIENT_CALLED:
        return Result.REACHED, Kind.PATIENT_CALLED
    return chosen, Kind.CALLED


def choice_of(attempt: ContactAttempt) -> str:
    """Return the form choice that represents an attempt."""
    return Kind.PATIENT_CALLED if attempt.kind == Kind.PATIENT_CALLED else attempt.result


def note_field(label: _StrPromise, **options: Any) -> forms.CharField:
    """A text field without a limit in the browser, which would cut a pasted note unnoticed."""
    field = forms.CharField(
        label=label,
        required=False,
        max_length=options.pop("max_length", NOTE_LENGTH),
        error_messages={"max_length": TOO_LONG},
        widget=forms.Textarea(attrs={"rows": 2}),
        **options,
    )
    field.widget.attrs.pop("maxlength", None)
    return field


def result_field() -> forms.ChoiceField:
    return forms.ChoiceField(
        label=gettext_lazy("What happened?"),
        widget=forms.RadioSelect,
        error_messages={
            "required": gettext_lazy("Choose what happened."),
            "invalid_choice": gettext_lazy("Choose one from the list."),
        },
    )


class CallForm(StaffForm):
    """One call: its result, a note, and whether to keep the alert open with a next try or to close it."""

    result = result_field()
    telephone = TelephoneFormField(
        label=gettext_lazy("Another number"),
        required=False,
        help_text=gettext_lazy("It takes the place of the wrong one."),
    )
    note = note_field(gettext_lazy("What you heard and what you said"))
    then = forms.ChoiceField(
        label=gettext_lazy("Then"),
        widget=forms.RadioSelect,
        initial=OPEN,
        required=False,
        error_messages={"invalid_choice": gettext_lazy("Choose whether it stays open.")},
    )
    outcome = forms.ChoiceField(
        label=gettext_lazy("Outcome"),
        choices=[("", gettext_lazy("Choose")), *Alert.Outcome.choices],
        required=False,
        error_messages={"invalid_choice": gettext_lazy("Choose one of the outcomes in the list.")},
    )
    next_try = forms.TypedChoiceField(
        label=gettext_lazy("Next try"), required=False, coerce=int, empty_value=None
    )
    next_try_reason = forms.CharField(
        label=gettext_lazy("Why then"),
        required=False,
        max_length=300,
        error_messages={"max_length": TOO_LONG},
    )

    def __init__(
        self,
        data: Mapping[str, Any] | None = None,
        *,
        patient: Patient,
        then: list[tuple[str, str]],
        longest_wait: timedelta | None = None,
    ) -> None:
        """`then`: the choices of that field; `longest_wait`: the latest next try from now, None if it cannot be set."""
        super().__init__(data, auto_id="call_%s")
        results = result_choices(patient)
        if then:
            results.append((NO_CALL, _("No call now")))
            cast(forms.ChoiceField, self.fields["then"]).choices = then
        else:
            del self.fields["then"], self.fields["outcome"]
        cast(forms.ChoiceField, self.fields["result"]).choices = results
        cast(TelephoneFormField, self.fields["telephone"]).region = patient.clinic.telephone_region
        self.offer_next_try(longest_wait)
        self.helper = helper_for(self.layout(bool(then)))

    def offer_next_try(self, longest: timedelta | None) -> None:
        """Offer next tries up to `longest` from now; None removes the fields."""
        if longest is None:
            del self.fields["next_try"], self.fields["next_try_reason"]
            return
        offered = [minutes for minutes in TRY_IN_MINUTES if timedelta(minutes=minutes) <= longest]
        cast(forms.ChoiceField, self.fields["next_try"]).choices = [
            ("", _("In time, as always")),
            *((str(minutes), minutes_words(minutes)) for minutes in offered),
        ]

    def layout(self, has_then: bool) -> Layout:
        """Return the layout, with the fields of each answer right below it."""
        parts = [
            Field("result", wrapper_class="scale two odd last-wide" if has_then else "scale two odd"),
            Field("telephone", wrapper_class="tied if-wrong"),
            "note",
        ]
        if has_then:
            parts += [
                Field("then", wrapper_class="scale two thens"),
                Field("outcome", wrapper_class="tied if-close"),
            ]
        if "next_try" in self.fields:
            parts.append(Div("next_try", "next_try_reason", css_class="tied if-open"))
        return Layout(*parts)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        closes = cleaned.get("then") in {ONE, ALL}
        if cleaned.get("result") == NO_CALL and not closes:
            self.add_error("result", _("Choose what happened. Without a call there is nothing to save."))
        if closes and not cleaned.get("outcome") and "outcome" not in self.errors:
            self.add_error("outcome", _("Choose what came of it."))
        if cleaned.get("next_try") and not cleaned.get("next_try_reason", "").strip() and not closes:
            self.add_error("next_try_reason", _("Say why the next try is then."))
        return cleaned

    def call(self, now: datetime) -> Call:
        """Return the argument of `save_call`."""
        cleaned = self.cleaned_data
        result, kind = result_and_kind(cleaned["result"])
        closes, minutes = cleaned.get("then") in {ONE, ALL}, cleaned.get("next_try")
        return Call(
            result="" if result == NO_CALL else result,
            kind=kind,
            note=cleaned["note"],
            outcome=cleaned["outcome"] if closes else "",
            closes_all=cleaned.get("then") == ALL,
            telephone=cleaned["telephone"] if result == Result.WRONG_NUMBER else "",
            next_try_at=now + timedelta(minutes=minutes) if minutes and not closes else None,
            next_try_reason=cleaned.get("next_try_reason", ""),
        )


class CorrectCallForm(StaffForm):
    """The corrected result and note of a recorded call."""

    result = result_field()
    note = note_field(gettext_lazy("What you heard and what you said"))

    def __init__(self, data: Mapping[str, Any] | None = None, *, attempt: ContactAttempt) -> None:
        super().__init__(data, initial={"result": choice_of(attempt), "note": attempt.note})
        cast(forms.ChoiceField, self.fields["result"]).choices = result_choices(attempt.patient)
        self.helper = helper_for(Layout(Field("result", wrapper_class="scale two odd"), "note"))


def minutes_words(minutes: int) -> str:
    """Return "In 30 minutes" or "In 2 hours"."""
    if minutes < 60:
        return _("In %(minutes)s minutes") % {"minutes": minutes}
    hours = minutes // 60
    return ngettext("In %(hours)s hour", "In %(hours)s hours", hours) % {"hours": hours}
