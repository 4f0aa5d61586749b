"""The check-in form: its fields, how it is drawn, and the page that reads it."""
