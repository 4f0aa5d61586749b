"""Forms of the page on how a person is reached."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import time
from typing import Any

from crispy_forms.layout import Div, Layout
from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from aftercare.outbox.channels import is_set_up
from aftercare.people.contact_points.forms import CodeForm
from aftercare.people.contact_points.rules import NEVER_WAIT
from aftercare.people.models import ContactPoint
from aftercare.people.telephones import TelephoneFormField
from clinic.form_fields import helper_for
from clinic.held_forms import StaffForm

Kind = ContactPoint.Kind
UNUSED = ""
DELAYS = (
    (UNUSED, gettext_lazy("Not used")),
    ("0", gettext_lazy("At once")),
    ("1", gettext_lazy("After 1 min")),
    ("3", gettext_lazy("After 3 min")),
    ("5", gettext_lazy("After 5 min")),
    ("10", gettext_lazy("After 10 min")),
)


class NumberForm(StaffForm):
    number = TelephoneFormField(
        label=gettext_lazy("Mobile number"),
        help_text=gettext_lazy("We send a code to it by SMS. It counts once you have typed the code."),
        error_messages={"required": gettext_lazy("Give the number of a mobile telephone.")},
    )

    def __init__(self, *args: Any, region: str | None, is_called: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["number"].region = region  # type: ignore[attr-defined]
        if is_called:
            self.fields["number"].label = _("Number for calls")
            self.fields["number"].help_text = _(
                "We call it and say a code. It counts once you have typed that."
            )
        self.helper = helper_for(Layout("number"))

    @property
    def address(self) -> str:
        """The number as E.164."""
        return str(self.cleaned_data["number"].kept)


class MailboxForm(StaffForm):
    email = forms.EmailField(
        label=gettext_lazy("Another e-mail address"),
        help_text=gettext_lazy("We send a code to it. It counts once you have typed the code."),
        error_messages={
            "required": gettext_lazy("Give an e-mail address, such as name@example.org."),
            "invalid": gettext_lazy("Give an e-mail address, such as name@example.org."),
        },
    )

    def __init__(self, *args: Any, present: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.present = present
        self.helper = helper_for(Layout("email"))

    def clean_email(self) -> str:
        """Return the address in small letters; refuse that of the account."""
        email: str = self.cleaned_data["email"].lower()
        if email == self.present.lower():
            raise ValidationError(_("Messages come to this address already."))
        return email

    @property
    def address(self) -> str:
        return str(self.cleaned_data["email"])


class StaffCodeForm(CodeForm, StaffForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = helper_for(Layout("code"))


class RulesForm(StaffForm):
    """Which kinds are used for one level, and how long after the first."""

    def __init__(self, *args: Any, level: str, minutes: Mapping[str, int], **kwargs: Any) -> None:
        kwargs["initial"] = {str(kind): str(after) for kind, after in minutes.items()}
        super().__init__(*args, **kwargs)
        self.level = level
        kinds = [kind for kind in Kind if is_set_up(kind) or kind in minutes]
        for kind in kinds:
            self.fields[kind.value] = forms.ChoiceField(
                label=str(kind.label)[:1].upper() + str(kind.label)[1:], choices=DELAYS, required=False
            )
        self.helper = helper_for(Layout(Div(*(kind.value for kind in kinds), css_class="pair")))

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if not self.errors and not self.minutes:
            raise ValidationError(_("Choose at least one way."))
        return cleaned

    @property
    def minutes(self) -> dict[str, int]:
        """The minutes by kind."""
        return {kind: int(after) for kind, after in self.cleaned_data.items() if after != UNUSED}

    def refuse(self) -> None:
        """Say that the rules would reach nobody at once."""
        words = _("Choose at least one way that works now, at once. Nothing was changed.")
        if self.level not in NEVER_WAIT:
            words = _("Choose at least one way.")
        self.add_error(None, words)


class QuietForm(StaffForm):
    starts = forms.TimeField(
        label=gettext_lazy("Quiet from"),
        required=False,
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
        error_messages={"invalid": gettext_lazy("Give a time, such as 22:00.")},
    )
    ends = forms.TimeField(
        label=gettext_lazy("Until"),
        required=False,
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
        help_text=gettext_lazy("Leave both empty: no quiet hours."),
        error_messages={"invalid": gettext_lazy("Give a time, such as 07:00.")},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = helper_for(Layout(Div("starts", "ends", css_class="pair")))

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        starts: time | None = cleaned.get("starts")
        ends: time | None = cleaned.get("ends")
        if not self.errors and (starts is None) != (ends is None):
            self.add_error("ends" if ends is None else "starts", _("Give both times, or none."))
        elif starts is not None and starts == ends:
            self.add_error("ends", _("Give another time: this would be the whole day."))
        return cleaned
