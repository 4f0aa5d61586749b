from django.urls import path

from aftercare.guidance import views

urlpatterns = [
    path("", views.guidance, name="guidance"),
    path("<slug:slug>/", views.article, name="article"),
]
