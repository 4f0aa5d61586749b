"""The owner of an alert: assigning, giving back, reopening, and returning to everybody."""
