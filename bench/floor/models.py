"""Three tables that get one row each per form sent."""

from django.contrib.auth.models import User
from django.db import models


class Report(models.Model):
    user = models.ForeignKey(User, on_delete=models.PROTECT)
    at = models.DateTimeField(auto_now_add=True)
    answers = models.JSONField()

    class Meta:
        app_label = "floor"

    def __str__(self) -> str:
        return f"report {self.pk}"


class Result(models.Model):
    report = models.ForeignKey(Report, on_delete=models.PROTECT)
    level = models.CharField(max_length=20)

    class Meta:
        app_label = "floor"

    def __str__(self) -> str:
        return f"result {self.pk}"


class Trace(models.Model):
    report = models.ForeignKey(Report, on_delete=models.PROTECT)
    verb = models.CharField(max_length=20)

    class Meta:
        app_label = "floor"

    def __str__(self) -> str:
        return f"trace {self.pk}"
