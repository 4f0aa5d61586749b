"""URL of the page of components."""

from django.urls import path

from aftercare.ui import views

urlpatterns = [path("ui/", views.components, name="components")]
