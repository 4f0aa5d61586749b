"""Answers of staff to a message, without signing in: what it asks, and taking it on, passing it on, giving it back."""
