"""The forms that put something right. Each asks why, and knows what the page was drawn from."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any, cast

from crispy_forms.layout import Div, Field, Layout
from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict

from aftercare.checkins.corrections import Treatment
from aftercare.people.models import IntakeQuestion, Patient, Procedure
from clinic.forms import NONE_OF_THESE, TreatmentFields, helper_for, intake_choices, require_after_birth

REASON_LENGTH = 500


def reason_field(required: str) -> forms.CharField:
    """Why something is changed; it stays with the patient's record."""
    field = forms.CharField(
        label="Why",
        help_text="Kept with your name and the time.",
        max_length=REASON_LENGTH,
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": required, "max_length": "Write at most %(limit_value)d characters."},
    )
    field.widget.attrs.pop("maxlength", None)  # a cut note would go unnoticed
    return field


class CorrectionForm(TreatmentFields):
    """When, how and where the patient was treated. `version`: of the procedure as it was shown."""

    reason = reason_field("Say why this is changed.")
    version = forms.CharField(required=False, widget=forms.HiddenInput)

    field_order = ("kind", "area", "performed_at", "reason", "version")

    def __init__(
        self, data: QueryDict | None = None, *, procedure: Procedure, patient: Patient, now: datetime
    ) -> None:
        initial = {
            "kind": procedure.kind,
            "area": procedure.area,
            "performed_at": procedure.performed_at,
            "version": procedure.version,
        }
        super().__init__(data, initial=initial, now=now)
        self.procedure, self.patient = procedure, patient
        area = cast(forms.ChoiceField, self.fields["area"])
        listed = list(cast("list[tuple[str, str]]", area.choices))
        if procedure.area not in dict(listed):
            area.choices = [*listed, (procedure.area, procedure.area.capitalize())]
        self.helper = helper_for(
            Layout(
                Field("kind", wrapper_class="scale two"),
                Div("area", "performed_at", css_class="pair"),
                "reason",
                "version",
            )
        )

    def clean_performed_at(self) -> datetime:
        """The field shows minutes: a time that was left alone keeps its seconds."""
        performed_at = super().clean_performed_at()
        before = self.procedure.performed_at
        if performed_at == before.replace(second=0, microsecond=0):
            return before
        require_after_birth(performed_at, self.patient.date_of_birth)
        return performed_at

    @property
    def corrected(self) -> Treatment:
        return Treatment(**self.treatment)


class FindForm(forms.Form):
    """Whom a procedure belongs to: searched for, in a POST, so that no name stands in an address."""

    words = forms.CharField(
        label="Find the patient who had it",
        help_text="A name, a record number, or digits of a telephone number.",
        max_length=100,
        error_messages={"required": "Type a part of the name, the record number or the telephone number."},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["words"].widget.attrs["autocomplete"] = "off"
        self.helper = helper_for(Layout("words"))


class MoveForm(forms.Form):
    """The last look before a procedure goes to another patient."""

    reason = reason_field("Say why it is moved.")
    to = forms.UUIDField(widget=forms.HiddenInput)
    version = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = helper_for(Layout("reason", "to", "version"))


class IntakeForm(forms.Form):
    """The intake answers. `shown`: as they stood on the page."""

    intake = forms.MultipleChoiceField(
        label="Tick what applies",
        help_text="For staff only. The portal never clears anyone for treatment.",
        widget=forms.CheckboxSelectMultiple,
        error_messages={
            "required": "Tick what applies, or “None of these”.",
            "invalid_choice": "Tick only what is in the list.",
        },
    )
    reason = reason_field("Say why this is changed.")
    shown = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, data: QueryDict | None = None, *, patient: Patient) -> None:
        ticked = patient.intake if patient.intake is None else patient.intake or [NONE_OF_THESE]
        super().__init__(data, initial={"intake": ticked, "shown": json.dumps(patient.intake)})
        cast(forms.ChoiceField, self.fields["intake"]).choices = intake_choices()
        self.helper = helper_for(Layout(Field("intake", wrapper_class="ticks"), "reason", "shown"))

    def clean_intake(self) -> list[str]:
        ticked: list[str] = self.cleaned_data["intake"]
        if NONE_OF_THESE in ticked and len(ticked) > 1:
            raise ValidationError("“None of these” is ticked together with something else. Keep one.")
        return [key for key in IntakeQuestion.values if key in ticked]

    def clean_shown(self) -> Any:
        try:
            return json.loads(self.cleaned_data["shown"] or "null")
        except ValueError:
            return "unreadable"  # as any other answers than those that stand: the page is shown anew


class WithdrawForm(forms.Form):
    reason = reason_field("Say why the patient is withdrawn.")
    confirm = forms.BooleanField(
        label="Withdraw this patient",
        error_messages={"required": "Tick “Withdraw this patient” to confirm."},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = helper_for(Layout("reason", Field("confirm", wrapper_class="ticks")))
