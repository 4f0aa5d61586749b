from django.apps import AppConfig


class OutboxConfig(AppConfig):
    name = "aftercare.outbox"
    label = "outbox"
