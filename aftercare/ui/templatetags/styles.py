"""Template tag for the stylesheets of every page."""

from __future__ import annotations

from django import template
from django.contrib.staticfiles.storage import staticfiles_storage
from django.utils.html import format_html_join
from django.utils.safestring import SafeString

from aftercare.template_loading.constant_nodes import constant
from aftercare.ui.static_files.storage import BASE_STYLES, HashedStaticStorage

register = template.Library()


@register.simple_tag
@constant
def base_styles() -> SafeString:
    """Return links to the base stylesheets: one once files were collected."""
    storage: object = staticfiles_storage
    names = storage.base_styles() if isinstance(storage, HashedStaticStorage) else BASE_STYLES
    return format_html_join(
        "\n", '<link rel="stylesheet" href="{}">', ((staticfiles_storage.url(name),) for name in names)
    )
