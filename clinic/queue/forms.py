"""The form of the queue's filters."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

from crispy_forms.layout import Div, Field, Layout
from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from aftercare.people.models import Procedure, StaffMember
from clinic.form_fields import colleagues, helper_for
from clinic.queue.filters import FILTERED_LEVELS, MINE, NOBODY, Filters

LEVEL_CHOICES = [(level.value, level.label) for level in FILTERED_LEVELS]


class FilterForm(forms.Form):
    """The filters without a button of their own, sent by GET, so that the URL holds them."""

    level = forms.ChoiceField(
        label=gettext_lazy("Level"), choices=[("", gettext_lazy("Every level")), *LEVEL_CHOICES]
    )
    owner = forms.ChoiceField(label=gettext_lazy("Owner"))
    kind = forms.ChoiceField(
        label=gettext_lazy("Procedure"), choices=[("", gettext_lazy("Every kind")), *Procedure.Kind.choices]
    )
    clinic = forms.ChoiceField(label=gettext_lazy("Clinic"))
    unacknowledged = forms.BooleanField(
        label=gettext_lazy("Only what nobody has acknowledged"),
        widget=forms.CheckboxInput(attrs={"value": "1"}),
    )

    def __init__(self, filters: Filters, memberships: Sequence[StaffMember]) -> None:
        initial = {
            name: getattr(filters, name) for name in ("level", "owner", "kind", "clinic", "unacknowledged")
        }
        super().__init__(initial=initial, auto_id="filter_%s")
        clinics = [member.clinic for member in memberships]
        people = {str(member.user_id): str(member.user) for member in colleagues(clinics)}
        cast(forms.ChoiceField, self.fields["owner"]).choices = [
            ("", _("Everybody")),
            (MINE, _("Me")),
            (NOBODY, _("Nobody yet")),
            *people.items(),
        ]
        cast(forms.ChoiceField, self.fields["clinic"]).choices = [
            ("", _("Each of yours")),
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
