"""The form that asks for a sign-in code."""

from __future__ import annotations

from typing import Any

from allauth.account.forms import RequestLoginCodeForm
from django.utils.translation import gettext_lazy as _


class RequestCodeForm(RequestLoginCodeForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["email"]
        field.label = _("Your e-mail address")
        field.help_text = _("The one that you gave your clinic.")
        field.widget.attrs.pop("placeholder", None)
        field.widget.attrs["autocomplete"] = "email"
