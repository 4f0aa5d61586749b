from django.apps import AppConfig


class CheckinsConfig(AppConfig):
    name = "aftercare.checkins"
    label = "checkins"

    def ready(self) -> None:
        """Register the renderers of this room's messages with the outbox."""
        from aftercare.checkins.follow_up import unconfirmed
        from aftercare.checkins.reminders import messages, writing
        from aftercare.people.actions.withdrawal import register_for_patients

        register_for_patients(unconfirmed.KIND, unconfirmed.render)
        register_for_patients(writing.KIND, messages.render)
