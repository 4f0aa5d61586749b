"""The small forms of the alert page: owner, reopening, fixed text to the patient."""

from __future__ import annotations

from typing import Any, cast

from crispy_forms.layout import Field, Layout
from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from aftercare.alerts.actions.patient_messages import letter_text
from aftercare.alerts.models import Alert, Letter
from aftercare.people.models import Clinic, StaffMember
from clinic.form_fields import NOTE_LENGTH, colleagues, helper_for
from clinic.held_forms import StaffForm


class AssignForm(StaffForm):
    """Assign an alert to a colleague. `seen`: id of the owner that the page showed."""

    to = forms.ChoiceField(
        label=gettext_lazy("Give it to"),
        error_messages={
            "required": gettext_lazy("Choose a colleague."),
            "invalid_choice": gettext_lazy("This colleague does not work here now. Choose another."),
        },
    )
    seen = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, alert: Alert, member: StaffMember, **kwargs: Any) -> None:
        kwargs |= {"initial": {"seen": alert.owner_id}, "auto_id": "assign_%s"}
        super().__init__(*args, **kwargs)
        self.members = {str(other.pk): other for other in colleagues([member.clinic])}
        others = [(pk, other) for pk, other in self.members.items() if other.user_id != alert.owner_id]
        cast(forms.ChoiceField, self.fields["to"]).choices = [
            ("", _("Choose")),
            *((pk, _("Me") if other.pk == member.pk else str(other)) for pk, other in others),
        ]
        self.helper = helper_for()

    @property
    def new_owner(self) -> StaffMember:
        return self.members[self.cleaned_data["to"]]


class ReopenForm(StaffForm):
    why = forms.CharField(
        label=gettext_lazy("Why it is opened again"),
        max_length=NOTE_LENGTH,
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={
            "required": gettext_lazy("Write why. It stays in the history."),
            "max_length": gettext_lazy("Write at most %(limit_value)d characters."),
        },
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs["auto_id"] = "reopen_%s"
        super().__init__(*args, **kwargs)
        self.fields["why"].widget.attrs.pop("maxlength", None)
        self.helper = helper_for()


class LetterForm(StaffForm):
    """The choice of a fixed text, each with the text that the patient would read."""

    template = forms.ChoiceField(
        label=gettext_lazy("Send the patient a message"),
        choices=Letter.Template.choices,
        widget=forms.RadioSelect,
        error_messages={
            "required": gettext_lazy("Choose a message."),
            "invalid_choice": gettext_lazy("Choose one from the list."),
        },
    )

    def __init__(self, *args: Any, clinic: Clinic, **kwargs: Any) -> None:
        super().__init__(*args, **{"auto_id": "letter_%s", **kwargs})
        self.clinic = clinic
        self.helper = helper_for(Layout(Field("template", wrapper_class="ticks")))

    @property
    def texts(self) -> list[tuple[str, str]]:
        """Each label with the text that would be sent now."""
        now = timezone.now()
        return [(str(one.label), letter_text(one, self.clinic, now)) for one in Letter.Template]
