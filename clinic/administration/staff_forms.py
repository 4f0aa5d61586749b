"""The forms with which managers add staff and change roles."""

from __future__ import annotations

from typing import Any

from crispy_forms.layout import Div, Field, Layout
from django import forms
from django.utils.translation import gettext_lazy

from aftercare.people.models import StaffMember
from aftercare.people.name_matching import require_one_line
from clinic.form_fields import helper_for
from clinic.held_forms import StaffForm

WHICH_ROLE = {
    "required": gettext_lazy("Choose the role."),
    "invalid_choice": gettext_lazy("Choose nurse, clinician or manager."),
}
ROLE_HELP = gettext_lazy(
    "A nurse works alerts, enters check-ins and enrols. A clinician also records "
    "procedures, changes intake answers and closes emergencies. A manager also keeps "
    "staff, rota and clinic details."
)


class AddStaffForm(StaffForm):
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
        help_text=gettext_lazy("Sign-in codes and alerts go here."),
        error_messages={
            "required": gettext_lazy("Give the e-mail address."),
            "invalid": gettext_lazy("Give an e-mail address, such as name@example.org."),
        },
    )
    role = forms.ChoiceField(
        label=gettext_lazy("Role"),
        choices=StaffMember.Role.choices,
        widget=forms.RadioSelect,
        help_text=ROLE_HELP,
        error_messages=WHICH_ROLE,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = helper_for(
            Layout(
                Div("first_name", "last_name", css_class="pair"),
                "email",
                Field("role", wrapper_class="ticks"),
            )
        )


class ChangeStaffForm(StaffForm):
    role = forms.ChoiceField(
        label=gettext_lazy("Role"),
        choices=StaffMember.Role.choices,
        widget=forms.RadioSelect,
        error_messages=WHICH_ROLE,
    )
    is_active = forms.BooleanField(
        label=gettext_lazy("Works here now"),
        required=False,
        help_text=gettext_lazy("Without the tick this person can no longer open this clinic’s pages."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = helper_for(
            Layout(Field("role", wrapper_class="ticks"), Field("is_active", wrapper_class="ticks"))
        )
