"""The page of all components."""

from django.urls import path

from aftercare.ui import views

urlpatterns = [path("ui/", views.components, name="components")]
