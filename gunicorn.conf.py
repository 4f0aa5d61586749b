"""Settings of gunicorn, which reads this file when it is started in this folder."""

logger_class = "aftercare.logs.gunicorn_logger.PortalLogger"
