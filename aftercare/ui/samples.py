"""Fixed sample data for the page of components."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any, Final

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Field, Layout
from django import forms

from aftercare.ui.chart import drawing
from aftercare.ui.chart.parts import Chart, Course, Mark, Point, Series, Words

NOW: Final = datetime(2026, 11, 23, 10, 22, tzinfo=UTC)
LEVELS: Final = ("emergency", "urgent", "same_day", "routine", "expected")
SEVERITIES: Final = ("None", "Mild", "Moderate", "Severe", "Very severe")
SAID: Final = Words(
    SEVERITIES, "Not known", {"urgent": "Call now", "same_day": "Speak today", "routine": "On our list"}
)
COURSE: Final = Course(usual_until_h=48, moderate_until_h=72, mild_until_h=168)
CLINIC: Final = SimpleNamespace(name="Larkfield Skin Clinic", emergency_number="999")
CONTACT: Final = SimpleNamespace(
    sentence_bold="Closed now.",
    sentence="Opens tomorrow 09:00.",
    phones=[
        SimpleNamespace(who="Out-of-hours line", number="0161 496 0199", primary=True),
        SimpleNamespace(who="Clinic, from 09:00", number="0161 496 0123", primary=False),
    ],
    hours_rows=[("Mon, Wed, Fri", "09:00 to 18:00"), ("Sat, Sun", "Closed")],
)


class NothingChosen(forms.RadioSelect):
    def format_value(self, value: Any) -> list[str]:
        """Render no answer as none ticked; Django would tick "I can't tell", whose value is empty."""
        return [] if value is None else list(super().format_value(value) or [])


class SampleForm(forms.Form):
    """A field for each form of question."""

    first = forms.MultipleChoiceField(
        label="Do you have any of these right now?",
        help_text="Any of these? Call 999. Do not wait for us.",
        choices=[("breathing", "Hard to breathe, or wheezing"), ("none", "None of these")],
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    redness = forms.ChoiceField(
        label="How red is the treated skin?",
        help_text="It may feel warm.",
        choices=[*((str(value), word) for value, word in enumerate(SEVERITIES)), ("", "I can’t tell")],
        widget=NothingChosen,
    )
    relief = forms.ChoiceField(
        label="Did pain medicine help?",
        choices=[("helped", "Yes, it helped"), ("not_taken", "No, none taken")],
        widget=NothingChosen,
        required=False,
    )
    came_back = forms.ChoiceField(
        label="Did it come back?",
        choices=[("no", "No"), ("redness", "Yes, redness"), ("not_sure", "Not sure")],
        widget=NothingChosen,
        required=False,
    )
    signs = forms.MultipleChoiceField(
        label="Can you see or feel any of these?",
        choices=[
            ("Warning signs", [("pus", "Pus bumps, or yellow or green fluid")]),
            ("Or", [("none", "None of these")]),
        ],
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    note = forms.CharField(
        label="Anything else? (optional)", widget=forms.Textarea(attrs={"rows": 3}), required=False
    )
    area = forms.ChoiceField(label="Area", choices=[("face", "Face"), ("neck", "Neck")], required=False)

    @property
    def helper(self) -> FormHelper:
        """Layout for crispy-forms."""
        helper = FormHelper()
        helper.form_tag = False
        helper.disable_csrf = True
        helper.field_class = "opts"
        helper.layout = Layout(
            Field("first", wrapper_class="ticks first"),
            Field("redness", wrapper_class="scale pips"),
            Field("relief", wrapper_class="ticks follow"),
            Field("came_back", wrapper_class="scale two odd"),
            Field("signs", wrapper_class="ticks"),
            Field("note"),
            Field("area"),
        )
        return helper

    def clean_signs(self) -> Any:
        if set(self.cleaned_data["signs"]) >= {"pus", "none"}:
            raise forms.ValidationError("You ticked “None of these” and “Pus bumps”. Untick one.")
        return self.cleaned_data["signs"]


def sample_form(data: dict[str, Any] | None, prefix: str) -> SampleForm:
    """Return the form, blank or with posted data."""
    typed = {f"{prefix}-{name}": value for name, value in data.items()} if data is not None else None
    return SampleForm(typed, prefix=prefix)


def points(*said: int | None) -> list[Point]:
    """Return values at the hours of the sample recovery."""
    hours = (3, 13, 26, 41, 87, 124, 138, 157)
    return [Point(hours=h, value=value) for h, value in zip(hours, said, strict=False)]


def marked(*marks: tuple[float, str]) -> list[Mark]:
    return [Mark(hours=h, level=level) for h, level in marks]


def charts() -> list[tuple[str, Chart]]:
    """Return charts of a whole recovery, and of special states."""
    whole = [
        Series(
            name="Redness",
            points=points(3, 2, 1, 1, None, 3, 2, 1),
            marks=marked((124, "urgent"), (138, "same_day")),
            course=COURSE,
            words="Usually settles in 2 days. Still moderate after 3 days? Tell us.",
        ),
        Series(name="Pain", points=points(2, 1, 1, 0, 0, 2, 1, 0), course=COURSE),
        Series(name="Swelling", points=points(2, 2, 1, 0, 0, 1, 1, 0), course=COURSE),
        Series(name="Itch", points=points(0, 1, 1, 2, 1, 0, 0, 0), marks=marked((41, "routine"))),
    ]
    crowded = Series(
        name="Redness", points=points(None, 4), marks=marked((3, "emergency"), (4, "urgent")), course=COURSE
    )
    empty = Series(name="Redness", points=[], course=COURSE)
    other = [Mark(hours=124, level="urgent", words="pus bumps")]
    return [
        ("A recovery", drawing.draw(whole, words=SAID, now_h=157.5, other_marks=other)),
        ("An answer not known, and warnings close together", drawing.draw([crowded], words=SAID, now_h=14)),
        ("No answer yet", drawing.draw([empty], words=SAID, now_h=2)),
        ("Long ago", drawing.draw([Series(name="Redness", points=points(3, 1, 0))], words=SAID, now_h=900)),
    ]


def samples() -> dict[str, Any]:
    """Return the context of the page of components."""
    wrong = {
        "first": ["breathing"],
        "redness": "9",
        "came_back": "no",
        "signs": ["pus", "none"],
        "note": "Sore.",
    }
    return {
        "now": NOW,
        "clinic": CLINIC,
        "contact": CONTACT,
        "levels": LEVELS,
        "instants": [
            NOW,
            NOW - timedelta(minutes=23),
            NOW - timedelta(hours=11, minutes=42),
            NOW - timedelta(days=20),
            NOW + timedelta(hours=5, minutes=38),
        ],
        "form": sample_form(None, "blank"),
        "wrong": sample_form(wrong, "wrong"),
        "charts": charts(),
        "ticks": [(17.25, "Tue"), (41.25, "Wed"), (65.25, "Thu"), (89.25, "Fri"), (113.25, "Sat")],
        "points": ["Pus bumps, or yellow or green fluid", "A cold sore, or tingling blisters"],
    }
