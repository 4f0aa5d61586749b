"""Form for the address of a chat or pager."""

from __future__ import annotations

from typing import Any

from crispy_forms.layout import Layout
from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from aftercare.people.contact_points.addresses import LONGEST, SERVICES, NotAnAddressError, read_address
from aftercare.people.contact_points.addresses import SCHEMES as SCHEMES_BY_KIND
from aftercare.people.models import ContactPoint
from clinic.form_fields import helper_for
from clinic.held_forms import StaffForm

Kind = ContactPoint.Kind
EXAMPLES = {Kind.CHAT: "ntfys://ntfy.sh/TOPIC", Kind.PAGER: "pagerduty://INTEGRATION_KEY@API_KEY"}


class AddressForm(StaffForm):
    """Address of a chat or pager, which is a secret: it is encrypted, and not shown again in full."""

    service = forms.CharField(
        label=gettext_lazy("Address"),
        max_length=LONGEST,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
        error_messages={"required": gettext_lazy("Give the address of your chat or pager.")},
    )

    def __init__(self, *args: Any, kind: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kind = Kind(kind)
        services = ", ".join(dict.fromkeys(SERVICES[one] for one in sorted(SCHEMES_BY_KIND[self.kind])))
        self.fields["service"].help_text = _(
            "As Apprise writes it, for one of these: %(services)s. An example: %(example)s. "
            "We send a code to it, and do not show it again in full."
        ) % {"services": services, "example": EXAMPLES[self.kind]}
        self.helper = helper_for(Layout("service"))

    def clean_service(self) -> str:
        try:
            return read_address(self.kind, self.cleaned_data["service"])
        except NotAnAddressError as error:
            words = _("This is no address of these services. Nothing was sent.")
            raise ValidationError(words) from error

    @property
    def address(self) -> str:
        return str(self.cleaned_data["service"])
