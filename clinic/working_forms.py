"""The small forms of the queue and the alert page: filters, a new owner, opening again."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

from crispy_forms.layout import Div, Field, Layout
from django import forms

from aftercare.alerts.models import Alert
from aftercare.people.models import Clinic, Procedure, StaffMember
from clinic.filters import FILTERED_LEVELS, MINE, NOBODY, Filters
from clinic.forms import NOTE_LENGTH, helper_for
from clinic.typed import StaffForm

LEVEL_CHOICES = [(level.value, level.label) for level in FILTERED_LEVELS]


def colleagues(clinics: Sequence[Clinic]) -> list[StaffMember]:
    """Everybody who works for these clinics now, by name."""
    members = StaffMember.objects.active().filter(clinic__in=clinics).select_related("user")
    return list(members.order_by("user__first_name", "user__last_name", "pk"))


class FilterForm(forms.Form):
    """The filters that have no button of their own. Sent as a GET, so that the address holds them."""

    level = forms.ChoiceField(choices=[("", "Every level"), *LEVEL_CHOICES])
    owner = forms.ChoiceField()
    kind = forms.ChoiceField(label="Procedure", choices=[("", "Every kind"), *Procedure.Kind.choices])
    clinic = forms.ChoiceField()
    unacknowledged = forms.BooleanField(
        label="Only what nobody has acknowledged", widget=forms.CheckboxInput(attrs={"value": "1"})
    )

    def __init__(self, filters: Filters, memberships: Sequence[StaffMember]) -> None:
        initial = {
            name: getattr(filters, name) for name in ("level", "owner", "kind", "clinic", "unacknowledged")
        }
        super().__init__(initial=initial, auto_id="filter_%s")
        clinics = [member.clinic for member in memberships]
        people = {str(member.user_id): str(member.user) for member in colleagues(clinics)}
        cast(forms.ChoiceField, self.fields["owner"]).choices = [
            ("", "Everybody"),
            (MINE, "Me"),
            (NOBODY, "Nobody yet"),
            *people.items(),
        ]
        cast(forms.ChoiceField, self.fields["clinic"]).choices = [
            ("", "Each of yours"),
            *((clinic.slug, clinic.name) for clinic in clinics),
        ]
        if len(clinics) == 1:
            del self.fields["clinic"]
        for field in self.fields.values():
            field.required = False
        shown = [name for name in ("level", "owner", "kind", "clinic") if name in self.fields]
        self.helper = helper_for(
            Layout(Div(*shown, css_class="filters"), Field("unacknowledged", wrapper_class="ticks"))
        )


class AssignForm(StaffForm):
    """Giving an alert to a colleague. `seen`: the owner whom the page showed."""

    to = forms.ChoiceField(
        label="Give it to",
        error_messages={
            "required": "Choose a colleague.",
            "invalid_choice": "This colleague does not work here now. Choose another.",
        },
    )
    seen = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, alert: Alert, member: StaffMember, **kwargs: Any) -> None:
        kwargs |= {"initial": {"seen": alert.owner_id}, "auto_id": "assign_%s"}
        super().__init__(*args, **kwargs)
        self.members = {str(other.pk): other for other in colleagues([member.clinic])}
        others = [(pk, other) for pk, other in self.members.items() if other.user_id != alert.owner_id]
        cast(forms.ChoiceField, self.fields["to"]).choices = [
            ("", "Choose"),
            *((pk, "Me" if other.pk == member.pk else str(other)) for pk, other in others),
        ]
        self.helper = helper_for()

    @property
    def new_owner(self) -> StaffMember:
        return self.members[self.cleaned_data["to"]]


class ReopenForm(StaffForm):
    why = forms.CharField(
        label="Why it is opened again",
        max_length=NOTE_LENGTH,
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={
            "required": "Write why. It stays in the history.",
            "max_length": "Write at most %(limit_value)d characters.",
        },
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs["auto_id"] = "reopen_%s"
        super().__init__(*args, **kwargs)
        self.fields["why"].widget.attrs.pop("maxlength", None)
        self.helper = helper_for()
