"""The check-in form: turns posted data into a `Submission`, or into errors."""

from __future__ import annotations

from datetime import datetime
from typing import Any, cast
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.functional import lazy
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import format_lazy
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from aftercare.checkins.form.asked import EVERYTHING, Asked
from aftercare.checkins.form.fields import (
    IconLabel,
    LocalTime,
    Note,
    OneAnswer,
    Radios,
    Severity,
    Ticks,
    WhichProcedure,
    YesOrNo,
)
from aftercare.checkins.form.time_input import UnreadableTimeError, clock_name, read_instant
from aftercare.checkins.models import NOTE_LENGTH
from aftercare.checkins.submission.history import History
from aftercare.checkins.submission.placement import area_problems, procedures_at, timing_problems
from aftercare.checkins.submission.submission import RejectedError, Submission
from aftercare.checkins.wording import (
    CAME_BACK_CHOICES,
    EMERGENCY_CHOICES,
    HELP,
    NONE_CHOICE,
    NONE_OF_THESE,
    ORDINARY_SIGNS,
    PAINKILLER_CHOICES,
    QUESTIONS,
    SEVERAL,
    UNWELL_CHOICES,
    WARNING_SIGNS,
    Choices,
)
from aftercare.triage import LIMITS, Answers, fires_emergency
from aftercare.triage.answers import KEYS
from aftercare.ui.templatetags.ui import icon

KEPT = 200  # characters of an unreadable field kept for staff
EMERGENCY_ICON = format_html('<span class="lv-emergency">{}</span>', icon("emergency", "al"))
WARNING_LABEL = lazy(format_html, SafeString)(
    '<span class="lv-urgent">{}</span> {}', icon("urgent", "al"), _("Warning signs")
)
ONE_ANSWER_FIELDS = (
    "redness",
    "pain",
    "painkiller",
    "swelling",
    "itch",
    "itch_bothers",
    "came_back",
    "want_contact",
)
TICK_FIELDS = ("emergency", "signs", "unwell")
HIDDEN_FIELDS = ("token", "supersedes")
# Messages above the form for errors in hidden fields.
HIDDEN_FAULTS = {
    "token": _("Something in the form was missing. Please send it again."),
    "supersedes": _("The check-in to correct was not found. You can send this as a new one."),
    "procedure": _("We do not know this treatment. Choose one from the list."),
}


