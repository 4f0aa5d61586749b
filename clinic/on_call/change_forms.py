"""The forms that change the rota for once: somebody else on duty, and asking colleagues to take a shift."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from crispy_forms.layout import Div, Field, Layout
from django import forms
from django.core.exceptions import ValidationError
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from aftercare.alerts.on_call.overrides import OverrideError
from aftercare.alerts.on_call.swaps import SwapError
from aftercare.alerts.on_call.telling import span_of
from aftercare.people.models import Shift, StaffMember
from clinic.form_fields import helper_for
from clinic.on_call.forms import ClinicForm, time_field

SHIFTS_OFFERED = timedelta(days=28)
EVERYBODY = ""
# Field and sentence for each reason to refuse an override.
OVERRIDE_REFUSALS: dict[str, tuple[str, str | Promise]] = {
    "past": ("starts_at", gettext_lazy("This time is over. Give a time still to come, or leave it empty.")),
    "order": ("ends_at", gettext_lazy("The end comes after the beginning.")),
    "long": ("ends_at", gettext_lazy("Give at most 14 days. For longer, change the rota.")),
    "far": ("starts_at", gettext_lazy("Give a time within the next year.")),
    "gone": ("member", gettext_lazy("Choose somebody who works here now.")),
    "away": ("member", gettext_lazy("This person is away then. Choose somebody else.")),
    "same": ("member", gettext_lazy("Choose somebody else: this person is on already.")),
    "no_place": ("starts_at", gettext_lazy("This person is not on the rota then. Look at the times again.")),
}
SWAP_REFUSALS: dict[str, str | Promise] = {
    "not_own": gettext_lazy("This shift is not yours any more. Nothing was asked."),
    "begun": gettext_lazy("This shift has begun. Put somebody else on duty instead. Nothing was asked."),
    "return": gettext_lazy("Choose one colleague, and a shift of that colleague at other hours in return."),
    "gone": gettext_lazy("%(name)s does not work here any more. Nothing was asked."),
    "away": gettext_lazy("%(name)s is away then. Nothing was asked."),
    "busy": gettext_lazy("%(name)s is on the rota then already. Nothing was asked."),
}


class OverrideForm(ClinicForm):
    member = forms.ChoiceField(
        label=gettext_lazy("Who is on instead"),
        error_messages={
            "required": gettext_lazy("Choose who is on."),
            "invalid_choice": gettext_lazy("Choose somebody who works here now."),
        },
    )
    instead_of = forms.ChoiceField(label=gettext_lazy("In place of"), required=False)
    starts_at = time_field(gettext_lazy("From"))
    ends_at = time_field(gettext_lazy("Until"))

    def __init__(self, *args: Any, acting: StaffMember, is_manager: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.acting, self.is_manager = acting, is_manager
        choices = list(self.choices_of("member"))
        self.fields["starts_at"].required = False
        self.fields["starts_at"].help_text = _("Leave empty: from now on.")
        row = ["member", "instead_of"]
        others = choices if is_manager else [one for one in choices if one[0] != acting.pk]
        self.choose("member", [("", _("Choose a person")), *others])
        if is_manager:
            self.choose("instead_of", [(EVERYBODY, _("Everybody on the rota then")), *choices])
        else:
            del self.fields["instead_of"]
            row = ["member"]
        self.helper = helper_for(
            Layout(Div(*row, css_class="pair"), Div("starts_at", "ends_at", css_class="pair"))
        )

    def choices_of(self, name: str) -> Any:
        return self.fields[name].choices  # type: ignore[attr-defined]

    def choose(self, name: str, choices: list[tuple[Any, Any]]) -> None:
        self.fields[name].choices = choices  # type: ignore[attr-defined]

    @property
    def replaced(self) -> StaffMember | None:
        """Who is replaced; None for everybody on the rota."""
        if not self.is_manager:
            return self.acting
        return self.chosen("instead_of")[0] if self.cleaned_data["instead_of"] else None

    def refuse(self, error: OverrideError) -> None:
        """Say at its field why the override cannot be set."""
        if error.clash is not None:
            words = {
                "name": error.clash.member.user,
                "span": span_of(error.clash.starts_at, error.clash.ends_at, self.clinic),
            }
            said = _("%(name)s is on instead already, %(span)s. Remove that first, or choose other times.")
            self.add_error("starts_at", said % words)
            return
        field, said_of = OVERRIDE_REFUSALS[error.code]
        self.add_error(field, str(said_of))


class SwapForm(ClinicForm):
    members = forms.MultipleChoiceField(
        label=gettext_lazy("Whom do you ask?"),
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("Whoever says yes first has the shift."),
        error_messages={
            "required": gettext_lazy("Choose at least one colleague."),
            "invalid_choice": gettext_lazy("Choose people who work here now."),
        },
    )
    in_return = forms.ChoiceField(
        label=gettext_lazy("Which shift do you take in return?"),
        required=False,
        help_text=gettext_lazy("Optional. Then ask only the colleague whose shift it is."),
        error_messages={"invalid_choice": gettext_lazy("This shift has changed. Choose again.")},
    )

    def __init__(self, *args: Any, acting: StaffMember, now: datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        own = self.fields["members"]
        own.choices = [one for one in own.choices if one[0] != acting.pk]  # type: ignore[attr-defined]
        self.theirs = {
            str(shift.pk): shift
            for shift in self.clinic.shifts.filter(starts_at__gt=now, starts_at__lte=now + SHIFTS_OFFERED)
            .exclude(member=acting)
            .exclude(member=None)
            .select_related("member__user")
        }
        self.fields["in_return"].choices = [  # type: ignore[attr-defined]
            ("", _("None")),
            *((key, self.words_of(shift)) for key, shift in self.theirs.items()),
        ]
        self.helper = helper_for(Layout(Field("members", wrapper_class="ticks"), "in_return"))

    def words_of(self, shift: Shift) -> str:
        """Return a shift as a choice: who has it, and when."""
        assert shift.member is not None
        return f"{shift.member.user}, {span_of(shift.starts_at, shift.ends_at, self.clinic)}"

    @property
    def returned(self) -> Shift | None:
        """The shift to take in return; None for none."""
        return self.theirs.get(self.cleaned_data["in_return"])

    def refuse(self, error: SwapError) -> None:
        """Say why nobody was asked."""
        said = str(SWAP_REFUSALS[error.code])
        self.add_error(None, ValidationError(said % {"name": error.member.user} if error.member else said))
