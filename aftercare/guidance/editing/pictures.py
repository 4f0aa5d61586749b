"""Pictures of articles; metadata of the camera is removed before they are stored."""

from __future__ import annotations

from io import BytesIO
from typing import Any

from django.conf import settings
from django.core.files.base import ContentFile, File
from django.http import FileResponse, HttpRequest, HttpResponseBase
from django.views.decorators.http import require_safe
from django.views.static import serve
from PIL import Image, ImageOps
from wagtail.images.forms import BaseImageForm

JPEG_QUALITY = 90
DAY = 86_400  # seconds


def without_metadata(file: File[bytes]) -> ContentFile[bytes]:
    """Return the picture upright and without metadata such as place, time and camera."""
    file.seek(0)
    opened = Image.open(file)
    upright = ImageOps.exif_transpose(opened)
    plain = upright.convert("RGBA" if upright.has_transparency_data else "RGB")
    plain.info.clear()
    written = BytesIO()
    plain.save(written, format=opened.format, quality=JPEG_QUALITY)
    return ContentFile(written.getvalue(), name=file.name)


class PictureForm(BaseImageForm):
    """Wagtail's image form."""

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        return without_metadata(file) if "file" in self.changed_data else file


@require_safe
def picture(request: HttpRequest, path: str) -> HttpResponseBase:
    """Serve a picture in page size; the original upload is not served."""
    response = serve(request, path, document_root=str(settings.MEDIA_ROOT / "images"))
    if isinstance(response, FileResponse):
        response["Cache-Control"] = f"public, max-age={DAY}"
    return response
