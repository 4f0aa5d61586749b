"""The open queue: its version, the lists kept for it, and the polls that ask whether it has changed."""
