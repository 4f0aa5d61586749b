"""The form of a code, and the form that the script posts when a browser has subscribed to push."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from aftercare.people.contact_points.subscriptions import LONGEST, NotASubscriptionError, read_subscription

TOO_MANY = gettext_lazy("That is as many as one person may have. Remove one that you no longer use.")


class CodeForm(forms.Form):
    """The code that was sent to a contact point. `code`: the code that the link of a push brought."""

    code = forms.CharField(
        label=gettext_lazy("Code"),
        max_length=20,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "one-time-code"}),
        error_messages={"required": gettext_lazy("Type the code that we sent.")},
    )

    def __init__(self, *args: Any, code: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.is_from_link = bool(code)
        if self.is_from_link:
            self.fields["code"].widget = forms.HiddenInput()
            self.initial = {"code": code}

    def refuse(self, tries_left: int) -> None:
        """Say that the code was wrong, or has been used up."""
        words = ngettext(
            "This is not the code. You can try once more.",
            "This is not the code. You can try %(count)s times more.",
            tries_left,
        ) % {"count": tries_left}
        if self.is_from_link:
            self.add_error(None, _("This message is not the newest, or too old. Send a new one."))
        else:
            used_up = _("This code cannot be used any more. Ask for a new one.")
            self.add_error("code", words if tries_left else used_up)


class SubscriptionForm(forms.Form):
    """What the script sends about this browser. `replaces`: a browser that was disabled."""

    subscription = forms.CharField(max_length=LONGEST)
    name = forms.CharField(max_length=200, required=False)
    replaces = forms.UUIDField(required=False)

    def clean_subscription(self) -> str:
        try:
            return read_subscription(self.cleaned_data["subscription"])
        except NotASubscriptionError as error:
            raise ValidationError("no subscription") from error
