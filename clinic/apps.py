from django.apps import AppConfig, apps
from django.db.models.signals import post_migrate


class ClinicConfig(AppConfig):
    name = "clinic"
    label = "clinic"

    def ready(self) -> None:
        """Let the database write down what changes a queue."""
        from clinic.queue.live.watched import watch

        # Sent for rooms with models alone, and when all of them have been migrated.
        room = apps.get_app_config("alerts")
        post_migrate.connect(watch, sender=room, dispatch_uid="clinic.queue.watch")
