from django.apps import AppConfig


class PeopleConfig(AppConfig):
    name = "aftercare.people"
    label = "people"

    def ready(self) -> None:
        """Tell the outbox how to word an invitation."""
        from aftercare.people import invitations
        from aftercare.people.withdrawal import register_for_patients

        register_for_patients(invitations.KIND, invitations.render)
