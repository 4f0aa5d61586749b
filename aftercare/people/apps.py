from django.apps import AppConfig


class PeopleConfig(AppConfig):
    name = "aftercare.people"
    label = "people"
