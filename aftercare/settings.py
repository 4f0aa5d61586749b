"""The one settings file. What differs between installations comes from the environment (docs/operating.md)."""

from email.utils import parseaddr
from pathlib import Path

import bootstrap_wrapper

from aftercare.beat.schedule import beat_schedule
from aftercare.environment import from_process
from aftercare.headers.policy import content_security_policy
from aftercare.logs.configuration import logging_configuration

BASE_DIR = Path(__file__).resolve().parent.parent
ENVIRONMENT = from_process(BASE_DIR)

DEMO = ENVIRONMENT.demo
DEBUG = ENVIRONMENT.debug
SECRET_KEY = ENVIRONMENT.secret_key
SECRET_KEY_FALLBACKS = ENVIRONMENT.secret_key_fallbacks
DATA_KEYS = ENVIRONMENT.data_keys  # of what is encrypted in the database, newest first
HAS_DATA_KEYS = ENVIRONMENT.has_data_keys
DATA_DIR = ENVIRONMENT.data_dir
SITE_URL = ENVIRONMENT.site_url
ALLOWED_HOSTS = ENVIRONMENT.allowed_hosts
STAFF_MFA = ENVIRONMENT.staff_mfa
TRUSTED_PROXIES = ENVIRONMENT.trusted_proxies
TECHNICAL_CONTACT = ENVIRONMENT.technical_contact
HEARTBEAT_URL = ENVIRONMENT.heartbeat_url

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "aftercare.ui.static_files.apps.StaticFiles",
    "django.forms",
    "csp",
    "crispy_forms",
    "crispy_bootstrap5",
    "django_htmx",
    "aftercare.apps.AftercareConfig",
    "aftercare.ui",
    "aftercare.outbox",
    "aftercare.people",
    "aftercare.guidance",
    "aftercare.alerts",
    "aftercare.checkins",
    "clinic",
    # After our rooms, so that their templates come first.
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "aftercare.guidance.users_app.EditorsConfig",  # wagtail.users, with editors only
    "wagtail.snippets",
    "wagtail.images",
    "wagtail.documents",  # unused, but the admin asks for its addresses
    "wagtail.search",
    "wagtail.admin",
    "wagtail",
    "modelcluster",
    "taggit",
    "django_filters",
]

MIDDLEWARE = [
    # The two outermost, so that error pages and files have their headers too, and each line of the log the id.
    "aftercare.logs.request_ids.RequestIds",
    "aftercare.headers.middleware.ResponseHeaders",
    "aftercare.people.middleware.TrustedProxies",
    "django.middleware.security.SecurityMiddleware",
    # Answers nearly all requests with 304, which has no body: what follows would cost more than the answer.
    "clinic.queue.live.polls.QueuePolls",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    # Pages about a person hold a masked CSRF token, and nothing that a stranger put there; padding of varying length.
    "aftercare.headers.compression.Compression",
    "csp.middleware.CSPMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "aftercare.incoming.middleware.LargeRequests",
    "aftercare.incoming.middleware.HealthProbes",
    "aftercare.incoming.middleware.ReadableRequests",
    "aftercare.people.sessions.middleware.Sessions",
    "django.middleware.common.CommonMiddleware",
    "aftercare.people.csrf.CsrfMiddleware",
    "aftercare.people.sessions.middleware.SignedIn",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "aftercare.people.middleware.PersonHeader",
]

ROOT_URLCONF = "aftercare.urls"
WSGI_APPLICATION = "aftercare.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "OPTIONS": {
            "loaders": [
                (
                    "aftercare.template_loading.loader.Loader",
                    [
                        "django.template.loaders.filesystem.Loader",
                        "django.template.loaders.app_directories.Loader",
                    ],
                    [BASE_DIR / "templates", BASE_DIR / "aftercare" / "ui" / "templates"],
                )
            ],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "csp.context_processors.nonce",
                "aftercare.people.context_processors.surroundings",
            ],
            "builtins": [
                "django.templatetags.i18n",
                "clinic.templatetags.staff_forms",
            ],
        },
    }
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"
CRISPY_ALLOWED_TEMPLATE_PACKS = "bootstrap5"
CRISPY_TEMPLATE_PACK = "bootstrap5"

