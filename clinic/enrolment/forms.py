"""The forms that enrol a patient and change a patient's details."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

from crispy_forms.layout import Div, Field, Fieldset, Layout
from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from aftercare.outbox.channels import is_set_up
from aftercare.outbox.models import Message
from aftercare.people.actions.patient_details import details_version, shared_details, value_of
from aftercare.people.models import Clinic, IntakeQuestion, Language, Patient, User
from aftercare.people.name_matching import plain, require_one_line
from aftercare.people.patients.intake import Intake
from aftercare.people.patients.reach_fields import REACH, ReachFields
from aftercare.ui.telephones import Telephone
from clinic.form_fields import TimedForm, TreatmentFields, helper_for, require_after_birth
from clinic.intake_fields import (
    REST_NO,
    add_questions,
    add_skip_reason,
    answered_intake,
    questions_layout,
    require_risk_or_reason,
)
from clinic.treatment_details.fields import add_details, detail_names, details_layout

LONGEST_LIFE = 130  # years; an earlier birth date is a typing error
# In the order of the page, so that the list of errors runs from top to bottom.
PERSON = (
    "first_name",
    "last_name",
    "email",
    "date_of_birth",
    *REACH,
    "record_number",
    "guardian_name",
)
BEFORE_DETAILS = (*PERSON, "kind", "area", "performed_at")
USED_ELSEWHERE = gettext_lazy("This person signs in at another clinic too, so it can’t be changed here.")


class PersonFields(ReachFields, TimedForm):
    """A patient's name, contact details and birth date. `patient`: the patient being changed, if any."""

    field_order: tuple[str, ...] = PERSON
    first_name = forms.CharField(
        validators=[require_one_line],
        label=gettext_lazy("First name"),
        max_length=150,
        error_messages={"required": gettext_lazy("Give the first name.")},
    )
    last_name = forms.CharField(
        validators=[require_one_line],
        label=gettext_lazy("Last name"),
        max_length=150,
        error_messages={"required": gettext_lazy("Give the last name.")},
    )
    email = forms.EmailField(
        label=gettext_lazy("E-mail"),
        help_text=gettext_lazy("Sign-in codes go here."),
        error_messages={
            "required": gettext_lazy("Give the e-mail address."),
            "invalid": gettext_lazy("Give an e-mail address, such as name@example.org."),
        },
    )
    date_of_birth = forms.DateField(
        label=gettext_lazy("Date of birth"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={
            "required": gettext_lazy("Give the date of birth."),
            "invalid": gettext_lazy("Give a date, such as 30/04/1990."),
        },
    )
    record_number = forms.CharField(
        validators=[require_one_line],
        label=gettext_lazy("Record number"),
        max_length=40,
        required=False,
        help_text=gettext_lazy("Optional."),
    )
    guardian_name = forms.CharField(
        validators=[require_one_line],
        label=gettext_lazy("Guardian’s name"),
        max_length=150,
        required=False,
        help_text=gettext_lazy("Only for a child."),
    )

    def __init__(self, *args: Any, clinic: Clinic, patient: Patient | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.clinic, self.patient = clinic, patient
        self.set_up_reach(clinic, patient.time_zone if patient else clinic.time_zone)

    def clean_email(self) -> str:
        email: str = self.cleaned_data["email"].strip().lower()
        if self.others().filter(user__email=email).exists():
            first_name = self.cleaned_data.get("first_name", "")
            raise ValidationError(
                _(
                    "A patient of this clinic has this e-mail address already. Two people can't share "
                    "one. %(way_out)s"
                )
                % {"way_out": shared_mailbox_help(email, first_name)}
            )
        return email

    def clean_date_of_birth(self) -> date | None:
        born: date | None = self.cleaned_data["date_of_birth"]
        today = timezone.localdate(self.now)
        if born and born > today:
            raise ValidationError(_("This date is still to come. Give the date of birth."))
        if born and born.year < today.year - LONGEST_LIFE:
            raise ValidationError(_("This is too long ago. Please check the year."))
        return born

    def clean_record_number(self) -> str:
        number: str = self.cleaned_data["record_number"]
        if number and self.others().filter(record_number=number).exists():
            raise ValidationError(_("Another patient of this clinic has this record number."))
        return number

    def others(self) -> Any:
        """Return the clinic's patients without the patient being changed."""
        others = self.clinic.patients.all()
        return others.exclude(pk=self.patient.pk) if self.patient else others

    @property
    def person(self) -> dict[str, Any]:
        """The details by the argument names of `enrol_patient` and `change_details`."""
        return {name: self.cleaned_data[name] for name in PERSON}


class EnrolForm(PersonFields, TreatmentFields):
    field_order = (
        *BEFORE_DETAILS,
        *IntakeQuestion.values,
        REST_NO,
        "skip_reason",
        "consent",
        "invite",
        "invite_by_sms",
    )

    consent = forms.BooleanField(
        label=(
            gettext_lazy(
                "The patient has read how the portal uses data, that it is not watched round the "
                "clock, and agrees"
            )
        ),
        error_messages={"required": gettext_lazy("The patient has to agree first.")},
    )
    invite = forms.BooleanField(label=gettext_lazy("Send the invitation now"), required=False, initial=True)

    invite_by_sms = forms.BooleanField(
        label=gettext_lazy("By SMS too: the patient has said yes to that"), required=False
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        invitation = [Field("invite", wrapper_class="ticks")]
        if is_set_up(Message.Channel.SMS):
            invitation.append(Field("invite_by_sms", wrapper_class="ticks"))
        else:
            del self.fields["invite_by_sms"]
        self.fields["language"].initial = Language.ENGLISH
        add_questions(self, Intake())
        add_skip_reason(self)
        add_details(self)
        self.order_fields([*BEFORE_DETAILS, *detail_names(self), *self.field_order])
        self.helper = helper_for(
            Layout(
                Fieldset(_("Patient"), *person_layout(), css_class="card"),
                Fieldset(
                    _("Treatment"),
                    Field("kind", wrapper_class="scale two"),
                    Div("area", "performed_at", css_class="pair"),
                    *details_layout(self, self.clinic),
                    css_class="card",
                ),
                questions_layout(self, _("Intake")),
                Div(
                    Field("consent", wrapper_class="ticks"),
                    *invitation,
                    css_class="card",
                ),
            )
        )

    def born(self) -> date | None:
        born: date | None = self.cleaned_data.get("date_of_birth")
        return born

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if "performed_at" in cleaned and "date_of_birth" in cleaned:
            try:
                require_after_birth(cleaned["performed_at"], cleaned["date_of_birth"])
            except ValidationError as error:
                self.add_error("performed_at", error)
        self.require_guardian()
        require_risk_or_reason(self, Intake())
        if cleaned.get("invite_by_sms") and (number := cleaned.get("call_back_telephone")):
            self.require_sms(number)
        return cleaned

    def require_sms(self, number: Telephone) -> None:
        """Add an error unless the number can take an SMS."""
        if not number.takes_sms:
            words = _("This telephone takes no SMS. Give the number of a mobile telephone, or untick this.")
            self.add_error("invite_by_sms", words)

    @property
    def person(self) -> dict[str, Any]:
        """The keyword arguments of `enrol_patient`."""
        intake, asked = answered_intake(self, Intake()).stored
        return {
            **super().person,
            "intake": intake,
            "intake_asked": asked,
            "consent": self.cleaned_data["consent"],
        }


class PatientDetailsForm(PersonFields):
    """Change a patient's details, but for those that the person uses at other clinics or as staff too."""

    patient: Patient

    def __init__(self, *args: Any, patient: Patient, **kwargs: Any) -> None:
        stored = {name: value_of(patient, name) for name in PERSON}
        # Digest of the details as shown: saving must not overwrite a colleague's change unnoticed.
        self.digest = details_version(patient)
        super().__init__(*args, patient=patient, clinic=patient.clinic, initial=stored, **kwargs)
        for name in ("date_of_birth", "call_back_telephone"):
            self.fields[name].required = bool(stored[name])
        for name in shared_details(patient):
            self.fields[name].disabled = True
            self.fields[name].help_text = USED_ELSEWHERE
        self.helper = helper_for(Layout(*person_layout()))

    def clean_email(self) -> str:
        email = super().clean_email()
        if User.objects.filter(email=email).exclude(pk=self.patient.user_id).exists():
            raise ValidationError(_("Somebody else signs in with this address. Each person needs their own."))
        return email

    def clean_date_of_birth(self) -> date | None:
        born = super().clean_date_of_birth()
        first = self.patient.procedures.in_order().first()
        if born and first and timezone.localdate(first.performed_at) < born:
            raise ValidationError(_("The first treatment was before this date. Please check the year."))
        return born

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if self.data.get("seen", self.digest) != self.digest:
            raise ValidationError(
                _(
                    "Somebody else changed these details while you were typing. Compare with the "
                    "patient’s page, then save again."
                )
            )
        return cleaned


def person_layout() -> list[Div]:
    """Return the layout of a patient's details, two fields side by side."""
    return [
        Div("first_name", "last_name", "email", "date_of_birth", css_class="pair"),
        Div("call_back_telephone", "call_back_hours", css_class="pair"),
        Div("language", "time_zone", css_class="pair"),
        Div("record_number", "guardian_name", css_class="pair"),
    ]


def shared_mailbox_help(email: str, first_name: str) -> str:
    """Return advice for two people who want to use one mailbox."""
    mailbox, _at, host = email.partition("@")
    tag = re.sub(r"[^a-z0-9]", "", plain(first_name)) or "2"
    own = f"{mailbox.partition('+')[0]}+{tag}@{host}"
    return _(
        "Ask for an address of their own. Many mailboxes also accept %(own)s: it arrives in the same one."
    ) % {"own": own}
