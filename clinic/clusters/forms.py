"""The form by which a manager says what was done about a cluster."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from aftercare.checkins.models import Cluster
from clinic.form_fields import NOTE_LENGTH, helper_for
from clinic.held_forms import StaffForm

NEVER = datetime.min.replace(tzinfo=UTC)


class LookForm(StaffForm):
    """`grown_at`: of the cluster that the page shows."""

    note = forms.CharField(
        label=gettext_lazy("What was done"),
        help_text=gettext_lazy("For example which products and tools you checked. Leave out names."),
        max_length=NOTE_LENGTH,
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={
            "required": gettext_lazy("Write what was done. It stays with these check-ins."),
            "max_length": gettext_lazy("Write at most %(limit_value)d characters."),
        },
    )
    grown_at = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, cluster: Cluster, **kwargs: Any) -> None:
        kwargs |= {"initial": {"grown_at": cluster.grown_at.isoformat()}, "auto_id": "look_%s"}
        super().__init__(*args, **kwargs)
        self.helper = helper_for()

    @property
    def look(self) -> dict[str, Any]:
        """The note, and the instant of the page that it was written on; an unreadable one is older than any."""
        return {"note": self.cleaned_data["note"], "grown_at": shown_at(self.cleaned_data["grown_at"])}


def shown_at(posted: str) -> datetime:
    try:
        read = datetime.fromisoformat(posted)
    except ValueError:
        return NEVER
    return read if read.tzinfo else NEVER
