"""Notifications to staff: from dispatches to messages, and their texts."""
