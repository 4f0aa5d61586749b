"""Dispatches: the decisions that staff are notified of an alert, now, later or again."""
