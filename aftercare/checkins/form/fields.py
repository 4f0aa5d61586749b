"""Form fields of the check-in. An absent or empty answer is None ("not answered"), never zero."""

from __future__ import annotations

import re
from collections.abc import Sequence, Set
from copy import copy
from datetime import UTC, datetime
from typing import Any, Self
from zoneinfo import ZoneInfo

from django import forms
from django.core.exceptions import ValidationError
from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from aftercare.checkins.form.time_input import UnreadableTimeError, as_typed, read_instant
from aftercare.checkins.wording import (
    DEVICE_CLOCK,
    HELP,
    NONE_CHOICE,
    NONE_OF_THESE,
    QUESTIONS,
    SEVERAL,
    SEVERITY_CHOICES,
    YES_OR_NO,
    Choices,
)

SHOWN = 40  # characters of an invalid value that are displayed again
LOCAL_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d)?")


class IconLabel(str):
    """A label with an icon; as text, e.g. in error lists, the label only."""

    icon: SafeString

    def __new__(cls, text: str, icon: SafeString) -> IconLabel:
        label = super().__new__(cls, text)
        label.icon = icon
        return label

    def __html__(self) -> SafeString:
        return format_html("{} {}", self.icon, str(self))


class Radios(forms.RadioSelect):
    def format_value(self, value: Any) -> list[str]:
        """Render no choice as none ticked; Django would tick "I can't tell", whose value is empty."""
        return [] if value is None else list(super().format_value(value) or [])


class LocalTime(forms.DateTimeInput):
    """The browser's datetime picker in the time zone `zone`; a text field for values that it would drop.

    A script can show the instant in `data-instant` in the zone of the device.
    """

    input_type = "datetime-local"
    zone = ZoneInfo("UTC")
    now: datetime | None = None

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        widget = context["widget"]
        widget["attrs"] |= {"data-zone": self.zone.key, "data-device": str(DEVICE_CLOCK)}
        if typed := widget["value"]:
            try:
                instant = read_instant(typed, self.zone, self.now or datetime.now(UTC))
            except UnreadableTimeError:
                pass
            else:
                widget["attrs"]["data-instant"] = instant.isoformat()
                if not LOCAL_TIME.fullmatch(typed):
                    typed = widget["value"] = as_typed(instant, self.zone)
            if not LOCAL_TIME.fullmatch(typed):
                widget["type"] = "text"
        return context


class WhichProcedure(forms.UUIDField):
    """The procedure of a check-in, by id, or the value for several."""

    def to_python(self, value: Any) -> Any:
        return SEVERAL if value == SEVERAL else super().to_python(value)

    def prepare_value(self, value: Any) -> Any:
        return value if value == SEVERAL else super().prepare_value(value)


class Note(forms.CharField):
    def to_python(self, value: Any) -> str:
        """Count a line break as one character: browsers submit two."""
        return (super().to_python(value) or "").replace("\r\n", "\n")


def unknown_answer(value: str) -> ValidationError:
    return ValidationError(
        _("We do not know the answer “%(answer)s”. Choose from the list.") % {"answer": value[:SHOWN]}
    )


class SharedChoices:
    """Choice field whose copies share one list of choices, since nobody changes it.

    Django deep-copies all choices for each form, which would take most of the time of a check-in.
    """

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        return copy(self)


class OneAnswer(SharedChoices, forms.ChoiceField):
    """A single choice, or None."""

    def __init__(self, key: str, choices: Choices) -> None:
        super().__init__(
            choices=choices,
            required=False,
            label=QUESTIONS[key],
            help_text=HELP.get(key, ""),
            widget=Radios,
        )

    def clean(self, value: Any) -> Any:
        if not value:
            return None
        if not self.valid_value(value):
            raise unknown_answer(value)
        return value


class Severity(OneAnswer):
    """A severity from 0 (none) to 4 (very severe); None also for "I can't tell"."""

    has_last = True  # the answer of the check-in before stands beside it

    def __init__(self, key: str) -> None:
        super().__init__(key, SEVERITY_CHOICES)

    def clean(self, value: Any) -> int | None:
        word = super().clean(value)
        return None if word is None else int(word)


class YesOrNo(OneAnswer):
    def __init__(self, key: str) -> None:
        super().__init__(key, YES_OR_NO)

    def clean(self, value: Any) -> bool | None:
        word = super().clean(value)
        return None if word is None else word == "yes"


class Ticks(SharedChoices, forms.MultipleChoiceField):
    """Multiple choice: None if untouched, empty for "None of these"."""

    def __init__(self, key: str, groups: Sequence[tuple[str | Promise, Choices]]) -> None:
        choices: list[Any] = []
        for title, options in groups:
            choices += [(title, options)] if title else options
        super().__init__(
            choices=choices,
            required=False,
            label=QUESTIONS[key],
            widget=forms.CheckboxSelectMultiple,
        )
        self.listed = choices
        self.words = {word: text for _title, options in groups for word, text in options}

    def leave_out(self, words: Set[str]) -> None:
        """Show all choices but these; they stay valid, for a form that was opened earlier."""
        if not words & self.words.keys():
            return
        shown: list[Any] = []
        for word, option in self.listed:
            if isinstance(option, list):
                shown.append((word, [choice for choice in option if choice[0] not in words]))
            elif word not in words:
                shown.append((word, option))
        self.widget = copy(self.widget)
        self.widget.choices = shown

    def clean(self, value: Any) -> frozenset[str] | None:
        ticks = [tick for tick in value or [] if tick]
        for tick in ticks:
            if tick not in self.words:
                raise unknown_answer(tick)
        chosen = frozenset(ticks)
        if NONE_OF_THESE not in chosen:
            return chosen or None
        contradicting = [text for word, text in self.words.items() if word in chosen - {NONE_OF_THESE}]
        if contradicting:
            said = {"none": NONE_CHOICE[1], "tick": contradicting[0]}
            raise ValidationError(_("You ticked “%(none)s” and “%(tick)s”. Untick one.") % said)
        return frozenset()

    def known(self, value: Sequence[str]) -> frozenset[str] | None:
        """Return the known values of an invalid answer, without "None of these"."""
        return frozenset(tick for tick in value if tick in self.words and tick != NONE_OF_THESE) or None

    def is_known(self, value: Sequence[str]) -> bool:
        """Return True if all values are known, in any combination."""
        return all(tick in self.words for tick in value if tick)
