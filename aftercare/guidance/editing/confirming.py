"""The form of a clinic's own guidance: its words and hours, and which everyday answers it confirms."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin.forms import WagtailAdminModelForm

from aftercare.guidance.actions.confirmations import confirm_answers
from aftercare.guidance.instructions.hours import hours_text
from aftercare.guidance.models import AnswerConfirmation, ClinicGuidance, EverydayAnswer, Instruction
from aftercare.people.models import Clinic, StaffMember


class ClinicGuidanceForm(WagtailAdminModelForm):
    """The form of a clinic's guidance; saving it records what the clinic has confirmed, and by whom."""

    confirmed = forms.MultipleChoiceField(
        label=gettext_lazy("Everyday answers that this clinic confirms"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy(
            "Sources differ about these. Patients of the clinic read only those that are ticked. "
            "An answer that is changed waits to be confirmed again."
        ),
    )
    clinician = forms.ModelChoiceField(
        label=gettext_lazy("Clinician who has decided"),
        queryset=StaffMember.objects.none(),
        required=False,
        help_text=gettext_lazy("Needed whenever a tick is set or taken away."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.confirmed_before: set[str] = set()
        if self.instance.clinic_id is not None:
            self.fill_in(self.instance.clinic)

    def fill_in(self, clinic: Clinic) -> None:
        """Give the choices of a clinic, and its confirmations so far."""
        members = clinic.staff_members.active().select_related("user")
        self.fields["clinician"].queryset = members.filter(role=StaffMember.Role.CLINICIAN)
        self.fields["confirmed"].choices = statement_choices(clinic)
        self.confirmed_before = known_statements(clinic)
        self.fields["confirmed"].initial = sorted(self.confirmed_before)

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean()
        ticked = cleaned.get("confirmed")
        if ticked is not None and set(ticked) != self.confirmed_before and not cleaned.get("clinician"):
            self.add_error("clinician", _("Say which clinician has decided this."))
        return cleaned

    def save(self, commit: bool = True) -> ClinicGuidance:
        saved: ClinicGuidance = super().save(commit)
        if set(self.cleaned_data["confirmed"]) != self.confirmed_before:
            confirm_answers(
                clinic=saved.clinic,
                statements=self.cleaned_data["confirmed"],
                clinician=self.cleaned_data["clinician"],
                by=self.for_user,
                now=timezone.now(),
            )
        return saved


def known_statements(clinic: Clinic) -> set[str]:
    """Return the statements that the clinic confirms and that are still answers of an article."""
    asked = {one.statement for one in answers_to_confirm()}
    return asked & AnswerConfirmation.objects.confirmed(clinic)


def answers_to_confirm() -> Iterator[EverydayAnswer]:
    """Yield the answers of published articles that a clinic confirms, in their order."""
    found = EverydayAnswer.objects.filter(needs_confirmation=True, article__live=True)
    yield from found.order_by("article__order", "article__pk", "sort_order", "pk")


def statement_choices(clinic: Clinic) -> list[tuple[str, str]]:
    """Return each statement with its state in words, those that wait first."""
    newest = AnswerConfirmation.objects.newest(clinic)
    choices = []
    for one in answers_to_confirm():
        row = newest.get(one.statement)
        state = _("waiting")
        if row and row.is_confirmed:
            state = _("confirmed by %(name)s") % {"name": row.clinician.user.get_full_name()}
        choices.append((row is not None and row.is_confirmed, one.statement, f"{shown(one)} [{state}]"))
    choices.sort(key=lambda row: row[0])
    return [(statement, said) for _is_confirmed, statement, said in choices]


def shown(one: EverydayAnswer) -> str:
    """Return an answer as an editor reads it, with its hours and kind."""
    kind = "" if one.kinds == Instruction.Kinds.BOTH else one.get_kinds_display()
    limits = ", ".join(words for words in (hours_text(one.from_hour, one.until_hour), kind) if words)
    return f"{one.topic} ({limits}): {one.text}" if limits else str(one)


def waiting_at(clinic: Clinic) -> int:
    """Return how many answers wait for the clinic's confirmation."""
    confirmed = AnswerConfirmation.objects.confirmed(clinic)
    return sum(one.statement not in confirmed for one in answers_to_confirm())
