"""URLs of the whole portal."""

from django.urls import include, path

from aftercare import health
from aftercare.guidance.editing.pictures import picture
from aftercare.headers.csp_reports import report
from clinic.have_it.views import have_it

handler400 = "aftercare.error_views.bad_request"
handler500 = "aftercare.error_views.server_error"

urlpatterns = [
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("csp-reports/", report, name="csp_reports"),
    path("accounts/", include("aftercare.people.urls")),
    path("admin/", include("aftercare.guidance.admin_urls")),
    path("media/images/<path:path>", picture, name="picture"),
    path("guidance/", include("aftercare.guidance.urls")),
    path("clinic/", include("clinic.urls")),
    path("h/<str:token>/", have_it, name="have_it"),
    path("", include("aftercare.ui.urls")),
    path("", include("aftercare.checkins.urls")),
]
