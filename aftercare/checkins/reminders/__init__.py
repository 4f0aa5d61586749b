"""Reminders of the check-in, and the link in them that opens it without a sign-in."""