DATABASES = {"default": ENVIRONMENT.database}
STATEMENT_TIMEOUT_SECONDS = ENVIRONMENT.statement_timeout  # of the web process alone: aftercare/wsgi.py
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# Sessions and cache live in the database: when Redis is gone, sign-in and check-in still work.
SESSION_ENGINE = "aftercare.people.sessions.store"
SESSION_COOKIE_AGE = 60 * 60 * 24 * 28
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "aftercare_cache",
        # Counts of tries at second factors are kept here: a full cache would forget them.
        "OPTIONS": {"MAX_ENTRIES": 10_000},
    }
}
CSRF_FAILURE_VIEW = "clinic.held_form_views.csrf_failure"

AUTH_USER_MODEL = "people.User"
AUTHENTICATION_BACKENDS = [
    "aftercare.people.sessions.backend.PortalBackend",
    "allauth.account.auth_backends.AuthenticationBackend",  # of sessions from before the one above
]
LOGIN_URL = "account_request_login_code"
LOGIN_REDIRECT_URL = "/"
LOCKED_URL = "clinic:locked"  # where a locked session of staff is unlocked
ACCOUNT_ADAPTER = "aftercare.people.accounts.adapter.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
ACCOUNT_EMAIL_NOTIFICATIONS = False
ACCOUNT_LOGIN_BY_CODE_ENABLED = True
ACCOUNT_LOGIN_BY_CODE_TIMEOUT = 15 * 60
ACCOUNT_LOGIN_BY_CODE_SUPPORTS_RESEND = True
# Nine letters of twenty: long enough to be tried by many, see decision 22.
ACCOUNT_LOGIN_BY_CODE_FORMAT = {"length": 9}
ACCOUNT_REAUTHENTICATION_TIMEOUT = 15 * 60  # seconds
ACCOUNT_LOGOUT_REDIRECT_URL = "/"
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_FORMS = {"request_login_code": "aftercare.people.accounts.sign_in_forms.RequestCodeForm"}
MFA_ADAPTER = "aftercare.people.accounts.second_factor.SecondFactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = False
MFA_FORMS = {
    "activate_totp": "aftercare.people.accounts.sign_in_forms.SetUpAppForm",
    "add_webauthn": "aftercare.people.accounts.sign_in_forms.AddKeyForm",
    "edit_webauthn": "aftercare.people.accounts.sign_in_forms.RenameKeyForm",
    "authenticate_webauthn": "aftercare.people.accounts.sign_in_forms.UseKeyForm",
    "reauthenticate_webauthn": "aftercare.people.accounts.sign_in_forms.UseKeyAgainForm",
}
MFA_TOTP_ISSUER = "Aftercare"

# Wagtail is for guidance only: no request leaves the house, and people sign in as everywhere else.
WAGTAIL_SITE_NAME = "Aftercare guidance"
WAGTAILADMIN_BASE_URL = SITE_URL
WAGTAILADMIN_LOGIN_URL = LOGIN_URL
WAGTAIL_ENABLE_UPDATE_CHECK = False
WAGTAIL_ENABLE_WHATS_NEW_BANNER = False
WAGTAIL_GRAVATAR_PROVIDER_URL = None
WAGTAIL_PASSWORD_MANAGEMENT_ENABLED = False
WAGTAIL_PASSWORD_RESET_ENABLED = False
WAGTAILUSERS_PASSWORD_ENABLED = False
WAGTAIL_EMAIL_MANAGEMENT_ENABLED = False
WAGTAILADMIN_PERMITTED_LANGUAGES = [("en", "English")]
WAGTAILIMAGES_MAX_UPLOAD_SIZE = 5_000_000  # bytes
WAGTAILIMAGES_EXTENSIONS = ["jpg", "jpeg", "png", "webp"]
WAGTAILIMAGES_IMAGE_FORM_BASE = "aftercare.guidance.editing.pictures.PictureForm"
# What a person of the clinic may put into an article; validation.py refuses the rest.
WAGTAILADMIN_RICH_TEXT_EDITORS = {
    "default": {
        "WIDGET": "wagtail.admin.rich_text.DraftailRichTextArea",
        "OPTIONS": {"features": ["h2", "h3", "bold", "ol", "ul", "link"]},
    }
}

LANGUAGE_CODE = "en-gb"
LANGUAGES = [
    ("en-gb", "English")
]  # what pages and mails are translated into; nothing is half in another language
LOCALE_PATHS = [BASE_DIR / "locale"]  # made by tools/catalogues.py; empty while English is the only language
USE_I18N = True
TIME_ZONE = "UTC"
USE_TZ = True

