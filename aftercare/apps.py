"""Django application of the composition root."""

import logging

from django.apps import AppConfig
from django.conf import settings

logger = logging.getLogger(__name__)


class AftercareConfig(AppConfig):
    name = "aftercare"
    label = "portal"

    def ready(self) -> None:
        """Load Celery here, so that it finds the tasks of the rooms and importing triage does not load it."""
        from aftercare import celery  # noqa: F401
        from aftercare.message_cache import cache_messages

        cache_messages()
        if not (settings.DEMO or settings.TECHNICAL_CONTACT):
            logger.warning(
                "TECHNICAL_CONTACT is not set: nobody is mailed where messages do not leave. Set the e-mail address of "
                "whoever runs the portal (docs/operating.md)."
            )
        if not settings.HAS_DATA_KEYS:
            logger.warning(
                "DATA_KEYS is not set: texts are encrypted with a key derived from SECRET_KEY. Set DATA_KEYS and run "
                "rotate_keys before SECRET_KEY is changed (docs/operating.md)."
            )
