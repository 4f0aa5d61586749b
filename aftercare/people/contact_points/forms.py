"""The form that the script posts when a browser has subscribed to push."""

from __future__ import annotations

from django import forms
from django.core.exceptions import ValidationError

from aftercare.people.contact_points.subscriptions import LONGEST, NotASubscriptionError, read_subscription


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
