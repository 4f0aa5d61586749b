"""Form fields of the check-in. An absent or empty answer is None: "not answered", never zero."""

from __future__ import annotations

import re
from collections.abc import Sequence
from copy import copy
from datetime import UTC, datetime
from typing import Any, Self
from zoneinfo import ZoneInfo

from django import forms
from django.core.exceptions import ValidationError
from django.utils.html import format_html
from django.utils.safestring import SafeString

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

SHOWN = 40  # characters of an unknown answer that are shown again
LOCAL_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d)?")


class IconLabel(str):
    """A label with a drawing before it. As text, in a list of errors, it is the words alone."""

    icon: SafeString

    def __new__(cls, text: str, icon: SafeString) -> IconLabel:
        label = super().__new__(cls, text)
        label.icon = icon
        return label

    def __html__(self) -> SafeString:
        return format_html("{} {}", self.icon, str(self))


class Radios(forms.RadioSelect):
    def format_value(self, value: Any) -> list[str]:
        """Nothing chosen is nothing ticked; Django would tick "I can't tell", whose value is empty."""
        return [] if value is None else list(super().format_value(value) or [])


class LocalTime(forms.DateTimeInput):
    """The browser's own picker on the clock of `zone`; a text field where it would drop what was typed.

    A script can show the instant in `data-instant` on the clock of the device instead.
    """

    input_type = "datetime-local"
    zone = ZoneInfo("UTC")
    now: datetime | None = None

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        widget = context["widget"]
        widget["attrs"] |= {"data-zone": self.zone.key, "data-device": DEVICE_CLOCK}
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
    """The procedure that a check-in is about, by id, or the word for several of them."""

    def to_python(self, value: Any) -> Any:
        return SEVERAL if value == SEVERAL else super().to_python(value)

    def prepare_value(self, value: Any) -> Any:
        return value if value == SEVERAL else super().prepare_value(value)


class Note(forms.CharField):
    def to_python(self, value: Any) -> str:
        """A line break counts once, as in the browser, which sends two characters for it."""
        return (super().to_python(value) or "").replace("\r\n", "\n")


def unknown_answer(value: str) -> ValidationError:
    return ValidationError(f"We do not know the answer “{value[:SHOWN]}”. Choose from the list.")


class SharedChoices:
    """A field of which every form has a copy that shares its list of answers, since nobody changes that.

    Django copies every answer for every form; for this many that takes longer than all else in a check-in.
    """

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        return copy(self)


class OneAnswer(SharedChoices, forms.ChoiceField):
    """One word out of a few, or None."""

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
    """0 (none) to 4 (very severe); None for "I can't tell" as well."""

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
    """A group of ticks: None where none was touched, empty for "None of these"."""

    def __init__(self, key: str, groups: Sequence[tuple[str, Choices]], label: str = "") -> None:
        choices: list[Any] = []
        for title, options in groups:
            choices += [(title, options)] if title else options
        super().__init__(
            choices=choices,
            required=False,
            label=label or QUESTIONS[key],
            widget=forms.CheckboxSelectMultiple,
        )
        self.words = {word: text for _, options in groups for word, text in options}

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
            raise ValidationError(f"You ticked “{NONE_CHOICE[1]}” and “{contradicting[0]}”. Untick one.")
        return frozenset()

    def known(self, value: Sequence[str]) -> frozenset[str] | None:
        """What can be read of a group that is in error: the ticks we know, without "None of these"."""
        return frozenset(tick for tick in value if tick in self.words and tick != NONE_OF_THESE) or None

    def is_known(self, value: Sequence[str]) -> bool:
        """Whether each tick is one of the list, whatever stands beside it."""
        return all(tick in self.words for tick in value if tick)
