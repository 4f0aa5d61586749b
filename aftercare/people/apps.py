from django.apps import AppConfig


class PeopleConfig(AppConfig):
    name = "aftercare.people"
    label = "people"

    def ready(self) -> None:
        """Register renderers and the names of clinics with the outbox, tasks, and what begins with a sign-in."""
        from aftercare.outbox.registry import (
            register_given_up,
            register_renderer,
            register_sender_names,
            register_source,
        )
        from aftercare.people.accounts import code_mails
        from aftercare.people.actions import addresses, invitations, staff_invitations
        from aftercare.people.actions.withdrawal import register_for_patients
        from aftercare.people.clinics.sender_names import clinic_names
        from aftercare.people.companions import messages as companion_messages
        from aftercare.people.companions.actions import KIND as COMPANION_KIND
        from aftercare.people.factors import notices, removal, removal_mails
        from aftercare.people.factors import tasks as factor_tasks  # noqa: F401 (as above)
        from aftercare.people.sealing import tasks  # noqa: F401 (Celery looks for tasks beside this module only)
        from aftercare.people.sessions import receivers
        from aftercare.people.sessions import tasks as session_tasks  # noqa: F401

        register_for_patients(invitations.KIND, invitations.render)
        register_for_patients(COMPANION_KIND, companion_messages.render)
        register_given_up(COMPANION_KIND, code_mails.attend_failures)
        register_renderer(staff_invitations.KIND, staff_invitations.render)
        register_renderer(addresses.KIND, addresses.render)
        register_renderer(notices.KIND, notices.render)
        register_renderer(removal.ASKED, removal_mails.render_open)
        register_renderer(removal.APPROVED, removal_mails.render_open)
        register_renderer(removal.STOPPED, removal_mails.render_stopped)
        register_renderer(removal.TO_APPROVE, removal_mails.render_to_approve)
        register_renderer(code_mails.KIND, code_mails.render)
        register_given_up(code_mails.KIND, code_mails.attend_failures)
        register_contact_points()
        register_source("codes", code_mails.empty_finished)
        register_sender_names(clinic_names)
        receivers.connect()


def register_contact_points() -> None:
    """Register the messages about contact points with the outbox, and where the points are looked up."""
    from aftercare.outbox.registry import register_given_up, register_points, register_renderer
    from aftercare.people.accounts.code_mails import attend_failures
    from aftercare.people.contact_points import actions, asking, delivery, refusals, stopping

    register_renderer(actions.CODE_KIND, actions.render_code)
    register_renderer(actions.TEST_KIND, actions.render_test)
    for kind in (actions.CODE_KIND, actions.TEST_KIND):
        register_given_up(kind, attend_failures)
    register_renderer(asking.KIND, asking.render)
    register_renderer(delivery.OFF_KIND, delivery.render_off)
    register_renderer(stopping.STOPPED_KIND, stopping.render_stopped)
    register_points(delivery.addresses, refusals.refused)
