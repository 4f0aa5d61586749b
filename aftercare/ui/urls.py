"""URLs of the page of components and of the manifest."""

from django.urls import path

from aftercare.ui import views

urlpatterns = [
    path("ui/", views.components, name="components"),
    path("manifest.webmanifest", views.manifest, name="manifest"),
]
