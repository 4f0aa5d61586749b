"""The form with which a patient sends one picture; a script, or a service worker, posts the same fields."""

from __future__ import annotations

from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Field, Layout
from django import forms
from django.utils.translation import gettext_lazy

from aftercare.checkins.models import CONSENT_VERSION, PhotoArea

ACCEPTED = "image/jpeg,image/png,image/webp,image/heic,image/heif,.heic,.heif"


class PhotoForm(forms.Form):
    """Consent, where it was not given yet and never ticked ahead; which part of the skin; the picture."""

    consent = forms.MultipleChoiceField(
        label=gettext_lazy("Do you agree?"),
        choices=[(CONSENT_VERSION, gettext_lazy("The clinic may keep these pictures in my record."))],
        widget=forms.CheckboxSelectMultiple,
        error_messages={
            "required": gettext_lazy("Tick the box if you agree. Without it no picture is sent."),
            "invalid_choice": gettext_lazy("The text has changed meanwhile. Read it, then tick again."),
        },
    )
    area = forms.ChoiceField(
        label=gettext_lazy("What does it show?"),
        help_text=gettext_lazy("Left and right are yours."),
        widget=forms.RadioSelect,
        error_messages={
            "required": gettext_lazy("Say what the picture shows."),
            "invalid_choice": gettext_lazy("Choose one of the parts."),
        },
    )
    token = forms.UUIDField(widget=forms.HiddenInput)
    # The same as `picture`, where the device has a camera: it opens at once.
    camera = forms.FileField(
        label=gettext_lazy("Take a picture"),
        required=False,
        allow_empty_file=True,
        widget=forms.FileInput(attrs={"accept": "image/*", "capture": "environment"}),
    )
    picture = forms.FileField(
        label=gettext_lazy("Choose a picture"),
        allow_empty_file=True,
        widget=forms.FileInput(attrs={"accept": ACCEPTED}),
        error_messages={
            "required": gettext_lazy("Take a picture, or choose one."),
            "invalid": gettext_lazy("Take a picture, or choose one."),
        },
    )

    def __init__(
        self,
        *arguments: Any,
        areas: list[PhotoArea],
        has_agreed: bool,
        has_camera: bool = False,
        **options: Any,
    ) -> None:
        super().__init__(*arguments, **options)
        if not has_camera:
            del self.fields["camera"]
        elif self.files.get("camera"):
            self.fields["picture"].required = False
        if has_agreed:
            del self.fields["consent"]
        area = self.fields["area"]
        area.choices = [(one.value, one.label) for one in areas]  # type: ignore[attr-defined]
        if len(areas) == 1:
            area.initial = areas[0].value
        self.helper = FormHelper()
        self.helper.form_tag = False
        self.helper.disable_csrf = True
        self.helper.field_class = "opts"
        consent = [] if has_agreed else [Field("consent", wrapper_class="ticks unnamed")]
        camera = [Field("camera", wrapper_class="by-camera")] if has_camera else []
        self.helper.layout = Layout(
            *consent, Field("area", wrapper_class="ticks"), *camera, Field("picture"), Field("token")
        )

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if taken := cleaned.get("camera"):
            cleaned["picture"] = taken
        return cleaned

    @property
    def first_error(self) -> str:
        return str(next(iter(self.errors.values()))[0])
