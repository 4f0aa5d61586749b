from django.apps import AppConfig


class AlertsConfig(AppConfig):
    name = "aftercare.alerts"
    label = "alerts"

    def ready(self) -> None:
        """Register the message source, renderers and failure handler of alerts with the outbox."""
        from aftercare.alerts.actions import patient_messages
        from aftercare.alerts.answering import links
        from aftercare.alerts.auditing import report
        from aftercare.alerts.dispatching import undelivered
        from aftercare.alerts.following_up import overdue
        from aftercare.alerts.notifying import notifications, taken
        from aftercare.outbox.actions import attend_failures
        from aftercare.outbox.registry import (
            register_fault_count,
            register_given_up,
            register_overdue,
            register_own_links,
            register_renderer,
            register_source,
        )
        from aftercare.people.actions.withdrawal import register_for_patients

        register_source("alerts", notifications.drain, notifications.backlog)
        register_overdue("escalations", overdue.overdue_since)
        register_overdue("auditor", report.auditor_overdue_since)
        register_fault_count("omissions", report.recent_omissions)
        register_renderer(taken.KIND, taken.render)
        register_given_up(taken.KIND, attend_failures)
        register_renderer(report.KIND, report.render)
        register_rota()
        register_given_up(notifications.KIND, undelivered.notify_next_step)
        register_own_links(notifications.KIND, links.own_links)
        register_for_patients(patient_messages.KIND, patient_messages.render)
        register_renderer(
            notifications.KIND,
            notifications.render,
            notifications.render_together,
            notifications.render_for_all,
        )


def register_rota() -> None:
    """Register the renderers of messages about the rota with the outbox."""
    from aftercare.alerts.on_call import confirmations, overrides, swaps
    from aftercare.outbox.registry import register_renderer

    register_renderer(overrides.SET, overrides.render_set)
    register_renderer(overrides.REMOVED, overrides.render_removed)
    register_renderer(confirmations.ASKED, confirmations.render_asked)
    register_renderer(confirmations.WARNED, confirmations.render_warned)
    register_renderer(swaps.ASKED, swaps.render_asked)
    register_renderer(swaps.ANSWERED, swaps.render_answered)
    register_renderer(swaps.TAKEN, swaps.render_taken)
