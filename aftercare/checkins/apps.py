from django.apps import AppConfig


class CheckinsConfig(AppConfig):
    name = "aftercare.checkins"
    label = "checkins"

    def ready(self) -> None:
        """Register the renderers of this room's messages with the outbox."""
        from aftercare.checkins.clusters import messages as clusters
        from aftercare.checkins.follow_up import unconfirmed
        from aftercare.checkins.reminders import messages, writing
        from aftercare.outbox.registry import register_renderer
        from aftercare.people.actions.withdrawal import register_for_patients

        register_renderer(clusters.KIND, clusters.render)
        register_for_patients(unconfirmed.KIND, unconfirmed.render)
        register_for_patients(writing.KIND, messages.render)
