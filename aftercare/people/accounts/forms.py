"""Form for the user's own name and telephone."""

from __future__ import annotations

from typing import Any, ClassVar, cast

from django import forms
from django.utils.translation import gettext_lazy as _

from aftercare.people.models import User
from aftercare.people.telephones import TelephoneFormField
from aftercare.ui.telephones import active_region, as_telephone


class AccountForm(forms.ModelForm[User]):
    """Name and telephone; numbers are read for the country of the active time zone, the clinic's."""

    class Meta:
        model = User
        fields = ("first_name", "last_name", "telephone")
        labels: ClassVar = {
            "first_name": _("First name"),
            "last_name": _("Last name"),
            "telephone": _("Telephone"),
        }
        help_texts: ClassVar = {"telephone": _("Your colleagues see it. Leave it empty if you like.")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        telephone = cast(TelephoneFormField, self.fields["telephone"])
        telephone.region = active_region()
        if self.instance.telephone:
            self.initial["telephone"] = as_telephone(self.instance.telephone, telephone.region)
        for name, word in (("first_name", "given-name"), ("last_name", "family-name"), ("telephone", "tel")):
            self.fields[name].widget.attrs["autocomplete"] = word
        for name, words in (
            ("first_name", _("Give your first name.")),
            ("last_name", _("Give your last name.")),
        ):
            self.fields[name].required = True
            self.fields[name].error_messages["required"] = words
