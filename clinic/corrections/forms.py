"""The forms of corrections. Each requires a reason, and carries the version that the page showed."""

from __future__ import annotations

import json
from datetime import datetime
from typing import TYPE_CHECKING, Any, cast

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Div, Layout
from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from aftercare.checkins.corrections.treatment import Treatment
from aftercare.people.models import Patient, Procedure
from aftercare.people.name_matching import require_one_line
from aftercare.people.patients.intake import Intake
from aftercare.people.treatments.details import LotEntry, TreatmentDetails
from aftercare.ui.search_limits import LONGEST_QUERY, is_too_long
from clinic.form_fields import PatientTreatmentForm, helper_for, require_after_birth
from clinic.held_forms import StaffForm
from clinic.intake_fields import add_questions, answered_intake, questions_layout
from clinic.patient_search import too_long_words
from clinic.treatment_details.fields import detail_names
from clinic.treatment_questions import is_child, questions_about

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

REASON_LENGTH = 500


def reason_field(required: str | _StrPromise) -> forms.CharField:
    """Return the field for the reason of a change, which is kept in the patient's record."""
    field = forms.CharField(
        label=gettext_lazy("Why"),
        help_text=gettext_lazy("Kept with your name and the time."),
        max_length=REASON_LENGTH,
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={
            "required": required,
            "max_length": gettext_lazy("Write at most %(limit_value)d characters."),
        },
    )
    field.widget.attrs.pop("maxlength", None)  # the browser would cut a pasted note unnoticed
    return field


class CorrectionForm(PatientTreatmentForm):
    """Correct a procedure. `version`: of the procedure as shown.

    A reason is required, unless only what was not recorded is added: who treated, or a lot.
    """

    reason = reason_field(gettext_lazy("Say why this is changed."))
    version = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(
        self, data: QueryDict | None = None, *, procedure: Procedure, patient: Patient, now: datetime
    ) -> None:
        self.procedure, self.stored = procedure, Treatment.of(procedure)
        initial = {
            "kind": procedure.kind,
            "area": procedure.area,
            "performed_at": procedure.performed_at,
            "operator": self.stored_details.operator,
            "version": procedure.version,
        }
        lots = [LotEntry.of(lot) for lot in procedure.lots.all()]
        super().__init__(data, initial=initial, now=now, patient=patient, lots=lots)
        self.order_fields(["kind", "area", "performed_at", *detail_names(self), "guardian_name", "reason"])
        self.fields["reason"].required = False
        self.fields["reason"].help_text = _(
            "Not needed to add what was not recorded. Kept with your name and the time."
        )
        area = cast(forms.ChoiceField, self.fields["area"])
        listed = list(cast("list[tuple[str, str]]", area.choices))
        if procedure.area not in dict(listed):
            area.choices = [*listed, (procedure.area, procedure.area.capitalize())]

    @property
    def helper(self) -> FormHelper:
        guardian = ["guardian_name"] if self.asks_guardian else []
        return helper_for(Layout(*self.treatment_layout(), *guardian, "reason", "version"))

    def clean_performed_at(self) -> datetime:
        """Keep the stored seconds if the time was not changed, because the field shows minutes only."""
        performed_at = super().clean_performed_at()
        before = self.procedure.performed_at
        if performed_at == before.replace(second=0, microsecond=0):
            return before
        require_after_birth(performed_at, self.patient.date_of_birth)
        return performed_at

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if not self.errors and not cleaned["reason"] and not self.corrected.only_adds_to(self.stored):
            self.add_error("reason", _("Say why this is changed."))
        return cleaned

    @property
    def stored_details(self) -> TreatmentDetails:
        return self.stored.known_details

    @property
    def corrected(self) -> Treatment:
        return Treatment(**self.treatment, details=self.details)


class FindForm(StaffForm):
    """Search for the patient who had a procedure. Sent by POST, so that no name is in a URL."""

    words = forms.CharField(
        label=gettext_lazy("Find the patient who had it"),
        help_text=gettext_lazy("A name, a birth date, a record number, or digits of a telephone number."),
        error_messages={
            "required": gettext_lazy(
                "Type a part of the name, the birth date, the record number or the telephone number."
            )
        },
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["words"].widget.attrs |= {"autocomplete": "off", "maxlength": LONGEST_QUERY}
        self.helper = helper_for(Layout("words"))

    def clean_words(self) -> str:
        words: str = self.cleaned_data["words"]
        if is_too_long(words):
            raise ValidationError(too_long_words())
        return words


class MoveForm(StaffForm):
    """Confirm moving a procedure to another patient."""

    reason = reason_field(gettext_lazy("Say why it is moved."))
    to = forms.UUIDField(widget=forms.HiddenInput)
    version = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, procedure: Procedure, patient: Patient, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        born, performed_at = patient.date_of_birth, procedure.performed_at
        self.questions = questions_about(clinic=patient.clinic, born=born, performed_at=performed_at)
        guardian = []
        if is_child(patient.clinic, born, performed_at):
            self.fields["guardian_name"] = forms.CharField(
                validators=[require_one_line],
                label=_("Guardian’s name"),
                max_length=150,
                initial=patient.guardian_name,
                help_text=_("Kept with the patient."),
                error_messages={"required": _("Give the name of the guardian. The patient was a child.")},
            )
            guardian = ["guardian_name"]
        self.helper = helper_for(Layout(*guardian, "reason", "to", "version"))


class IntakeForm(StaffForm):
    """Change the intake answers. `shown`: the answers as the page showed them."""

    def __init__(self, data: QueryDict | None = None, *, patient: Patient) -> None:
        super().__init__(data, initial={"shown": json.dumps([patient.intake, patient.intake_asked])})
        self.stored = Intake.of(patient)
        add_questions(self, self.stored)
        self.fields["reason"] = reason_field(_("Say why this is changed."))
        self.fields["shown"] = forms.CharField(required=False, widget=forms.HiddenInput)
        self.helper = helper_for(
            Layout(questions_layout(self, _("Intake")), Div("reason", css_class="card"), "shown")
        )

    @property
    def intake(self) -> Intake:
        """The stored answers updated with the form's answers."""
        return answered_intake(self, self.stored)

    def clean_shown(self) -> Any:
        try:
            intake, asked = json.loads(self.cleaned_data["shown"])
        except (ValueError, TypeError):
            return ["unreadable"], None  # never equal to the stored answers, so the page is shown again
        return intake, asked
