"""Ownership of alerts: assign, give back, reopen, unassign."""