class CheckInForm(forms.Form):
    """All questions of a check-in. `zone`: the time zone of a time without offset.

    With an emergency ticked the form is always valid; unreadable values are kept in `unreadable`.
    """

    emergency = Ticks("emergency", [("", [*EMERGENCY_CHOICES, NONE_CHOICE])])
    redness = Severity("redness")
    pain = Severity("pain")
    painkiller = OneAnswer("painkiller", PAINKILLER_CHOICES)
    swelling = Severity("swelling")
    itch = Severity("itch")
    itch_bothers = YesOrNo("itch_bothers")
    came_back = OneAnswer("came_back", CAME_BACK_CHOICES)
    signs = Ticks(
        "signs",
        [
            (WARNING_LABEL, WARNING_SIGNS),
            (_("Often seen while skin heals"), ORDINARY_SIGNS),
            (_("Or"), [NONE_CHOICE]),
        ],
    )
    unwell = Ticks("unwell", [("", [*UNWELL_CHOICES, NONE_CHOICE])])
    want_contact = YesOrNo("want_contact")
    procedure = WhichProcedure(required=False, label=QUESTIONS["procedure"])
    note = Note(
        required=False,
        max_length=NOTE_LENGTH,
        label=QUESTIONS["note"],
        help_text=HELP["note"],
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={
            "max_length": format_lazy(
                _("This is too long. Use at most {number} characters."), number=f"{NOTE_LENGTH:,}"
            ),
            "null_characters_not_allowed": _("We can’t store one of these characters. Please type it again."),
        },
    )
    observed_at = forms.CharField(
        required=False, label=QUESTIONS["observed_at"], help_text=HELP["observed_at"], widget=LocalTime
    )
    token = forms.UUIDField(required=False)
    supersedes = forms.UUIDField(required=False)

    def __init__(
        self,
        data: QueryDict | None = None,
        *,
        zone: ZoneInfo,
        now: datetime,
        initial: dict[str, Any] | None = None,
        areas: Choices | None = None,
        asked: Asked = EVERYTHING,
    ) -> None:
        super().__init__(data, initial=initial)
        self.posted = QueryDict() if data is None else data
        self.zone, self.now = zone, now
        self.areas, self.asked = areas or [], asked
        self.unreadable: dict[str, str] = {}
        time = self.fields["observed_at"]
        time.widget.zone, time.widget.now = zone, now
        time.help_text = f"{HELP['observed_at']} {gettext('Use %(clock)s.') % {'clock': clock_name(zone)}}"
        self.fields["emergency"].label = IconLabel(str(QUESTIONS["emergency"]), EMERGENCY_ICON)
        if self.areas:
            self.fields["procedure"].widget = Radios(choices=self.areas)

    @property
    def is_never_refused(self) -> bool:
        """Return True if the readable part of a posted form fires an emergency rule."""
        read = {name: self._known_ticks(name) for name in TICK_FIELDS}
        return fires_emergency(Answers(**cast(dict[str, Any], read)))

    @property
    def has_emergency(self) -> bool:
        """True if a known emergency is ticked, posted or in the check-in to correct."""
        if not self.is_bound:
            return bool(set(self.initial.get("emergency") or ()) - {NONE_OF_THESE})
        return bool(self._known_ticks("emergency"))

    def clean_observed_at(self) -> datetime | None:
        text = self.cleaned_data["observed_at"]
        try:
            return read_instant(text, self.zone, self.now) if text else None
        except UnreadableTimeError as error:
            raise ValidationError(str(error)) from error

    def clean(self) -> None:
        for name in ONE_ANSWER_FIELDS:
            if len(set(self.posted.getlist(name))) > 1:
                self.add_error(name, gettext("Two answers came for this question. Choose one."))
        if self.is_never_refused:
            for name in list(self.errors):
                self._keep_unreadable(name)
            self.cleaned_data["token"] = self.cleaned_data["token"] or uuid4()
        elif not self.cleaned_data.get("token"):
            self.errors.pop("token", None)
            self.add_error(None, HIDDEN_FAULTS["token"])

    def _keep_unreadable(self, name: str) -> None:
        """Set an invalid field aside, keeping what can be read of it."""
        raw = "; ".join(self.posted.getlist(name)).replace("\0", "")
        del self.errors[name]
        field = self.fields[name]
        readable: Any = None
        if isinstance(field, Ticks):
            readable = self._known_ticks(name)
            if name == "emergency" and field.is_known(self.posted.getlist(name)):
                raw = ""  # "None of these" together with a sign: the sign counts
        elif name == "note":
            readable, raw = raw[:NOTE_LENGTH], raw[NOTE_LENGTH:]
        self.cleaned_data[name] = readable
        if raw:
            self.unreadable[name] = raw[:KEPT]

    def _known_ticks(self, name: str) -> frozenset[str] | None:
        return cast(Ticks, self.fields[name]).known(self.posted.getlist(name))

    def submission(self) -> Submission:
        """Return the submission of a valid form."""
        data = self.cleaned_data
        return Submission(
            token=data["token"],
            answers=Answers(**{key: data[key] for key in KEYS}),
            note=data["note"],
            observed_at=data["observed_at"],
            procedure_id=None if data["procedure"] == SEVERAL else data["procedure"],
            is_several=data["procedure"] == SEVERAL,
            must_name_area=True,
            supersedes_id=data["supersedes"],
            unreadable=self.unreadable,
        )

    def problems_beside(self, history: History) -> dict[str, str]:
        """Return the errors of time and area in a form with other errors, so that all appear at once."""
        procedure = self.cleaned_data.get("procedure")
        named = Submission(
            token=uuid4(),
            answers=Answers(),
            observed_at=self.cleaned_data.get("observed_at"),
            procedure_id=None if procedure == SEVERAL else procedure,
            is_several=procedure == SEVERAL,
            must_name_area="procedure" not in self.errors,
        )
        problems = area_problems(named, history, self.now)
        if named.observed_at and "observed_at" not in self.errors:
            there = procedures_at(named.observed_at, named, history)
            problems |= timing_problems(named, history, there, now=self.now, limits=LIMITS)
        return problems

    def reject(self, error: RejectedError) -> None:
        """Add errors found after validation."""
        self.full_clean()
        for name, problem in error.problems.items():
            self.add_error(name or None, problem)

    def for_retry(self) -> dict[str, UUID]:
        """Return the hidden fields of a form that is shown again, without invalid ones.

        Their errors move above the form, since a link to a hidden field leads nowhere.
        """
        for name in (*HIDDEN_FIELDS, *(() if self.areas else ("procedure",))):
            if self.errors.pop(name, None):
                self.add_error(None, HIDDEN_FAULTS[name])
        kept = {name: self.cleaned_data.get(name) for name in (*HIDDEN_FIELDS, "procedure")}
        kept["token"] = kept["token"] or uuid4()
        if self.areas:
            kept.pop("procedure")
        return {name: value for name, value in kept.items() if value}
