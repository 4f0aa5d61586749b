"""The form for one's own name and telephone."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from aftercare.people.models import User
from aftercare.people.models.clinics import TELEPHONE


class AccountForm(forms.ModelForm[User]):
    class Meta:
        model = User
        fields = ("first_name", "last_name", "telephone")
        labels: dict[str, Any] = {"telephone": "Telephone"}
        help_texts: dict[str, Any] = {"telephone": "Your colleagues see it. Leave it empty if you like."}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, autocomplete in (
            ("first_name", "given-name"),
            ("last_name", "family-name"),
            ("telephone", "tel"),
        ):
            self.fields[name].widget.attrs["autocomplete"] = autocomplete
        for name, words in (("first_name", "Give your first name."), ("last_name", "Give your last name.")):
            self.fields[name].required = True
            self.fields[name].error_messages["required"] = words

    def clean_telephone(self) -> Any:
        telephone = self.cleaned_data["telephone"]
        if isinstance(telephone, str) and telephone:
            TELEPHONE(telephone)
        return telephone

    def clean(self) -> dict[str, Any]:
        """Names without blanks around them: what only looks like a name is none."""
        told = super().clean() or self.cleaned_data
        for name in ("first_name", "last_name"):
            if name in told and not str(told[name]).strip():
                self.add_error(name, ValidationError(self.fields[name].error_messages["required"]))
        return told
