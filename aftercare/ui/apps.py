"""Shared look: icons, level badges, times, telephone buttons."""

from django.apps import AppConfig


class UiConfig(AppConfig):
    """Components and template tags for every room; imports no other room."""

    name = "aftercare.ui"
    label = "ui"
    verbose_name = "Shared look"
