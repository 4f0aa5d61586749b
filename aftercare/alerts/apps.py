from django.apps import AppConfig


class AlertsConfig(AppConfig):
    name = "aftercare.alerts"
    label = "alerts"

    def ready(self) -> None:
        """Tell the outbox where alert messages come from, and how to word them."""
        from aftercare.alerts import letters, notices, undelivered
        from aftercare.outbox.registry import register_given_up, register_renderer, register_source
        from aftercare.people.patients.withdrawal import register_for_patients

        register_source("alerts", notices.drain, notices.backlog)
        register_given_up(notices.KIND, undelivered.tell_instead)
        register_for_patients(letters.KIND, letters.render)
        register_renderer(notices.KIND, notices.render, notices.render_together, notices.render_for_all)
