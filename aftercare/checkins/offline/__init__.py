"""What a patient's phone shows and keeps without a network."""
