"""Django application of the composition root."""

import logging

from django.apps import AppConfig
from django.conf import settings

from aftercare.environment_values import MAIL_INTO_FILES

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
        if not settings.DEMO and settings.EMAIL_BACKEND == MAIL_INTO_FILES:
            logger.warning(
                "EMAIL_URL names a folder: mails are written into it, and nobody is told by mail. Set a mail server "
                "(docs/operating.md)."
            )
        if not settings.HAS_DATA_KEYS:
            logger.warning(
                "DATA_KEYS is not set: texts are encrypted with a key derived from SECRET_KEY. Set DATA_KEYS and run "
                "rotate_keys before SECRET_KEY is changed (docs/operating.md)."
            )
