"""URLs of the page of components, of the manifest and of the worker that shows push messages."""

from django.urls import path

from aftercare.ui import views

urlpatterns = [
    path("ui/", views.components, name="components"),
    path("manifest.webmanifest", views.manifest, name="manifest"),
    path("push-worker.js", views.push_worker, name="push_worker"),
]
