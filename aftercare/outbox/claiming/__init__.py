"""Which messages are delivered next, and which of them leave as one mail."""
