"""Reminders of the check-in."""
