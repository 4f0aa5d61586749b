"""The form with which a patient invites a companion."""

from __future__ import annotations

from crispy_forms.helper import FormHelper
from django import forms
from django.utils.translation import gettext_lazy as _

from aftercare.people.name_matching import require_one_line


class CompanionForm(forms.Form):
    name = forms.CharField(
        validators=[require_one_line],
        label=_("Their name"),
        max_length=60,
        help_text=_("As you and the clinic will read it, such as: Tom."),
        error_messages={"required": _("Give a name.")},
    )
    email = forms.EmailField(
        label=_("Their e-mail address"),
        help_text=_("Their own. Sign-in codes go there."),
        error_messages={
            "required": _("Give the e-mail address."),
            "invalid": _("Give an e-mail address, such as name@example.org."),
        },
    )

    @property
    def helper(self) -> FormHelper:
        """The form without its tag and token, which the page has."""
        helper = FormHelper()
        helper.form_tag = False
        helper.disable_csrf = True
        return helper

    def clean_email(self) -> str:
        email: str = self.cleaned_data["email"]
        return email.strip().lower()
