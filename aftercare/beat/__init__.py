"""Celery beat: which periodic tasks there are, and a scheduler that outlives a broker that is away."""
