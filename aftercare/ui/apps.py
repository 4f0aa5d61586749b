"""The shared look: icons, level badges, times, telephone buttons."""

from django.apps import AppConfig


class UiConfig(AppConfig):
    """Components and template tags that every room uses; imports no other room."""

    name = "aftercare.ui"
    label = "ui"
    verbose_name = "Shared look"
