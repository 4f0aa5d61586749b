from django.apps import AppConfig


class CheckinsConfig(AppConfig):
    name = "aftercare.checkins"
    label = "checkins"