STATIC_URL = "/static/"
STATIC_ROOT = DATA_DIR / "static"
STATICFILES_DIRS = [
    BASE_DIR / "static",
    ("bootstrap/css", bootstrap_wrapper.get_bootstrap_css_dir()),
]
# Pictures of articles: nothing about a person is kept here.
MEDIA_URL = "/media/"
MEDIA_ROOT = DATA_DIR / "media"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    # Pictures of patients, encrypted; no address leads there but those of views that ask who looks.
    "photos": ENVIRONMENT.photos,
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "aftercare.ui.static_files.storage.HashedStaticStorage"
    },
}

vars().update(ENVIRONMENT.email)
# In seconds: how long a mail server that hangs holds a worker; how long a claim lives; the first wait after a
# failure; and within what time alerts of one patient are one message.
EMAIL_TIMEOUT = ENVIRONMENT.pace["MAIL_TIMEOUT_SECONDS"]
OUTBOX_CLAIM_SECONDS = ENVIRONMENT.pace["OUTBOX_CLAIM_SECONDS"]
OUTBOX_RETRY_SECONDS = ENVIRONMENT.pace["OUTBOX_RETRY_SECONDS"]
OUTBOX_FOLD_SECONDS = ENVIRONMENT.pace["OUTBOX_FOLD_SECONDS"]
SMS_URL = ENVIRONMENT.channels.sms_url
SMS_REPLIES = ENVIRONMENT.channels.sms_replies
VOICE_URL = ENVIRONMENT.channels.voice_url
TWILIO_API = ENVIRONMENT.channels.twilio_api
SMS_PER_SECOND = ENVIRONMENT.channels.sms_per_second
CALLS_PER_SECOND = ENVIRONMENT.channels.calls_per_second
VAPID_PRIVATE_KEY = ENVIRONMENT.channels.vapid_private_key
CHANNEL_HOSTS = ENVIRONMENT.channels.hosts
MAIL_FROM = ENVIRONMENT.mail_from or f"aftercare@{SITE_URL.split('//')[1].split(':')[0].split('/')[0]}"
# Whom a push service can ask about what comes from here.
VAPID_SUBJECT = f"mailto:{TECHNICAL_CONTACT or parseaddr(MAIL_FROM)[1]}"
DEFAULT_FROM_EMAIL = MAIL_FROM if "<" in MAIL_FROM else f"Aftercare <{MAIL_FROM}>"

CELERY_BROKER_URL = ENVIRONMENT.redis_url
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_TIME_LIMIT = 120  # seconds; below the visibility timeout
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_CANCEL_LONG_RUNNING_TASKS_ON_CONNECTION_LOSS = True
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None
CELERY_BROKER_CONNECTION_TIMEOUT = 1
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 300,
    "socket_connect_timeout": 1,
    "socket_timeout": 3,
    "health_check_interval": 10,
    "max_retries": 1,
    "unacked_restore_interval": 2,
    "unacked_restore_throttle": 1,
}
CELERY_BEAT_SCHEDULER = "aftercare.beat.scheduler:SteadyScheduler"
CELERY_BEAT_SCHEDULE = beat_schedule()

CSP_REPORTS = "/csp-reports/"
CONTENT_SECURITY_POLICY = content_security_policy(CSP_REPORTS)
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CONTENT_TYPE_NOSNIFF = True
# What no trusted proxy has said is gone before this is read: aftercare/people/client_address.py.
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SITE_URL.startswith("https://")
SECURE_HSTS_SECONDS = 31_536_000 if SITE_URL.startswith("https://") else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = True
# Only a trusted proxy can say that a connection is not encrypted; probes come from within.
SECURE_SSL_REDIRECT = SITE_URL.startswith("https://") and bool(TRUSTED_PROXIES)
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]
SILENCED_SYSTEM_CHECKS = [
    "security.W003",  # knows Django's CSRF middleware by its name only; ours is derived from it
    "security.W021",  # whether the domain is in the lists that browsers ship is for an operator to decide
]
CSRF_TRUSTED_ORIGINS = [SITE_URL]
# An over-long note is answered with its form, not with an error page.
DATA_UPLOAD_MAX_MEMORY_SIZE = 4_000_000  # bytes
# A picture is no file before it is encrypted; aftercare/incoming/slow_clients.py limits what comes in.
FILE_UPLOAD_MAX_MEMORY_SIZE = 24_000_000  # bytes
DATA_UPLOAD_MAX_NUMBER_FILES = 2

LOGGING = logging_configuration(ENVIRONMENT.log_format)
