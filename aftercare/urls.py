"""URLs of the whole portal."""

from django.urls import include, path

from aftercare import health
from aftercare.guidance.editing.pictures import picture
from aftercare.headers.csp_reports import report
from aftercare.people.clinics.privacy_views import privacy
from clinic.have_it.views import have_it
from clinic.webhooks import views as webhook_views

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
    path("privacy/", privacy, name="privacy"),
    path("h/<str:token>/", have_it, name="have_it"),
    path("webhooks/twilio/sms/", webhook_views.sms, name="webhook_sms"),
    path("webhooks/twilio/calls/<uuid:message_id>/keys/", webhook_views.call_keys, name="webhook_call_keys"),
    path("", include("aftercare.ui.urls")),
    path("", include("aftercare.checkins.urls")),
]
