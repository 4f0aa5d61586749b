"""Form for a new address."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy


class NewAddressForm(forms.Form):
    email = forms.EmailField(
        label=gettext_lazy("New e-mail address"),
        error_messages={
            "required": gettext_lazy("Give an e-mail address, such as name@example.org."),
            "invalid": gettext_lazy("Give an e-mail address, such as name@example.org."),
        },
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )

    def __init__(self, *args: Any, present: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.present = present

    def clean_email(self) -> str:
        """Return the address in small letters; refuse the present one."""
        email: str = self.cleaned_data["email"].lower()
        if email == self.present:
            raise ValidationError(_("You sign in with this address already."))
        return email
