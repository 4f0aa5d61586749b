"""Pictures of articles; metadata of the camera is removed before they are stored."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.forms import FileField
from django.http import FileResponse, HttpRequest, HttpResponseBase
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe
from django.views.static import serve
from wagtail.images.fields import WagtailImageField
from wagtail.images.forms import BaseImageForm

from aftercare.guidance.editing.picture_decoding import TooManyPixelsError, UnreadableError, redrawn

DAY = 86_400  # seconds


class PictureField(WagtailImageField):
    """Wagtail's field, which decodes what it is given: it is given only what a limited child has drawn anew."""

    def to_python(self, data: Any) -> Any:
        """Return the picture drawn anew; raise ValidationError if it is unreadable or too large."""
        file = FileField.to_python(self, data)
        if file is None:
            return None
        self.check_image_file_size(file)
        try:
            plain = redrawn(file.read())
        except TooManyPixelsError as error:
            raise ValidationError(
                _("This picture has more than 25 million pixels. Make it smaller, and upload it again."),
                code="file_too_many_pixels",
            ) from error
        except UnreadableError as error:
            raise ValidationError(self.error_messages["invalid_image"], code="invalid_image") from error
        return super().to_python(ContentFile(plain, name=file.name))


class PictureForm(BaseImageForm):
    """Wagtail's image form."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        wagtails = self.fields["file"]
        self.fields["file"] = PictureField(
            label=wagtails.label, widget=wagtails.widget, required=wagtails.required
        )


@require_safe
def picture(request: HttpRequest, path: str) -> HttpResponseBase:
    """Serve a picture in page size; the original upload is not served."""
    response = serve(request, path, document_root=str(settings.MEDIA_ROOT / "images"))
    if isinstance(response, FileResponse):
        response["Cache-Control"] = f"public, max-age={DAY}"
    return response
