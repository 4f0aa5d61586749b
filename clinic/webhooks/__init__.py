"""Webhooks by which Twilio brings replies by SMS and key presses of calls."""
