"""Django application of the composition root."""

from django.apps import AppConfig


class AftercareConfig(AppConfig):
    name = "aftercare"
    label = "portal"

    def ready(self) -> None:
        """Load Celery here, so that it finds the tasks of the rooms and importing triage does not load it."""
        from aftercare import celery  # noqa: F401
        from aftercare.message_cache import cache_messages

        cache_messages()
