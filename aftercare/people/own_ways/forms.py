"""The form with which a patient adds a telephone."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from aftercare.people.telephones import TelephoneFormField


class NumberForm(forms.Form):
    number = TelephoneFormField(
        label=gettext_lazy("Your mobile number"),
        help_text=gettext_lazy("We send a code to it."),
        error_messages={"required": gettext_lazy("Give the number of a mobile phone.")},
    )
    agree = forms.BooleanField(
        label=gettext_lazy("Yes, the clinic may send me text messages"),
        help_text=gettext_lazy(
            "They hold no name, and nothing about your skin. You can stop them at any time."
        ),
        error_messages={"required": gettext_lazy("Tick the box, or go back.")},
    )

    def __init__(self, *args: Any, region: str | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["number"].region = region  # type: ignore[attr-defined]
        self.fields["number"].widget.attrs["autocomplete"] = "tel"
