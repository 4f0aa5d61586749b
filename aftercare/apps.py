"""The composition root as a Django application."""

from django.apps import AppConfig


class AftercareConfig(AppConfig):
    name = "aftercare"
    label = "portal"

    def ready(self) -> None:
        """Load Celery here, so that the tasks of the rooms find it, and importing triage does not."""
        from aftercare import celery  # noqa: F401
