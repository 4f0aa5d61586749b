"""The forms of the first visit, and of the question whether a patient agrees to a changed text."""

from __future__ import annotations

from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Field, Layout
from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from aftercare.checkins.reminders.forms import ReminderForm
from aftercare.checkins.reminders.page import RemindersPage
from aftercare.people.models import ContactPoint

CONSENT_WORDS = gettext_lazy("My clinic may keep and read what I send here, to look after me.")
QUIET = ("quiet_from", "quiet_until")


class ConsentField(forms.MultipleChoiceField):
    """One box, never ticked ahead. Its value is the version of the text that the page has shown."""

    def __init__(self) -> None:
        super().__init__(
            label=gettext_lazy("Do you agree?"),
            widget=forms.CheckboxSelectMultiple,
            error_messages={
                "required": gettext_lazy("Tick the box if you agree, or press “Not now” below."),
                "invalid_choice": gettext_lazy("The text has changed meanwhile. Read it, then tick again."),
            },
        )

    def ask(self, version: str) -> None:
        """Ask for consent to this version."""
        self.choices = [(version, CONSENT_WORDS)]


def consent_helper() -> FormHelper:
    """Return the layout of the box alone."""
    helper = FormHelper()
    helper.form_tag = False
    helper.disable_csrf = True
    helper.field_class = "opts"
    helper.layout = Layout(Field("consent", wrapper_class="ticks unnamed"))
    return helper


class ConsentForm(forms.Form):
    """Ask a patient again, after the text has changed."""

    def __init__(self, posted: Any, *, version: str) -> None:
        super().__init__(posted)
        self.fields["consent"] = consent = ConsentField()
        consent.ask(version)

    @property
    def consent_helper(self) -> FormHelper:
        return consent_helper()


class FirstVisitForm(ReminderForm):
    """Consent, hour and ways of reminders. No way is ticked where the patient wants none."""

    def __init__(self, posted: Any, *, page: RemindersPage, points: list[ContactPoint], version: str) -> None:
        super().__init__(posted, plan=page.plan, points=points, zone=page.zone_words)
        self.plan = page.plan
        for name in QUIET:
            del self.fields[name]
        self.fields["consent"] = consent = ConsentField()
        consent.ask(version)
        self.order_fields(["consent"])
        self.fields["at_time"].required = False
        self.fields["way"].required = False
        self.fields["way"].help_text = _("They say nothing about your skin. Leave all empty for none.")
        if not page.plan.is_on:
            self.initial["way"] = []

    def clean(self) -> None:
        """Check the hour against the quiet hours of the plan, if reminders are to come."""
        if not self.cleaned_data.get("way"):
            return
        if not self.cleaned_data.get("at_time") and not self.has_error("at_time"):
            self.add_error("at_time", self.fields["at_time"].error_messages["required"])
        self.cleaned_data |= {name: getattr(self.plan, name) for name in QUIET}
        super().clean()

    def reminders(self) -> dict[str, Any]:
        """Return the reminders of a valid form as the plan keeps them; empty for none."""
        return self.values() if self.cleaned_data["way"] else {}

    @property
    def consent_helper(self) -> FormHelper:
        return consent_helper()
