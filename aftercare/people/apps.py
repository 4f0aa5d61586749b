from django.apps import AppConfig


class PeopleConfig(AppConfig):
    name = "aftercare.people"
    label = "people"

    def ready(self) -> None:
        """Tell the outbox how to word an invitation."""
        from aftercare.outbox.registry import register_renderer
        from aftercare.people import invitations

        register_renderer(invitations.KIND, invitations.render)
